"""The texts of the SMS: every part of a template that a write changes is shown, and what was not asked for stays."""

from collections.abc import Callable
from typing import Any

import pytest

from support.lab import Lab, Result, Run
from support.scene import is_unified, number, paths, warned

TEXT = "{{code}} is your code for Acme."
VERIFY = ("--verification-template", TEXT)
Enable = Callable[..., Result]


@pytest.fixture
def tenant(unified: Lab) -> Lab:
    """A tenant on the unified stack that sends through a number of the account."""
    number(unified)
    return unified


@pytest.fixture
def enable(run: Run, tenant: Lab) -> Enable:
    """Runs `enable-sms` with the number of the account, or `plan` of the same."""

    def call(*arguments: str) -> Result:
        sender = ("--from", tenant.twilio["numbers"][0]["phone_number"])
        result = run("enable-sms", *sender, *arguments, "--yes", "--json", env=tenant.env)
        assert result.code == 0, result.out
        return result

    return call


def template(lab: Lab, **fields: Any) -> None:
    """A template that somebody wrote, with a sender and a voice of its own."""
    sender = lab.twilio["numbers"][0]["phone_number"]
    content = {"from": sender, "body": {"text": "{{code}} written", "voice": "{{code}} spoken"}}
    body = {"type": "otp_verify", "disabled": False, "content": content} | fields
    lab.auth0("POST", "branding/phone/templates", body)


def templates(lab: Lab) -> list[dict[str, Any]]:
    """All templates of the tenant."""
    return list(lab.auth0("GET", "branding/phone/templates")["templates"])


def shown(result: Result) -> list[dict[str, Any]]:
    """The fields of templates that a run shows."""
    return [field for field in result.change("factor")["fields"] if field["path"].startswith("templates.")]


def test_another_text_leaves_what_is_spoken_and_the_sender_alone(enable: Enable, tenant: Lab) -> None:
    template(tenant)
    before = templates(tenant)[0]["content"]
    result = enable(*VERIFY)
    assert [field["path"] for field in shown(result)] == ["templates.verification"]
    after = templates(tenant)[0]["content"]
    assert after == before | {"body": {"text": TEXT, "voice": "{{code}} spoken"}}


def test_a_disabled_template_is_enabled_in_sight(enable: Enable, tenant: Lab) -> None:
    template(tenant, disabled=True)
    assert [field["path"] for field in shown(enable(*VERIFY))] == [
        "templates.verification",
        "templates.verification.disabled",
    ]
    assert templates(tenant)[0]["disabled"] is False
    assert shown(enable(*VERIFY)) == []


def test_a_disabled_template_that_has_the_text_asked_for_is_enabled_and_an_undo_disables_it(
    enable: Enable, run: Run, tenant: Lab
) -> None:
    template(tenant, disabled=True)
    before = templates(tenant)[0]
    (field,) = shown(enable("--verification-template", "{{code}} written"))
    assert field == {
        "path": "templates.verification.disabled", "before": True, "after": False, "sensitive": False,
    }  # fmt: skip
    undone = run("undo", "--yes", "--json", env=tenant.env)
    assert undone.code == 0, undone.out
    assert "templates.verification.disabled" in paths(undone.change("factor"))
    assert {**templates(tenant)[0], "updated_at": None} == {**before, "updated_at": None}


def test_a_new_template_shows_what_is_written_and_what_is_spoken(enable: Enable, tenant: Lab) -> None:
    fields = shown(enable("--enrollment-template", TEXT))
    assert [field["path"] for field in fields] == ["templates.enrollment", "templates.enrollment.voice"]
    assert templates(tenant)[0]["content"]["body"] == {"text": TEXT, "voice": TEXT}


def test_on_legacy_both_texts_that_are_sent_are_shown(run: Run, make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(phone_stack="legacy")
    fields = shown(run("plan", *VERIFY, "--json", env=lab.env))
    assert [field["path"] for field in fields] == ["templates.enrollment", "templates.verification"]


@pytest.mark.parametrize("kind", ["enrollment", "verification"])
def test_the_legacy_name_of_the_tenant_is_warned_of_on_the_unified_stack(run: Run, lab: Lab, kind: str) -> None:
    number(lab)
    options = (f"--{kind}-template", "{{code}} is your code for {{ tenant.friendly_name }}", "--yes", "--json")
    result = run("enable-sms", "--from", lab.twilio["numbers"][0]["phone_number"], *options, env=lab.env)
    assert result.code == 0
    told = [one for one in result.document["warnings"] if one["code"] == "template_name_empty"]
    assert len(told) == is_unified(lab)
    for one in told:
        assert kind in one["message"]
        assert f"{{{{ friendly_name }}}} instead, in --{kind}-template" in one["hint"]


def test_the_name_of_the_tenant_and_other_words_are_not_warned_of(enable: Enable) -> None:
    text = "{{code}} of {{ friendly_name }}, not tenant.friendly_name"
    assert "template_name_empty" not in warned(enable("--verification-template", text))
