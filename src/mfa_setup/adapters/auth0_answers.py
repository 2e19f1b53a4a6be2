"""What auth0-python returns, as our models, and our values as the bodies that Auth0 takes."""

from collections.abc import Iterable
from enum import Enum
from functools import partial
from typing import Any

import mfa_setup.adapters.auth0_package  # isort: skip # noqa: F401 before the SDK
from auth0.management.core.api_error import ApiError
from auth0.management.core.parse_error import ParsingError
from pydantic import SecretStr

from mfa_setup.adapters import answers
from mfa_setup.model.observed import Application, FactorUse, Provider, SendEvent, Template
from mfa_setup.model.readiness import BoundAction

sdk_errors = partial(answers.reading, "auth0", ApiError, ParsingError)
creating = partial(answers.creating, "auth0", ApiError, ParsingError)
deleting = partial(answers.deleting, "auth0", ApiError, ParsingError)
"""Around each call of the SDK; refusals have become our errors in the transport already."""


def plain(item: Any) -> dict[str, Any]:
    """An answer of the SDK as the service sent it, without what was absent or null.

    The SDK keeps a null that the service sent, whatever is excluded; null where a list belongs means an empty one.
    """
    plain = _without_null(item.model_dump(by_alias=True, exclude_none=True, mode="json"))
    if not isinstance(plain, dict):
        raise TypeError
    return plain


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(inner) for key, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list) else value


def texts(items: Iterable[object]) -> tuple[str, ...]:
    """A list of texts, as the service sent it.

    Raises:
        TypeError: One of them is something else.
    """
    found = tuple(item.value if isinstance(item, Enum) else item for item in items)
    if not all(isinstance(item, str) for item in found):
        raise TypeError
    return tuple(str(item) for item in found)


def application(item: dict[str, Any]) -> Application:
    """An application, of an answer of `GET /clients`."""
    return Application.model_validate({key: item[key] for key in Application.model_fields if key in item})


def template(item: dict[str, Any]) -> Template:
    """A text of the unified stack."""
    body = (item.get("content") or {}).get("body") or {}
    return Template(
        kind=str(item["type"]),
        id=str(item["id"]),
        text=body.get("text"),
        voice=body.get("voice"),
        disabled=bool(item.get("disabled", False)),
        sender=(item.get("content") or {}).get("from"),
    )


def bound_action(item: dict[str, Any]) -> BoundAction:
    """An Action that is bound to a trigger, with the code that runs."""
    action = item.get("action") or {}
    deployed = action.get("deployed_version") or {}
    return BoundAction(name=str(item.get("display_name") or action.get("name")), code=str(deployed.get("code") or ""))


def unified_provider(item: dict[str, Any]) -> Provider:
    """The provider of the unified stack."""
    configuration = item.get("configuration") or {}
    kind: Any = str(item.get("name"))
    return Provider(
        stack="unified",
        kind=kind if kind in {"twilio", "custom"} else "other",
        id=item.get("id"),
        enabled=not item.get("disabled", False),
        sid=configuration.get("sid"),
        sender=configuration.get("default_from"),
        messaging_service_sid=configuration.get("mssid"),
        delivery_methods=tuple(configuration.get("delivery_methods") or ()),
        updated_at=item.get("updated_at"),
    )


def legacy_provider(selected: Any, settings: dict[str, Any]) -> Provider:
    """The provider of the legacy stack: which one is selected, and the Twilio settings."""
    token = _shown_token(settings.get("auth_token"))
    return Provider(
        stack="legacy",
        kind=selected if selected in {"auth0", "twilio", "phone-message-hook"} else "other",
        enabled=selected is not None,
        sid=settings.get("sid"),
        sender=settings.get("from"),
        messaging_service_sid=settings.get("messaging_service_sid"),
        token=SecretStr(token) if token else None,
    )


def _shown_token(token: Any) -> str | None:
    """The token that the legacy stack gives back; one in which characters are masked is not shown (not verified)."""
    return str(token) if token and not {"*", "•"} & set(str(token)) else None


def provider_body(provider: Provider, token: SecretStr | None) -> dict[str, Any]:
    """The body of a provider, always whole: what leaving a part out does is not verified."""
    configuration: dict[str, Any] = {"delivery_methods": list(provider.delivery_methods)}
    if provider.kind == "twilio":
        configuration["sid"] = provider.sid
        senders = {"default_from": provider.sender, "mssid": provider.messaging_service_sid}
        configuration |= {name: sender for name, sender in senders.items() if sender}
    return {
        "name": provider.kind,
        "disabled": not provider.enabled,
        "configuration": configuration,
        "credentials": {"auth_token": token.get_secret_value()} if token else {},
    }


def content(template: Template) -> Any:
    """The body of a template as Auth0 takes it."""
    body = {"text": template.text, "voice": template.voice}
    sender = {"from": template.sender} if template.sender is not None else {}
    return sender | {"body": {key: text for key, text in body.items() if text is not None}}


SEND_TYPES = frozenset({"gd_send_sms", "gd_send_sms_failure"})
"""The types of the log's entries about sent codes."""


def send_event(item: dict[str, Any]) -> SendEvent:
    """An attempt to send a code, of an entry of the tenant's log.

    Only `details.provider_error.errorCode` is known from reports; that `details.to` is the phone is not verified.
    """
    details = item.get("details")
    details = details if isinstance(details, dict) else {}
    error = details.get("provider_error")
    error = error if isinstance(error, dict) else {}
    code = str(error.get("errorCode") or "")
    return SendEvent(
        at=item["date"],
        log_id=str(item.get("log_id") or item.get("_id") or ""),
        failed=item.get("type") == "gd_send_sms_failure",
        to=str(details["to"]) if details.get("to") else None,
        user_id=item.get("user_id"),
        error_code=int(code) if code.isascii() and code.isdigit() else None,
        told=str(error.get("message") or item.get("description") or ""),
    )


PASSED_TYPES = frozenset({"gd_auth_succeed", "gd_enrollment_complete", "gd_recovery_succeed"})
"""The types of the log's entries about a second factor that was passed."""


def factor_use(item: dict[str, Any]) -> FactorUse:
    """A second factor that a user passed, of an entry of the tenant's log (sources: auth0-log-authenticator)."""
    details = item.get("details")
    authenticator = details.get("authenticator") if isinstance(details, dict) else None
    kind = authenticator.get("type") if isinstance(authenticator, dict) else None
    if item.get("type") == "gd_recovery_succeed":
        kind = "recovery-code"
    return FactorUse(at=item["date"], factor=kind if isinstance(kind, str) and kind else None)
