"""The control calls of the login."""

from collections.abc import Callable

import pytest

from support.hosted import House
from support.lab import Lab


@pytest.mark.parametrize(
    ("path", "body"),
    [("risk", {"level": "some"}), ("risk", {}), ("clock", {"forward": -1}), ("clock", {"forward": "1"}), ("clock", {})],
)
def test_a_body_that_cannot_be_used_is_refused(house: House, path: str, body: dict[str, object]) -> None:
    assert house.http.post(f"/_sandbox/{path}", json=body).status_code == 400


def test_a_reset_forgets_everyone(house: House) -> None:
    person = house.browser()
    person.join()
    house.lab.reset()
    assert house.http.get("/_sandbox/state").json()["tenants"][house.lab.domain]["policies"] == []
    login = house.lab.sandbox.world.first.login
    assert (house.people.users, login.clock.ahead, login.risk) == ({}, 0, "low")


def test_enrolling_is_limited_where_limits_are_on(make_lab: Callable[..., Lab], build: Callable[..., House]) -> None:
    person = build(make_lab(rate_limit="enterprise")).browser()
    person.start()
    person.sign_up()
    for _ in range(10):
        person.enroll("12")
    person.enroll("12")
    assert person.response.status_code == 429
