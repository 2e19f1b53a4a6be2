"""What needs consent before the first write: a purchase for nothing, an unknown price, a number that is in use."""

from collections.abc import Callable
from typing import Any

import pytest

from mfa_setup.model.types import SAFE_ORDER, PhoneStack
from support.lab import Lab, Result, Run
from support.scene import number, paths, pending, pool, provider, service, stock, warned

FIRST, SECOND = (item.phone_number for item in stock()[:2])
WEBHOOK = "https://support.example.com/sms?key=abc"
Buy = Callable[..., Result]


@pytest.fixture
def buy(run: Run, unified: Lab) -> Buy:
    """Runs `buy-number` where the stack plays no part."""
    return lambda *arguments: run("buy-number", "--yes", "--json", *arguments, env=unified.env)


def support(lab: Lab, **fields: Any) -> str:
    """The number of somebody's support desk, which takes its messages by a webhook; its SID."""
    body = {"phone_number": FIRST, "friendly_name": "Support", "sms_url": WEBHOOK} | fields
    return str(lab.control("twilio/numbers", body)["sid"])


def codes(lab: Lab) -> str:
    """The Messaging Service with the verified campaign; its SID."""
    return lab.control_service_sid()


def refused(result: Result, check_id: str) -> dict[str, Any]:
    """The check that a run was refused for, before it wrote anything."""
    assert result.code == 7, result.out
    error = result.document["error"]
    assert error["code"] == "guard_refused"
    assert f"--override {check_id}" in error["hint"]
    assert result.document["changed"] is False
    return dict(next(check for check in result.document["checks"] if check["id"] == check_id))


def agreed(result: Result) -> list[str]:
    """The checks that somebody went on without."""
    assert result.code == 0, result.out
    return [check["id"] for check in result.document["checks"] if check["overridden"]]


def message_of(result: Result, code: str) -> str:
    """The text of a warning."""
    return str(next(item["message"] for item in result.document["warnings"] if item["code"] == code))


# --- a number with a webhook ---------------------------------------------------------------------------------------


def test_a_number_that_takes_messages_by_a_webhook_is_put_into_no_pool_without_consent(buy: Buy, unified: Lab) -> None:
    support(unified)
    check = refused(buy("--from", FIRST), "number_moves")
    assert "Its incoming messages are dropped" in check["evidence"]
    assert "sms_url" in check["evidence"]
    assert "--messaging-service-sid" in check["fix"]
    assert unified.writes() == []


def test_up_and_enable_sms_ask_for_that_consent_too(run: Run, lab: Lab) -> None:
    support(lab)
    for command in ("up", "enable-sms"):
        refused(run(command, "--from", FIRST, "--yes", "--json", env=lab.env), "number_moves")
    assert lab.writes() == []


def test_both_names_are_consent_and_the_plan_says_what_becomes_of_its_messages(buy: Buy, unified: Lab) -> None:
    sid = support(unified)
    result = buy("--from", FIRST, "--messaging-service-sid", codes(unified))
    assert agreed(result) == []
    assert "Its incoming messages are dropped" in message_of(result, "number_moves")
    assert pool(unified) == [sid]


def test_an_override_is_consent_and_is_reported(buy: Buy, unified: Lab) -> None:
    sid = support(unified)
    assert agreed(buy("--from", FIRST, "--override", "number_moves")) == ["number_moves"]
    assert pool(unified) == [sid]
    assert "override_unused" in warned(buy("--from", FIRST, "--override", "number_moves"))


def test_the_consent_is_reported_beside_the_checks_of_the_policy(run: Run, lab: Lab) -> None:
    support(lab)
    line = ("up", "--from", FIRST, "--override", "number_moves", "--override", "registration", "--yes", "--json")
    result = run(*line, env=lab.env)
    assert "number_moves" in agreed(result)
    assert not any(item["message"].startswith("--override number_moves") for item in result.document["warnings"])


def test_plan_names_the_consent_that_up_would_need(run: Run, unified: Lab) -> None:
    support(unified)
    result = run("plan", "--from", FIRST, "--json", env=unified.env)
    assert result.code == 0
    assert {"number_moves", "consent_needed"} <= {*warned(result)}
    assert "--override number_moves" in next(
        item["hint"] for item in result.document["warnings"] if item["code"] == "consent_needed"
    )


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"use_inbound_webhook_on_number": True}, "still go to its own webhook (sms_url)"),
        ({"inbound_request_url": "https://codes.example.com/in?key=abc"}, "at codes.example.com, no longer to its own"),
    ],
    ids=["its own", "the service's"],
)
def test_it_says_where_the_messages_go(buy: Buy, unified: Lab, settings: dict[str, object], text: str) -> None:
    support(unified)
    sid = codes(unified)
    unified.sandbox.world.twilio.services[sid].settings.update(settings)
    evidence = refused(buy("--from", FIRST), "number_moves")["evidence"]
    assert text in evidence
    assert "key=abc" not in evidence


