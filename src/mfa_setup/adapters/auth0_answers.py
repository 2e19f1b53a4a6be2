"""What auth0-python returns, as our models, and our values as the bodies that Auth0 takes."""

from collections.abc import Iterable
from enum import Enum
from functools import partial
from typing import Any

from auth0.management.core.api_error import ApiError
from auth0.management.core.parse_error import ParsingError
from pydantic import SecretStr

from mfa_setup.adapters import answers
from mfa_setup.model.observed import Application, Provider, SendEvent, Template

sdk_errors = partial(answers.reading, "auth0", ApiError, ParsingError)
creating = partial(answers.creating, "auth0", ApiError, ParsingError)
deleting = partial(answers.deleting, "auth0", ApiError, ParsingError)
"""Around each call of the SDK; refusals have become our errors in the transport already."""


def plain(item: Any) -> dict[str, Any]:
    """An answer of the SDK as the service sent it, without what was absent."""
    plain = item.model_dump(by_alias=True, exclude_none=True, mode="json")
    if not isinstance(plain, dict):
        raise TypeError
    return plain


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
    )


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
    token = settings.get("auth_token")
    return Provider(
        stack="legacy",
        kind=selected if selected in {"auth0", "twilio", "phone-message-hook"} else "other",
        enabled=selected is not None,
        sid=settings.get("sid"),
        sender=settings.get("from"),
        messaging_service_sid=settings.get("messaging_service_sid"),
        token=SecretStr(token) if token else None,
    )


def provider_body(provider: Provider, token: SecretStr | None) -> dict[str, Any]:
    """The body of a provider, always whole: what leaving a part out does is not verified."""
    configuration: dict[str, Any] = {"delivery_methods": list(provider.delivery_methods)}
    if provider.kind == "twilio":
        configuration["sid"] = provider.sid
        if provider.sender:
            configuration["default_from"] = provider.sender
        else:
            configuration["mssid"] = provider.messaging_service_sid
    return {
        "name": provider.kind,
        "disabled": not provider.enabled,
        "configuration": configuration,
        "credentials": {"auth_token": token.get_secret_value()} if token else {},
    }


def content(template: Template) -> Any:
    """The body of a template as Auth0 takes it."""
    body = {"text": template.text, "voice": template.voice}
    return {"body": {key: text for key, text in body.items() if text is not None}}


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
