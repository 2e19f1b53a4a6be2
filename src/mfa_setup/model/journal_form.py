"""The form of the runs of a journal that comes from another machine: its actions, their fields, and kinds of values.

A journal of this machine is protected by the permissions of its file. An exported one travels through places that other
people may write to, and an undo sends its values to the services, so each value must be one that mfa-setup writes.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import get_args

from mfa_setup.model.base import JsonValue
from mfa_setup.model.forms import (
    Form,
    among,
    boolean,
    has_plain_keys,
    line,
    list_of,
    long_text,
    matching,
    or_null,
    plain_object,
)
from mfa_setup.model.journal import RunRecord, WriteRecord
from mfa_setup.model.observed import MARK, ProviderKind
from mfa_setup.model.types import NumberType
from mfa_setup.model.write import Fields, WriteAction


def _kept(value: JsonValue) -> bool:
    """Whether a value has the legacy phone settings that `migrate` recorded."""
    return isinstance(value, dict) and value.keys() <= _KEPT and all(FORMS[name](item) for name, item in value.items())


_ID = matching(r"[A-Za-z0-9_-]{1,128}")
_NUMBER_SID = matching(r"PN[0-9a-fA-F]{32}")
_PHONE = matching(r"\+[1-9][0-9]{6,14}")
_NO_PATH = or_null(matching(r"[A-Za-z0-9 +_-]*"))
"""The form of a SID in a tenant's phone settings, where Auth0 accepts any text (OpenAPI); Twilio's paths contain it."""
_DIGEST = or_null(matching(r"[0-9a-f]{64}"))
_URLS = or_null(list_of(matching(r"(?!(?i:javascript|data|vbscript):)[^\s\x00-\x20\x7f]+", 2_048)))
"""The form of lists of URLs. An application may have had URLs of apps (`com.example.app:/callback`), too."""
_CODE = or_null(long_text)
_LINE = or_null(line)
_PROVIDER = or_null(among(*get_args(ProviderKind)))
_TYPES = list_of(among("sms", "voice"))

FORMS: Mapping[str, Form] = {
    "name": _LINE,
    "app_type": _LINE,
    "callbacks": _URLS,
    "allowed_logout_urls": _URLS,
    "web_origins": _URLS,
    "oidc_conformant": or_null(boolean),
    "token_endpoint_auth_method": _LINE,
    "grant_types": or_null(list_of(line)),
    "jwt_configuration": or_null(plain_object),
    "refresh_token": or_null(plain_object),
    "client_metadata": or_null(plain_object),
    "connection": or_null(_ID),
    "existed": boolean,
    "domain": _LINE,
    "client_id": _LINE,
    "placeholders": plain_object,
    "digest": _DIGEST,
    "was": _DIGEST,
    "edits": or_null(list_of(has_plain_keys)),
    "base": or_null(plain_object),
    "phone_number": _PHONE,
    "friendly_name": matching(rf"{MARK}[0-9a-f]{{16}}"),
    "country": matching(r"[A-Z]{2}"),
    "number_type": among(*get_args(NumberType)),
    "messaging_service_sid": _NO_PATH,
    "disabled": boolean,
    "configuration.sid": _LINE,
    "configuration.default_from": _LINE,
    "configuration.mssid": _LINE,
    "configuration.delivery_methods": or_null(list_of(among("text", "voice"))),
    "sid": _LINE,
    "from": _LINE,
    "token": or_null(matching(r"[a-z]{1,16}")),
    "provider": _PROVIDER,
    "enabled": boolean,
    "message_types": _TYPES,
    "factors": list_of(line),
    "kind": among("otp_enroll", "otp_verify"),
    "id": or_null(_ID),
    "text": _CODE,
    "voice": _CODE,
    "sender": _LINE,
    "templates.enrollment": _CODE,
    "templates.verification": _CODE,
    "code": _CODE,
    "draft": _CODE,
    "deployed": _CODE,
    "bound": boolean,
    "policies": list_of(among("all-applications", "confidence-score")),
    "phone_consolidated_experience": or_null(boolean),
    "legacy": _kept,
    "updated_at": _LINE,
    "action_id": _ID,
    "number_sid": _NUMBER_SID,
    "recovered": boolean,
    "owned_before": boolean,
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
    "create_application": (line, _APPLICATION),
    "update_application": (_ID, _APPLICATION),
    "connect_application": (_ID, frozenset({"connection"})),
    "delete_application": (_ID, frozenset({"name"})),
    "write_config": (line, _CONFIG),
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
    "set_message_types": (among(""), frozenset({"message_types"})),
    "create_template": (_ID, _TEMPLATE),
    "update_template": (_ID, _TEMPLATE),
    "delete_template": (_ID, _TEMPLATE),
    "set_templates": (among(""), _TEXTS),
    "create_action": (line, frozenset({"code"})),
    "update_action": (_ID, frozenset({"code"})),
    "deploy_action": (_ID, frozenset({"deployed"})),
    "test_action": (_ID, frozenset()),
    "bind_action": (_ID, frozenset({"bound"})),
    "unbind_action": (_ID, frozenset({"bound"})),
    "delete_action": (_ID, frozenset({"code", "draft", "name"})),
    "set_policies": (among(""), frozenset({"policies"})),
    "set_stack": (among(""), frozenset({"phone_consolidated_experience", "legacy"})),
}
"""The form of each write's target, and the names of its fields."""
_RUN_ID = matching(r"[0-9a-f]{32}")
_WORD = matching(r"[a-z0-9_]{1,64}")
_COMMAND = matching(r"[a-z-]{1,32}( [a-z-]{1,32})?")


def problems(run: RunRecord) -> Iterator[str]:
    """Yields the places in a run that contain something that mfa-setup does not write; none of them quotes a value."""
    if not _RUN_ID(run.run_id) or not or_null(_RUN_ID)(run.undoes):
        yield "run_id"
    if not _COMMAND(run.command) or not or_null(_WORD)(run.end):
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
