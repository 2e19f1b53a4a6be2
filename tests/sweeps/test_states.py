"""Every combination of account, plan, registration, country, profile and token: no policy whose codes do not arrive."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.lab import Lab, Result, Run
from support.states import State, delivers, home_closed, prepare, profile, rotated
from support.tally import Count

WORLDS = tuple(
    itertools.product(
        ("unified", "legacy"), ("full", "trial", "legacy-trial", "suspended"), ("registered", "unregistered")
    )
)
COMMANDS = (("up",), ("policy", "always"))


@dataclass(frozen=True)
class Combination:
    """One combination within a world."""

    plan: str
    country: str
    approved: bool
    token: str
    command: tuple[str, ...]


def combinations(account: str) -> Iterator[Combination]:
    """All that differ: a trial has no profile to approve, and a free plan never gets as far as the rest."""
    approved = (True, False) if account == "full" else (True,)
    parts = (("paid",), ("home", "closed", "abroad"), approved, ("right", "rotated", "forgotten"), COMMANDS)
    free = (("free",), ("home",), (True,), ("right",), COMMANDS)
    for values in (*itertools.product(*parts), *itertools.product(*free)):
        yield Combination(*values)


@pytest.mark.parametrize("of_world", WORLDS, ids=" ".join)
def test_no_policy_is_set_without_a_delivered_path(
    make_lab: Callable[..., Lab], run: Run, count: Count, tmp_path: Path, of_world: tuple[str, str, str]
) -> None:
    world = dict(zip(("phone_stack", "twilio_account", "number_registration"), of_world, strict=True))
    for number, one in enumerate(combinations(world["twilio_account"])):
        lab = make_lab(auth0_plan=one.plan, **world)
        result = played(lab, run, one, world, {"MFA_SETUP_STATE_DIR": str(tmp_path / str(number))})
        count("states")
        assert result.code in {0, 4, 6, 7}, (one, result.out)
        assert bool(lab.tenant["policies"]) is (result.code == 0), (one, result.out)
        assert result.code != 0 or (delivers(lab) and one.country == "home"), (one, result.out)


def played(lab: Lab, run: Run, one: Combination, world: dict[str, Any], folder: dict[str, str]) -> Result:
    """A command in a combination."""
    active = world["twilio_account"] != "suspended"
    env: dict[str, str | None] = {**lab.env, **folder}
    if one.command == ("policy", "always"):
        prepare(lab, State("", 0, 0, world={"auth0_plan": one.plan}))
        if one.token != "forgotten" and active:
            run("enable-sms", "--resend-token", "--yes", env=env)
    if not one.approved and world["twilio_account"] == "full":
        profile(None)(lab)
    if one.country == "closed" and active:
        home_closed(lab)
    if one.token == "rotated":
        env |= rotated(lab)
    countries = ("--countries", "US,DE") if one.country == "abroad" else ()
    return run(*one.command, *countries, "--yes", "--json", env=env)
