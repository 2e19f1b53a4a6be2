"""Failures on demand: the next matching request fails, before or after it takes effect."""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

_STATUSES = {str(status) for status in range(400, 600)}
_DEFAULTS = {"method": "*", "path": "", "effect": ""}
_KEYS = {"method", "path", "effect", "applied", "times", "body", "headers"}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")
_FRAMING = {"content-length", "transfer-encoding", "connection"}


@dataclass(slots=True)
class Fault:
    """A failure that applies to the next matching requests.

    Attributes:
        method: The HTTP method, or `*`.
        path: A glob on the path without its query.
        effect: `status:NNN`, `reset`, `hang`, `truncate` or `html`.
        applied: Whether the request takes effect before it fails.
        times: The number of matching requests that are still to fail.
        body: The body that `status:NNN` answers, as JSON or as text; None for the service's own error form.
        headers: Headers that the answer has in addition to, or instead of, the usual ones.
    """

    method: str
    path: str
    effect: str
    applied: bool = False
    times: int = 1
    body: dict[str, Any] | str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def matches(self, method: str, path: str) -> bool:
        """Whether the fault applies to this request."""
        return self.times > 0 and self.method in ("*", method) and fnmatchcase(path, self.path)


def parse_faults(body: Any) -> list[Fault]:
    """Parses the faults of a `POST /_sandbox/faults`.

    Raises:
        ValueError: The body is not a list of faults; the message says what is wrong and where.
    """
    if not isinstance(body, list):
        raise ValueError("expected a list of faults")  # noqa: TRY004 - every error is a ValueError
    return [_parse(item, f"faults[{index}]") for index, item in enumerate(body)]


def _parse(item: Any, where: str) -> Fault:
    if not isinstance(item, dict):
        raise ValueError(f"{where}: expected an object")  # noqa: TRY004 - as above
    unknown = item.keys() - _KEYS
    if unknown:
        raise ValueError(f"{where}: unknown key {', '.join(sorted(unknown))}")
    method, path, effect = (item.get(name, default) for name, default in _DEFAULTS.items())
    applied, times = item.get("applied", False), item.get("times", 1)
    if not isinstance(method, str) or not isinstance(path, str) or not path:
        raise ValueError(f"{where}: method and path must be strings, and path is required")
    if not _is_effect(effect):
        raise ValueError(f"{where}: effect must be status:400..599, reset, hang, truncate or html")
    if not isinstance(applied, bool) or type(times) is not int or times < 1:
        raise ValueError(f"{where}: applied must be true or false, times a number from 1")
    body, headers = item.get("body"), item.get("headers", {})
    _check_answer(effect, body, headers, where)
    return Fault(method.upper(), path, effect, applied, times, body, headers)


def _check_answer(effect: str, body: Any, headers: Any, where: str) -> None:
    if (body is not None or headers) and not effect.startswith("status:"):
        raise ValueError(f"{where}: only an effect status:NNN has a body and headers")
    if not isinstance(body, dict | str | None):
        raise ValueError(f"{where}: body must be an object or a string")  # noqa: TRY004 - as above
    if not isinstance(headers, dict) or not all(_is_header(name, value) for name, value in headers.items()):
        raise ValueError(f"{where}: headers must be an object of header names and texts, without the length")


def _is_header(name: str, value: Any) -> bool:
    if not isinstance(value, str) or name.lower() in _FRAMING:
        return False
    return _HEADER_NAME.fullmatch(name) is not None and _HEADER_VALUE.fullmatch(value) is not None


def _is_effect(effect: Any) -> bool:
    if not isinstance(effect, str):
        return False
    kind, _, number = effect.partition(":")
    if kind == "status":
        return number in _STATUSES
    return effect in ("reset", "hang", "truncate", "html")
