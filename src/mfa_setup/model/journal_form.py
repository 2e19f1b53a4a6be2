"""The form of the runs of a journal that comes from another machine: its actions, their fields, and kinds of values.

A journal of this machine is protected by the permissions of its file. An exported one travels through places that other
people may write to, and an undo sends its values to the services, so each value must be one that mfa-setup writes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import get_args

from mfa_setup.model.base import JsonValue
from mfa_setup.model.journal import RunRecord, WriteRecord
from mfa_setup.model.observed import MARK, ProviderKind
from mfa_setup.model.types import NumberType
from mfa_setup.model.write import Fields, WriteAction

Form = Callable[[JsonValue], bool]
"""Whether a value has a form."""
_LONG, _SHORT = 100_000, 1_000


def _matching(pattern: str, longest: int = _SHORT) -> Form:
    form = re.compile(pattern)
    return lambda value: isinstance(value, str) and len(value) <= longest and bool(form.fullmatch(value))


def _text(value: JsonValue) -> bool:
    """Whether a value is one line of visible text."""
    return isinstance(value, str) and len(value) <= _SHORT and value.isprintable()


def _long_text(value: JsonValue) -> bool:
    """Whether a value is a text of several lines, such as code."""
    return isinstance(value, str) and len(value) <= _LONG and "\0" not in value


def _flag(value: JsonValue) -> bool:
    return isinstance(value, bool)


def _or_null(form: Form) -> Form:
    return lambda value: value is None or form(value)


def _list_of(form: Form) -> Form:
    return lambda value: isinstance(value, list) and all(map(form, value))


def _among(*words: str) -> Form:
    return lambda value: isinstance(value, str) and value in words


def _object(value: JsonValue) -> bool:
    """Whether a value is an object of short values, such as an application's metadata."""
    return isinstance(value, dict) and all(_text(key) and _plain(item) for key, item in value.items())


def _plain(value: JsonValue) -> bool:
    if isinstance(value, list):
        return all(map(_plain, value))
    return _object(value) if isinstance(value, dict) else value is None or isinstance(value, (bool, int, float, str))


def _kept(value: JsonValue) -> bool:
    """Whether a value has the legacy phone settings that `migrate` recorded."""
    return isinstance(value, dict) and value.keys() <= _KEPT and all(FORMS[name](item) for name, item in value.items())


_ID = _matching(r"[A-Za-z0-9_-]{1,128}")
_NUMBER_SID = _matching(r"PN[0-9a-fA-F]{32}")
_PHONE = _matching(r"\+[1-9][0-9]{6,14}")
_NO_PATH = _or_null(_matching(r"[A-Za-z0-9 +_-]*"))
"""The form of a SID in a tenant's phone settings, where Auth0 accepts any text (OpenAPI); Twilio's paths contain it."""
_DIGEST = _or_null(_matching(r"[0-9a-f]{64}"))
_URLS = _or_null(_list_of(_matching(r"(?!(?i:javascript|data|vbscript):)[^\s\x00-\x20\x7f]+", 2_048)))
"""The form of lists of URLs. An application may have had URLs of apps (`com.example.app:/callback`), too."""
_CODE = _or_null(_long_text)
_LINE = _or_null(_text)
_PROVIDER = _or_null(_among(*get_args(ProviderKind)))
_TYPES = _list_of(_among("sms", "voice"))

FORMS: Mapping[str, Form] = {
    "name": _LINE,
    "app_type": _LINE,
    "callbacks": _URLS,
    "allowed_logout_urls": _URLS,
    "web_origins": _URLS,
    "oidc_conformant": _or_null(_flag),
    "token_endpoint_auth_method": _LINE,
    "grant_types": _or_null(_list_of(_text)),
    "jwt_configuration": _or_null(_object),
    "refresh_token": _or_null(_object),
    "client_metadata": _or_null(_object),
    "connection": _or_null(_ID),
    "existed": _flag,
    "domain": _LINE,
    "client_id": _LINE,
    "placeholders": _object,
    "digest": _DIGEST,
    "was": _DIGEST,
    "edits": _or_null(_list_of(_plain)),
    "base": _or_null(_object),
    "phone_number": _PHONE,
    "friendly_name": _matching(rf"{MARK}[0-9a-f]{{16}}"),
    "country": _matching(r"[A-Z]{2}"),
    "number_type": _among(*get_args(NumberType)),
    "messaging_service_sid": _NO_PATH,
    "disabled": _flag,
    "configuration.sid": _LINE,
    "configuration.default_from": _LINE,
    "configuration.mssid": _LINE,
    "configuration.delivery_methods": _or_null(_list_of(_among("text", "voice"))),
    "sid": _LINE,
    "from": _LINE,
    "token": _or_null(_matching(r"[a-z]{1,16}")),
    "provider": _PROVIDER,
    "enabled": _flag,
    "message_types": _TYPES,
    "factors": _list_of(_text),
    "kind": _among("otp_enroll", "otp_verify"),
    "id": _or_null(_ID),
    "text": _CODE,
    "voice": _CODE,
    "sender": _LINE,
    "templates.enrollment": _CODE,
    "templates.verification": _CODE,
    "code": _CODE,
    "draft": _CODE,
    "deployed": _CODE,
    "bound": _flag,
    "policies": _list_of(_among("all-applications", "confidence-score")),
    "phone_consolidated_experience": _or_null(_flag),
    "legacy": _kept,
    "updated_at": _LINE,
    "action_id": _ID,
    "number_sid": _NUMBER_SID,
    "recovered": _flag,
    "owned_before": _flag,
}
"""The form of each field, whatever the write."""
_SETTINGS = frozenset({"sid", "from", "messaging_service_sid"})
_TEXTS = frozenset({"templates.enrollment", "templates.verification"})
_KEPT = _SETTINGS | _TEXTS | {"provider", "message_types", "factors", "policies"}
_APPLICATION = frozenset(
    {
        "name", "app_type", "callbacks", "allowed_logout_urls", "web_origins", "oidc_conformant",
        "token_endpoint_auth_method", "grant_types", "jwt_configuration", "refresh_token", "client_metadata",
    }
)  # fmt: skip
_CONFIG = frozenset({"existed", "domain", "client_id", "placeholders", "digest", "was", "edits", "base"})
_BRANDING = frozenset(
    {
        "name", "disabled", "configuration.sid", "configuration.default_from", "configuration.mssid",
        "configuration.delivery_methods", "token",
    }
)  # fmt: skip
_TEMPLATE = frozenset({"kind", "id", "text", "voice", "disabled", "sender"})
_MADE = frozenset({"client_id", "number_sid", "id", "updated_at", "action_id", "recovered", "owned_before"})

