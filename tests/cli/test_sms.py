"""`mfa-setup test sms`: one SMS, sent as a code would be, and followed to its receipt."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from mfa_setup.store.folders import Folders
from mfa_setup.store.lock import tenant_lock
from mfa_setup.twilio_codes import known_codes
from support import scene
from support.lab import Lab, Run
from support.moments import NEVER, Moments

PHONE = "+14155550123"
GERMAN = "+4915112345678"
TRY = "/api/v2/branding/phone/providers/*/try"
MESSAGES = "/2010-04-01/Accounts/*/Messages.json"


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Moments:
    """The time of the test."""
    return Moments(monkeypatch)


def set_up(lab: Lab, moments: Moments) -> str:
    """A tenant that sends from a registered number; that number."""
    moments.rule(lab)
    number = owned(lab)
    scene.provider(lab, sender=number)
    return number


def owned(lab: Lab) -> str:
    """A number of the account, registered where the account is."""
    number = scene.number(lab)
    if lab.sandbox.config.number_registration == "registered":
        scene.into_pool(lab, lab.control_service_sid(), number["sid"])
    return str(number["phone_number"])


@pytest.fixture
def sender(lab: Lab, moments: Moments) -> str:
    """The number that the tenant of each stack sends from."""
    return set_up(lab, moments)


@pytest.fixture
def number(unified: Lab, moments: Moments) -> str:
    """The number that the unified tenant sends from."""
    return set_up(unified, moments)


def sends(lab: Lab, since: int = 0) -> list[str]:
    """Every request since then that could send an SMS."""
    return [
        path for method, path in lab.writes(since) if method == "POST" and path.endswith(("/Messages.json", "/try"))
    ]


def texts(lab: Lab) -> list[str]:
    """The texts of the account's messages, the newest first."""
    return [str(message["body"]) for message in lab.twilio["messages"]]


def stranger(lab: Lab, **form: str) -> None:
    """Another program of the account texts the same phone."""
    account = lab.env["TWILIO_ACCOUNT_SID"]
    httpx.post(
        f"{lab.sandbox.url}/2010-04-01/Accounts/{account}/Messages.json",
        data={"To": PHONE, "Body": "Your parcel is on its way"} | form,
        auth=(account, lab.env["TWILIO_AUTH_TOKEN"]),
        trust_env=False,
    ).raise_for_status()


