"""Converts responses of the Management API to models, and models to request bodies.

Only the fields in use are validated. A value whose type differs from the documented one raises a `TypeError`, which
the functions around each request convert to the error about an unreadable response.
"""

from datetime import datetime
from functools import partial
from typing import Any

import mfa_setup.adapters.auth0_package  # isort: skip # noqa: F401 before the SDK
from auth0.management.core.api_error import ApiError
from auth0.management.core.parse_error import ParsingError
from pydantic import BaseModel, SecretStr, TypeAdapter

from mfa_setup.adapters import answers
from mfa_setup.model.observed import Application, FactorUse, Provider, SendEvent, Template
from mfa_setup.model.readiness import ActionFailure, BoundAction

sdk_errors = partial(answers.reading, "auth0", ApiError, ParsingError)
creating = partial(answers.creating, "auth0", ApiError, ParsingError)
deleting = partial(answers.deleting, "auth0", ApiError, ParsingError)
"""Context managers and decorators for SDK calls. The transport has already converted refusals to our errors."""


def plain(answer: object) -> dict[str, Any]:
    """Converts a response that is one object, or one of the SDK's models, to a dictionary without null values.

    A null where a list is documented means an empty list.

    Raises:
        TypeError: The response is not an object.
    """
    if isinstance(answer, BaseModel):
        answer = answer.model_dump(by_alias=True, mode="json")
    found = _without_null(answer)
    if not isinstance(found, dict):
        raise TypeError
    return found


def items(answer: object, key: str | None = None) -> list[dict[str, Any]]:
    """Returns the objects of a response that is a list, or that contains the list under a key.

    Raises:
        TypeError: The response or the value under the key is not a list of objects.
    """
    found = answer if key is None else plain(answer).get(key, [])
    return [plain(item) for item in _list(found)]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def text(item: dict[str, Any], name: str) -> str | None:
    """Returns a string from a response; None if it is absent or null.

    Raises:
        TypeError: The value is not a string.
    """
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        raise TypeError
    return value


def required(item: dict[str, Any], name: str) -> str:
    """Returns a string that every response must contain.

    Raises:
        TypeError: The value is absent, null or not a string.
    """
    value = text(item, name)
    if value is None:
        raise TypeError
    return value


def flag(item: dict[str, Any], name: str) -> bool | None:
    """Returns a boolean from a response; None if it is absent.

    Raises:
        TypeError: The value is not a boolean.
    """
    value = item.get(name)
    if value is not None and not isinstance(value, bool):
        raise TypeError
    return value


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_null(inner) for key, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list) else value


def texts(found: object) -> tuple[str, ...]:
    """Returns a list of strings in the service's order.

    Raises:
        TypeError: The value is not a list, or one of its items is not a string.
    """
    listed = tuple(_list(found))
    if not all(isinstance(item, str) for item in listed):
        raise TypeError
    return listed


def application(item: dict[str, Any]) -> Application:
    """Converts an item of `GET /clients` to an application."""
    return Application.model_validate({key: item[key] for key in Application.model_fields if key in item})


def template(item: dict[str, Any]) -> Template:
    """Converts an item of the unified stack's templates to a template."""
    body = (item.get("content") or {}).get("body") or {}
    return Template(
        kind=required(item, "type"),
        id=required(item, "id"),
        text=body.get("text"),
        voice=body.get("voice"),
        disabled=bool(flag(item, "disabled")),
        sender=(item.get("content") or {}).get("from"),
    )


def bound_action(item: dict[str, Any]) -> BoundAction:
    """Converts an Action that is bound to a trigger, with its deployed code."""
    action = item.get("action") or {}
    deployed = action.get("deployed_version") or {}
    name = text(item, "display_name") or text(action, "name")
    return BoundAction(
        name=str(name),
        code=text(deployed, "code") or "",
        id=text(action, "id") or "",
        version_id=text(deployed, "id") or "",
    )


def unified_provider(item: dict[str, Any]) -> Provider:
    """Converts the response about the unified stack's provider to a provider."""
    configuration = item.get("configuration") or {}
    kind: Any = required(item, "name")
    return Provider(
        stack="unified",
        kind=kind if kind in {"twilio", "custom"} else "other",
        id=item.get("id"),
        enabled=not flag(item, "disabled"),
        sid=configuration.get("sid"),
        sender=configuration.get("default_from"),
        messaging_service_sid=configuration.get("mssid"),
        delivery_methods=texts(configuration.get("delivery_methods") or []),
        updated_at=_moment(text(item, "updated_at")),
    )