WRITES: Mapping[WriteAction, tuple[Form, frozenset[str]]] = {
    "create_application": (_text, _APPLICATION),
    "update_application": (_ID, _APPLICATION),
    "connect_application": (_ID, frozenset({"connection"})),
    "delete_application": (_ID, frozenset({"name"})),
    "write_config": (_text, _CONFIG),
    "buy_number": (_PHONE, frozenset({"phone_number", "friendly_name", "country", "number_type"})),
    "release_number": (_NUMBER_SID, frozenset({"phone_number"})),
    "add_to_pool": (_NUMBER_SID, frozenset({"messaging_service_sid"})),
    "remove_from_pool": (_NUMBER_SID, frozenset({"messaging_service_sid"})),
    "create_provider": (_ID, _BRANDING),
    "update_provider": (_ID, _BRANDING),
    "delete_provider": (_ID, _BRANDING),
    "set_twilio": (_ID, _SETTINGS | {"token", "provider"}),
    "select_provider": (_ID, frozenset({"provider"})),
    "set_factor": (_ID, frozenset({"enabled"})),
    "set_message_types": (_among(""), frozenset({"message_types"})),
    "create_template": (_ID, _TEMPLATE),
    "update_template": (_ID, _TEMPLATE),
    "delete_template": (_ID, _TEMPLATE),
    "set_templates": (_among(""), _TEXTS),
    "create_action": (_text, frozenset({"code"})),
    "update_action": (_ID, frozenset({"code"})),
    "deploy_action": (_ID, frozenset({"deployed"})),
    "test_action": (_ID, frozenset()),
    "bind_action": (_ID, frozenset({"bound"})),
    "unbind_action": (_ID, frozenset({"bound"})),
    "delete_action": (_ID, frozenset({"code", "draft", "name"})),
    "set_policies": (_among(""), frozenset({"policies"})),
    "set_stack": (_among(""), frozenset({"phone_consolidated_experience", "legacy"})),
}
"""The form of each write's target, and the names of its fields."""
_RUN_ID = _matching(r"[0-9a-f]{32}")
_WORD = _matching(r"[a-z0-9_]{1,64}")
_COMMAND = _matching(r"[a-z-]{1,32}( [a-z-]{1,32})?")


def problems(run: RunRecord) -> Iterator[str]:
    """Yields the places in a run that contain something that mfa-setup does not write; none of them quotes a value."""
    if not _RUN_ID(run.run_id) or not _or_null(_RUN_ID)(run.undoes):
        yield "run_id"
    if not _COMMAND(run.command) or not _or_null(_WORD)(run.end):
        yield "command"
    if not _is_time(run.time):
        yield "time"
    if not _kept(run.kept):
        yield "kept"
    for write in run.writes:
        yield from (f"{write.action}.{place}" for place in _problems_of(write))


def _problems_of(write: WriteRecord) -> Iterator[str]:
    target, names = WRITES[write.action]
    if not target(write.target):
        yield "target"
    if write.error and not _WORD(write.error):
        yield "error"
    if not _is_time(write.time):
        yield "time"
    for place, fields, allowed in (
        ("before", write.before, names), ("after", write.after, names), ("made", write.made, _MADE),
    ):  # fmt: skip
        if not _has_form(fields, allowed):
            yield place


def _has_form(fields: Fields, allowed: frozenset[str]) -> bool:
    return fields.keys() <= allowed and all(FORMS[name](value) for name, value in fields.items())


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
