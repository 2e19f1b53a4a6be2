"""`migrate` where something goes wrong around the switch: it goes back, or the next run finishes the check."""

from collections.abc import Callable

import pytest

from mfa_setup.cli.prompter import Prompter
from support import legacy
from support.gate import Visit, gate
from support.hosted import House
from support.lab import Lab, Labs, Run
from support.legacy import SETTINGS, is_unified, log_in, memory
from support.moments import Moments
from support.scene import warned
from support.states import USER

MIGRATE = ("migrate", "--yes", "--json")
UNDO = ("undo", "--yes", "--json")
CHECKING = "Checking the tenant after the switch"
Happens = Callable[[Lab], None]


def at_check(patch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Lets something happen between the switch and the check after it."""

    def doing(_terminal: Prompter, text: str) -> None:
        if text == CHECKING:
            happens()

    patch.setattr(Prompter, "doing", doing)


def _disabled(lab: Lab) -> None:
    for provider in lab.sandbox.world.tenants[lab.domain].providers.values():
        provider["disabled"] = True


def _gone(lab: Lab) -> None:
    lab.sandbox.world.tenants[lab.domain].providers.clear()


def _types(lab: Lab) -> None:
    lab.sandbox.world.tenants[lab.domain].message_types[:] = ["voice"]


def _flag(lab: Lab) -> None:
    lab.control("phone-stack", {"phone_stack": "unified", "flag": False})


def _still_legacy(lab: Lab) -> None:
    lab.control("phone-stack", {"phone_stack": "legacy"})


def _unreadable(lab: Lab) -> None:
    lab.faults({"method": "GET", "path": "/api/v2/guardian/factors/phone/message-types", "effect": "status:400"})


@pytest.mark.parametrize("happens", [_disabled, _gone, _types, _flag, _still_legacy, _unreadable])
def test_a_failed_check_after_the_switch_switches_back_and_says_so(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch, happens: Happens
) -> None:
    before = memory(house.lab)
    with monkeypatch.context() as patch:
        at_check(patch, lambda: happens(house.lab))
        result = run(*MIGRATE, env=dict(house.lab.env))
    error = result.document["error"]
    assert (result.code, error["code"]) == (1, "migration_reverted"), result
    assert "back on the legacy phone settings" in error["message"]
    assert result.change("phone_stack")["status"] == "failed"
    assert result.document["tenant"]["phone_stack"] == "legacy"
    assert memory(house.lab)["legacy"] == before["legacy"]
    assert not is_unified(house.lab)
    house.lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["sms"]})
    log_in(house)


def test_after_it_switched_back_the_next_run_starts_again_and_undo_takes_it_all_away(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    env, before = dict(house.lab.env), memory(house.lab)
    with monkeypatch.context() as patch:
        at_check(patch, lambda: _unreadable(house.lab))
        assert run(*MIGRATE, env=env).code == 1
    assert run(*UNDO, env=env).code == 0
    assert memory(house.lab) == before
    assert run(*MIGRATE, env=env).code == 0
    assert is_unified(house.lab)
    log_in(house)


def test_where_going_back_fails_too_both_causes_are_named_and_the_next_run_checks(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck() -> None:
        _unreadable(house.lab)
        house.lab.faults({"method": "PATCH", "path": SETTINGS, "effect": "status:403", "times": 9})

    with monkeypatch.context() as patch:
        at_check(patch, stuck)
        result = run(*MIGRATE, env=dict(house.lab.env))
    error = result.document["error"]
    assert (result.code, error["code"]) == (1, "migration_unfinished"), result
    log_in(house)
    house.lab.sandbox.world.faults.clear()
    again = run(*MIGRATE, env=dict(house.lab.env))
    assert again.code == 0, again
    assert "migration_check_repeated" in warned(again)
    third = run(*MIGRATE, env=dict(house.lab.env))
    assert "migration_check_repeated" not in warned(third)


def test_a_refused_switch_leaves_the_tenant_as_it_is(run: Run, house: House) -> None:
    house.lab.faults({"method": "PATCH", "path": SETTINGS, "effect": "status:403", "times": 9})
    result = run(*MIGRATE, env=dict(house.lab.env))
    assert result.code == 4
    assert not is_unified(house.lab)
    log_in(house)


def test_a_switch_that_is_accepted_without_any_effect_is_noticed(run: Run, house: House) -> None:
    async def hold(visit: Visit) -> list[object]:
        answer = await visit.pass_on()
        if visit.method == "PATCH" and visit.path == SETTINGS:
            house.lab.sandbox.world.tenants[house.lab.domain].stack = "legacy"
        return list(answer)

    with gate(house.lab, hold):  # type: ignore[arg-type] # nothing is left to give back
        result = run(*MIGRATE, env=dict(house.lab.env))
    assert result.document["error"]["code"] == "migration_reverted", result
    log_in(house)


@pytest.mark.parametrize("effect", ["reset", "status:502", "truncate"])
@pytest.mark.parametrize("applied", [False, True])
def test_a_lost_answer_to_the_switch_is_settled_by_looking(
    run: Run, house: House, effect: str, *, applied: bool
) -> None:
    house.lab.faults({"method": "PATCH", "path": SETTINGS, "effect": effect, "applied": applied, "times": 1})
    result = run(*MIGRATE, env=dict(house.lab.env))
    assert result.code == 0, result
    assert is_unified(house.lab)
    log_in(house)


@pytest.mark.usefixtures("no_waits")
def test_an_answer_that_is_lost_for_good_is_settled_by_the_endpoints(run: Run, house: House) -> None:
    house.lab.faults({"method": "PATCH", "path": SETTINGS, "effect": "status:502", "applied": True, "times": 99})
    result = run(*MIGRATE, env=dict(house.lab.env))
    assert result.code == 0, result
    assert is_unified(house.lab)


def test_a_provider_that_somebody_changes_before_the_switch_stops_it(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doing(_terminal: Prompter, text: str) -> None:
        if text == "Checking the new provider":
            _disabled(house.lab)

    with monkeypatch.context() as patch:
        patch.setattr(Prompter, "doing", doing)
        result = run(*MIGRATE, env=dict(house.lab.env))
    assert (result.code, result.document["error"]["code"]) == (1, "provider_race")
    assert not is_unified(house.lab)
    log_in(house)


# --- the test SMS ---------------------------------------------------------------------------------------------------


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Moments:
    """The run's clock, which waits for nothing."""
    return Moments(monkeypatch)


def test_an_sms_is_sent_before_the_switch_and_after_it(run: Run, house: House, moments: Moments) -> None:
    moments.rule(house.lab)
    sent, since = len(house.messages()), house.lab.mark()
    result = run(*MIGRATE, "--test-to", USER, env=dict(house.lab.env))
    assert result.code == 0, result
    assert [one["to"] for one in house.messages()[:-sent]] == [USER, USER]
    assert result.document["outputs"]["sms"]["status"] == "delivered"
    order = [path == SETTINGS for _, path in house.lab.writes(since) if path == SETTINGS or path.endswith("/try")]
    assert order == [False, True, False]


def test_an_sms_that_does_not_arrive_stops_before_the_switch(run: Run, house: House, moments: Moments) -> None:
    moments.rule(house.lab)
    house.lab.control("twilio/fates", {"phone_number": USER, "error_code": 30007})
    result = run(*MIGRATE, "--test-to", USER, env=dict(house.lab.env))
    assert result.code == 1, result
    assert not is_unified(house.lab)
    log_in(house)


def test_where_auth0_sends_none_before_the_switch_the_one_after_it_decides(
    run: Run, house: House, moments: Moments
) -> None:
    moments.rule(house.lab)
    house.lab.faults({"method": "POST", "path": "/api/v2/branding/phone/providers/*/try", "effect": "status:403"})
    result = run(*MIGRATE, "--test-to", USER, env=dict(house.lab.env))
    assert result.code == 0, result
    assert "test_after_switch" in warned(result)
    assert result.document["outputs"]["sms"]["status"] == "delivered"


def test_an_sms_that_fails_after_the_switch_switches_back(run: Run, house: House, moments: Moments) -> None:
    moments.rule(house.lab)
    try_path = "/api/v2/branding/phone/providers/*/try"
    house.lab.faults({"method": "POST", "path": try_path, "effect": "status:403", "times": 2})
    result = run(*MIGRATE, "--test-to", USER, env=dict(house.lab.env))
    assert result.document["error"]["code"] == "migration_reverted", result
    log_in(house)


def test_a_trial_account_moves_only_with_an_sms_that_arrives(run: Run, labs: Labs, moments: Moments) -> None:
    house = House(labs.get(phone_stack="legacy", twilio_account="trial"))
    before = memory(house.lab)
    moments.rule(house.lab)
    alone, tested = (run(*MIGRATE, *more, env=dict(house.lab.env)) for more in ((), ("--test-to", USER)))
    house.close()
    assert (alone.code, alone.document["error"]["code"]) == (7, "migration_blocked")
    assert (tested.code, tested.document["error"]["code"]) == (1, "sms_undelivered"), tested
    assert not is_unified(house.lab)
    assert memory(house.lab)["legacy"] == before["legacy"]


# --- an earlier run that was cut off ----------------------------------------------------------------------------------


def cut_off(run: Run, house: House, patch: pytest.MonkeyPatch) -> None:
    """A run that ends like a killed one, right after the switch: without the check and without its last line."""

    def stop() -> None:
        raise KeyboardInterrupt

    with patch.context() as here:
        at_check(here, stop)
        assert run(*MIGRATE, env=dict(house.lab.env)).code == 130
    assert is_unified(house.lab)


def test_the_next_run_makes_the_check_that_was_cut_off(run: Run, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(run, house, monkeypatch)
    result = run(*MIGRATE, env=dict(house.lab.env))
    assert (result.code, warned(result)) == (0, ["migration_check_repeated"])
    assert warned(run(*MIGRATE, env=dict(house.lab.env))) == []


def test_the_next_run_switches_back_where_that_check_fails(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(run, house, monkeypatch)
    _disabled(house.lab)
    result = run(*MIGRATE, env=dict(house.lab.env))
    assert result.document["error"]["code"] == "migration_reverted", result
    assert not is_unified(house.lab)
    log_in(house)


def test_undo_of_a_run_that_was_cut_off_restores_everything(
    run: Run, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    legacy.texts(legacy.VOICE)(house)
    before = memory(house.lab)
    cut_off(run, house, monkeypatch)
    assert run(*UNDO, env=dict(house.lab.env)).code == 0
    assert memory(house.lab) == before
    log_in(house)
