"""What an answer must be before an SDK reads it, and the error where it is not: with the request's id, always."""

import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, NoReturn

from mfa_setup.adapters.http_policy import Answer, refusal, title
from mfa_setup.errors import MfaSetupError, Service, UnreadableAnswerError

DEEPEST = 64
"""No answer of either service is nested near this deep; a deeper one would exhaust whoever walks through it."""
MOST_PAGES = 1_000
"""The most answers that one call of an SDK may take: a list whose last page names itself would never end."""

_MISFITS = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
"""What the SDKs and our models raise where an answer is JSON of the wrong shape: both read it without a model."""


class _Latest(threading.local):
    """The last answer that this thread got, and how many since its last call began."""

    answer: Answer | None = None
    count: int = 0


_latest = _Latest()


@contextmanager
def reading(service: Service, *of_sdk: type[Exception]) -> Iterator[None]:
    """Turns what reading an answer raises into an error that names the request; our own errors pass.

    Raises:
        UnreadableAnswerError: An answer is not what the service documents.
    """
    _latest.answer, _latest.count = None, 0
    misfits: tuple[type[Exception], ...] = (*of_sdk, *_MISFITS)
    try:
        yield
    except misfits:
        raise unreadable(service) from None


def judged(service: Service, answer: Answer) -> Answer:
    """A good answer whose body is empty or JSON that can be passed on safely.

    Raises:
        UnreadableAnswerError: It is a page, broken, nested too deep, or one page too many.
    """
    _latest.answer = answer
    _latest.count += 1
    if _latest.count > MOST_PAGES:
        raise unreadable(service, f"{title(service)} sent a list that does not end.")
    if answer.status != HTTPStatus.NO_CONTENT and answer.text.strip():
        try:
            _walk(json.loads(answer.text, parse_constant=_no_number))
        except (ValueError, RecursionError):
            raise unreadable(service) from None
    return answer


def unreadable(service: Service, message: str | None = None) -> MfaSetupError:
    """The error about the last answer of this thread, with its status and the service's id of the request."""
    said = message or f"{title(service)} answered with something that is not its documented answer."
    if _latest.answer is None:
        return UnreadableAnswerError(said, service=service)
    return refusal(UnreadableAnswerError, service, _latest.answer, said)


def document(text: str) -> dict[str, Any]:
    """The JSON object of a refusal; empty where it is something else, such as an edge's page of HTML."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON, though Python reads them


def _walk(found: object) -> None:
    """Goes through a document without recursion.

    Raises:
        ValueError: It is too deep, holds a number that is none, or a text that no encoding can write.
    """
    level: list[object] = [found]
    for _ in range(DEEPEST):
        if not level:
            return
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below += [*item, *item.values()]
            elif isinstance(item, list):
                below += item
            elif isinstance(item, str):
                item.encode()  # half of a surrogate pair: could be neither shown, kept nor sent
            elif isinstance(item, float) and not math.isfinite(item):
                raise ValueError("1e999 is read as infinite")
        level = below
    raise ValueError("nested too deep")
