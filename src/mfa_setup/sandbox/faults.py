"""Failures on demand: the next matching request fails, before or after it has had its effect."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_STATUSES = {str(status) for status in range(400, 600)}
_DEFAULTS = {"method": "*", "path": "", "effect": ""}


@dataclass(slots=True)
class Fault:
    """A failure that waits for a matching request.

    Attributes:
        method: The HTTP method, or `*`.
        path: A glob on the path without its query.
        effect: `status:NNN`, `reset`, `hang`, `truncate` or `html`.
        applied: Whether the request has its effect before it fails.
        times: How many matching requests still fail.
    """

    method: str
    path: str
    effect: str
    applied: bool = False
    times: int = 1

    def matches(self, method: str, path: str) -> bool:
        """Whether the request is one of those that shall fail."""
        return self.times > 0 and self.method in ("*", method) and fnmatchcase(path, self.path)


def parse_faults(body: Any) -> list[Fault]:
    """The faults of a `POST /_sandbox/faults`.

    Raises:
        ValueError: It is not a list of faults; the message says what is wrong and where.
    """
    if not isinstance(body, list):
        raise ValueError("expected a list of faults")  # noqa: TRY004 - every refusal is one kind of error
    return [_parse(item, f"faults[{index}]") for index, item in enumerate(body)]


def _parse(item: Any, where: str) -> Fault:
    if not isinstance(item, dict):
        raise ValueError(f"{where}: expected an object")  # noqa: TRY004 - as above
    unknown = item.keys() - {"method", "path", "effect", "applied", "times"}
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
    return Fault(method.upper(), path, effect, applied, times)


def _is_effect(effect: Any) -> bool:
    if not isinstance(effect, str):
        return False
    kind, _, number = effect.partition(":")
    if kind == "status":
        return number in _STATUSES
    return effect in ("reset", "hang", "truncate", "html")
