"""Actions of others that spoil logins: the sandbox's login ends as Auth0's does, and `doctor` names the Action."""

from collections.abc import Iterator

import pytest

from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.scope_code import ACTION_NAME, ScopeCode
from support.flow import ASK, bind, deploy, handler, sign_up, where
from support.hosted import House
from support.lab import Lab, Run

EVERYONE = ScopeCode(scope=PolicyScope(percent=99), salt="0123").text


@pytest.fixture
def house(unified: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A tenant that asks nobody for a code by its policy, and where Actions have half a second."""
    house = House(unified)
    house.policy()
    monkeypatch.setattr(unified.sandbox.world.site.workers, "seconds", 0.5)
    yield house
    house.close()


def evidence(run: Run, house: House, check_id: str) -> tuple[str, str]:
    """The status and the evidence of one check of `doctor`."""
    checks = run("doctor", "--json", env=house.lab.env).document["checks"]
    found = next(check for check in checks if check["id"] == check_id)
    return found["status"], found["evidence"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("throw new TypeError('no plan');", "action 1 threw an error (TypeError) once, last at "),
        ("for (;;) {}", "action 1 ran too long once, last at "),
        ("for (;;) await null;", "action 1 ran too long once, last at "),
    ],
    ids=["throws", "loops", "waits for ever"],
)
def test_one_that_fails_refuses_the_login_and_is_named(run: Run, house: House, body: str, told: str) -> None:
    bind(house, body)
    person = house.browser()
    assert sign_up(person) == "callback"
    assert person.answer["error"] == "access_denied"
    status, text = evidence(run, house, "action_failures")
    assert status == "warn"
    assert told in text


def test_one_that_asks_for_mfa_asks_and_is_named(run: Run, house: House) -> None:
    bind(house, ASK)
    assert sign_up(house.browser()).startswith("mfa")
    assert evidence(run, house, "action_failures")[0] == "pass"
    assert "action 1 (multifactor.enable)" in evidence(run, house, "mfa_in_action")[1]


def test_ours_neither_fails_nor_is_named(run: Run, house: House) -> None:
    deploy(house, [EVERYONE])
    sign_up(house.browser())
    assert evidence(run, house, "action_failures")[0] == "pass"
    assert evidence(run, house, "mfa_in_action")[0] == "pass"


def test_one_before_ours_that_fails_is_named_alone(run: Run, house: House) -> None:
    house.lab.control(
        "actions", [{"name": "Enrich", "code": handler("null.x;")}, {"name": ACTION_NAME, "code": EVERYONE}]
    )
    person = house.browser()
    sign_up(person)
    assert where(person) == "callback"
    text = evidence(run, house, "action_failures")[1]
    assert "Enrich threw an error (TypeError) once" in text
    assert ACTION_NAME not in text
