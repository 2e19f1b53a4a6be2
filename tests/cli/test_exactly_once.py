"""Nothing twice: lost and unreadable answers, crashes, and two machines at the same work."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.adapters import http, twilio_http
from mfa_setup.adapters.answers import Answer
from mfa_setup.adapters.auth0 import Auth0Adapter
from mfa_setup.adapters.twilio import TwilioAdapter
from mfa_setup.adapters.twilio_refusals import classify
from mfa_setup.errors import NumberGoneError
from mfa_setup.resources import creation, recovery
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from mfa_setup.store.folders import Folders
from mfa_setup.store.lock import tenant_lock
from support.documents import document
from support.lab import Lab, Run
from support.scene import application, into_pool, meanwhile, number, pool, provider, stock, token_held, warned

PURCHASE = "/2010-04-01/*/IncomingPhoneNumbers.json"
CLIENTS = "/api/v2/clients"
MARKED = {"managed_by": "mfa-setup"}


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Moves to another machine: an empty state folder, and back."""
    folders = iter(range(9))

    def move() -> None:
        monkeypatch.setenv("MFA_SETUP_STATE_DIR", str(tmp_path / f"machine-{next(folders)}"))

    return move


def on_pause(patch: pytest.MonkeyPatch, *happens: Callable[[], object]) -> list[float]:
    """Lets something happen at each wait, in order; the waits asked for."""
    asked: list[float] = []
    left: Iterator[Callable[[], object]] = iter(happens)

    def sleep(seconds: float) -> None:
        asked.append(seconds)
        next(left, lambda: None)()

    patch.setattr(recovery.clock, "sleep", sleep)
    return asked


def purchases(lab: Lab) -> list[str]:
    """The numbers that purchases were asked for, whatever became of them."""
    return [path for method, path in lab.writes() if method == "POST" and path.endswith("IncomingPhoneNumbers.json")]


def mark_of(lab: Lab) -> str:
    """The mark of this tenant's numbers, as a bought one shows it."""
    return str(lab.twilio["numbers"][0]["friendly_name"])


# --- purchases -----------------------------------------------------------------------------------------------------


