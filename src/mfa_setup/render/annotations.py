"""Annotations of GitHub Actions: errors and warnings that it shows on the page of a workflow run.

The runner reads commands from a step's output (sources: github-commands). So while it runs, text of a service must not
look like a command.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from mfa_setup.render.sanitize import one_line

_MOST = 10
"""How many annotations of each kind GitHub shows for one step (sources: github-annotations)."""
_LONGEST = 1_000
_LONGEST_TITLE = 120
_COMMAND = re.compile(r"(?<!\S):(?=:)|##(?=\[)")
"""Matches the beginnings of both forms of a command; `::` counts at the start of a word, because lines are wrapped."""


class Annotation(NamedTuple):
    """An error or a warning, with secrets already masked."""

    kind: Literal["error", "warning"]
    title: str
    message: str


def are_read() -> bool:
    """Whether a runner of GitHub Actions reads the output."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def without_commands(text: str) -> str:
    """Separates the marks of a runner's commands by a space, wherever a line may begin."""
    return _COMMAND.sub(lambda found: f"{found[0]} ", text)


def shown(text: str) -> str:
    """Returns a text as it may be written to standard output or standard error: without commands if a runner reads."""
    return without_commands(text) if are_read() else text


def shown_json(text: str) -> str:
    """Returns JSON without the second form of a command, which counts even within a line; its value stays the same."""
    return text.replace("##[", "#\\u0023[") if are_read() else text


def lines(annotations: Iterable[Annotation]) -> Iterator[str]:
    """Yields the command of each annotation; of too many of a kind, the last one says how many are left out."""
    found = tuple(annotations)
    totals, seen = Counter(one.kind for one in found), Counter[str]()
    for one in found:
        seen[one.kind] += 1
        if totals[one.kind] <= _MOST or seen[one.kind] < _MOST:
            yield _line(one)
        elif seen[one.kind] == _MOST:
            more = totals[one.kind] - _MOST + 1
            yield _line(Annotation(one.kind, "mfa-setup", f"{more} more are in the log of this step."))


def _line(one: Annotation) -> str:
    title = _data(one.title, _LONGEST_TITLE).replace(":", "%3A").replace(",", "%2C")
    return f"::{one.kind} title={title}::{_data(one.message, _LONGEST)}"


def _data(text: str, longest: int) -> str:
    text = without_commands(one_line(text))
    text = text if len(text) <= longest else text[:longest] + "…"
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
