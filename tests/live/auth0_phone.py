"""Probes of the phone provider, its templates and the SMS factor, without sending anything."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from live.probes import probe
from live.site import FAKE_SID, FAKE_TOKEN, Answer, Site, UntriedError

PROVIDERS, TEMPLATES = "branding/phone/providers", "branding/phone/templates"
_FACTORS = "guardian/factors"
_TYPES, _TWILIO = f"{_FACTORS}/phone/message-types", f"{_FACTORS}/phone/providers/twilio"
_NOBODY = "+14155550123"
_SAME_CLOCK = 2.0
"""The seconds by which two times of one clock may differ: the `Date` header has no fractions."""


def provider_body(**changes: Any) -> dict[str, Any]:
    """Returns a provider for an account that does not exist, which can send nothing."""
    configuration = {"sid": FAKE_SID, "default_from": "+15005550006", "delivery_methods": ["text"]} | changes
    body = {"name": "twilio", "disabled": False, "configuration": configuration}
    return body | {"credentials": {"auth_token": FAKE_TOKEN}}


def template_body(text: str, **more: Any) -> dict[str, Any]:
    """Returns a verification template with a text."""
    content = {"from": more.pop("sender")} if "sender" in more else {}
    return {"type": "otp_verify", "disabled": False, "content": content | {"body": {"text": text}}} | more


def waits(site: Site, until: Any, *, seconds: float = 30.0) -> Any:
    """Polls until a call returns something; returns None if it does not within the time."""
    deadline = time.monotonic() + seconds
    while not (found := until()) and time.monotonic() < deadline:
        time.sleep(0.2 if site.twilio_base else 2.0)
    return found


def refusal(answer: Answer, status: int) -> str:
    """Names the outcome of a request that should be refused."""
    if answer.ok:
        return "accepted"
    return f"refused with {status}" if answer.status == status else "refused with another status"


@probe("provider-partial-update")
def partial_update(site: Site) -> str:
    provider = site.make(PROVIDERS, provider_body())
    if not site.ask("PATCH", f"{PROVIDERS}/{provider['id']}", {"disabled": True}).ok:
        return "refused"
    after = site.ask("GET", f"{PROVIDERS}/{provider['id']}")
    return "kept" if after["configuration"] == provider["configuration"] else "cleared"


@probe("provider-token-omitted")
def token_omitted(site: Site) -> str:
    provider = site.make(PROVIDERS, provider_body())
    answer = site.ask("PATCH", f"{PROVIDERS}/{provider['id']}", provider_body() | {"credentials": {}})
    return "accepted" if answer.ok else "refused"


@probe("provider-second")
def second_provider(site: Site) -> str:
    site.make(PROVIDERS, provider_body())
    answer = site.ask("POST", PROVIDERS, provider_body())
    if answer.ok:
        site.created("the second provider", lambda: site.ask("DELETE", f"{PROVIDERS}/{answer['id']}"))
    return refusal(answer, 409)


@probe("provider-two-senders")
def two_senders(site: Site) -> str:
    service = "MG" + "0" * 32
    answer = site.ask("POST", PROVIDERS, provider_body(mssid=service))
    if not answer.ok:
        return "refused"
    site.created("the provider", lambda: site.ask("DELETE", f"{PROVIDERS}/{answer['id']}"))
    stored = site.ask("GET", f"{PROVIDERS}/{answer['id']}")["configuration"]
    return "both stored" if {"default_from", "mssid"} <= stored.keys() else "one dropped"


@probe("provider-time")
def provider_time(site: Site) -> str:
    provider = site.make(PROVIDERS, provider_body())
    time.sleep(1.1)  # so that the write that follows has another second
    answer = site.ask("PATCH", f"{PROVIDERS}/{provider['id']}", provider_body())
    if not answer.ok or not answer["updated_at"] or "date" not in answer.headers:
        raise UntriedError("The answer has no time to compare.")
    if answer["updated_at"] == provider["updated_at"]:
        return "not updated"
    written = datetime.fromisoformat(answer["updated_at"]).astimezone(UTC)
    apart = abs((written - parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)).total_seconds())
    return "same clock" if apart <= _SAME_CLOCK else "other clock"


@probe("provider-log-code")
def log_code(site: Site) -> str:
    provider = site.make(PROVIDERS, provider_body())
    before = {event.log_id for event in site.auth0.send_events()}
    body = {"to": _NOBODY, "delivery_method": "text"}
    if not site.ask("POST", f"{PROVIDERS}/{provider['id']}/try", body).ok:
        return "refused"

    def failures() -> list[Any]:
        return [event for event in site.auth0.send_events() if event.failed and event.log_id not in before]

    found = waits(site, failures)
    if not found:
        return "no failure in the log"
    return "code in the log" if found[0].error_code else "failure without code"


@probe("message-types-order")
def message_types(site: Site) -> str:
    before = site.ask("GET", _TYPES)["message_types"]
    site.make(PROVIDERS, provider_body(delivery_methods=["text"]))
    answer = site.ask("PUT", _TYPES, {"message_types": ["voice"]})
    if answer.ok:
        site.created("the message types", lambda: site.ask("PUT", _TYPES, {"message_types": before}))
    return refusal(answer, 409)


def _no_template(site: Site) -> None:
    found = site.ask("GET", TEMPLATES)["templates"] or []
    if any(template["type"] == "otp_verify" for template in found):
        raise UntriedError("The tenant has an own verification template, which the probe would have to replace.")


@probe("template-invalid-stored")
def invalid_template(site: Site) -> str:
    _no_template(site)
    answer = site.ask("POST", TEMPLATES, template_body(f"{site.name} {{{{ code | upcase"))
    if not answer.ok:
        return "refused"
    site.created("the template", lambda: site.ask("DELETE", f"{TEMPLATES}/{answer['id']}"))
    return "stored"


@probe("template-second")
def second_template(site: Site) -> str:
    _no_template(site)
    site.make(TEMPLATES, template_body(f"{site.name} {{{{ code }}}}"))
    answer = site.ask("POST", TEMPLATES, template_body(f"{site.name} {{{{ code }}}}"))
    if answer.ok:
        site.created("the second template", lambda: site.ask("DELETE", f"{TEMPLATES}/{answer['id']}"))
    return refusal(answer, 409)


@probe("factor-enabled")
def factor_enabled(site: Site) -> str:
    factors = site.ask("GET", _FACTORS).body
    before = next(factor["enabled"] for factor in factors if factor["name"] == "sms")
    site.created("the SMS factor", lambda: site.ask("PUT", f"{_FACTORS}/sms", {"enabled": before}))
    answer = site.ask("PUT", f"{_FACTORS}/sms", {"enabled": True})
    return "enabled" if answer.ok else "refused with 403" if answer.status == 403 else "refused otherwise"


def _written(site: Site, body: dict[str, Any]) -> Answer:
    """Writes the legacy stack's Twilio settings, which are removed after the probe as far as Auth0 lets anyone."""
    nulls = dict.fromkeys(("from", "messaging_service_sid", "auth_token", "sid"))
    site.created("the legacy Twilio settings", lambda: site.ask("PUT", _TWILIO, nulls))
    return site.ask("PUT", _TWILIO, body)


