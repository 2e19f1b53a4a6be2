"""Checks of both services' responses before an SDK reads them, and the errors about invalid responses."""

import json
import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NoReturn

from mfa_setup.errors import (
    MfaSetupError,
    NotFoundError,
    OutcomeUnknownError,
    Service,
    UnreadableAnswerError,
)

DEEPEST = 64
"""The deepest nesting that a response may have; a deeper one could exhaust the stack."""
MOST_PAGES = 1_000
"""The most responses that one SDK call may read, so that a list whose last page links to itself ends."""

TITLES: Mapping[Service, str] = {"auth0": "Auth0", "twilio": "Twilio"}
"""The display names of the services."""

LONGEST_MESSAGE, LONGEST_ID = 2_000, 200
"""The maximum length, in characters, of an error's message and of its request ID; longer ones are cut."""

_MISFITS = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
"""Exceptions raised for JSON of the wrong shape, by the SDKs and by our code that reads responses without a model."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response in a form that does not depend on the SDK that sent the request."""

    status: int
    headers: Mapping[str, str]
    text: str


def served_at(headers: Mapping[str, str]) -> datetime | None:
    """Returns the service's clock from a response's `Date` header; None if the header is missing or invalid."""
    try:
        date = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)  # RFC 5322: `-0000` is UTC


class _Latest(threading.local):
    """The latest response received by this thread, and the number of responses since its current SDK call began."""

    answer: Answer | None = None
    count: int = 0


_latest = _Latest()


@contextmanager
def reading(service: Service, *of_sdk: type[Exception]) -> Iterator[None]:
    """Converts exceptions about an unreadable response to an error that names the request; other errors pass through.

    Raises:
        UnreadableAnswerError: A response does not match the service's documentation.
    """
    _latest.answer, _latest.count = None, 0
    misfits: tuple[type[Exception], ...] = (*of_sdk, *_MISFITS)
    try:
        yield
    except misfits:
        raise unreadable(service) from None


@contextmanager
def creating(service: Service, *of_sdk: type[Exception]) -> Iterator[None]:
    """Like `reading`, but for a POST: after an unreadable response, the resource may have been created.

    Raises:
        OutcomeUnknownError: The response is unreadable; this error replaces `UnreadableAnswerError`.
    """
    try:
        with reading(service, *of_sdk):
            yield
    except UnreadableAnswerError as unread:
        raise OutcomeUnknownError(
            f"{unread.message} The request may have taken effect, so it was not sent again.",
            service=unread.service,
            status=unread.status,
            request_id=unread.request_id,
        ) from None


@contextmanager
def deleting(service: Service, *of_sdk: type[Exception]) -> Iterator[None]:
    """Like `reading`, but for a DELETE: a resource that no longer exists counts as deleted.

    Raises:
        UnreadableAnswerError: A response does not match the service's documentation.
    """
    with suppress(NotFoundError), reading(service, *of_sdk):
        yield


def judged(service: Service, answer: Answer) -> Answer:
    """Returns a successful response after checking that its body is empty or safe JSON.

    Raises:
        UnreadableAnswerError: The body is HTML, malformed or nested too deeply, or the list has too many pages.
    """
    _latest.answer = answer
    _latest.count += 1
    if _latest.count > MOST_PAGES:
        raise unreadable(service, f"{TITLES[service]} returned a list of more than {MOST_PAGES} pages.")
    if answer.status != HTTPStatus.NO_CONTENT and answer.text.strip():
        try:
            _walk(json.loads(answer.text, parse_constant=_no_number))
        except (ValueError, RecursionError):
            raise unreadable(service) from None
    return answer


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not valid JSON, although Python accepts them


def _walk(found: object) -> None:
    """Validates a JSON document level by level, without recursion.

    Raises:
        ValueError: The document is nested too deeply, contains an infinite number, or a string that cannot be encoded.
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
                item.encode()  # fails on an unpaired surrogate, which could not be displayed, stored or sent
            elif isinstance(item, float) and not math.isfinite(item):
                raise ValueError("1e999 is read as infinite")
        level = below
    raise ValueError("nested too deep")


def unreadable(service: Service, message: str | None = None) -> MfaSetupError:
    """Returns the error about this thread's latest response, with its status and the service's request ID."""
    problem = message or f"{TITLES[service]} returned a response that does not match its documentation."
    if _latest.answer is None:
        return UnreadableAnswerError(problem, service=service)
    return refusal(UnreadableAnswerError, service, _latest.answer, problem)


def document(text: str) -> dict[str, Any]:
    """Returns the JSON object in an error response; empty if the body is anything else, such as a proxy's HTML page."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """Returns the request ID that the service put in a response's headers; None if the headers contain none."""
    return headers.get("twilio-request-id") or headers.get("x-auth0-requestid")


def refusal(
    kind: type[MfaSetupError], service: Service, answer: Answer, message: str, hint: str | None = None
) -> MfaSetupError:
    """Returns an error about a response, with its status and the request ID that the service's support will ask for."""
    request_id = request_id_of(answer.headers)
    return kind(
        message if len(message) <= LONGEST_MESSAGE else message[:LONGEST_MESSAGE] + "…",
        hint=hint,
        service=service,
        status=answer.status,
        request_id=request_id and request_id[:LONGEST_ID],
    )
