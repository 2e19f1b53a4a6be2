"""Search by distance (OpenAPI, `NearNumber`, `NearLatLong`, `Distance`; US and Canada only)."""

import math
from collections.abc import Callable

from mfa_setup.sandbox.twilio.forms import Fields, invalid
from mfa_setup.sandbox.twilio.stock import StockNumber

_DEFAULT_MILES, _MOST_MILES = 25, 500
_EARTH_RADIUS_MILES = 3958.8

Point = tuple[float, float]


def near(query: Fields, numbers: list[StockNumber]) -> list[Callable[[StockNumber], bool]]:
    """Return the search's condition on distance, if it has one; numbers without a location always meet it."""
    miles = query.integer("Distance", 0, _MOST_MILES)
    center = _center(query, numbers)
    if center is None:
        return []
    reach = _DEFAULT_MILES if miles is None else miles
    return [lambda one: (point := _point(one)) is None or distance(center, point) <= reach]


def _center(query: Fields, numbers: list[StockNumber]) -> Point | None:
    number, pair = query.text("NearNumber"), query.text("NearLatLong")
    if pair:
        try:
            latitude, longitude = (float(part) for part in pair.split(","))
        except ValueError:
            raise invalid("NearLatLong", pair) from None
        if not (math.isfinite(latitude) and math.isfinite(longitude)):
            raise invalid("NearLatLong", pair)
        return latitude, longitude
    if not number:
        return None
    # The sandbox knows locations by area code only, so a number has the location of its area code.
    prefix = number[:5]
    twin = next((one for one in numbers if one.place and one.phone_number.startswith(prefix)), None)
    if twin is None:
        raise invalid("NearNumber", number)
    return _point(twin)


def _point(number: StockNumber) -> Point | None:
    place = number.place
    return (float(place.latitude), float(place.longitude)) if place else None


def distance(one: Point, other: Point) -> float:
    """Return the miles between two points, by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(a), math.radians(b)) for a, b in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_RADIUS_MILES * math.asin(math.sqrt(half))
