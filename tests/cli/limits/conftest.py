"""A tenant with two applications, whose policy the command limits, and people who log in to them."""

from collections.abc import Callable, Iterator

import pytest

from support.hosted import House, Person
from support.lab import Labs, Run

# What the command cannot know of a tenant that was set up manually a moment ago.
BY_HAND = ("--override", "provider_token", "--override", "registration")


@pytest.fixture
def house(request: pytest.FixtureRequest, labs: Labs) -> Iterator[House]:
    """A tenant whose policy asks nobody, with the application Acme Portal; its parameter is the phone stack."""
    house = House(labs.get(phone_stack=getattr(request, "param", "unified")), name="Acme Portal")
    house.policy()
    yield house
    house.close()


@pytest.fixture
def shop(house: House) -> str:
    """The application Shop; its client ID."""
    return house.application(name="Shop")


@pytest.fixture
def person(house: House) -> Person:
    """Someone without an account."""
    return house.browser()


@pytest.fixture
def limit(house: House, run: Run) -> Callable[..., None]:
    """Sets the policy Always for some users, or with `--everyone` for all of them."""

    def call(*limits: str) -> None:
        result = run("policy", "always", *limits, *BY_HAND, "--yes", "--json", env=house.lab.env)
        assert result.code == 0, result.out + result.err

    return call
