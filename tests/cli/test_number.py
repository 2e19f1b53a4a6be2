"""The number: a ladder down to a purchase, its place in a Messaging Service, and never two purchases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mfa_setup.resources import recovery
from support.lab import Lab, Result, Run
from support.scene import (
    OTHER_ACCOUNT,
    into_pool,
    meanwhile,
    number,
    out_of_pool,
    paths,
    pending,
    pool,
    provider,
    service,
    stock,
    warned,
)

POOL = "/v1/Services/*/PhoneNumbers"
PURCHASE = "/2010-04-01/*/IncomingPhoneNumbers.json"
FIRST, SECOND = (item.phone_number for item in stock()[:2])
MUTE = stock(sms=False)[0].phone_number

Buy = Callable[..., Result]


def buyer(run: Run, lab: Lab) -> Buy:
    """`buy-number` on one sandbox."""

    def call(*arguments: str) -> Result:
        return run("buy-number", "--yes", "--json", *arguments, env=lab.env)

    return call


@pytest.fixture
def buy(run: Run, unified: Lab) -> Buy:
    """Runs `buy-number` where the stack plays no part."""
    return buyer(run, unified)


@pytest.fixture
def bare(make_lab: Callable[..., Lab]) -> Lab:
    """An account without any Messaging Service."""
    return make_lab(number_registration="unregistered")


def owned(lab: Lab) -> list[str]:
    """The account's numbers."""
    return [item["phone_number"] for item in lab.twilio["numbers"]]


def bought(lab: Lab) -> dict[str, Any]:
    """The one number of the account, which was bought."""
    assert lab.twilio["purchases"] == 1
    (item,) = lab.twilio["numbers"]
    return dict(item)


def chosen(result: Result) -> str:
    """The number that a run ended with."""
    assert result.code == 0, result.out
    return str(result.document["outputs"]["phone_number"])


# --- the ladder: asked for -----------------------------------------------------------------------------------------


def test_the_number_asked_for_is_used_and_nothing_bought(buy: Buy, unified: Lab) -> None:
    number(unified, FIRST)
    number(unified, SECOND)
    assert chosen(buy("--from", SECOND)) == SECOND
    assert unified.twilio["purchases"] == 0


def test_a_number_asked_for_that_the_account_lacks_stops_with_those_it_has(buy: Buy, unified: Lab) -> None:
    number(unified, FIRST)
    number(unified, MUTE)
    result = buy("--from", SECOND)
    assert result.code == 3
    assert result.document["error"]["code"] == "not_found"
    assert FIRST in result.document["error"]["hint"]
    assert MUTE not in result.document["error"]["hint"]
    assert unified.writes() == []


def test_a_number_asked_for_that_cannot_send_sms_is_refused(buy: Buy, unified: Lab) -> None:
    number(unified, MUTE)
    result = buy("--from", MUTE)
    assert result.code == 3
    assert "cannot send SMS" in result.document["error"]["message"]
    assert unified.writes() == []


def test_the_number_asked_for_goes_before_ours(buy: Buy, unified: Lab) -> None:
    ours = chosen(buy())
    theirs = next(item.phone_number for item in stock() if item.phone_number != ours)
    number(unified, theirs)
    assert chosen(buy("--from", theirs)) == theirs
    assert unified.twilio["purchases"] == 1


# --- the ladder: ours ----------------------------------------------------------------------------------------------


def test_ours_is_found_by_its_mark_among_others(buy: Buy, unified: Lab) -> None:
    ours = chosen(buy())
    for item in stock()[-2:]:
        number(unified, item.phone_number)
    result = buy()
    assert chosen(result) == ours
    assert result.document["changed"] is False


def test_ours_goes_before_the_sender_that_auth0_uses(run: Run, lab: Lab) -> None:
    ours = chosen(buyer(run, lab)())
    number(lab, stock()[-1].phone_number)
    provider(lab, sender=stock()[-1].phone_number)
    assert chosen(buyer(run, lab)()) == ours


def test_of_several_of_ours_the_oldest_is_used_with_a_warning(buy: Buy, unified: Lab) -> None:
    ours = chosen(buy())
    older = number(unified, stock()[-1].phone_number, name=bought(unified)["friendly_name"])
    unified.sandbox.world.twilio.numbers[older["sid"]].created -= timedelta(days=1)
    result = buy()
    assert chosen(result) == older["phone_number"] != ours
    assert warned(result) == ["several_numbers"]


