"""The texts that carry the code: one without it would lock everybody out, for Auth0 sends it as it is."""

from typing import Any

import pytest

from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support import scene
from support.lab import Lab, Result, Run
from support.moments import Moments

PHONE = "+14155550123"
WITHOUT = ("Your code is: @{code}", "@@code@@", "{{ kode }} is your code", "{{ code | truncate: 3 }}", "Log in.")
WITH = (
    "{{ code | escape }} is your code for {{ friendly_name | escape }}",
    "{% if message_type == 'voice' %}{{ code | split: '' | join: ', ' }}{% else %}{{ code }}{% endif %}",
    "{% if locale == 'fr' %}Code : {{ code }}{% else %}Code: {{ code }}{% endif %}",
)
KINDS = ("enrollment", "verification")


def texts(lab: Lab, kind: str, text: str, voice: str = "{{ code }}") -> None:
    """One of the tenant's own texts, as somebody has typed it in the dashboard."""
    if scene.is_unified(lab):
        name = {"enrollment": "otp_enroll", "verification": "otp_verify"}[kind]
        content = {"body": {"text": text, "voice": voice}}
        lab.auth0("POST", "branding/phone/templates", {"type": name, "disabled": False, "content": content})
        return
    body = {"enrollment_message": "{{ code }}", "verification_message": "{{ code }}"} | {f"{kind}_message": text}
    lab.auth0("PUT", "guardian/factors/phone/templates", body)


def check(result: Result, check_id: str = "template_code") -> dict[str, Any]:
    """One check of a run."""
    return next(item for item in result.document["checks"] if item["id"] == check_id)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", WITHOUT)
def test_no_policy_is_set_while_a_text_has_no_code(run: Run, lab: Lab, kind: str, text: str) -> None:
    texts(lab, kind, text)
    result = run("up", "--yes", "--json", env=lab.env)
    assert (result.code, result.document["error"]["code"]) == (7, "guard_refused")
    found = check(result)
    assert found["status"] == "fail"
    assert kind in found["evidence"]
    assert (lab.tenant["policies"], lab.twilio["purchases"]) == ([], 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", WITH)
def test_a_text_that_tells_the_code_passes_however_it_is_written(run: Run, lab: Lab, kind: str, text: str) -> None:
    texts(lab, kind, text)
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    assert check(run("doctor", "--json", env=lab.env))["status"] == "pass"


def test_a_text_that_loses_the_code_in_one_language_fails(run: Run, lab: Lab) -> None:
    texts(lab, "verification", "{% if locale == 'fr' %}Bonjour{% else %}{{ code }}{% endif %}")
    result = run("up", "--yes", "--json", env=lab.env)
    assert (result.code, check(result)["status"]) == (7, "fail")
    assert "Bonjour" in check(result)["evidence"]


def test_a_text_that_depends_on_the_legacy_name_of_the_tenant_has_no_code_on_the_unified_stack(
    run: Run, lab: Lab
) -> None:
    texts(lab, "verification", "{% if tenant.friendly_name %}{{ code }}{% endif %}")
    assert run("up", "--yes", "--json", env=lab.env).code == (7 if scene.is_unified(lab) else 0)


def test_what_is_no_liquid_is_not_known_and_can_be_overridden(run: Run, lab: Lab) -> None:
    texts(lab, "verification", "{{ code }} {% nonsense %}")
    result = run("up", "--yes", "--json", env=lab.env)
    assert (result.code, check(result)["status"]) == (6, "skip")
    assert lab.tenant["policies"] == []
    assert run("up", "--yes", "--override", "template_code", "--json", env=lab.env).code == 0


def test_a_token_that_may_not_read_the_texts_leaves_it_open(run: Run, unified: Lab) -> None:
    unified.grant([scope for scope in ALL_SCOPES if scope != "read:phone_templates"])
    result = run("up", "--yes", "--json", env=unified.env)
    assert (result.code, check(result)["status"]) == (4, "skip")
    assert "read:phone_templates" in result.document["error"]["message"]
    assert unified.tenant["policies"] == []


def test_a_disabled_text_is_not_judged(run: Run, unified: Lab) -> None:
    content = {"body": {"text": "no code", "voice": "no code"}}
    unified.auth0("POST", "branding/phone/templates", {"type": "otp_verify", "disabled": True, "content": content})
    assert run("up", "--yes", "--json", env=unified.env).code == 0


def test_the_spoken_text_counts_where_codes_are_spoken(run: Run, unified: Lab) -> None:
    texts(unified, "verification", "{{ code }}", voice="Hello")
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    result = run("up", "--delivery", "both", "--yes", "--json", env=unified.env)
    assert (result.code, check(result)["status"]) == (7, "fail")
    assert "call" in check(result)["evidence"]


def test_a_text_that_was_broken_since_is_told_under_the_policy(run: Run, lab: Lab) -> None:
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    texts(lab, "verification", "@@code@@")
    for command in (("up", "--yes"), ("policy", "always"), ("doctor",)):
        result = run(*command, "--json", env=lab.env)
        assert (result.code, result.document["error"]["code"]) == (7, "enforced_undeliverable"), command
    fixed = ("enable-sms", "--verification-template", "{{ code }} is your code", "--yes", "--json")
    assert run(*fixed, env=lab.env).code == 0
    assert run("doctor", "--json", env=lab.env).code == 0


def test_undo_does_not_bring_a_text_without_the_code_back_under_a_policy(run: Run, lab: Lab) -> None:
    assert run("up", "--policy", "never", "--yes", "--json", env=lab.env).code == 0
    texts(lab, "verification", "@@code@@")
    fixed = run("enable-sms", "--verification-template", "{{ code }}", "--yes", "--json", env=lab.env)
    assert run("policy", "always", "--yes", "--json", env=lab.env).code == 0
    result = run("undo", "--run", fixed.document["run_id"], "--yes", "--json", env=lab.env)
    assert (result.code, check(result)["status"]) == (7, "fail")
    assert run("doctor", "--json", env=lab.env).code == 0


def test_the_proof_by_sms_sends_nothing_without_the_code(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    Moments(monkeypatch).rule(lab)
    number = scene.number(lab)
    scene.into_pool(lab, lab.control_service_sid(), number["sid"])
    scene.provider(lab, sender=number["phone_number"])
    texts(lab, "verification", "Your code is: @{code}")
    result = run("test", "sms", "--to", PHONE, "--json", env=lab.env)
    assert (result.code, result.document["error"]["code"]) == (1, "sms_without_code")
    assert lab.twilio["messages"] == []