class TestThroughTwilio:
    """The usual way: Twilio is asked, with the tenant's text and sender."""

    def test_one_sms_is_sent_as_a_code_would_be_and_proved_by_its_receipt(
        self, run: Run, lab: Lab, sender: str
    ) -> None:
        before, mark = lab.tenant, lab.mark()
        result = run("test", "sms", "--to", PHONE, "--json", env=lab.env)
        assert result.code == 0
        sms = result.document["outputs"]["sms"]
        sid = lab.twilio["messages"][0]["sid"]
        assert sms == {
            "to": PHONE, "from": sender, "messaging_service_sid": None, "sid": sid, "via": "twilio",
            "status": "delivered", "error_code": None, "seconds": 1.0,
        }  # fmt: skip
        assert re.fullmatch(r"\d{6} is your verification code for Sandbox", texts(lab)[0])
        assert lab.tenant == before
        assert [path.rpartition("/")[2] for _, path in lab.writes(mark)] == ["Messages.json"]
        assert (result.document["changed"], result.document["changes"]) == (False, [])

    def test_people_are_told_what_is_proved(self, run: Run, lab: Lab, sender: str) -> None:
        result = run("test", "sms", "--to", PHONE, env=lab.env)
        assert "Proved: the SMS was delivered." in result.out
        assert all(word in result.out for word in (PHONE, sender, lab.twilio["messages"][0]["sid"]))

    def test_every_code_is_another(self, run: Run, unified: Lab, number: str) -> None:
        del number
        for _ in range(3):
            run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert len({text[:6] for text in texts(unified)}) > 1

    def test_the_statuses_are_told_as_they_come(self, run: Run, unified: Lab, number: str, moments: Moments) -> None:
        del number
        moments.rule(unified, queued=0.5, sending=2.5, sent=5, final=10)
        result = run("test", "sms", "--to", PHONE, "--json", "-v", env=unified.env)
        assert f"SMS to {PHONE}: queued, sending, sent, delivered" in result.err
        assert (result.document["outputs"]["sms"]["seconds"], moments.slept) == (11.0, [1, 2, 3, 5])

    def test_the_tenants_own_text_and_name_are_used(self, run: Run, lab: Lab, sender: str) -> None:
        del sender
        template = "Code {{ code | escape }} of {{ friendly_name }}/{{ tenant.friendly_name }}{{ nothing }}."
        done = run("enable-sms", "--verification-template", template, "--yes", "--json", env=lab.env)
        assert done.code == 0
        lab.auth0("PATCH", "tenants/settings", {"friendly_name": "Acme & Co"})
        assert run("test", "sms", "--to", PHONE, "--json", env=lab.env).code == 0
        name = "Acme & Co/" if scene.is_unified(lab) else "/Acme & Co"
        assert re.fullmatch(rf"Code \d{{6}} of {name}\.", texts(lab)[0])

    def test_without_a_friendly_name_the_tenants_own_name_stands_in_the_text(
        self, run: Run, unified: Lab, number: str
    ) -> None:
        del number
        unified.auth0("PATCH", "tenants/settings", {"friendly_name": ""})
        assert run("test", "sms", "--to", PHONE, "--json", env=unified.env).code == 0
        assert texts(unified)[0].endswith(" is your verification code for localhost")

    def test_a_template_that_is_switched_off_is_not_used(self, run: Run, unified: Lab, number: str) -> None:
        del number
        content = {"body": {"text": "{{ code }} own", "voice": "{{ code }}"}}
        body = {"type": "otp_verify", "disabled": True, "content": content}
        unified.auth0("POST", "branding/phone/templates", body)
        assert run("test", "sms", "--to", PHONE, "--json", env=unified.env).code == 0
        assert texts(unified)[0].endswith("is your verification code for Sandbox")

    def test_a_template_with_conditions_is_filled_in(self, run: Run, unified: Lab, number: str) -> None:
        del number
        content = {"body": {"text": "{% if locale == 'en' %}{{ code }} en{% endif %}", "voice": "{{ code }}"}}
        unified.auth0("POST", "branding/phone/templates", {"type": "otp_verify", "disabled": False, "content": content})
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert (result.code, scene.warned(result)) == (0, [])
        assert re.fullmatch(r"\d{6} en", texts(unified)[0])

    def test_a_template_that_is_no_liquid_gives_way_to_the_default_and_that_is_said(
        self, run: Run, unified: Lab, number: str
    ) -> None:
        del number
        content = {"body": {"text": "{% if %}{{ code }}", "voice": "{{ code }}"}}
        unified.auth0("POST", "branding/phone/templates", {"type": "otp_verify", "disabled": False, "content": content})
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert (result.code, scene.warned(result)) == (0, ["template_not_filled"])
        assert texts(unified)[0].endswith("is your verification code for Sandbox")

    def test_a_template_that_may_not_be_read_gives_way_to_the_default_and_that_is_said(
        self, run: Run, unified: Lab, number: str
    ) -> None:
        del number
        unified.grant([scope for scope in ALL_SCOPES if scope != "read:phone_templates"])
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert (result.code, scene.warned(result)) == (0, ["template_unseen"])

    def test_where_auth0_sends_by_a_messaging_service_so_does_the_proof(self, run: Run, lab: Lab, sender: str) -> None:
        service = lab.control_service_sid()
        scene.provider(lab, service=service)
        result = run("test", "sms", "--to", PHONE, "--json", env=lab.env)
        sms = result.document["outputs"]["sms"]
        assert (sms["messaging_service_sid"], sms["from"], sms["status"]) == (service, sender, "delivered")
        assert lab.twilio["messages"][0]["messaging_service_sid"] == service

    def test_from_and_messaging_service_sid_choose_another_sender(self, run: Run, unified: Lab, number: str) -> None:
        other = scene.number(unified, scene.stock()[1].phone_number)["phone_number"]
        result = run("test", "sms", "--to", GERMAN, "--from", other, "--json", env=unified.env)
        assert result.document["outputs"]["sms"]["from"] == other
        service = unified.control_service_sid()
        result = run("test", "sms", "--to", PHONE, "--messaging-service-sid", service, "--json", env=unified.env)
        sms = result.document["outputs"]["sms"]
        assert (sms["messaging_service_sid"], sms["from"]) == (service, number)

    def test_a_number_of_another_account_is_refused_before_anything_is_sent(
        self, run: Run, unified: Lab, number: str
    ) -> None:
        result = run("test", "sms", "--to", PHONE, "--from", "+14155550199", "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (3, "not_found")
        assert number in result.document["error"]["hint"]
        assert sends(unified) == []


class TestTheLadder:
    """Where Auth0 has no sender of this account."""

    def test_the_only_number_of_the_account_sends(self, run: Run, lab: Lab, moments: Moments) -> None:
        moments.rule(lab)
        number = owned(lab)
        result = run("test", "sms", "--to", PHONE, "--json", env=lab.env)
        assert (result.code, result.document["outputs"]["sms"]["from"]) == (0, number)

    def test_the_number_that_this_tool_bought_sends(self, run: Run, unified: Lab, moments: Moments) -> None:
        moments.rule(unified)
        scene.number(unified)
        bought = run("buy-number", "--buy", "--yes", "--json", env=unified.env).document["outputs"]["phone_number"]
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert (result.code, result.document["outputs"]["sms"]["from"]) == (0, bought)

    def test_of_several_numbers_one_must_be_named(self, run: Run, unified: Lab) -> None:
        first, second = (scene.number(unified, item.phone_number)["phone_number"] for item in scene.stock()[:2])
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        error = result.document["error"]
        assert (result.code, error["code"]) == (6, "choice_needed")
        assert first in error["message"]
        assert second in error["message"]
        assert "--from" in error["hint"]
        assert "--buy" not in error["hint"]
        assert sends(unified) == []

    def test_without_a_number_nothing_is_bought(self, run: Run, unified: Lab) -> None:
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (6, "value_needed")
        assert "buy-number" in result.document["error"]["hint"]
        assert unified.twilio["purchases"] == 0

    def test_where_auth0_sends_through_another_account_that_is_said(self, run: Run, lab: Lab, moments: Moments) -> None:
        moments.rule(lab)
        number = owned(lab)
        scene.provider(lab, sid=scene.OTHER_ACCOUNT, sender="+14155550177")
        result = run("test", "sms", "--to", PHONE, "--json", env=lab.env)
        assert (result.code, scene.warned(result)) == (0, ["other_twilio_account"])
        assert result.document["outputs"]["sms"]["from"] == number

    @pytest.mark.parametrize(
        ("account", "ending"), [("trial", (1, "sms_undelivered")), ("legacy-trial", (6, "value_needed"))]
    )
    def test_a_trial_without_a_number_is_asked_which_rules_it_is_under(
        self, run: Run, make_lab: Callable[..., Lab], account: str, ending: tuple[int, str]
    ) -> None:
        lab = make_lab(twilio_account=account)
        result = run("test", "sms", "--to", PHONE, "--json", env=lab.env)
        assert (result.code, result.document["error"]["code"]) == ending
        assert lab.twilio["messages"] == []


class TestWhatWentWrong:
    """Every end but a receipt exits with 1 and says why."""

    @pytest.mark.parametrize("code", [30003, 30007, 30008, 63016])
    def test_an_sms_that_does_not_arrive_is_explained(self, run: Run, unified: Lab, number: str, code: int) -> None:
        del number
        unified.control("twilio/fates", {"phone_number": PHONE, "error_code": code})
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        error, sms = result.document["error"], result.document["outputs"]["sms"]
        assert (result.code, error["code"], sms["status"], sms["error_code"]) == (
            1,
            "sms_undelivered",
            "undelivered",
            code,
        )
        assert f"(Twilio {code})" in error["message"]
        assert f"https://www.twilio.com/docs/errors/{code}" in error["hint"]
        if code in known_codes():
            assert known_codes()[code].meaning in error["message"]
            assert known_codes()[code].fix in error["hint"]

    def test_an_unregistered_us_number_is_found_out(
        self, run: Run, make_lab: Callable[..., Lab], moments: Moments
    ) -> None:
        lab = make_lab(number_registration="unregistered")
        set_up(lab, moments)
        result = run("test", "sms", "--to", PHONE, env=lab.env)
        assert result.code == 1
        assert known_codes()[30034].meaning in result.err
        assert known_codes()[30034].fix in result.err
        assert "Proved" not in result.out + result.err

    @pytest.mark.parametrize(
        ("code", "to", "control"),
        [
            (21610, PHONE, ("stopped", {"phone_number": PHONE})),
            (21408, "+919812345678", None),
            (21614, "+493012345678", None),
            (21608, PHONE, ("profile", {"status": None})),
        ],
    )
    def test_a_refusal_at_once_is_explained_likewise(
        self, run: Run, unified: Lab, number: str, code: int, to: str, control: tuple[str, dict[str, Any]] | None
    ) -> None:
        del number
        if control:
            unified.control(f"twilio/{control[0]}", control[1])
        result = run("test", "sms", "--to", to, "--json", env=unified.env)
        error, sms = result.document["error"], result.document["outputs"]["sms"]
        assert (result.code, error["code"]) == (1, "sms_undelivered")
        assert (sms["status"], sms["error_code"], sms["sid"]) == ("refused", code, None)
        assert f"(Twilio {code}: " in error["message"]
        assert known_codes()[code].meaning in error["message"]
        assert (error["hint"], error["status"]) == (known_codes()[code].fix, 400)

    def test_a_trial_of_2026_that_refuses_the_text_is_explained(self, run: Run, make_lab: Callable[..., Lab]) -> None:
        lab = make_lab(twilio_account="trial")
        scene.provider(lab, sender="+14155550177")
        result = run("test", "sms", "--to", PHONE, "--json", env=lab.env)
        assert (result.code, result.document["outputs"]["sms"]["error_code"]) == (1, 572006)
        assert "Upgrade" in result.document["error"]["hint"]

    def test_sent_without_a_receipt_is_no_proof(self, run: Run, unified: Lab, number: str, moments: Moments) -> None:
        del number
        moments.rule(unified, final=NEVER)
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        error = result.document["error"]
        assert (result.code, error["code"]) == (1, "sms_unconfirmed")
        assert "no delivery receipt" in error["message"]
        assert result.document["outputs"]["sms"]["status"] == "sent"
        assert moments.slept == [1, 2, 3, *[5] * 10, 4]

    def test_a_message_that_never_leaves_twilio_is_no_proof(
        self, run: Run, unified: Lab, number: str, moments: Moments
    ) -> None:
        del number
        moments.rule(unified, queued=NEVER, sending=NEVER, sent=NEVER, final=NEVER)
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (1, "sms_unconfirmed")
        assert "still has the status queued" in result.document["error"]["message"]

    def test_ctrl_c_while_it_is_followed_leaves_what_is_known(
        self, run: Run, unified: Lab, number: str, moments: Moments
    ) -> None:
        del number

        def interrupt(_number: int) -> None:
            raise KeyboardInterrupt

        moments.meanwhile = interrupt
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert (result.code, result.document["outputs"]["sms"]["status"]) == (130, "queued")
        assert result.document["outputs"]["sms"]["sid"] == unified.twilio["messages"][0]["sid"]

    def test_wrong_credentials_keep_their_own_error(self, run: Run, unified: Lab, number: str) -> None:
        del number
        env = unified.env | {"TWILIO_AUTH_TOKEN": scene.NEW_TOKEN}
        result = run("test", "sms", "--to", PHONE, "--json", env=env)
        assert (result.code, result.document["error"]["code"]) == (4, "credentials_refused")


class TestALostAnswer:
    """A send whose answer is lost is looked up, and never sent again."""

    @pytest.mark.parametrize("effect", ["status:502", "reset", "truncate", "html"])
    def test_an_sms_that_went_out_all_the_same_is_found(self, run: Run, unified: Lab, number: str, effect: str) -> None:
        del number
        unified.faults({"method": "POST", "path": MESSAGES, "effect": effect, "applied": True, "times": 9})
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert (result.code, result.document["outputs"]["sms"]["status"]) == (0, "delivered")
        assert (len(sends(unified)), len(texts(unified))) == (1, 1)

    def test_the_sentence_of_an_old_trial_does_not_hide_it(
        self, run: Run, make_lab: Callable[..., Lab], moments: Moments
    ) -> None:
        lab = make_lab(twilio_account="legacy-trial")
        set_up(lab, moments)
        lab.control("twilio/verified-recipients", {"phone_number": PHONE})
        lab.faults({"method": "POST", "path": MESSAGES, "effect": "reset", "applied": True, "times": 1})
        result = run("test", "sms", "--to", PHONE, "--json", env=lab.env)
        assert (result.code, result.document["outputs"]["sms"]["status"]) == (0, "delivered")
        assert texts(lab)[0].startswith("Sent from your Twilio trial account")

    def test_one_that_never_went_out_is_not_sent_again_and_another_programs_sms_is_not_taken_for_it(
        self, run: Run, unified: Lab, number: str, moments: Moments
    ) -> None:
        unified.faults({"method": "POST", "path": MESSAGES, "effect": "status:502", "applied": False, "times": 1})
        moments.meanwhile = lambda wait: stranger(unified, From=number) if wait == 1 else None
        result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        error = result.document["error"]
        assert (result.code, error["code"]) == (5, "outcome_unknown")
        assert "another SMS" in error["hint"]
        assert [text for text in texts(unified) if "code" in text] == []
        assert moments.passed == 60


class TestThroughAuth0:
    """`--via auth0`: the tenant itself sends."""

    def test_the_tenants_own_sms_is_found_among_twilios_messages(self, run: Run, unified: Lab, number: str) -> None:
        stranger(unified, From=number)
        before = unified.tenant["phone_provider"]
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        sms = result.document["outputs"]["sms"]
        newest = unified.twilio["messages"][0]
        assert result.code == 0
        assert (sms["via"], sms["status"], sms["from"], sms["sid"]) == ("auth0", "delivered", number, newest["sid"])
        assert unified.tenant["phone_provider"] == before
        assert scene.warned(result) == []

    def test_a_text_with_the_legacy_name_of_the_tenant_is_recognised_without_it(
        self, run: Run, unified: Lab, number: str
    ) -> None:
        del number
        content = {"body": {"text": "{{ code }} of {{ tenant.friendly_name }}/{{ tenant }}", "voice": "{{ code }}"}}
        unified.auth0("POST", "branding/phone/templates", {"type": "otp_verify", "disabled": False, "content": content})
        assert run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env).code == 0
        assert texts(unified)[0].endswith(" of /localhost")
        assert run("test", "sms", "--to", PHONE, "--json", env=unified.env).code == 0
        assert texts(unified)[0].endswith(" of /localhost")

    def test_the_default_text_is_recognised_with_a_name_that_it_escapes(
        self, run: Run, unified: Lab, number: str
    ) -> None:
        del number
        unified.auth0("PATCH", "tenants/settings", {"friendly_name": "Acme & Co"})
        assert run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env).code == 0

    def test_a_messaging_service_of_the_tenant_is_recognised(self, run: Run, unified: Lab, number: str) -> None:
        scene.provider(unified, service=unified.control_service_sid())
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        sms = result.document["outputs"]["sms"]
        assert (result.code, sms["from"], sms["messaging_service_sid"]) == (0, number, unified.control_service_sid())

    def test_a_refusal_is_read_in_the_tenants_log(self, run: Run, unified: Lab, number: str, moments: Moments) -> None:
        del number
        unified.control("twilio/stopped", {"phone_number": PHONE})
        for _ in range(2):  # the second time the first refusal is in the log already
            result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
            error, sms = result.document["error"], result.document["outputs"]["sms"]
            assert (result.code, error["code"], sms["status"], sms["error_code"]) == (
                1,
                "sms_undelivered",
                "refused",
                21610,
            )
            assert known_codes()[21610].meaning in error["message"]
            assert known_codes()[21610].fix in error["hint"]
        assert moments.slept == [1, 1]

    def test_an_old_refusal_and_another_phones_refusal_are_not_taken_for_this_one(
        self, run: Run, unified: Lab, number: str
    ) -> None:
        del number
        tenant = unified.sandbox.world.tenants[unified.domain]
        for to in (PHONE, GERMAN):
            tenant.log("gd_send_sms_failure", "no", to=to, provider_error={"errorCode": 21610})
        unified.faults({"method": "POST", "path": TRY, "effect": "status:502", "applied": False, "times": 1})
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (5, "outcome_unknown")

    @pytest.mark.parametrize(
        ("event", "ends"),
        [
            (({"to": GERMAN}, {}), "outcome_unknown"),
            (({}, {"user_id": "auth0|1"}), "outcome_unknown"),
            (({}, {}), "sms_undelivered"),
            (({"to": PHONE}, {"user_id": "auth0|1"}), "sms_undelivered"),
        ],
    )
    @pytest.mark.usefixtures("number")
    def test_of_the_log_only_what_is_about_this_phone_or_about_nobody_else_counts(
        self, run: Run, unified: Lab, moments: Moments, event: tuple[dict[str, str], dict[str, str]], ends: str
    ) -> None:
        details, about = event
        tenant = unified.sandbox.world.tenants[unified.domain]
        unified.faults({"method": "POST", "path": TRY, "effect": "status:502", "applied": False, "times": 1})
        moments.meanwhile = lambda _wait: tenant.log(
            "gd_send_sms_failure", "no", about, provider_error={"errorCode": "21610"}, **details
        )
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert result.document["error"]["code"] == ends

    def test_a_provider_that_is_switched_off_is_not_asked(self, run: Run, unified: Lab, number: str) -> None:
        del number
        scene.patch_provider(unified, disabled=True)
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (1, "proof_failed")
        assert "no enabled phone provider" in result.document["error"]["message"]
        assert "enable-sms" in result.document["error"]["hint"]

    def test_without_read_logs_twilio_alone_counts_and_that_is_said(
        self, run: Run, unified: Lab, number: str, moments: Moments
    ) -> None:
        del number
        unified.grant([scope for scope in ALL_SCOPES if "logs" not in scope])
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert (result.code, scene.warned(result)) == (0, ["log_unseen"])
        assert "read:logs" in result.document["warnings"][0]["hint"]
        unified.control("twilio/stopped", {"phone_number": PHONE})
        mark = unified.mark()
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (1, "sms_unconfirmed")
        # Twice: with the cached token of the run before, and with a new one; then never again.
        assert sum(entry["path"].endswith("/logs") for entry in unified.log(mark)) == 2
        assert scene.warned(result) == ["log_unseen"]
        assert moments.passed == 61

    @pytest.mark.parametrize("effect", ["status:502", "reset", "truncate", "html"])
    def test_after_a_lost_answer_the_sms_is_found_and_not_sent_again(
        self, run: Run, unified: Lab, number: str, effect: str
    ) -> None:
        del number
        unified.faults({"method": "POST", "path": TRY, "effect": effect, "applied": True, "times": 9})
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert (result.code, result.document["outputs"]["sms"]["status"]) == (0, "delivered")
        assert (len(texts(unified)), sum(path.endswith("/try") for path in sends(unified))) == (1, 1)

    def test_another_senders_sms_is_not_taken_for_the_tenants(
        self, run: Run, unified: Lab, number: str, moments: Moments
    ) -> None:
        del number
        other = scene.number(unified, scene.stock()[1].phone_number)["phone_number"]
        unified.faults({"method": "POST", "path": TRY, "effect": "reset", "applied": False, "times": 1})
        moments.meanwhile = lambda wait: stranger(unified, From=other) if wait == 1 else None
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (5, "outcome_unknown")

    def test_on_the_legacy_stack_it_is_refused(self, run: Run, make_lab: Callable[..., Lab], moments: Moments) -> None:
        lab = make_lab(phone_stack="legacy")
        set_up(lab, moments)
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=lab.env)
        assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
        assert "legacy" in result.document["error"]["message"]
        assert sends(lab) == []

    def test_without_a_provider_and_with_somebody_elses_nothing_is_sent(self, run: Run, unified: Lab) -> None:
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (1, "proof_failed")
        scene.provider(unified, sid=scene.OTHER_ACCOUNT, sender="+14155550177")
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (7, "provider_conflict")
        assert sends(unified) == []

    def test_without_the_scope_to_send_nothing_is_sent(self, run: Run, unified: Lab, number: str) -> None:
        del number
        unified.grant([scope for scope in ALL_SCOPES if scope != "create:phone_providers"])
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (4, "scope_missing")
        assert "create:phone_providers" in result.document["error"]["message"]
        assert sends(unified) == []

    @pytest.mark.parametrize("option", [("--from", "+14155550199"), ("--messaging-service-sid", "MG" + "0" * 32)])
    def test_naming_a_sender_makes_no_sense_there(self, run: Run, unified: Lab, option: tuple[str, str]) -> None:
        mark = unified.mark()
        result = run("test", "sms", "--to", PHONE, "--via", "auth0", *option, "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
        assert unified.log(mark) == []


class TestWhatIsAsked:
    """What is judged before anything is sent."""

    @pytest.mark.parametrize("to", ["4155550123", "+1 415 555 0123", "+1415555012", "+0155550123", "", "me"])
    def test_a_malformed_phone_is_refused_before_any_request(self, run: Run, unified: Lab, to: str) -> None:
        mark = unified.mark()
        result = run("test", "sms", "--to", to, "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
        assert "--to" in result.document["error"]["message"]
        assert unified.log(mark) == []

    @pytest.mark.parametrize("arguments", [(), ("--to", PHONE, "--via", "pigeon")])
    def test_a_missing_phone_and_an_unknown_way_are_errors_of_the_command_line(
        self, run: Run, unified: Lab, arguments: tuple[str, ...]
    ) -> None:
        result = run("test", "sms", *arguments, "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (2, "usage")

    @pytest.mark.parametrize("via", ["twilio", "auth0"])
    def test_the_twilio_credentials_are_needed(self, run: Run, unified: Lab, via: str) -> None:
        env: dict[str, str | None] = {**unified.env, "TWILIO_AUTH_TOKEN": None}
        result = run("test", "sms", "--to", PHONE, "--via", via, "--json", env=env)
        assert (result.code, result.document["error"]["code"]) == (6, "value_needed")
        assert "TWILIO_AUTH_TOKEN" in result.document["error"]["message"]

    def test_an_api_key_does_for_the_account(self, run: Run, unified: Lab, number: str) -> None:
        del number
        env: dict[str, str | None] = {**unified.env, **scene.key_pair(unified), "TWILIO_AUTH_TOKEN": None}
        assert run("test", "sms", "--to", PHONE, "--json", env=env).code == 0

    def test_it_waits_for_no_other_run(self, run: Run, unified: Lab, tmp_path: Path) -> None:
        with tenant_lock(Folders(tmp_path / "state", tmp_path / "cache"), f"https://{unified.domain}/api/v2/", "up"):
            result = run("test", "sms", "--to", PHONE, "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (1, "lock_held")
        assert sends(unified) == []

    def test_it_asks_for_nothing_and_needs_no_yes(self, run: Run, unified: Lab, number: str) -> None:
        del number
        assert run("test", "sms", "--to", PHONE, "--no-input", env=unified.env).code == 0
