"""Reads a JSON file of the tool that may come from anywhere, such as a saved plan or an exported journal."""

import errno
import json
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mfa_setup.store.files import read_plain

DEEPEST = 32
"""The number of levels of the deepest document; the tool's own values need ten."""


class NotJsonError(Exception):
    """A file is not a JSON object as the tool writes it."""


def read_object(path: Path, longest: int) -> dict[str, Any]:
    """Returns the JSON object in a file.

    Refuses what the tool never writes and what other readers may understand differently: a key that occurs twice, NaN
    and infinite numbers, and another encoding than UTF-8.

    Args:
        path: The file.
        longest: The largest size in bytes.

    Raises:
        OSError: The file is missing, not regular, larger than `longest`, or cannot be read, or its name is invalid.
        NotJsonError: The file does not hold one JSON object, or one that is nested too deeply.
    """
    try:
        data, _ = read_plain(path, longest)
    except ValueError:  # the path contains a null character
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path)) from None
    try:
        document = json.loads(data.decode(), object_pairs_hook=_once, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise NotJsonError from None
    if not isinstance(document, dict) or _is_too_deep(document):
        raise NotJsonError
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError
    return values


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _is_too_deep(document: object) -> bool:
    level = [document]
    for _ in range(DEEPEST):
        level = [child for value in level for child in _children(value)]
    return bool(level)


def _children(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
