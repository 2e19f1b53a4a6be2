"""The forms of JSON values that come from an untrusted file."""

import re
from collections.abc import Callable

from mfa_setup.model.base import JsonValue

Form = Callable[[JsonValue], bool]
"""Whether a value has a form."""
_LONG, _SHORT = 100_000, 1_000
"""The largest lengths of texts, in characters."""


def matching(pattern: str, longest: int = _SHORT) -> Form:
    """Returns the form of texts that a regular expression matches from end to end."""
    form = re.compile(pattern)
    return lambda value: isinstance(value, str) and len(value) <= longest and bool(form.fullmatch(value))


def line(value: JsonValue) -> bool:
    """Whether a value is one line of visible text."""
    return isinstance(value, str) and len(value) <= _SHORT and value.isprintable()


def long_text(value: JsonValue) -> bool:
    """Whether a value is a text of several lines, such as code."""
    return isinstance(value, str) and len(value) <= _LONG and "\0" not in value


def boolean(value: JsonValue) -> bool:
    """Whether a value is true or false."""
    return isinstance(value, bool)


def or_null(form: Form) -> Form:
    """Returns the form of values that have another form or are null."""
    return lambda value: value is None or form(value)


def list_of(form: Form) -> Form:
    """Returns the form of lists whose items all have another form."""
    return lambda value: isinstance(value, list) and all(map(form, value))


def among(*words: str) -> Form:
    """Returns the form of these texts."""
    return lambda value: isinstance(value, str) and value in words


def plain_object(value: JsonValue) -> bool:
    """Whether a value is an object whose keys are one line of visible text, such as an application's metadata."""
    return isinstance(value, dict) and all(line(key) and has_plain_keys(item) for key, item in value.items())


def has_plain_keys(value: JsonValue) -> bool:
    """Whether the keys of all objects in a value are one line of visible text."""
    if isinstance(value, list):
        return all(map(has_plain_keys, value))
    return plain_object(value) if isinstance(value, dict) else True
