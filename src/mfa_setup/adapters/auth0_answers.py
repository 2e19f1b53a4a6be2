"""Converts responses of the Management API to models, and models to request bodies.

An answer is validated here as far as it is used: a value of another type than the documented one is a `TypeError`,
which the functions around each request turn into the error about an unreadable answer.
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
from mfa_setup.model.readiness import BoundAction

sdk_errors = partial(answers.reading, "auth0", ApiError, ParsingError)
creating = partial(answers.creating, "auth0", ApiError, ParsingError)
deleting = partial(answers.deleting, "auth0", ApiError, ParsingError)
"""Around each call of the SDK; refusals have become our errors in the transport already."""


def plain(answer: object) -> dict[str, Any]:
    """An answer that is one object, or a model of the SDK, as the service sent it, without what was absent or null.

    Null where a list belongs means an empty one.

    Raises:
        TypeError: It is something else.
    """
    if isinstance(answer, BaseModel):
        answer = answer.model_dump(by_alias=True, mode="json")
    found = _without_null(answer)
    if not isinstance(found, dict):
        raise TypeError
    return found


def items(answer: object, key: str | None = None) -> list[dict[str, Any]]:
    """The objects of an answer that is a list, or that holds it under a key.

    Raises:
        TypeError: It is no list of objects.
    """
    found = answer if key is None else plain(answer).get(key, [])
    return [plain(item) for item in _list(found)]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def text(item: dict[str, Any], name: str) -> str | None:
    """A string of a response; None if it is absent or null.

    Raises:
        TypeError: It is something else.
    """
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        raise TypeError
    return value


def required(item: dict[str, Any], name: str) -> str:
    """A string that every response must have.

    Raises:
        TypeError: It is absent, null or something else.
    """
    value = text(item, name)
    if value is None:
        raise TypeError
    return value


def flag(item: dict[str, Any], name: str) -> bool | None:
    """A boolean of a response; None if it is absent.

    Raises:
        TypeError: It is something else.
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
    """A list of texts, as the service sent it.

    Raises:
        TypeError: It is no list, or one of them is something else.
    """
    listed = tuple(_list(found))
    if not all(isinstance(item, str) for item in listed):
        raise TypeError
    return listed


def application(item: dict[str, Any]) -> Application:
    """An application, of an answer of `GET /clients`."""
    return Application.model_validate({key: item[key] for key in Application.model_fields if key in item})


def template(item: dict[str, Any]) -> Template:
    """A text of the unified stack."""
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
    """An Action that is bound to a trigger, with the code that runs."""
    action = item.get("action") or {}
    deployed = action.get("deployed_version") or {}
    name = text(item, "display_name") or text(action, "name")
    return BoundAction(name=str(name), code=text(deployed, "code") or "")


def unified_provider(item: dict[str, Any]) -> Provider:
    """The provider of the unified stack."""
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
    """A time as the SDK's own models write it: a written provider is compared with the one that is read later."""
    return shown and str(_TIME.dump_python(_TIME.validate_python(shown), mode="json"))


_TIME = TypeAdapter(datetime)


def legacy_provider(selected: str | None, settings: dict[str, Any]) -> Provider:
    """The provider of the legacy stack: which one is selected, and the Twilio settings."""
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
    """The token that the legacy stack gives back; one in which characters are masked is not shown (not verified)."""
    return token if token and not {"*", "•"} & set(token) else None


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
        at=_date(item),
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
    return FactorUse(at=_date(item), factor=kind if isinstance(kind, str) and kind else None)


def _date(item: dict[str, Any]) -> Any:
    """The time of an entry of the log, which its model parses."""
    return required(item, "date")
