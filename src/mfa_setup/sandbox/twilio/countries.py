"""The countries of the catalogue, and the prices of numbers and messages in each.

The form of the prices is that of the OpenAPI document (pricing v1): strings, per month (sources: twilio-prices).
not verified: the amounts; they are made up, but of the right order of magnitude.
"""

from typing import NamedTuple


class Country(NamedTuple):
    """A country in which Twilio has numbers.

    Attributes:
        name: The English name of the country.
        prices: Price per month by kind of number, in the order in which the API lists them.
        outbound: Price of one outbound SMS segment.
        inbound: Price of one inbound SMS segment.
        beta: Whether all of the country's numbers are new to Twilio's platform.
    """

    name: str
    prices: dict[str, str]
    outbound: str
    inbound: str
    beta: bool = False


COUNTRIES = {
    "AU": Country("Australia", {"local": "3.00", "mobile": "6.50"}, "0.0515", "0.0075"),
    "BE": Country("Belgium", {"mobile": "1.50"}, "0.1021", "0.0075"),
    "CA": Country("Canada", {"local": "1.15", "tollfree": "2.15"}, "0.0083", "0.0083"),
    "DE": Country("Germany", {"local": "1.15", "mobile": "15.00"}, "0.0970", "0.0075"),
    "FR": Country("France", {"local": "1.15", "mobile": "15.00"}, "0.0798", "0.0075"),
    "GB": Country("United Kingdom", {"local": "1.15", "mobile": "1.15", "tollfree": "2.15"}, "0.0524", "0.0075"),
    "NL": Country("Netherlands", {"mobile": "6.00"}, "0.1026", "0.0075"),
    "NO": Country("Norway", {"mobile": "3.00"}, "0.0689", "0.0075"),
    "SE": Country("Sweden", {"local": "1.15", "mobile": "3.00"}, "0.0595", "0.0075"),
    "US": Country("United States", {"local": "1.15", "tollfree": "2.15"}, "0.0083", "0.0083"),
}

# Each interface spells the kinds of numbers differently: the path (OpenAPI), the links between resources (OpenAPI,
# AvailablePhoneNumberCountry) and the price list (sources: twilio-prices: "toll free" has a space).
IN_PATH = {"Local": "local", "Mobile": "mobile", "TollFree": "tollfree"}
IN_LINKS = {"local": "local", "mobile": "mobile", "tollfree": "toll_free"}
IN_PRICES = {"local": "local", "mobile": "mobile", "tollfree": "toll free"}
