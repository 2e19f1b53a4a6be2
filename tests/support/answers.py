"""Every answer of every sandbox of this process, held against the services' own OpenAPI documents.

A plugin: its fixtures need no mention in a test. An answer that a document does not allow fails the test that got it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

import jsonschema
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mfa_setup.sandbox import app, server
from mfa_setup.sandbox.inject import Faults
from mfa_setup.sandbox.services import is_control, is_management, service_of
from support import specification
from support.contradictions import STATUSES
from support.specification import Operation, Schema

_PAST_LIMITS = "support.answers.past_limits"
_SEEN = "support.answers.seen"
_FIRST_ERROR = 400

_TEXT: Schema = {"type": "string", "minLength": 1}
ERROR_FORMS: dict[str, Schema] = {
    # Recorded: `{"statusCode", "error", "message"[, "errorCode"]}`; `attributes` with 401 (sources: auth0-errors).
    "management": {
        "type": "object",
        "required": ["statusCode", "error", "message"],
        "additionalProperties": False,
        "properties": {
            "statusCode": {"type": "integer"},
            "error": _TEXT,
            "message": _TEXT,
            "errorCode": _TEXT,
            "attributes": {"type": "object"},
        },
    },
    # RFC 6749, and `mfa_token` with mfa_required (sources: auth0-mfa-api).
    "authentication": {
        "type": "object",
        "required": ["error"],
        "additionalProperties": False,
        "properties": dict.fromkeys(("error", "error_description", "error_uri", "mfa_token"), _TEXT),
    },
    # Sources: twilio-errors.
    "twilio": {
        "type": "object",
        "required": ["code", "message", "more_info", "status"],
        "additionalProperties": False,
        "properties": {
            "code": {"type": "integer"},
            "message": _TEXT,
            "more_info": _TEXT,
            "status": {"type": "integer"},
            "details": {"type": "object"},
        },
    },
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and what was answered; status 0 where the sandbox crashed."""

    method: str
    path: str
    status: int
    media: str
    body: bytes


class Answers:
    """The answers since the last look."""

    def __init__(self) -> None:
        self.count = 0
        self._new: list[Exchange] = []
        self._known: set[int] = set()

    def note(self, exchange: Exchange) -> None:
        """Takes an answer down; it is checked later, outside of the sandbox's thread."""
        self._new.append(exchange)

    def violations(self) -> list[str]:
        """What is wrong with the answers since the last call; equal ones are checked once."""
        found: dict[str, None] = {}
        while self._new:
            exchange = self._new.pop(0)
            self.count += 1
            known = hash(exchange)
            if known not in self._known:
                wrong = violation(exchange)
                if wrong is None:
                    self._known.add(known)
                else:
                    found[wrong] = None
        return list(found)


def violation(exchange: Exchange) -> str | None:
    """What is wrong with an answer, naming operation, status and cause; None where nothing is."""
    operation = specification.find(exchange.method, exchange.path)
    wrong = _wrong(exchange, operation)
    if wrong is None:
        return None
    return f"{operation or f'{exchange.method} {exchange.path}'} answered {exchange.status}: {wrong}"


# Where a browser comes, not a client of an API: the documents tell only the redirect, and the service shows a page to
# a person who must type, choose or read something first (sources: auth0-mfa-api).
_PAGES = ("/u/", "/authorize", "/v2/logout", "/oidc/logout")
_SERVER_ERROR = 500


def _is_page(exchange: Exchange) -> bool:
    shown = exchange.media.startswith("text/html") and exchange.status < _SERVER_ERROR
    return shown and exchange.path.startswith(_PAGES)


def _wrong(exchange: Exchange, operation: Operation | None) -> str | None:
    if exchange.status == 0:
        return f"the sandbox crashed: {exchange.body.decode()}"
    if exchange.status >= _FIRST_ERROR:
        excused = exchange.method == "HEAD" or _is_page(exchange)
        return None if excused else _wrong_error(exchange, operation)
    if operation is None or _is_page(exchange):
        return None
    status = STATUSES.get(str(operation), {}).get(exchange.status, exchange.status)
    if status not in operation.answers:
        return f"only {', '.join(map(str, operation.answers))} are documented"
    schema = operation.answers[status]
    if schema is None or exchange.method == "HEAD" or exchange.status == HTTPStatus.NO_CONTENT:
        return None if not exchange.body else f"unexpected body {exchange.body[:200]!r}"
    return _mismatch(exchange, _validator(operation, status))


