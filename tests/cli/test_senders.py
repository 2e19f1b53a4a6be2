"""Whose sender it is: what this tenant owns, what others live on, and what is known before money is spent."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from support.lab import Lab, Result, Run
from support.reach import sends_from
from support.scene import into_pool, number, pending, pool, provider, service, stock, warned

FIRST, SECOND = (item.phone_number for item in stock()[:2])
OVERRIDES = ("--override", "registration", "--override", "sender_owned", "--override", "provider_token")
Buy = Callable[..., Result]


@pytest.fixture
def buy(run: Run, unified: Lab) -> Buy:
    """Runs `buy-number` where the stack plays no part."""
    return lambda *arguments: run("buy-number", "--yes", "--json", *arguments, env=unified.env)


def listed(lab: Lab, phone_number: str, **fields: Any) -> str:
    """A number that the account has had for long, with what Twilio lists of it; its SID."""
    return str(lab.control("twilio/numbers", {"phone_number": phone_number, **fields})["sid"])


# --- ours, whatever it lacks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("--buy",), ("--area-code", "808")], ids=" ".join)
def test_a_number_of_ours_that_is_listed_without_sms_is_named_and_no_second_one_bought(
    buy: Buy, unified: Lab, arguments: tuple[str, ...]
) -> None:
    assert buy().code == 0
    (ours,) = unified.twilio["numbers"]
    listed(unified, ours["phone_number"], friendly_name=ours["friendly_name"], sms=False)
    before = unified.mark()
    result = buy(*arguments)
    assert result.code == 7
    error = result.document["error"]
    assert error["code"] == "number_unfit"
    assert ours["phone_number"] in error["message"]
    assert "unable to send SMS" in error["message"]
    assert "--from" in error["hint"]
    assert unified.writes(before) == []


def test_another_number_that_is_named_goes_before_ours_that_cannot_send(buy: Buy, unified: Lab) -> None:
    assert buy().code == 0
    (ours,) = unified.twilio["numbers"]
    listed(unified, ours["phone_number"], friendly_name=ours["friendly_name"], sms=False)
    theirs = next(item.phone_number for item in stock() if item.phone_number != ours["phone_number"])
    number(unified, theirs)
    result = buy("--from", theirs)
    assert result.document["outputs"]["phone_number"] == theirs
    assert unified.twilio["purchases"] == 1


# --- names and short codes -----------------------------------------------------------------------------------------

SHORT_CODE, NAME = "12345", "ACME Codes"


@pytest.fixture(params=[NAME, SHORT_CODE])
def sender_id(request: pytest.FixtureRequest, lab: Lab) -> str:
    """A sender that is no number, which the account can send from."""
    if request.param == SHORT_CODE:
        lab.control("twilio/short-codes", {"short_code": SHORT_CODE})
    return str(request.param)


def test_a_sender_that_auth0_uses_and_that_is_no_number_is_kept(run: Run, lab: Lab, sender_id: str) -> None:
    provider(lab, sender=sender_id)
    for command in ("buy-number", "enable-sms"):
        result = run(command, "--yes", "--json", env=lab.env)
        assert result.code == 0, result.out
        assert result.change("number")["action"] == "none"
    assert lab.sender() == sender_id
    assert lab.twilio["purchases"] == 0


def test_it_can_be_asked_for_by_from_and_undone(run: Run, lab: Lab, sender_id: str) -> None:
    used = listed(lab, FIRST)
    provider(lab, sender=FIRST)
    result = run("enable-sms", "--from", sender_id, "--yes", "--json", *OVERRIDES, env=lab.env)
    assert result.code == 0, result.out
    assert lab.sender() == sender_id
    assert not any(used in pool(lab, item["sid"]) for item in lab.twilio["services"])
    assert run("undo", "--yes", "--json", *OVERRIDES, env=lab.env).code == 0
    assert lab.sender() == FIRST


def test_an_undo_puts_it_back(run: Run, lab: Lab, sender_id: str) -> None:
    listed(lab, FIRST)
    provider(lab, sender=sender_id)
    assert run("enable-sms", "--from", FIRST, "--yes", "--json", *OVERRIDES, env=lab.env).code == 0
    assert lab.sender() == FIRST
    assert run("undo", "--yes", "--json", *OVERRIDES, env=lab.env).code == 0
    assert lab.sender() == sender_id


def test_a_short_code_of_nobody_is_refused_with_those_that_are_there(buy: Buy, unified: Lab) -> None:
    unified.control("twilio/short-codes", {"short_code": SHORT_CODE})
    result = buy("--from", "54321")
    assert result.code == 3
    assert result.document["error"]["code"] == "not_found"
    assert SHORT_CODE in result.document["error"]["hint"]


def test_a_name_is_put_into_no_pool(buy: Buy, unified: Lab) -> None:
    result = buy("--from", NAME, "--messaging-service-sid", unified.control_service_sid())
    assert result.code == 3
    assert "only a phone number can be added to a Messaging Service" in result.document["error"]["message"]
    assert unified.writes() == []


def test_a_messaging_service_that_sends_by_a_name_needs_no_number(run: Run, lab: Lab) -> None:
    named = service(lab, "Names")
    lab.control("twilio/alpha-senders", {"alpha_sender": NAME, "service_sid": named})
    result = run("buy-number", "--messaging-service-sid", named, "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert result.document["outputs"]["messaging_service_sid"] == named
    assert lab.twilio["purchases"] == 0


# --- other forms ---------------------------------------------------------------------------------------------------


def test_a_number_in_another_form_is_the_same_number(run: Run, lab: Lab) -> None:
    written = f"{FIRST[:2]} {FIRST[2:5]} {FIRST[5:8]}-{FIRST[8:]}"
    into_pool(lab, lab.control_service_sid(), listed(lab, FIRST))
    listed(lab, SECOND)
    provider(lab, sender=written)
    assert run("enable-sms", "--yes", "--json", env=lab.env).code == 0
    result = run("enable-sms", "--from", FIRST, "--yes", "--json", env=lab.env)
    assert result.document["outputs"]["phone_number"] == FIRST
    assert pending(result) == {}
    assert lab.sender() == written


def test_a_messaging_service_in_the_place_of_a_number_is_named_and_put_where_it_belongs(run: Run, lab: Lab) -> None:
    sid = lab.control_service_sid()
    into_pool(lab, sid, listed(lab, FIRST))
    provider(lab, sender=sid)
    result = run("enable-sms", "--yes", "--json", *OVERRIDES, env=lab.env)
    assert result.code == 0, result.out
    assert "service_as_sender" in warned(result)
    assert lab.sender() is None
    assert lab.twilio["purchases"] == 0


def test_a_messaging_service_in_from_is_told_to_go_elsewhere(buy: Buy, unified: Lab) -> None:
    result = buy("--from", unified.control_service_sid())
    assert result.code == 3
    assert "--messaging-service-sid" in result.document["error"]["hint"]


def test_of_many_candidates_ten_are_named_with_their_names(buy: Buy, unified: Lab) -> None:
    for index, item in enumerate(stock()[:13]):
        listed(unified, item.phone_number, friendly_name=f"Support {index}")
    for message in (
        buy().document["error"]["message"],
        buy("--from", stock()[-1].phone_number).document["error"]["hint"],
    ):
        assert len(re.findall(r"\+1[0-9]{10} \(Support [0-9]+\)", message)) == 10
        assert "and 3 more" in message


# --- whose pool ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "phone", ["+447400123456", "+18335550123", "+14165550123"], ids=["foreign", "toll-free", "canadian"]
)
def test_only_a_us_long_code_goes_into_the_pool_of_the_us_campaign(buy: Buy, unified: Lab, phone: str) -> None:
    listed(unified, phone)
    result = buy("--from", phone)
    assert result.code == 0, result.out
    assert result.document["changed"] is False
    assert pool(unified) == []


def test_a_foreign_number_in_a_service_of_its_own_stays_there_beside_a_us_campaign(run: Run, lab: Lab) -> None:
    british = service(lab, "United Kingdom")
    listed(lab, "+447400123456", service_sid=british)
    provider(lab, service=british)
    for command in (("buy-number", "--yes"), ("enable-sms", "--yes"), ("plan",), ("status",)):
        result = run(*command, "--json", env=lab.env)
        assert result.code == 0, result.out
    assert run("buy-number", "--from", "+447400123456", "--yes", "--json", env=lab.env).code == 0
    assert pool(lab) == []


def test_another_tenants_number_in_the_named_pool_is_not_taken_on_its_own(buy: Buy, unified: Lab) -> None:
    named = service(unified, "Shared")
    listed(unified, FIRST, friendly_name="mfa-setup:0123456789abcdef", service_sid=named)
    result = buy("--messaging-service-sid", named)
    assert result.code == 0, result.out
    assert result.document["outputs"]["phone_number"] != FIRST
    assert buy("--from", FIRST, "--messaging-service-sid", named).document["outputs"]["phone_number"] == FIRST


@pytest.mark.parametrize("effect", ["status:403", "status:500"])
def test_a_short_code_that_could_not_be_read_is_not_replaced(run: Run, lab: Lab, effect: str) -> None:
    lab.control("twilio/short-codes", {"short_code": "12345"})
    sends_from(lab, "12345")
    lab.faults({"method": "GET", "path": "*ShortCodes*", "effect": effect, "times": 999})
    arguments = ("--no-app", "--override", "registration", "--timeout", "5", "--yes", "--json")
    result = run("up", *arguments, env=lab.env)
    assert (result.code, lab.twilio["purchases"]) == (6, 0), result.out
    assert "12345" in str(lab.tenant["phone_provider"])
    assert next(check for check in result.document["checks"] if check["id"] == "sender_owned")["status"] == "skip"


def test_a_pool_that_could_not_be_read_is_not_filled(run: Run, lab: Lab) -> None:
    service = lab.control_service_sid()
    lab.control("twilio/alpha-senders", {"alpha_sender": "ACME", "service_sid": service})
    lab.faults({"method": "GET", "path": "*AlphaSenders*", "effect": "status:403", "times": 999})
    result = run("up", "--no-app", "--messaging-service-sid", service, "--yes", "--json", env=lab.env)
    assert (result.code, lab.twilio["purchases"]) == (6, 0), result.out