def _moment(shown: str | None) -> str | None:
    """Formats a time as the SDK's models do, so that a provider compares equal whether written or read."""
    return shown and str(_TIME.dump_python(_TIME.validate_python(shown), mode="json"))


_TIME = TypeAdapter(datetime)


def legacy_provider(selected: str | None, settings: dict[str, Any]) -> Provider:
    """Builds the legacy stack's provider from the selected provider's name and the Twilio settings."""
    kind: Any = selected
    token = _shown_token(text(settings, "auth_token"))
    return Provider(
        stack="legacy",
        kind=kind if kind in {"auth0", "twilio", "phone-message-hook"} else "other",
        enabled=selected is not None,
        sid=settings.get("sid"),
        sender=settings.get("from"),
        messaging_service_sid=settings.get("messaging_service_sid"),
        token=SecretStr(token) if token else None,
    )


def _shown_token(token: str | None) -> str | None:
    """Returns the auth token that the legacy stack reports; None if the stack masks it (masking is not verified)."""
    return token if token and not {"*", "•"} & set(token) else None


def provider_body(provider: Provider, token: SecretStr | None) -> dict[str, Any]:
    """Returns the request body for a provider with all fields: the effect of omitting a field is not verified."""
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
    """Returns the content of a template as Auth0 expects it in a request body."""
    body = {"text": template.text, "voice": template.voice}
    sender = {"from": template.sender} if template.sender is not None else {}
    return sender | {"body": {key: text for key, text in body.items() if text is not None}}


SEND_TYPES = frozenset({"gd_send_sms", "gd_send_sms_failure"})
"""The log event types for sent codes and for codes that could not be sent."""


def send_event(item: dict[str, Any]) -> SendEvent:
    """Converts an entry of the tenant's log to an attempt to send a code.

    Only `details.provider_error.errorCode` is known from reports; that `details.to` contains the phone is not verified.
    """
    details = item.get("details")
    details = details if isinstance(details, dict) else {}
    error = details.get("provider_error")
    error = error if isinstance(error, dict) else {}
    code = str(error.get("errorCode") or "")
    return SendEvent(
        at=_date(item),
        log_id=str(item.get("log_id") or item.get("_id") or ""),
        failed=item.get("type") == "gd_send_sms_failure",
        to=str(details["to"]) if details.get("to") else None,
        user_id=item.get("user_id"),
        error_code=int(code) if code.isascii() and code.isdigit() else None,
        told=str(error.get("message") or item.get("description") or ""),
    )


PASSED_TYPES = frozenset({"gd_auth_succeed", "gd_enrollment_complete", "gd_recovery_succeed"})
"""The log event types for a second factor that a user passed."""


def factor_use(item: dict[str, Any]) -> FactorUse:
    """Converts an entry of the tenant's log to a second factor a user passed (sources: auth0-log-authenticator)."""
    details = item.get("details")
    authenticator = details.get("authenticator") if isinstance(details, dict) else None
    kind = authenticator.get("type") if isinstance(authenticator, dict) else None
    if item.get("type") == "gd_recovery_succeed":
        kind = "recovery-code"
    return FactorUse(at=_date(item), factor=kind if isinstance(kind, str) and kind else None)


ACTION_FAILED = "actions_execution_failed"
"""The log event type for an Action that failed."""


def action_failure(item: dict[str, Any]) -> ActionFailure:
    """Converts an entry of the tenant's log to the failure of an Action (sources: auth0-action-failures)."""
    details = plain(item.get("details") or {})
    error = details.get("action_error")
    name = str(error.get("name") or "") if isinstance(error, dict) else ""
    return ActionFailure(
        at=_date(item),
        action_id=text(details, "action_id") or "",
        version_id=text(details, "version_id") or "",
        kind=text(details, "error_class") or "",
        error=name if name.isidentifier() else "",
    )


def _date(item: dict[str, Any]) -> Any:
    """Returns the timestamp of a log entry, which the entry's model parses."""
    return required(item, "date")
