"""What somebody changes manually is found, named exactly, and fixed exactly."""

from collections.abc import Callable
from typing import Any

import pytest

from support.lab import Lab, Run
from support.scene import (
    CONNECTION,
    application,
    into_pool,
    is_unified,
    number,
    out_of_pool,
    patch_provider,
    pending,
    provider,
    set_connected,
    stock,
)

Hand = Callable[[Lab], object]


def _client(lab: Lab, **fields: Any) -> None:
    lab.auth0("PATCH", f"clients/{lab.spas[0]['client_id']}", fields)


def _delivery(lab: Lab) -> None:
    if is_unified(lab):
        patch_provider(lab, delivery_methods=["voice"])
    else:
        lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": []})


def _one_number_out(lab: Lab) -> None:
    out_of_pool(lab, lab.control_service_sid(), lab.twilio["numbers"][0]["sid"])


URL_GONE: Hand = lambda lab: _client(lab, callbacks=[])  # noqa: E731
BY_HAND: dict[str, tuple[Hand, str, str, int]] = {
    "a callback URL": (URL_GONE, "application", "callbacks", 1),
    "a logout URL": (lambda lab: _client(lab, allowed_logout_urls=[]), "application", "allowed_logout_urls", 1),
    "a web origin": (lambda lab: _client(lab, web_origins=[]), "application", "web_origins", 1),
    "a grant": (
        lambda lab: _client(lab, grant_types=["authorization_code", "implicit", "refresh_token"]),
        "application",
        "grant_types",
        1,
    ),
    "the connection": (
        lambda lab: set_connected(lab, lab.spas[0]["client_id"], on=False),
        "application",
        "connection",
        1,
    ),
    "the pool": (_one_number_out, "number", "messaging_service_sid", 1),
    "the message types": (
        lambda lab: lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": []}),
        "factor",
        "message_types",
        1,
    ),
    "the factor": (lambda lab: lab.auth0("PUT", "guardian/factors/sms", {"enabled": False}), "factor", "enabled", 1),
    "the policy": (lambda lab: lab.auth0("PUT", "guardian/policies", []), "policy", "policies", 1),
    "another policy": (
        lambda lab: lab.auth0("PUT", "guardian/policies", ["confidence-score"]),
        "policy",
        "policies",
        1,
    ),
}
"""What is changed manually: how, the resource and the field that tell of it, and the writes that fix it."""


@pytest.fixture
def done(run: Run, lab: Lab) -> Lab:
    """A tenant that is set up."""
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    return lab


def test_where_nothing_was_changed_the_check_passes(run: Run, done: Lab) -> None:
    result = run("plan", "--check", "--json", env=done.env)
    assert result.code == 0
    assert pending(result) == {}
    assert result.document["ok"] is True


@pytest.mark.parametrize("what", BY_HAND)
def test_a_change_by_hand_is_named_and_mended_and_nothing_else_is(run: Run, done: Lab, what: str) -> None:
    by_hand, resource, field, writes = BY_HAND[what]
    before = done.comparable()
    by_hand(done)
    mark = done.mark()

    checked = run("plan", "--check", "--json", env=done.env)
    assert checked.code == 10
    assert checked.document["ok"] is True
    assert checked.document["changed"] is False
    assert pending(checked) == {resource: [field]}
    assert done.writes(mark) == []

    fixed = run("up", "--yes", "--json", env=done.env)
    assert fixed.code == 0
    assert pending(fixed) == {resource: [field]}
    assert fixed.change(resource)["fields"] == checked.change(resource)["fields"]
    assert len(done.writes(mark)) == writes
    assert done.comparable() == before


def test_a_delivery_method_changed_by_hand_is_named_and_the_missing_one_added(run: Run, done: Lab) -> None:
    _delivery(done)
    mark = done.mark()
    # Who wrote the provider may have written its token, too, which nothing shows: ours goes along.
    unified = {"provider": ["configuration.delivery_methods", "credentials.auth_token"]}
    expected = unified if is_unified(done) else {"factor": ["message_types"]}
    checked = run("plan", "--check", "--json", env=done.env)
    assert checked.code == 10
    assert pending(checked) == expected
    assert pending(run("up", "--yes", "--json", env=done.env)) == expected
    assert len(done.writes(mark)) == 1
    assert done.delivery_methods() in (["text", "voice"], None)
    assert done.tenant["message_types"] == ["sms"]


def test_with_delivery_given_the_method_is_put_back_exactly(run: Run, done: Lab) -> None:
    before = done.comparable()
    _delivery(done)
    assert run("plan", "--check", "--json", "--delivery", "sms", env=done.env).code == 10
    assert run("up", "--yes", "--json", "--delivery", "sms", env=done.env).code == 0
    assert done.comparable() == before


