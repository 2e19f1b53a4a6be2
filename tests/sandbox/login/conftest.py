"""A tenant that is ready for logins, on either phone stack or on the unified one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.hosted import House, Person
from support.lab import Lab


@pytest.fixture
def build() -> Iterator[Callable[..., House]]:
    """Makes tenants that are ready for logins."""
    made: list[House] = []

    def begin(lab: Lab, **fields: Any) -> House:
        made.append(House(lab, **fields))
        return made[-1]

    yield begin
    for house in made:
        house.close()


@pytest.fixture
def house(unified: Lab, build: Callable[..., House]) -> House:
    """A tenant on the unified stack, for what does not depend on it."""
    return build(unified)


@pytest.fixture
def either(lab: Lab, build: Callable[..., House]) -> House:
    """A tenant of each phone stack: a test that takes it runs on both."""
    return build(lab)


@pytest.fixture
def person(house: House) -> Person:
    """Someone without an account."""
    return house.browser()


@pytest.fixture
def member(house: House) -> Person:
    """Someone who has enrolled a phone, in a browser that has forgotten it."""
    house.browser().join()
    return house.browser()
