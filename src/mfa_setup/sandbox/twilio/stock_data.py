"""The locations and ranges of the sandbox's numbers: real places with invented quantities.

The kinds of numbers of a country, their capabilities and the documents that they need are modelled on Twilio's
documentation (sources: twilio-search).
not verified: each country's own rules; they change and were not in the sources.
"""

from typing import NamedTuple


class Place(NamedTuple):
    """An area code and its location."""

    area_code: str
    region: str
    locality: str
    postal_code: str
    lata: str
    latitude: str
    longitude: str


class Range(NamedTuple):
    """A range of one country's numbers of one kind.

    Attributes:
        country: ISO 3166 code.
        kind: `local`, `mobile` or `tollfree`.
        prefix: The first digits of the numbers, in E.164; generated digits follow.
        digits: How many digits follow the prefix.
        amount: How many numbers are in stock.
        sms: The interval of numbers that cannot send SMS: 0 means none, 1 means all, 6 means every sixth.
        address: The address requirement.
        bundle: Whether a regulatory bundle is needed as well.
        locality: The location, if the range belongs to one.
    """

    country: str
    kind: str
    prefix: str
    digits: int
    amount: int
    sms: int = 0
    address: str = "none"
    bundle: bool = False
    locality: str | None = None


NORTH_AMERICA = {
    "US": (
        Place("415", "CA", "San Francisco", "94103", "722", "37.774900", "-122.419400"),
        Place("213", "CA", "Los Angeles", "90012", "730", "34.052200", "-118.243700"),
        Place("650", "CA", "Palo Alto", "94301", "722", "37.441900", "-122.143000"),
        Place("212", "NY", "New York", "10001", "132", "40.712800", "-74.006000"),
        Place("646", "NY", "New York", "10011", "132", "40.742000", "-74.000500"),
        Place("303", "CO", "Denver", "80202", "656", "39.739200", "-104.990300"),
        Place("512", "TX", "Austin", "78701", "558", "30.267200", "-97.743100"),
        Place("214", "TX", "Dallas", "75201", "552", "32.776700", "-96.797000"),
        Place("713", "TX", "Houston", "77002", "560", "29.760400", "-95.369800"),
        Place("206", "WA", "Seattle", "98101", "674", "47.606200", "-122.332100"),
        Place("702", "NV", "Las Vegas", "89101", "721", "36.169900", "-115.139800"),
        Place("305", "FL", "Miami", "33101", "460", "25.761700", "-80.191800"),
        Place("808", "HI", "Honolulu", "96813", "834", "21.306900", "-157.858300"),
        Place("312", "IL", "Chicago", "60601", "358", "41.878100", "-87.629800"),
        Place("617", "MA", "Boston", "02108", "128", "42.360100", "-71.058900"),
        Place("404", "GA", "Atlanta", "30303", "438", "33.749000", "-84.388000"),
        Place("503", "OR", "Portland", "97204", "672", "45.515200", "-122.678400"),
        Place("602", "AZ", "Phoenix", "85003", "666", "33.448400", "-112.074000"),
        Place("919", "NC", "Raleigh", "27601", "426", "35.779600", "-78.638200"),
        Place("615", "TN", "Nashville", "37201", "470", "36.162700", "-86.781600"),
        Place("202", "DC", "Washington", "20001", "236", "38.907200", "-77.036900"),
        Place("215", "PA", "Philadelphia", "19102", "228", "39.952600", "-75.165200"),
    ),
    "CA": (
        Place("416", "ON", "Toronto", "M5H", "888", "43.653200", "-79.383200"),
        Place("514", "QC", "Montreal", "H3B", "888", "45.501700", "-73.567300"),
        Place("604", "BC", "Vancouver", "V6B", "888", "49.282700", "-123.120700"),
        Place("403", "AB", "Calgary", "T2P", "888", "51.044700", "-114.071900"),
    ),
}
PER_AREA_CODE = 20

RANGES = (
    *(Range("US", "tollfree", f"+1{code}", 7, 20, sms=6) for code in ("833", "844", "855", "866", "877", "888")),
    Range("GB", "local", "+4420", 8, 20, sms=1, locality="London"),
    Range("GB", "local", "+44161", 7, 10, sms=1, address="any", locality="Manchester"),
    Range("GB", "mobile", "+4474", 8, 20),
    Range("GB", "mobile", "+4477", 8, 10, address="any", bundle=True),
    Range("GB", "tollfree", "+44808", 7, 10, sms=1, address="any"),
    Range("DE", "local", "+4930", 8, 20, sms=1, address="local", bundle=True, locality="Berlin"),
    Range("DE", "mobile", "+491573", 7, 20, address="local", bundle=True),
    Range("SE", "local", "+468", 8, 10, sms=1, address="local", locality="Stockholm"),
    Range("SE", "mobile", "+4676", 7, 20),
    Range("AU", "local", "+612", 8, 10, sms=1, address="any", locality="Sydney"),
    Range("AU", "mobile", "+614", 8, 20, address="any", bundle=True),
    Range("AU", "mobile", "+614", 8, 5),
    Range("FR", "local", "+331", 8, 10, sms=1, address="local", bundle=True, locality="Paris"),
    Range("FR", "mobile", "+336", 8, 10, address="local", bundle=True),
    Range("NL", "mobile", "+316", 8, 10, address="foreign"),
    Range("NO", "mobile", "+474", 7, 10),
    Range("BE", "mobile", "+3246", 7, 10, bundle=True),
)
