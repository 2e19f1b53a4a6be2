"""Two tenants on one Twilio account at the same time: each has a number of its own, whose mark names its tenant."""

from collections.abc import Callable
from typing import Any

import pytest

from mfa_setup.adapters.twilio import TwilioAdapter
from mfa_setup.resources import recovery
from support.lab import Lab, Result, Run
from support.scene import meanwhile, number, pool, stock, warned

PURCHASE = "/2010-04-01/*/IncomingPhoneNumbers.json"
OTHER = "mfa-setup:0123456789abcdef"
"""The mark of another tenant."""
Buy = Callable[..., Result]


@pytest.fixture
def buy(run: Run, unified: Lab) -> Buy:
    """Runs `buy-number` where the stack plays no part."""
    return lambda *arguments: run("buy-number", "--yes", "--json", *arguments, env=unified.env)


@pytest.fixture
def planned(run: Run, unified: Lab) -> str:
    """The number that the next purchase would take."""
    return str(run("plan", "--json", env=unified.env).change("number")["title"])


def marks(lab: Lab) -> dict[str, str]:
    """The account's numbers with the names that they carry."""
    return {item["phone_number"]: item["friendly_name"] for item in lab.twilio["numbers"]}


def rename(lab: Lab, phone_number: str, name: str) -> None:
    """Gives a number another name, as a second purchase of it does."""
    for item in lab.sandbox.world.twilio.numbers.values():
        if item.phone_number == phone_number:
            item.friendly_name = name


def own_of(result: Result, lab: Lab, theirs: str) -> str:
    """The number that a run bought for its own tenant; the other one still has its own."""
    assert result.code == 0, result.out
    phone_number = str(result.document["outputs"]["phone_number"])
    assert phone_number != theirs
    assert result.change("number")["title"] == phone_number
    assert marks(lab)[theirs] == OTHER
    assert pool(lab) == [result.document["outputs"]["number_sid"]]
    return phone_number


def test_a_number_that_another_tenant_has_bought_since_the_search_is_passed_over(
    buy: Buy, unified: Lab, planned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, "number", lambda: number(unified, planned, name=OTHER))
    own_of(buy(), unified, planned)
    assert unified.twilio["purchases"] == 1


def test_of_two_that_bought_the_same_number_at_once_the_one_whose_mark_it_carries_has_it(
    buy: Buy, unified: Lab, planned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, theirs = TwilioAdapter.buy, iter((planned,))

    def bought(self: TwilioAdapter, phone_number: str, mark: str) -> Any:
        made = real(self, phone_number, mark)
        if phone_number == next(theirs, None):
            rename(unified, phone_number, OTHER)
        return made

    monkeypatch.setattr(TwilioAdapter, "buy", bought)
    ours = own_of(buy(), unified, planned)
    again = buy()
    assert again.document["outputs"]["phone_number"] == ours
    assert again.document["changed"] is False


def test_a_purchase_without_an_answer_whose_number_is_another_tenants_is_none_of_ours(
    buy: Buy, unified: Lab, planned: str
) -> None:
    unified.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    assert buy().code == 5
    number(unified, planned, name=OTHER)
    own_of(buy(), unified, planned)
    assert unified.twilio["purchases"] == 1


def test_what_is_found_after_a_lost_answer_is_not_taken_from_another_tenant(
    buy: Buy, unified: Lab, planned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unified.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    monkeypatch.setattr(recovery.clock, "sleep", lambda _: number(unified, planned, name=OTHER))
    result = buy()
    assert (result.code, result.document["error"]["code"]) == (5, "outcome_unknown")
    assert marks(unified) == {planned: OTHER}
    assert pool(unified) == []


def test_a_number_that_another_tenant_has_taken_over_since_is_not_released_with_ours(
    run: Run, buy: Buy, unified: Lab
) -> None:
    bought = str(buy().document["outputs"]["phone_number"])
    rename(unified, bought, OTHER)
    result = run("undo", "--release-number", "--yes", "--json", env=unified.env)
    assert "changed_since" in warned(result)
    assert marks(unified) == {bought: OTHER}


def test_a_number_of_another_tenant_is_used_where_it_is_named(buy: Buy, unified: Lab) -> None:
    theirs = str(number(unified, stock()[0].phone_number, name=OTHER)["phone_number"])
    assert buy("--from", theirs).document["outputs"]["phone_number"] == theirs
    assert unified.twilio["purchases"] == 0