def test_an_unreadable_answer_to_a_purchase_is_looked_up(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    garble(monkeypatch, "incoming_phone_numbers")
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert lab.twilio["purchases"] == 1
    assert len(purchases(lab)) == 1


def garble(patch: pytest.MonkeyPatch, what: str) -> None:
    """The first answer to a POST of this kind arrives as JSON that is not what is documented."""
    real = twilio_http.PolicyHttpClient.request
    done: list[str] = []

    def request(self: Any, method: str, url: str, **kwargs: Any) -> Any:
        answer = real(self, method, url, **kwargs)
        if method == "POST" and what.replace("_", "") in url.lower() and not done:
            done.append(url)
            answer.content = "[]"
        return answer

    def positional(self: Any, method: str, url: str, *rest: Any, **kwargs: Any) -> Any:
        names = ("params", "data", "headers", "auth", "timeout", "allow_redirects")
        return request(self, method, url, **dict(zip(names, rest, strict=False)), **kwargs)

    patch.setattr(twilio_http.PolicyHttpClient, "request", positional)


def test_it_looks_a_few_times_with_growing_pauses_before_it_gives_up(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    asked = on_pause(monkeypatch)
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.code == 5
    assert result.document["error"]["code"] == "outcome_unknown"
    assert asked == sorted(asked)
    assert len(asked) > 2
    assert len(purchases(lab)) == 1


def test_a_number_that_appears_late_is_found(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = run("plan", "--json", env=lab.env).change("number")["title"]
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    late = lambda: lab.control("twilio/numbers", {"phone_number": planned})  # noqa: E731
    on_pause(monkeypatch, lambda: None, lambda: None, late)
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert result.document["outputs"]["phone_number"] == planned
    assert len(purchases(lab)) == 1


def test_the_next_run_buys_that_very_number_first(run: Run, lab: Lab) -> None:
    wanted = ("--area-code", "415")
    first = run("plan", "--json", *wanted, env=lab.env).change("number")["title"]
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    assert run("buy-number", "--yes", "--json", *wanted, env=lab.env).code == 5
    planned = run("plan", "--json", env=lab.env).change("number")["title"]
    assert planned == first
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.document["outputs"]["phone_number"] == first
    assert lab.twilio["purchases"] == 1


def test_the_next_run_adopts_it_where_it_was_bought_after_all_even_without_its_mark(run: Run, lab: Lab) -> None:
    first = run("plan", "--json", env=lab.env).change("number")["title"]
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    assert run("buy-number", "--yes", "--json", env=lab.env).code == 5
    number(lab, first, name="renamed")
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.document["outputs"]["phone_number"] == first
    assert lab.twilio["purchases"] == 0


def test_that_number_gone_meanwhile_is_passed_over(run: Run, lab: Lab) -> None:
    first = run("plan", "--json", env=lab.env).change("number")["title"]
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    assert run("buy-number", "--yes", "--json", env=lab.env).code == 5
    lab.control("twilio/taken", {"phone_number": first})
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert result.document["outputs"]["phone_number"] != first
    assert lab.twilio["purchases"] == 1
    assert run("buy-number", "--json", env=lab.env).document["changed"] is False


def test_a_number_refused_as_gone_that_is_ours_all_the_same_is_kept(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run("plan", "--json", env=lab.env).change("number")["title"]
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    assert run("buy-number", "--yes", "--json", env=lab.env).code == 5

    def late() -> None:
        number(lab, first)
        lab.faults({"method": "POST", "path": PURCHASE, "effect": "status:404"})

    def refuse(answer: Any) -> Any:
        return NumberGoneError("gone", service="twilio") if answer.status == 404 else real(answer)

    real = classify
    monkeypatch.setattr("mfa_setup.adapters.twilio.classify", refuse)
    meanwhile(monkeypatch, "number", late)
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert result.document["outputs"]["phone_number"] == first
    assert lab.twilio["purchases"] == 0


def test_a_refusal_of_another_kind_does_not_settle_an_open_purchase(run: Run, lab: Lab) -> None:
    first = run("plan", "--json", "--area-code", "415", env=lab.env).change("number")["title"]
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    assert run("buy-number", "--yes", "--json", "--area-code", "415", env=lab.env).code == 5
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "status:429"})
    assert run("buy-number", "--yes", "--json", env=lab.env).code == 5
    assert run("buy-number", "--yes", "--json", env=lab.env).document["outputs"]["phone_number"] == first
    assert lab.twilio["purchases"] == 1


def test_a_price_limit_holds_for_the_open_purchase_too(run: Run, lab: Lab) -> None:
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    assert run("buy-number", "--yes", "--json", env=lab.env).code == 5
    mark = lab.mark()
    assert run("buy-number", "--yes", "--json", "--max-price", "0.5", env=lab.env).code == 7
    assert lab.writes(mark) == []


def test_an_open_purchase_in_another_country_is_not_repeated(run: Run, lab: Lab) -> None:
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    assert run("buy-number", "--yes", "--json", env=lab.env).code == 5
    result = run("buy-number", "--yes", "--json", "--country", "GB", env=lab.env)
    assert result.document["outputs"]["phone_number"].startswith("+44")


def test_a_renamed_number_is_known_by_its_sid(run: Run, lab: Lab) -> None:
    first = run("up", "--yes", "--json", env=lab.env).document["outputs"]
    lab.sandbox.world.twilio.numbers[first["number_sid"]].friendly_name = "Support line"
    number(lab, stock()[7].phone_number)
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.document["outputs"]["number_sid"] == first["number_sid"]
    assert result.document["changed"] is False


@pytest.mark.parametrize("after", ["intent", "request"])
def test_a_run_killed_around_the_purchase_is_finished_with_one_number(
    run: Run, lab: Lab, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = TwilioAdapter.buy

    def killed(self: TwilioAdapter, phone_number: str, mark: str) -> Any:
        if after == "request":
            real(self, phone_number, mark)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TwilioAdapter, "buy", killed)
        assert run("up", "--yes", "--json", env=lab.env).code == 130
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    assert lab.twilio["purchases"] == len(lab.twilio["numbers"]) == len(lab.spas) == 1


# --- the other things that are made --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["otp_enroll", "otp_verify"])
def test_a_text_whose_answer_is_lost_is_made_once(run: Run, unified: Lab, kind: str) -> None:
    texts = ("--enrollment-template", "{{code}} one", "--verification-template", "{{code}} two")
    times = 1 if kind == "otp_enroll" else 2
    path = "/api/v2/branding/phone/templates"
    unified.faults({"method": "POST", "path": path, "effect": "reset", "applied": True, "times": times})
    result = run("up", "--yes", "--json", *texts, env=unified.env)
    assert result.code == 0, result.out
    assert sum(write == ("POST", path) for write in unified.writes()) == 2
    assert len(unified.tenant["phone_templates"]) == 2


@pytest.mark.parametrize("path", [CLIENTS, "/api/v2/branding/phone/providers", "/api/v2/branding/phone/templates"])
def test_an_answer_of_auth0_that_cannot_be_read_is_looked_up(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    real = http.PolicyTransport._send
    done: list[str] = []

    def garbled(self: Any, request: Any, seconds: float) -> Any:
        answer = real(self, request, seconds)
        if request.method == "POST" and request.url.path == path and not done:
            done.append(path)
            return Answer(answer.status, answer.headers, '"what?"')
        return answer

    monkeypatch.setattr(http.PolicyTransport, "_send", garbled)
    result = run("up", "--yes", "--json", "--verification-template", "{{code}}", env=unified.env)
    assert result.code == 0, result.out
    assert sum(write == ("POST", path) for write in unified.writes()) == 1
    assert len(unified.spas) == 1


CREATES = [CLIENTS, "/api/v2/branding/phone/providers", "/api/v2/branding/phone/templates"]


@pytest.mark.parametrize("path", CREATES)
@pytest.mark.parametrize("applied", [False, True], ids=["refused", "carried out all the same"])
def test_a_create_that_a_rate_limit_refuses_is_looked_up_and_sent_again(
    run: Run, unified: Lab, path: str, *, applied: bool
) -> None:
    unified.faults({"method": "POST", "path": path, "effect": "status:429", "applied": applied})
    result = run("up", "--yes", "--json", "--verification-template", "{{code}}", env=unified.env)
    assert result.code == 0, result.out
    assert sum(write == ("POST", path) for write in unified.writes()) == (1 if applied else 2)
    requests = [(entry["method"], entry["status"]) for entry in unified.log() if entry["path"] == path]
    assert requests[requests.index(("POST", 429)) + 1] == ("GET", 200)
    assert run("plan", "--check", "--json", env=unified.env).code == 0


@pytest.mark.parametrize("path", CREATES)
def test_a_create_is_not_sent_again_once_the_budget_is_spent(run: Run, unified: Lab, path: str) -> None:
    unified.faults({"method": "POST", "path": path, "effect": "status:429", "times": 99})
    options = ("--timeout", "0.1", "--verification-template", "{{code}}")
    result = run("up", "--yes", "--json", *options, env=unified.env)
    assert result.document["error"]["code"] == "rate_limited"
    assert sum(write == ("POST", path) for write in unified.writes()) == 1


def test_a_create_that_a_rate_limit_goes_on_refusing_is_sent_five_times(run: Run, unified: Lab) -> None:
    unified.faults({"method": "POST", "path": CLIENTS, "effect": "status:429", "times": 99})
    result = run("init", "--yes", "--json", env=unified.env)
    assert result.document["error"]["code"] == "rate_limited"
    assert [entry["status"] for entry in result.document["changes"]] == ["failed"]
    assert sum(write == ("POST", CLIENTS) for write in unified.writes()) == recovery.TRIES


def test_a_purchase_that_a_rate_limit_refuses_is_not_sent_again(run: Run, lab: Lab) -> None:
    lab.faults({"method": "POST", "path": PURCHASE, "effect": "status:429"})
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.document["error"]["code"] == "rate_limited"
    assert len(purchases(lab)) == 1
    assert lab.twilio["purchases"] == 0


# --- two machines: numbers -----------------------------------------------------------------------------------------


SMALLEST, LARGEST = "PN" + "0" * 32, "PN" + "f" * 32


def bought_elsewhere(
    lab: Lab, patch: pytest.MonkeyPatch, sid: str, *, later: int = 0, then: Callable[[], object] = lambda: None
) -> None:
    """Another machine's purchase under the same mark, right after ours and so many seconds later."""
    real, left = TwilioAdapter.buy, [sid]

    def buy(self: TwilioAdapter, phone_number: str, mark: str) -> Any:
        made = real(self, phone_number, mark)
        numbers = lab.sandbox.world.twilio.numbers
        if left:
            left.clear()
            mine = numbers[made.sid]
            spare = next(item for item in stock() if item.phone_number != mine.phone_number)
            other = numbers.pop(number(lab, spare.phone_number, mine.friendly_name)["sid"])
            other.created = mine.created + timedelta(seconds=later)
            other.sid = sid  # a sandbox makes SIDs up; here they decide
            numbers[sid] = other
            then()
        return made

    patch.setattr(TwilioAdapter, "buy", buy)


@pytest.mark.parametrize(
    ("sid", "pauses"), [(SMALLEST, [recovery.A_WHILE]), (LARGEST, [*recovery.LONG])], ids=["smaller", "larger"]
)
def test_who_sees_a_number_of_the_same_second_still_after_a_while_gives_its_own_back(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch, sid: str, pauses: list[float]
) -> None:
    bought_elsewhere(lab, monkeypatch, sid)
    asked = on_pause(monkeypatch)
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert asked == pauses
    (left,) = lab.twilio["numbers"]
    assert left["sid"] == sid == result.document["outputs"]["number_sid"]
    assert lab.sender() == left["phone_number"] == result.document["outputs"]["phone_number"]
    assert pool(lab) == [left["sid"]]
    assert run("plan", "--check", "--json", env=lab.env).code == 0


def test_of_two_numbers_of_the_same_second_the_one_whose_machine_waits_longer_stays(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought_elsewhere(lab, monkeypatch, LARGEST)
    on_pause(monkeypatch, lambda: lab.sandbox.world.twilio.numbers.pop(LARGEST))
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert [write for write in lab.writes() if write[0] == "DELETE"] == []
    assert [item["sid"] for item in lab.twilio["numbers"]] == [result.document["outputs"]["number_sid"]]


def test_where_both_have_given_theirs_back_the_next_number_is_bought(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought_elsewhere(lab, monkeypatch, SMALLEST)
    on_pause(monkeypatch)
    real = TwilioAdapter.release

    def release(self: TwilioAdapter, number_sid: str) -> None:
        real(self, number_sid)
        lab.sandbox.world.twilio.numbers.pop(SMALLEST, None)

    monkeypatch.setattr(TwilioAdapter, "release", release)
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert [item["sid"] for item in lab.twilio["numbers"]] == [result.document["outputs"]["number_sid"]]


@pytest.mark.parametrize(("later", "stays"), [(-1, "theirs"), (1, "ours")])
def test_of_two_numbers_of_different_seconds_the_older_one_stays_at_once(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch, later: int, stays: str
) -> None:
    bought_elsewhere(lab, monkeypatch, SMALLEST, later=later)
    asked = on_pause(monkeypatch)
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert asked == []
    assert (result.document["outputs"]["number_sid"] == SMALLEST) is (stays == "theirs")
    assert len(lab.twilio["numbers"]) == (1 if stays == "theirs" else 2)


def test_a_number_that_another_machine_has_put_into_the_pool_is_not_put_there_again(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought_elsewhere(lab, monkeypatch, SMALLEST, then=lambda: into_pool(lab, lab.control_service_sid(), SMALLEST))
    on_pause(monkeypatch)
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    assert [path for method, path in lab.writes() if method == "POST" and "/Services/" in path][1:] == []
    result = run("undo", "--yes", "--json", "--release-number", env=lab.env)
    assert result.code == 0, result.out
    assert pool(lab) == [SMALLEST]


def test_numbers_of_others_are_never_given_back(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    own = number(lab, stock()[5].phone_number)["sid"]
    on_pause(monkeypatch)
    result = run("buy-number", "--yes", "--json", "--buy", env=lab.env)
    assert result.code == 0, result.out
    assert own in {item["sid"] for item in lab.twilio["numbers"]}
    assert len(lab.twilio["numbers"]) == 2


def test_two_found_at_the_start_are_reported_and_none_is_given_back(run: Run, lab: Lab) -> None:
    run("buy-number", "--yes", "--json", env=lab.env)
    number(lab, stock()[6].phone_number, mark_of(lab))
    result = run("buy-number", "--yes", "--json", env=lab.env)
    assert warned(result) == ["several_numbers"]
    assert len(lab.twilio["numbers"]) == 2


def test_a_provider_that_another_machine_made_first_is_taken_and_our_token_sent(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, "provider", lambda: provider(unified, sender=unified.twilio["numbers"][0]["phone_number"]))
    result = run("up", "--yes", "--json", env=unified.env)
    assert result.code == 0, result.out
    assert token_held(unified) == unified.env["TWILIO_AUTH_TOKEN"]
    there = unified.tenant["phone_provider"]
    assert run("undo", "--yes", "--json", env=unified.env).code == 0
    assert unified.tenant["phone_provider"] == there


# --- two machines: applications ------------------------------------------------------------------------------------


def appears(lab: Lab, patch: pytest.MonkeyPatch, *, urls: list[str] | None = None) -> list[str]:
    """Another machine makes its application just after ours was made; its client ID."""
    real = Auth0Adapter.create_application
    other: list[str] = []

    def create(self: Auth0Adapter, body: Any) -> str:
        mine = real(self, body)
        if not other:
            other.append(application(lab, client_metadata=MARKED, **({"callbacks": urls} if urls else {})))
        return mine

    patch.setattr(Auth0Adapter, "create_application", create)
    return other


def test_who_sees_another_application_yields_and_takes_that(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = appears(lab, monkeypatch, urls=["https://theirs.example.com"])
    result = run("init", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert [item["client_id"] for item in lab.spas] == other
    assert result.document["outputs"]["client_id"] == other[0]
    assert other[0] in lab.connected()
    assert lab.spas[0]["callbacks"] == ["https://theirs.example.com", "http://localhost:3000"]
    assert run("plan", "--check", "--json", env=lab.env).change("application")["action"] == "none"


def test_where_both_yield_it_is_made_again(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    other = appears(lab, monkeypatch)
    on_pause(monkeypatch, lambda: lab.auth0("DELETE", f"clients/{other[0]}"))
    result = run("init", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    (spa,) = lab.spas
    assert spa["client_id"] == result.document["outputs"]["client_id"] != other[0]
    assert spa["client_id"] in lab.connected()


def test_one_that_goes_after_it_was_seen_alone_is_noticed(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    other = appears(lab, monkeypatch)
    on_pause(monkeypatch, lambda: None, lambda: lab.auth0("DELETE", f"clients/{other[0]}"))
    result = run("init", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    (spa,) = lab.spas
    assert spa["client_id"] != other[0]


def test_one_that_goes_while_it_is_set_up_is_noticed(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    other, real = appears(lab, monkeypatch), Auth0Adapter.connect

    def connect(self: Auth0Adapter, connection_id: str, client_id: str, *, on: bool = True) -> None:
        if client_id == other[0]:
            lab.auth0("DELETE", f"clients/{client_id}")
        real(self, connection_id, client_id, on=on)

    monkeypatch.setattr(Auth0Adapter, "connect", connect)
    result = run("init", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    (spa,) = lab.spas
    assert spa["client_id"] in lab.connected()


def test_it_gives_up_where_it_never_comes_to_rest(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    other = appears(lab, monkeypatch)
    again = lambda: other.append(application(lab, client_metadata=MARKED))  # noqa: E731
    on_pause(monkeypatch, *[again] * creation.ROUNDS)
    result = run("init", "--yes", "--json", env=lab.env)
    assert result.code == 1
    assert result.document["error"]["code"] == "application_race"
    assert {item["client_id"] for item in lab.spas} == set(other)


def deletes_no_application(lab: Lab) -> None:
    """The tool's client may not delete applications."""
    lab.grant([scope for scope in ALL_SCOPES if scope != "delete:clients"])


def test_who_may_not_delete_its_application_keeps_it_where_the_other_machine_yields(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletes_no_application(lab)
    other = appears(lab, monkeypatch)
    on_pause(monkeypatch, lambda: None, lambda: lab.auth0("DELETE", f"clients/{other[0]}"))
    result = run("init", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    (spa,) = lab.spas
    assert spa["client_id"] == result.document["outputs"]["client_id"] != other[0]
    assert spa["client_id"] in lab.connected()
    lab.grant(ALL_SCOPES)
    undone = run("undo", "--delete-application", "--yes", "--json", env=lab.env)
    assert undone.code == 0, undone.out
    assert lab.spas == []


def test_where_neither_yields_the_error_names_both_and_the_next_run_takes_the_one_that_is_left(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletes_no_application(lab)
    other = appears(lab, monkeypatch)
    result = run("init", "--yes", "--json", env=lab.env)
    error, mine = result.document["error"], result.document["outputs"]["client_id"]
    assert (result.code, error["code"], error["status"]) == (4, "scope_missing", 403)
    assert {item["client_id"] for item in lab.spas} == {mine, *other}
    assert all(told in error["message"] for told in ("delete:clients", mine, *other))
    assert lab.writes().count(("DELETE", f"{CLIENTS}/{mine}")) == 1
    lab.auth0("DELETE", f"clients/{mine}")
    again = run("init", "--yes", "--json", env=lab.env)
    assert again.code == 0, again.out
    assert [item["client_id"] for item in lab.spas] == other == [again.document["outputs"]["client_id"]]


def test_what_another_machine_made_is_not_removed_after_a_lost_answer(
    run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.faults({"method": "POST", "path": CLIENTS, "effect": "reset", "applied": True})
    theirs: list[str] = []
    on_pause(
        monkeypatch,
        lambda: theirs.append(application(lab, client_metadata=MARKED)),
        lambda: lab.auth0("DELETE", f"clients/{theirs[0]}"),  # the other one yields
    )
    result = run("init", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert [write for write in lab.writes() if write[0] == "DELETE"] == [("DELETE", f"{CLIENTS}/{theirs[0]}")]
    assert len(lab.spas) == 1


def test_two_machines_one_after_the_other_share_one_of_each(run: Run, lab: Lab, another: Callable[[], None]) -> None:
    first = run("up", "--yes", "--json", env=lab.env).document["outputs"]
    another()
    second = run("up", "--yes", "--json", env=lab.env).document
    assert second["changed"] is False
    assert second["outputs"] == first


def test_two_machines_at_the_same_time_end_with_one_of_each(lab: Lab, folder: Path, tmp_path: Path) -> None:
    def start(name: str, area: str) -> subprocess.Popen[str]:
        state = {"MFA_SETUP_STATE_DIR": str(tmp_path / name), "MFA_SETUP_CACHE_DIR": str(tmp_path / f"{name}-cache")}
        command = [sys.executable, "-m", "mfa_setup", "up", "--yes", "--json", "--area-code", area]
        pipe = subprocess.PIPE
        env = {**os.environ, **lab.env, **state}
        return subprocess.Popen(command, env=env, cwd=folder, stdout=pipe, stderr=pipe, text=True)

    def end(machine: subprocess.Popen[str]) -> dict[str, Any]:
        return document(machine.communicate(timeout=60)[0])

    documents = [end(machine) for machine in (start("one", "415"), start("two", "808"))]
    refused = [document["error"]["code"] for document in documents if not document["ok"]]
    assert refused in ([], ["provider_race"]), documents  # whose token was overwritten does not enforce MFA
    again = end(start("one", "415"))
    assert again["ok"], again
    (spa,), (bought,) = lab.spas, lab.twilio["numbers"]
    assert lab.connected() == {spa["client_id"]}
    assert lab.sender() == bought["phone_number"]
    assert lab.tenant["policies"] == ["all-applications"]
    assert {document["outputs"]["client_id"] for document in [*documents, again]} == {spa["client_id"]}
    assert {document["outputs"]["number_sid"] for document in [*documents, again]} == {bought["sid"]}


def test_an_undo_removes_nothing_that_another_machine_made(run: Run, lab: Lab, another: Callable[[], None]) -> None:
    run("up", "--yes", "--json", "--policy", "never", env=lab.env)
    another()
    line = ("policy", "always", "--override", "provider_token", "--yes", "--json")
    assert run(*line, env=lab.env).code == 0  # what token the other machine has sent cannot be known
    assert run("undo", "--yes", "--json", "--release-number", "--delete-application", env=lab.env).code == 0
    assert len(lab.spas) == len(lab.twilio["numbers"]) == 1
    assert lab.tenant["policies"] == []


def test_an_undo_after_a_lost_creation_leaves_the_application_of_another_machine(
    run: Run, unified: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unified.faults({"method": "POST", "path": CLIENTS, "effect": "reset", "applied": False})
    assert run("init", "--yes", "--json", env=unified.env).code == 5
    with monkeypatch.context() as other:
        other.setenv("MFA_SETUP_STATE_DIR", str(tmp_path / "other"))
        assert run("init", "--yes", "--json", env=unified.env).code == 0
    assert run("undo", "--yes", "--json", "--delete-application", env=unified.env).code == 0
    assert len(unified.spas) == 1


def test_an_application_of_another_machine_found_after_a_lost_creation_is_not_noted_as_made(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    unified.faults({"method": "POST", "path": CLIENTS, "effect": "reset", "applied": False})
    on_pause(monkeypatch, lambda: application(unified, client_metadata=MARKED))
    assert run("init", "--yes", "--json", env=unified.env).code == 0
    assert run("undo", "--yes", "--json", "--delete-application", env=unified.env).code == 0
    assert len(unified.spas) == 1


@pytest.mark.parametrize("days", [-1, 1])
def test_an_undo_after_a_lost_purchase_leaves_a_number_of_another_time(
    run: Run, unified: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    unified.faults({"method": "POST", "path": PURCHASE, "effect": "reset", "applied": False})
    assert run("buy-number", "--yes", "--json", env=unified.env).code == 5
    with monkeypatch.context() as other:
        other.setenv("MFA_SETUP_STATE_DIR", str(tmp_path / "other"))
        assert run("buy-number", "--yes", "--json", env=unified.env).code == 0
    (bought,) = unified.sandbox.world.twilio.numbers.values()
    bought.created += timedelta(days=days)
    result = run("undo", "--yes", "--json", "--release-number", env=unified.env)
    assert result.code == 0
    assert warned(result) == ["number_unproven", "nothing_restored"]
    assert len(unified.twilio["numbers"]) == 1


# --- one machine ---------------------------------------------------------------------------------------------------


def test_an_undo_holds_the_lock_like_any_other_run(run: Run, lab: Lab, tmp_path: Path) -> None:
    run("up", "--yes", "--json", env=lab.env)
    audience = f"https://{lab.domain}/api/v2/"
    with tenant_lock(Folders(tmp_path / "state", tmp_path / "cache"), audience, "up"):
        result = run("undo", "--yes", "--json", env=lab.env)
    assert result.code == 1
    assert result.document["error"]["code"] == "lock_held"
    assert "mfa-setup up" in result.document["error"]["message"]