def test_a_number_in_use_that_goes_into_no_pool_needs_none(buy: Buy, unified: Lab) -> None:
    support(unified, phone_number="+447400123456")
    result = buy("--from", "+447400123456")
    assert agreed(result) == []
    assert pending(result) == {}


def test_calls_are_not_concerned(buy: Buy, unified: Lab) -> None:
    body = {"phone_number": FIRST, "voice_url": "https://support.example.com/call"}
    sid = str(unified.control("twilio/numbers", body)["sid"])
    assert agreed(buy("--from", FIRST)) == []
    assert pool(unified) == [sid]


def test_the_number_that_auth0_uses_and_another_program_too_needs_consent_as_well(buy: Buy, unified: Lab) -> None:
    support(unified)
    provider(unified, sender=FIRST)
    refused(buy(), "number_moves")


# --- a number of another service -----------------------------------------------------------------------------------


@pytest.fixture
def marketing(unified: Lab) -> str:
    """Another Messaging Service, which sends by the number."""
    return service(unified, "Marketing")


@pytest.mark.parametrize("consent", ["number_moves", ""], ids=["--override", "both names"])
def test_a_number_of_another_service_is_moved_with_consent_and_restored_by_undo(
    run: Run, buy: Buy, unified: Lab, marketing: str, consent: str
) -> None:
    sid = support(unified, service_sid=marketing)
    named = ("--override", consent) if consent else ("--messaging-service-sid", codes(unified))
    result = buy("--from", FIRST, *named)
    assert agreed(result) == ([consent] if consent else [])
    assert f"is moved from the Messaging Service {marketing} (Marketing)" in message_of(result, "number_moves")
    (field,) = result.change("number")["fields"]
    assert (field["before"], field["after"]) == (marketing, codes(unified))
    assert (pool(unified, marketing), pool(unified)) == ([], [sid])
    undone = run("undo", "--yes", "--json", env=unified.env)
    assert undone.code == 0, undone.out
    assert (pool(unified, marketing), pool(unified)) == ([sid], [])


def test_without_consent_it_stays_with_both_ways_to_agree(buy: Buy, unified: Lab, marketing: str) -> None:
    sid = support(unified, service_sid=marketing)
    error = buy("--from", FIRST).document["error"]
    assert error["code"] == "number_in_another_service"
    assert f"--from {FIRST} --messaging-service-sid {codes(unified)}" in error["hint"]
    assert "--override number_moves" in error["hint"]
    assert pool(unified, marketing) == [sid]


def test_a_move_that_is_cut_off_half_way_is_undone_and_can_be_finished(
    run: Run, buy: Buy, unified: Lab, marketing: str
) -> None:
    sid = support(unified, service_sid=marketing)
    add = {"method": "POST", "path": "/v1/Services/*/PhoneNumbers", "effect": "status:400"}
    line = ("--from", FIRST, "--override", "number_moves")
    unified.faults(add)
    assert buy(*line).code == 1
    assert pool(unified, marketing) == pool(unified) == []
    assert run("undo", "--yes", "--json", env=unified.env).code == 0
    assert pool(unified, marketing) == [sid]
    unified.faults(add)
    assert buy(*line).code == 1
    assert buy(*line).code == 0
    assert pool(unified) == [sid]


def test_an_undo_does_not_move_back_what_a_policy_sends_from(run: Run, buy: Buy, unified: Lab, marketing: str) -> None:
    sid = support(unified, service_sid=marketing)
    provider(unified, sender=FIRST)
    assert buy("--override", "number_moves").code == 0
    unified.auth0("PUT", "guardian/factors/sms", {"enabled": True})
    unified.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["sms"]})
    unified.auth0("PUT", "guardian/policies", ["all-applications"])
    result = run("undo", "--yes", "--json", env=unified.env)
    assert result.code == 7, result.out
    assert pool(unified) == [sid]
    unified.auth0("PUT", "guardian/policies", [])
    assert run("undo", "--yes", "--json", env=unified.env).code == 0
    assert (pool(unified, marketing), pool(unified)) == ([sid], [])


def test_an_undo_leaves_a_number_that_somebody_has_moved_on_since(
    run: Run, buy: Buy, unified: Lab, marketing: str
) -> None:
    sid = support(unified, service_sid=marketing)
    assert buy("--from", FIRST, "--override", "number_moves").code == 0
    third = service(unified, "Third")
    world = unified.sandbox.world.twilio
    entry = world.services[codes(unified)].pool.pop(sid)
    world.services[third].pool[sid] = entry
    result = run("undo", "--yes", "--json", env=unified.env)
    assert "changed_since" in warned(result)
    assert (pool(unified, marketing), pool(unified, third)) == ([], [sid])