def test_several_changes_are_named_together_in_the_safe_order(run: Run, done: Lab) -> None:
    for what in ("the policy", "the factor", "a callback URL"):
        BY_HAND[what][0](done)
    expected = {"application": ["callbacks"], "factor": ["enabled"], "policy": ["policies"]}
    assert list(pending(run("plan", "--check", "--json", env=done.env)).items()) == list(expected.items())
    mark = done.mark()
    assert pending(run("up", "--yes", "--json", env=done.env)) == expected
    assert [path.removeprefix("/api/v2/") for _, path in done.writes(mark)] == [
        f"clients/{done.spas[0]['client_id']}",
        "guardian/factors/sms",
        "guardian/policies",
    ]


def test_without_check_a_plan_with_changes_exits_0(run: Run, done: Lab) -> None:
    URL_GONE(done)
    assert run("plan", "--json", env=done.env).code == 0


def test_one_url_of_two_that_is_gone_is_the_only_one_added(run: Run, lab: Lab) -> None:
    urls = ("--url", "http://localhost:3000", "--url", "https://app.example.com")
    assert run("up", "--yes", "--json", *urls, env=lab.env).code == 0
    _client(lab, callbacks=["https://app.example.com"])
    (field,) = run("plan", "--check", "--json", *urls, env=lab.env).change("application")["fields"]
    assert field["before"] == ["https://app.example.com"]
    assert field["after"] == ["https://app.example.com", "http://localhost:3000"]


def test_what_is_not_ours_may_change_without_being_named(run: Run, done: Lab) -> None:
    done.auth0("PUT", "guardian/factors/otp", {"enabled": True})
    _client(done, description="Ask Ann", logo_uri="https://example.com/logo.png")
    assert run("plan", "--check", "--json", env=done.env).code == 0


# --- every field that a write changes is shown ---------------------------------------------------------------------


def owned(lab: Lab) -> dict[str, Any]:
    """All that a run may write in the tenant, by the names that changes show."""
    tenant = lab.tenant
    found = {f"application.{name}": value for name, value in lab.spas[0].items()}
    provider = {name: value for name, value in tenant["phone_provider"].items() if name != "configuration"}
    provider |= {
        f"configuration.{name}": value for name, value in tenant["phone_provider"].get("configuration", {}).items()
    }
    found |= {f"provider.{name}": value for name, value in provider.items()}
    found |= {"factor.enabled": tenant["factors"]["sms"], "factor.message_types": tenant["message_types"]}
    found["policy.policies"] = tenant["policies"]
    return found | {f"factor.templates.{name}": value for name, value in texts(lab)}


def texts(lab: Lab) -> list[tuple[str, Any]]:
    """The parts of the templates, by the names that changes show."""
    if not is_unified(lab):
        found = lab.auth0("GET", "guardian/factors/phone/templates")
        return [(name, found.get(f"{name}_message")) for name in ("enrollment", "verification")]
    parts: list[tuple[str, Any]] = []
    for one in lab.auth0("GET", "branding/phone/templates")["templates"]:
        name = {"otp_enroll": "enrollment", "otp_verify": "verification"}[one["type"]]
        body = one["content"]["body"]
        parts += [(name, body.get("text")), (f"{name}.voice", body.get("voice"))]
        parts += [(f"{name}.disabled", one["disabled"]), (f"{name}.from", one["content"].get("from"))]
    return parts


def in_another_state(lab: Lab) -> None:
    """An application, a provider, a factor and templates that differ in everything that a run may write."""
    application(lab, token_endpoint_auth_method="client_secret_post", callbacks=["https://app.example.com"])
    first, second = (number(lab, item.phone_number) for item in stock()[:2])
    into_pool(lab, lab.control_service_sid(), second["sid"])
    provider(lab, sender=first["phone_number"], service=lab.control_service_sid())
    lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": []})
    if not is_unified(lab):
        written = {"enrollment_message": "{{code}} old", "verification_message": "{{code}} old"}
        lab.auth0("PUT", "guardian/factors/phone/templates", written)
        return
    patch_provider(lab, disabled=True, delivery_methods=["voice"])
    for kind in ("otp_enroll", "otp_verify"):
        content = {"from": first["phone_number"], "body": {"text": "{{code}} old", "voice": "{{code}} spoken"}}
        lab.auth0("POST", "branding/phone/templates", {"type": kind, "disabled": True, "content": content})


def test_every_field_that_changes_in_the_tenant_is_shown_before_it_changes(run: Run, lab: Lab) -> None:
    in_another_state(lab)
    options = (
        "--harden", "--url", "https://new.example.com/cb", "--connection", CONNECTION, "--delivery", "sms",
        "--from", stock()[1].phone_number, "--verification-template", "{{code}} new", "--enrollment-template",
        "{{code}} too", "--policy", "never",
    )  # fmt: skip
    planned = run("plan", *options, "--json", env=lab.env)
    shown = {f"{change['resource']}.{field['path']}" for change in planned.document["changes"]
             for field in change["fields"]}  # fmt: skip
    before = owned(lab)
    done = run("up", *options, "--yes", "--json", env=lab.env)
    assert done.code == 0, done.out
    assert [change["fields"] for change in done.document["changes"]] == [
        change["fields"] for change in planned.document["changes"]
    ]
    after = owned(lab)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert len(changed) > 8
    assert changed - {"provider.updated_at"} <= shown
