"""The triggers that an Action can have, with their versions and runtimes (recorded in August 2026)."""

from typing import Any, TypeAlias

JSON: TypeAlias = dict[str, Any]

_FIRST, _TODAY = ["node22"], ["node18-actions", "node22"]
_TWO_VERSIONS = (
    "credentials-exchange",
    "pre-user-registration",
    "post-user-registration",
    "post-change-password",
    "send-phone-message",
)
_ONE_VERSION = ("password-reset-post-challenge", "custom-phone-provider", "custom-email-provider")
_OF_AN_ENTITY = ("custom-token-exchange", "event-stream", "password-hash-migration", "mcp-tool")
_NOT_LISTED = ("login-post-identifier", "signup-post-identifier", "custom-token-exchange-beta")
"""Triggers of the OpenAPI document, and of an older recording, that no list of August 2026 has."""

TRIGGER_IDS = ("post-login", *_TWO_VERSIONS, *_ONE_VERSION, *_OF_AN_ENTITY, *_NOT_LISTED)
ENTITY_BOUND = "entity-bound"


def triggers() -> list[JSON]:
    """Returns the triggers of a new tenant, as `GET /actions/triggers` shows them."""
    return list(_TRIGGERS)


def _all() -> list[JSON]:
    # not verified: the order, which varies between recorded answers
    return [
        _trigger("post-login", "v3", _TODAY) | {"compatible_triggers": [{"id": "post-login", "version": "v2"}]},
        _deprecated("post-login", "v2", ["node18", "node22"]) | {"default_runtime": "node16"},
        _deprecated("post-login", "v1", _FIRST),
        *(one for name in _TWO_VERSIONS for one in (_trigger(name, "v2", _TODAY), _deprecated(name, "v1", _FIRST))),
        *(_trigger(name, "v1", _TODAY) for name in _ONE_VERSION),
        _trigger("custom-token-exchange", "v1", ["node18", "node22"]) | {"binding_policy": ENTITY_BOUND},
        *(_trigger(name, "v1", _FIRST) | {"binding_policy": ENTITY_BOUND} for name in _OF_AN_ENTITY[1:]),
    ]


def _trigger(name: str, version: str, runtimes: list[str]) -> JSON:
    return {
        "id": name,
        "version": version,
        "status": "CURRENT",
        "runtimes": list(runtimes),
        "default_runtime": "node22",
        "binding_policy": "trigger-bound",
        "compatible_triggers": [],
    }


def _deprecated(name: str, version: str, runtimes: list[str]) -> JSON:
    return _trigger(name, version, runtimes) | {"status": "DEPRECATED", "default_runtime": "node12"}


# All tenants share these objects, which are replaced, never modified.
_TRIGGERS = tuple(_all())
