"""Compares an answer of the sandbox with a recorded one: keys, types, nullness, values; inventions by form."""

import re
from collections.abc import Iterator
from typing import Any

_INVENTED = {"id", "client_id", "client_secret", "user_id", "created_at", "updated_at", "picture", "credentials"}
_INVENTED |= {"built_at", "build_time"}
_FORMS = (
    ("a time", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")),
    # Zeros at the end of the nine digits are left out.
    ("a time in nanoseconds", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{4,9})?Z")),
    ("a UUID", re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")),
    ("a secret", re.compile(r"\[REDACTED\]|PLACEHOLDER_\w+|[A-Za-z0-9]{64}")),
    ("the id of a user", re.compile(r"auth0\|[0-9a-f]{24}")),
    ("24 hexadecimal digits", re.compile(r"[0-9a-f]{24}")),
    ("a client id", re.compile(r"[A-Za-z0-9]{32}")),
    ("an id", re.compile(r"(?:con|cgr|rol|org)_[A-Za-z0-9]{16}|(?:pro|tem|cred)_[A-Za-z0-9]{22}")),
    ("a picture", re.compile(r"https://s\.gravatar\.com/avatar/[0-9a-f]{32}\?s=480&r=pg&d=\S+")),
)
# A client library rewrote the recorded clients and left out what it does not know, or what says the same twice.
_NOT_REWRITTEN = {"tenant", "global", "callback_url_template", "cross_origin_auth", "encrypted"}
# It put these into lists, whatever the service had answered.
_OF_THE_LIBRARY = {"length", "next"}


def differences(recorded: Any, answer: Any, path: str = "$") -> Iterator[str]:
    """How the answer differs, each as a place and what is wrong there."""
    if kind(recorded) != kind(answer):
        yield f"{path}: recorded {kind(recorded)}, answered {kind(answer)}"
    elif isinstance(recorded, dict):
        yield from _objects(recorded, answer, path)
    elif isinstance(recorded, list):
        if len(recorded) != len(answer):
            yield f"{path}: recorded {len(recorded)} items, answered {len(answer)}"
        for index, (old, new) in enumerate(zip(recorded, answer, strict=False)):
            yield from differences(old, new, f"{path}[{index}]")
    elif recorded != answer:
        yield from _values(recorded, answer, path)


def kind(value: Any) -> str:
    """The JSON type."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", dict: "object", list: "array"}
    return "null" if value is None else names[type(value)]


def _objects(recorded: dict[str, Any], answer: dict[str, Any], path: str) -> Iterator[str]:
    ignored = _NOT_REWRITTEN if "client_id" in recorded and "tenant" not in recorded else set()
    rewritten = _OF_THE_LIBRARY if recorded.get("next") == "" else set()
    for name in recorded.keys() - answer.keys() - rewritten:
        yield f"{path}.{name}: missing"
    for name in answer.keys() - recorded.keys() - ignored:
        yield f"{path}.{name}: not recorded"
    for name in recorded.keys() & answer.keys():
        yield from differences(recorded[name], answer[name], f"{path}.{name}")


def _values(recorded: Any, answer: Any, path: str) -> Iterator[str]:
    name = re.split(r"[.\[]", path)[-1] if not path.endswith("]") else ""
    if name in _INVENTED and isinstance(recorded, str):
        if _form(recorded) != _form(answer):
            yield f"{path}: recorded {_form(recorded)}, answered {_form(answer)}"
    else:
        yield f"{path}: another value"


def _form(value: str) -> str:
    return next((name for name, pattern in _FORMS if pattern.fullmatch(value)), "something else")