# --- money ---------------------------------------------------------------------------------------------------------


def test_a_number_whose_price_nobody_names_is_not_bought_without_consent(buy: Buy, unified: Lab) -> None:
    unified.control("twilio/prices", {"country": "US", "number_type": "local", "current_price": None})
    assert "has no price for local numbers" in refused(buy(), "price_known")["evidence"]
    assert unified.twilio["purchases"] == 0
    assert agreed(buy("--override", "price_known")) == ["price_known"]
    assert unified.twilio["purchases"] == 1
    assert buy("--override", "price_known").document["changed"] is False


def test_on_what_looks_like_the_free_plan_no_number_alone_is_bought_without_consent(
    run: Run, make_lab: Callable[..., Lab]
) -> None:
    free = make_lab(auth0_plan="free")
    check = refused(run("buy-number", "--yes", "--json", env=free.env), "auth0_plan")
    assert "Free plan" in check["evidence"]
    assert free.twilio["purchases"] == 0
    bought = run("buy-number", "--override", "auth0_plan", "--yes", "--json", env=free.env)
    assert agreed(bought) == ["auth0_plan"]
    assert free.twilio["purchases"] == 1


def test_up_has_auth0_refuse_the_factor_there_before_money_is_spent(run: Run, make_lab: Callable[..., Lab]) -> None:
    free = make_lab(auth0_plan="free")
    result = run("up", "--yes", "--json", env=free.env)
    assert result.code == 4, result.out
    assert result.document["error"]["code"] == "plan_refused"
    assert "auth0_plan" in warned(result)
    assert free.twilio["purchases"] == 0


def test_an_override_buys_the_number_first(run: Run, make_lab: Callable[..., Lab]) -> None:
    free = make_lab(auth0_plan="free")
    result = run("up", "--override", "auth0_plan", "--yes", "--json", env=free.env)
    assert (result.code, result.document["error"]["code"]) == (4, "plan_refused")
    assert free.twilio["purchases"] == 1


def test_the_factor_is_no_test_of_the_plan_where_an_action_asks_for_codes(
    run: Run, make_lab: Callable[..., Lab]
) -> None:
    free = make_lab(auth0_plan="free")
    code = "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };"
    free.control("actions", [{"name": "Ask for MFA", "code": code}])
    refused(run("up", "--yes", "--json", env=free.env), "auth0_plan")
    assert free.writes() == []


@pytest.mark.parametrize("stack", ["unified", "legacy"])
def test_a_tenant_that_takes_the_factor_is_set_up_whatever_its_rate_limit(
    run: Run, make_lab: Callable[..., Lab], stack: PhoneStack
) -> None:
    slow = make_lab(phone_stack=stack, rate_limit="free")
    result = run("up", "--yes", "--json", env=slow.env)
    assert result.code == 0, result.out
    assert [change["resource"] for change in result.document["changes"]] == [
        name for name in SAFE_ORDER if name != "scope"
    ]
    assert slow.twilio["purchases"] == 1
    order = ("factors/sms", "IncomingPhoneNumbers", "message-types")
    at = [
        next(at for at, (_, path) in enumerate(slow.writes()) if path.endswith((name, f"{name}.json")))
        for name in order
    ]
    assert at == sorted(at)


def test_a_factor_goes_on_first_only_where_nobody_is_asked_for_a_code(run: Run, make_lab: Callable[..., Lab]) -> None:
    free = make_lab(auth0_plan="free")
    free.auth0("PUT", "guardian/factors/otp", {"enabled": True})
    free.auth0("PUT", "guardian/policies", ["all-applications"])
    refused(run("up", "--yes", "--json", env=free.env), "auth0_plan")
    assert free.twilio["purchases"] == 0


def test_everything_that_needs_consent_is_named_at_once(run: Run, make_lab: Callable[..., Lab]) -> None:
    free = make_lab(auth0_plan="free")
    free.control("twilio/prices", {"country": "US", "number_type": "local", "current_price": None})
    result = run("buy-number", "--yes", "--json", env=free.env)
    refused(result, "auth0_plan")
    assert "--override auth0_plan --override price_known" in result.document["error"]["hint"]


def test_a_number_that_is_there_already_needs_no_consent_about_money(run: Run, make_lab: Callable[..., Lab]) -> None:
    free = make_lab(auth0_plan="free")
    number(free, SECOND)
    result = run("buy-number", "--from", SECOND, "--yes", "--json", env=free.env)
    assert agreed(result) == []
    assert paths(result.change("number")) == ["messaging_service_sid"]