def test_a_number_marked_for_another_tenant_is_neither_taken_nor_asked_about(buy: Buy, unified: Lab) -> None:
    number(unified, FIRST, name="mfa-setup:0123456789abcdef")
    assert chosen(buy()) != FIRST
    assert unified.twilio["purchases"] == 1


# --- the ladder: what Auth0 uses already ---------------------------------------------------------------------------


def test_the_number_that_auth0_uses_is_taken_without_a_question(run: Run, lab: Lab) -> None:
    number(lab, FIRST)
    number(lab, SECOND)
    provider(lab, sender=SECOND)
    assert chosen(buyer(run, lab)()) == SECOND
    assert lab.twilio["purchases"] == 0


def test_the_messaging_service_that_auth0_uses_is_kept(run: Run, lab: Lab) -> None:
    codes = lab.control_service_sid()
    into_pool(lab, codes, number(lab, FIRST)["sid"])
    provider(lab, service=codes)
    result = run("up", "--no-app", "--yes", "--json", env=lab.env)
    assert chosen(result) == FIRST
    assert result.document["outputs"]["messaging_service_sid"] == codes
    # The policy is turned on, and on unified nobody knows the token that Auth0 holds: it alone is sent again.
    assert pending(result).get("provider", ["credentials.auth_token"]) == ["credentials.auth_token"]
    assert lab.twilio["purchases"] == 0


def test_a_messaging_service_without_numbers_that_auth0_uses_is_kept_too(run: Run, lab: Lab) -> None:
    short_codes = service(lab, "Short codes")
    provider(lab, service=short_codes)
    result = buyer(run, lab)()
    assert result.code == 0
    assert result.document["outputs"]["messaging_service_sid"] == short_codes
    assert result.document["changed"] is False


def test_a_sender_of_another_account_is_not_taken(run: Run, lab: Lab) -> None:
    number(lab, FIRST)
    provider(lab, sid=OTHER_ACCOUNT, sender=FIRST)
    assert buyer(run, lab)().document["error"]["code"] == "choice_needed"


def test_a_sender_that_the_account_does_not_have_is_not_taken(run: Run, lab: Lab) -> None:
    provider(lab, sender=FIRST)
    assert chosen(buyer(run, lab)("--area-code", "212")).startswith("+1212")


# --- the ladder: others --------------------------------------------------------------------------------------------


def test_other_numbers_that_could_send_stop_it_naming_from_and_buy(buy: Buy, unified: Lab) -> None:
    for item in (FIRST, SECOND, MUTE):
        number(unified, item)
    result = buy()
    assert result.code == 6
    error = result.document["error"]
    assert error["code"] == "choice_needed"
    assert FIRST in error["message"]
    assert SECOND in error["message"]
    assert MUTE not in error["message"]
    assert "--from" in error["hint"]
    assert "--buy" in error["hint"]
    assert unified.writes() == []


def test_with_buy_one_is_bought_beside_the_others(buy: Buy, unified: Lab) -> None:
    number(unified, FIRST)
    assert chosen(buy("--buy")) != FIRST
    assert unified.twilio["purchases"] == 1


def test_with_buy_ours_is_still_found_and_no_second_bought(buy: Buy, unified: Lab) -> None:
    ours = chosen(buy("--buy"))
    assert chosen(buy("--buy")) == ours
    assert unified.twilio["purchases"] == 1


def test_numbers_that_cannot_send_are_not_asked_about(buy: Buy, unified: Lab) -> None:
    number(unified, MUTE)
    assert chosen(buy()) != MUTE
    assert unified.twilio["purchases"] == 1


# --- the search ----------------------------------------------------------------------------------------------------


def test_what_is_bought_is_the_very_number_that_the_plan_showed(run: Run, buy: Buy, unified: Lab) -> None:
    (shown,) = [
        field["after"]
        for field in run("plan", "--json", env=unified.env).change("number")["fields"]
        if field["path"] == "phone_number"
    ]
    assert chosen(buy()) == shown == bought(unified)["phone_number"]


def test_it_can_send_sms_without_regulatory_documents_and_bears_our_mark(buy: Buy, unified: Lab) -> None:
    buy()
    item = bought(unified)
    assert item["capabilities"]["sms"] is True
    assert item["address_requirements"] == "none"
    assert item["friendly_name"].startswith("mfa-setup:")


def test_it_lies_in_the_area_asked_for(buy: Buy, unified: Lab) -> None:
    assert chosen(buy("--area-code", "808")).startswith("+1808")
    assert bought(unified)["phone_number"].startswith("+1808")