_LEGACY = {"from": "+15005550006", "auth_token": FAKE_TOKEN, "sid": FAKE_SID}


@probe("legacy-token-shown")
def legacy_token(site: Site) -> str:
    _written(site, _LEGACY)
    shown = site.ask("GET", _TWILIO)["auth_token"]
    if not shown:
        return "absent"
    if shown == FAKE_TOKEN:
        return "in clear text"
    return "masked" if {"*", "•"} & set(shown) else "masked otherwise"


@probe("legacy-omitted-field")
def legacy_omitted(site: Site) -> str:
    _written(site, _LEGACY)
    if not _written(site, {"sid": FAKE_SID, "auth_token": FAKE_TOKEN}).ok:
        return "refused"
    return "kept" if site.ask("GET", _TWILIO)["from"] else "removed"


@probe("legacy-nulls")
def legacy_nulls(site: Site) -> str:
    _written(site, _LEGACY)
    if not _written(site, dict.fromkeys(("from", "messaging_service_sid", "auth_token", "sid"))).ok:
        return "refused"
    after = site.ask("GET", _TWILIO).body
    if not after:
        return "removed"
    return "not removed" if any(after.values()) else "kept as nulls"


@probe("legacy-prepared-provider")
def legacy_prepared(site: Site) -> str:
    if site.ask("GET", PROVIDERS)["providers"]:
        raise UntriedError("The tenant has prepared a provider of its own.")
    answer = site.ask("POST", PROVIDERS, provider_body())
    if answer.ok:
        site.created("the provider", lambda: site.ask("DELETE", f"{PROVIDERS}/{answer['id']}"))
    return "accepted" if answer.ok else "refused"


@probe("legacy-templates-unset")
def legacy_templates(site: Site) -> str:
    answer = site.ask("GET", f"{_FACTORS}/phone/templates")
    if answer.status == 204:
        return "204"
    if not answer.ok:
        return "another answer"
    return "texts" if answer.body else "200 and empty"
