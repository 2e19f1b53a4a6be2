"""Legacy tenants for the tests of `migrate`."""

from collections.abc import Iterator

import pytest

from support import legacy
from support.hosted import House
from support.lab import Labs
from support.legacy import Build
from support.moments import skip_waits


@pytest.fixture
def build(labs: Labs) -> Iterator[Build]:
    """Makes legacy tenants with the policy Always and an enrolled user."""
    made: list[House] = []

    def begin() -> House:
        made.append(House(labs.get(phone_stack="legacy")))
        legacy.enroll(made[-1])
        return made[-1]

    yield begin
    for house in made:
        house.close()


@pytest.fixture
def house(build: Build) -> House:
    """A legacy tenant with the policy Always and an enrolled user."""
    return build()


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between the tries of a request pass at once."""
    skip_waits(monkeypatch)