def test_it_contains_the_digits_asked_for(buy: Buy) -> None:
    digits = stock()[7].phone_number[-4:]
    assert digits in chosen(buy("--contains", digits))


def test_a_toll_free_one_can_be_asked_for(buy: Buy, unified: Lab) -> None:
    result = buy("--number-type", "toll-free")
    assert chosen(result)[:5] in {"+1833", "+1844", "+1855", "+1866", "+1877", "+1888"}
    values = {field["path"]: field["after"] for field in result.change("number")["fields"]}
    assert values["number_type"] == "toll-free"
    assert values["monthly_price"] == "2.15 USD"
    assert bought(unified)["capabilities"]["sms"] is True


@pytest.mark.parametrize(("country", "code"), [("GB", "+44"), ("SE", "+46"), ("AU", "+61"), ("NO", "+47")])
def test_where_local_numbers_cannot_send_a_mobile_one_without_documents_is_bought(
    buy: Buy, unified: Lab, country: str, code: str
) -> None:
    result = buy("--country", country)
    phone = chosen(result)
    assert phone.startswith(code)
    assert phone in {item.phone_number for item in stock(country, "mobile") if not item.bundle}
    values = {field["path"]: field["after"] for field in result.change("number")["fields"]}
    assert values["number_type"] == "mobile"
    assert bought(unified)["address_requirements"] == "none"


def test_a_canadian_one_is_local(buy: Buy, unified: Lab) -> None:
    assert chosen(buy("--country", "CA", "--area-code", "416")).startswith("+1416")
    assert bought(unified)["capabilities"]["sms"] is True


@pytest.mark.parametrize(
    "desired",
    [
        ("--country", "DE"),
        ("--country", "FR"),
        ("--country", "NL"),
        ("--country", "GB", "--number-type", "local"),
        ("--country", "GB", "--number-type", "toll-free"),
        ("--country", "NO", "--number-type", "local"),
        ("--country", "MC"),
        ("--area-code", "999"),
        ("--area-code", "415", "--contains", "0000000"),
    ],
    ids=" ".join,
)
def test_where_nothing_fits_it_says_so_and_buys_nothing(buy: Buy, unified: Lab, desired: tuple[str, ...]) -> None:
    result = buy(*desired)
    assert result.code == 1
    assert result.document["error"]["code"] == "no_numbers"
    assert all(value in result.document["error"]["message"] for value in desired if not value.startswith("--"))
    assert unified.writes() == []


# --- the price -----------------------------------------------------------------------------------------------------


def test_number_type_and_monthly_price_are_shown_before_the_purchase(run: Run, unified: Lab) -> None:
    fields = run("plan", "--json", env=unified.env).change("number")["fields"]
    values = {field["path"]: field["after"] for field in fields}
    assert values["number_type"] == "local"
    assert values["monthly_price"] == "1.15 USD"


def test_a_dearer_one_is_refused_before_anything_is_written(run: Run, lab: Lab) -> None:
    for command in (("up", "--yes"), ("buy-number", "--yes"), ("plan",)):
        result = run(*command, "--json", "--max-price", "1.14", env=lab.env)
        assert result.code == 7
        assert result.document["error"]["code"] == "price_over_limit"
        assert "1.15" in result.document["error"]["message"]
        assert "--max-price" in result.document["error"]["hint"]
    assert lab.writes() == []


def test_one_at_the_limit_is_bought(buy: Buy, unified: Lab) -> None:
    assert buy("--max-price", "1.15").code == 0
    assert unified.twilio["purchases"] == 1


def test_a_limit_is_no_matter_where_nothing_is_bought(buy: Buy, unified: Lab) -> None:
    number(unified, FIRST)
    assert chosen(buy("--from", FIRST, "--max-price", "0.01")) == FIRST


def test_a_limit_cannot_be_kept_where_no_price_is_known(buy: Buy, unified: Lab) -> None:
    unified.faults({"method": "GET", "path": "/v1/PhoneNumbers/Countries/US", "effect": "status:404", "times": 2})
    result = buy("--max-price", "5")
    assert result.code == 7
    assert result.document["error"]["code"] == "price_over_limit"
    assert unified.writes() == []
    assert buy("--override", "price_known").code == 0


# --- the pool ------------------------------------------------------------------------------------------------------