def _wrong_error(exchange: Exchange, operation: Operation | None) -> str | None:
    kind = _form_of(exchange, operation)
    wrong = _mismatch(exchange, _error_validator(kind))
    if wrong is not None or kind == "authentication":
        return wrong
    body = json.loads(exchange.body)
    said = body["statusCode" if kind == "management" else "status"]
    return None if said == exchange.status else f"its body says {said}"


def _form_of(exchange: Exchange, operation: Operation | None) -> str:
    """Which error form an answer must have; what nobody serves answers as the Management API does."""
    if operation is not None:
        return operation.service
    if service_of(exchange.path) == "twilio":
        return "twilio"
    is_oauth = not is_management(exchange.path) and exchange.status != HTTPStatus.NOT_FOUND
    return "authentication" if is_oauth else "management"


def _mismatch(exchange: Exchange, validator: jsonschema.Draft202012Validator) -> str | None:
    if not exchange.media.startswith("application/json"):
        return f"media type {exchange.media!r}, body {exchange.body[:200]!r}"
    try:
        body = json.loads(exchange.body)
    except ValueError:
        return f"no JSON: {exchange.body[:200]!r}"
    if validator.is_valid(body):
        return None
    error = _deepest(min(validator.iter_errors(body), key=lambda one: len(one.absolute_path)))
    return f"{error.json_path}: {error.message[:500]}"


def _deepest(error: Any) -> Any:
    """Of a choice of which no branch fits, what is wrong with the branch that fits best."""
    while error.context:
        error = max(error.context, key=lambda one: (len(one.absolute_path), one.validator != "type"))
    return error


@cache
def _error_validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(ERROR_FORMS[kind])


_VALIDATORS: dict[tuple[str, int], jsonschema.Draft202012Validator] = {}


def _validator(operation: Operation, status: int) -> jsonschema.Draft202012Validator:
    key = (str(operation), status)
    if key not in _VALIDATORS:
        _VALIDATORS[key] = jsonschema.Draft202012Validator(operation.answers[status] or {})
    return _VALIDATORS[key]


class Witness:
    """ASGI middleware that takes down every answer that passes it for the first time.

    One stands at the very inside and sees what the services answer, before a fault spoils it; one at the very outside
    sees what is answered on the way there, such as 429. What faults answer is exempt, so the outer one looks away
    from requests that came as far as the faults.
    """

    def __init__(self, app: ASGIApp, answers: Answers) -> None:
        self.app = app
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on."""
        if scope["type"] != "http" or is_control(scope["path"]):
            await self.app(scope, receive, send)
            return
        start: Message = {}
        parts: list[bytes] = []

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    self._note(scope, start, b"".join(parts))
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            self._note(scope, {"status": 0, "headers": ()}, repr(error).encode())
            raise

    def _note(self, scope: Scope, start: Message, body: bytes) -> None:
        if scope.get(_SEEN) or self._spoiled(scope):
            return
        scope[_SEEN] = True
        headers = {name.lower(): value.decode("latin-1") for name, value in start["headers"]}
        media = headers.get(b"content-type", "")
        self.answers.note(Exchange(scope["method"], scope["path"], start["status"], media, body))

    def _spoiled(self, scope: Scope) -> bool:
        return bool(scope.get(_PAST_LIMITS))


class InnerWitness(Witness):
    """The witness at the very inside."""

    def _spoiled(self, scope: Scope) -> bool:
        del scope
        return False


class PastLimits:
    """ASGI middleware right before the faults: marks what came so far."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on."""
        scope[_PAST_LIMITS] = True
        await self.app(scope, receive, send)


def watched(application: Starlette, answers: Answers) -> Starlette:
    """The same application, with witnesses."""
    stack = application.user_middleware
    faults = next(index for index, one in enumerate(stack) if str(one.cls) == str(Faults))
    stack.insert(faults, Middleware(PastLimits))
    stack.insert(0, Middleware(Witness, answers=answers))
    stack.append(Middleware(InnerWitness, answers=answers))
    return application


@pytest.fixture(scope="session", autouse=True)
def answers() -> Iterator[Answers]:
    """Lets every sandbox that this process starts have its answers watched."""
    noted = Answers()

    def build(*arguments: Any, **options: Any) -> Starlette:
        return watched(app.build_app(*arguments, **options), noted)

    with pytest.MonkeyPatch.context() as patch:
        if specification.PRESENT:
            patch.setattr(server, "build_app", build)
        yield noted


@pytest.fixture(autouse=True)
def _every_answer_is_valid(answers: Answers) -> Iterator[None]:
    """Fails the test during which a sandbox answered what its service would not."""
    yield
    found = answers.violations()
    if found:
        pytest.fail("\n".join(found), pytrace=False)
