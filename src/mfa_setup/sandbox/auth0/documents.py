"""The payload schema of each endpoint and the descriptions that its errors quote, from the OpenAPI document.

`tools/openapi.py` writes the file; corrections from the recordings are added here.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from mfa_setup.sandbox.auth0.action_triggers import TRIGGER_IDS
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, OBJECT, nullable, one_of
from mfa_setup.sandbox.auth0.validation import Schema

_METADATA: Schema = {"type": ["string", "null"], "maxLength": 255}
_CLIENT: dict[str, Schema] = {
    "client_metadata": {"additionalProperties": _METADATA},
    "oidc_backchannel_logout": {"type": ["object", "null"]},
}
_RECORDED: dict[str, dict[str, Schema]] = {
    "POST /clients": _CLIENT,
    "PATCH /clients/{id}": _CLIENT,
    "PATCH /connections/{id}/clients": {"": {"maxItems": 50}},
    "POST /actions/actions": {"supported_triggers[].id": one_of(*TRIGGER_IDS)},
    "PATCH /actions/actions/{id}": {"supported_triggers[].id": one_of(*TRIGGER_IDS)},
    "PATCH /tenants/settings": {
        "flags.universal_login": BOOLEAN,
        "flags.use_scope_descriptions_for_consent": BOOLEAN,
        "universal_login": nullable(OBJECT),
    },
}
"""Schemas that the document lacks or that the recordings contradict, by endpoint and property."""


def body_of(endpoint: str) -> Schema | None:
    """Returns the schema of an endpoint's payload, such as `POST /clients`; None if the document has none."""
    body: Schema | None = _document().get(endpoint, {}).get("body")
    return body


def properties_of(endpoint: str) -> dict[str, Schema]:
    """Returns the properties of an endpoint's payload."""
    found: dict[str, Schema] = (body_of(endpoint) or {}).get("properties", {})
    return found


def parameters_of(endpoint: str) -> dict[str, str]:
    """Returns the descriptions of an endpoint's parameters by name."""
    texts: dict[str, str] = _document().get(endpoint, {}).get("parameters", {})
    return texts


@cache
def _document() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
    for endpoint, changes in _RECORDED.items():
        for path, change in changes.items():
            schema = found.get(endpoint, {}).setdefault("body", {})
            for name in filter(None, path.split(".")):
                schema = schema.setdefault("properties", {}).setdefault(name.removesuffix("[]"), {})
                schema = schema.setdefault("items", {}) if name.endswith("[]") else schema
            schema |= change
    return found