def test_the_one_verified_service_gets_the_number(buy: Buy, unified: Lab) -> None:
    service(unified, "Marketing")
    result = buy()
    assert result.document["outputs"]["messaging_service_sid"] == unified.control_service_sid()
    assert pool(unified) == [bought(unified)["sid"]]


def test_a_number_of_any_rung_goes_into_its_pool(buy: Buy, unified: Lab) -> None:
    sid = number(unified, FIRST)["sid"]
    assert pending(buy("--from", FIRST)) == {"number": ["messaging_service_sid"]}
    assert pool(unified) == [sid]


def test_already_in_its_pool_is_success(buy: Buy, unified: Lab) -> None:
    into_pool(unified, unified.control_service_sid(), number(unified, FIRST)["sid"])
    before = unified.mark()
    result = buy("--from", FIRST)
    assert result.code == 0
    assert result.document["changed"] is False
    assert result.document["outputs"]["messaging_service_sid"] == unified.control_service_sid()
    assert unified.writes(before) == []


def test_put_there_by_somebody_meanwhile_is_success_too(
    buy: Buy, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid = number(unified, FIRST)["sid"]
    meanwhile(monkeypatch, "number", lambda: into_pool(unified, unified.control_service_sid(), sid))
    result = buy("--from", FIRST)
    assert result.code == 0, result.out
    assert pool(unified) == [sid]


def test_taken_out_by_hand_it_is_put_back(buy: Buy, unified: Lab) -> None:
    buy()
    sid = bought(unified)["sid"]
    out_of_pool(unified, unified.control_service_sid(), sid)
    assert pending(buy()) == {"number": ["messaging_service_sid"]}
    assert pool(unified) == [sid]


def test_in_another_service_it_stops(buy: Buy, unified: Lab) -> None:
    marketing = service(unified, "Marketing")
    into_pool(unified, marketing, number(unified, FIRST)["sid"])
    before = unified.mark()
    result = buy("--from", FIRST)
    assert result.code == 7
    error = result.document["error"]
    assert error["code"] == "number_in_another_service"
    assert marketing in error["message"]
    assert unified.control_service_sid() in error["message"]
    assert "--messaging-service-sid" in error["hint"]
    assert unified.writes(before) == []


def test_put_into_another_service_meanwhile_stops_it_too(
    buy: Buy, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    sid, marketing = number(unified, FIRST)["sid"], service(unified, "Marketing")
    meanwhile(monkeypatch, "number", lambda: into_pool(unified, marketing, sid))
    result = buy("--from", FIRST)
    assert result.code == 7
    assert result.document["error"]["code"] == "number_in_another_service"
    assert pool(unified, marketing) == [sid]


def test_a_named_service_gets_the_number_verified_or_not(buy: Buy, unified: Lab) -> None:
    named = service(unified, "Ours")
    result = buy("--messaging-service-sid", named)
    assert result.document["outputs"]["messaging_service_sid"] == named
    assert pool(unified, named) == [bought(unified)["sid"]]
    assert pool(unified) == []
    assert buy("--messaging-service-sid", named).document["changed"] is False


def test_a_named_service_with_a_number_of_its_own_needs_no_other(buy: Buy, unified: Lab) -> None:
    named = service(unified, "Ours")
    into_pool(unified, named, number(unified, FIRST)["sid"])
    assert chosen(buy("--messaging-service-sid", named)) == FIRST
    assert unified.twilio["purchases"] == 0


def test_a_named_service_gets_the_number_that_auth0_uses(run: Run, lab: Lab) -> None:
    named = service(lab, "Ours")
    sid = number(lab, FIRST)["sid"]
    number(lab, SECOND)
    provider(lab, sender=FIRST)
    assert chosen(buyer(run, lab)("--messaging-service-sid", named)) == FIRST
    assert pool(lab, named) == [sid]


def test_a_named_service_that_does_not_exist_stops_it(buy: Buy, unified: Lab) -> None:
    result = buy("--messaging-service-sid", "MG" + "0" * 32)
    assert result.code == 3
    assert "--messaging-service-sid" in result.document["error"]["hint"]
    assert unified.writes() == []


def test_several_verified_services_stop_a_us_number_naming_the_flag(buy: Buy, unified: Lab) -> None:
    second = service(unified, "Second", verified=True)
    result = buy()
    assert result.code == 6
    error = result.document["error"]
    assert second in error["message"]
    assert unified.control_service_sid() in error["message"]
    assert "--messaging-service-sid" in error["hint"]
    assert unified.writes() == []
    assert buy("--messaging-service-sid", second).code == 0
    assert pool(unified, second) == [bought(unified)["sid"]]


def test_several_verified_services_do_not_matter_elsewhere(buy: Buy, unified: Lab) -> None:
    second = service(unified, "Second", verified=True)
    result = buy("--country", "GB")
    assert result.code == 0
    assert warned(result) == []
    assert pool(unified) == pool(unified, second) == []


def test_of_several_verified_services_the_one_that_has_the_number_keeps_it(buy: Buy, unified: Lab) -> None:
    second = service(unified, "Second", verified=True)
    into_pool(unified, second, number(unified, FIRST)["sid"])
    result = buy("--from", FIRST)
    assert result.code == 0
    assert result.document["changed"] is False
    assert result.document["outputs"]["messaging_service_sid"] == second


def test_without_a_verified_service_the_number_is_put_in_none(run: Run, bare: Lab) -> None:
    marketing = service(bare, "Marketing")
    result = buyer(run, bare)()
    assert result.code == 0
    assert result.document["outputs"]["messaging_service_sid"] is None
    assert pool(bare, marketing) == []


# --- never two purchases -------------------------------------------------------------------------------------------


def test_a_number_sold_since_the_search_is_passed_over_for_the_next(
    run: Run, buy: Buy, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = chosen_by_plan(run, unified)
    meanwhile(monkeypatch, "number", lambda: unified.control("twilio/taken", {"phone_number": gone}))
    result = buy()
    assert chosen(result) == bought(unified)["phone_number"] != gone


def test_the_change_names_the_number_that_was_really_bought(
    run: Run, buy: Buy, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = chosen_by_plan(run, unified)
    meanwhile(monkeypatch, "number", lambda: unified.control("twilio/taken", {"phone_number": gone}))
    result = buy()
    (named,) = [f["after"] for f in result.change("number")["fields"] if f["path"] == "phone_number"]
    assert named == bought(unified)["phone_number"]


def test_where_all_were_sold_it_says_so_and_the_next_run_finishes(buy: Buy, unified: Lab) -> None:
    for item in stock():
        if item.phone_number.startswith("+1808"):
            unified.control("twilio/taken", {"phone_number": item.phone_number})
    result = buy("--area-code", "808")
    assert result.code == 1
    assert result.document["error"]["code"] == "number_gone"
    assert result.change("number")["status"] == "failed"
    assert unified.twilio["purchases"] == 0
    assert buy().code == 0


@pytest.mark.parametrize("effect", ["reset", "status:502", "status:500", "html", "truncate"])
def test_a_purchase_whose_answer_is_lost_is_found_and_not_repeated(run: Run, lab: Lab, effect: str) -> None:
    lab.faults({"method": "POST", "path": PURCHASE, "effect": effect, "applied": True})
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert bought(lab)["phone_number"] == result.document["outputs"]["phone_number"] == lab.sender()
    assert posts(lab) == 1
    assert run("up", "--json", env=lab.env).document["changed"] is False


@pytest.mark.parametrize("effect", ["reset", "status:502", "html", "truncate"])
def test_a_purchase_without_answer_or_effect_is_not_repeated_and_the_next_run_finishes(
    run: Run, lab: Lab, effect: str
) -> None:
    lab.faults({"method": "POST", "path": PURCHASE, "effect": effect, "applied": False})
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 5
    assert result.document["error"]["code"] == "outcome_unknown"
    assert [change["status"] for change in result.document["changes"]] == [
        "applied", "unknown", "pending", "failed", "pending",
    ]  # fmt: skip
    assert lab.tenant["factors"]["sms"]  # the rest of the factor waits for the provider
    assert posts(lab) == 1
    assert lab.twilio["purchases"] == 0
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    bought(lab)
    assert len(lab.spas) == 1


def test_a_purchase_that_could_not_be_looked_up_is_unknown_and_found_by_the_next_run(
    buy: Buy, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    unanswered = {"method": "GET", "path": PURCHASE, "effect": "status:503"}
    unified.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": True})
    with monkeypatch.context() as patch:
        patch.setattr(recovery.clock, "sleep", lambda _: unified.faults(unanswered))
        result = buy("--timeout", "0.1")
    assert result.code == 5
    assert result.document["error"]["code"] == "outcome_unknown"
    assert result.change("number")["status"] == "unknown"
    assert result.document["changed"] is True
    again = buy()
    assert chosen(again) == bought(unified)["phone_number"]


def test_a_number_that_cannot_be_looked_up_right_before_is_not_bought(
    buy: Buy, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        unanswered = {"method": "GET", "path": PURCHASE, "effect": "status:503"}
        meanwhile(patch, "number", lambda: unified.faults(unanswered))
        result = buy("--timeout", "0.1")
    assert (result.code, result.document["error"]["code"]) == (5, "service_unavailable")
    assert result.change("number")["status"] == "pending"
    assert result.document["changed"] is False
    assert posts(unified) == 0
    assert chosen(buy()) == bought(unified)["phone_number"]


def test_a_refusal_of_the_rate_is_not_answered_by_a_second_purchase(buy: Buy, unified: Lab) -> None:
    unified.faults({"method": "POST", "path": PURCHASE, "effect": "status:429"})
    result = buy()
    assert result.code == 5
    assert result.document["error"]["code"] == "rate_limited"
    assert posts(unified) == 1
    assert buy().code == 0
    bought(unified)


def test_a_place_in_the_pool_whose_answer_is_lost_is_looked_up_in_the_same_run(buy: Buy, unified: Lab) -> None:
    unified.faults({"method": "POST", "path": POOL, "effect": "reset", "applied": True})
    assert buy().code == 0
    assert pool(unified) == [bought(unified)["sid"]]
    assert sum(method == "POST" and "/Services/" in path for method, path in unified.writes()) == 1


def test_a_run_broken_off_between_purchase_and_pool_is_finished_by_the_next(buy: Buy, unified: Lab) -> None:
    unified.faults({"method": "POST", "path": POOL, "effect": "reset", "applied": False})
    broken = buy()
    assert broken.code == 5
    assert broken.document["error"]["code"] == "outcome_unknown"
    assert broken.document["changed"] is True
    assert broken.document["outputs"]["phone_number"] == bought(unified)["phone_number"]
    result = buy()
    assert result.code == 0
    assert result.document["changed"] is True
    assert pool(unified) == [bought(unified)["sid"]]


def test_a_refused_place_in_the_pool_tells_of_the_number_that_was_bought(buy: Buy, unified: Lab) -> None:
    unified.faults({"method": "POST", "path": "/v1/Services/*/PhoneNumbers", "effect": "status:400"})
    result = buy()
    assert result.code == 1
    assert result.document["changed"] is True
    assert result.document["outputs"]["number_sid"] == bought(unified)["sid"]


# --- trials --------------------------------------------------------------------------------------------------------


def test_a_trial_of_the_old_kind_buys_its_one_number(run: Run, make_lab: Callable[..., Lab]) -> None:
    trial = make_lab(twilio_account="legacy-trial")
    assert chosen(buyer(run, trial)()) == bought(trial)["phone_number"]
    assert chosen(buyer(run, trial)()) == bought(trial)["phone_number"]


def test_a_trial_that_refuses_a_second_number_offers_the_first(run: Run, make_lab: Callable[..., Lab]) -> None:
    trial = make_lab(twilio_account="legacy-trial")
    number(trial, FIRST)
    result = buyer(run, trial)("--buy")
    assert result.code == 6
    assert FIRST in result.document["error"]["message"]
    assert f"--from {FIRST}" in result.document["error"]["hint"]
    assert trial.twilio["purchases"] == 0
    assert chosen(buyer(run, trial)("--from", FIRST)) == FIRST


def test_a_trial_that_may_have_no_number_at_all_is_told_so(run: Run, make_lab: Callable[..., Lab]) -> None:
    trial = make_lab(twilio_account="trial")
    result = buyer(run, trial)()
    assert result.code == 4
    assert result.document["error"]["code"] == "trial_number_limit"
    assert result.document["changed"] is False
    assert owned(trial) == []


# --- commands that buy nothing -------------------------------------------------------------------------------------


def test_enable_sms_names_the_command_that_buys(run: Run, lab: Lab) -> None:
    result = run("enable-sms", "--yes", "--json", env=lab.env)
    assert result.code == 6
    assert "buy-number" in result.document["error"]["hint"]
    assert lab.writes() == []


def chosen_by_plan(run: Run, lab: Lab) -> str:
    """The number that the next purchase would take."""
    fields = run("plan", "--json", env=lab.env).change("number")["fields"]
    assert paths({"fields": fields})[0] == "phone_number"
    return str(fields[0]["after"])


def posts(lab: Lab) -> int:
    """How many purchases were asked for."""
    return sum(method == "POST" and path.endswith("/IncomingPhoneNumbers.json") for method, path in lab.writes())
