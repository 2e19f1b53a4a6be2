"""Keeps the exchanges of a probe in the format of the recordings beside the project."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from mfa_setup.model.exchange import Exchange


@dataclass(slots=True)
class Recorder:
    """Receives every exchange of both adapters and of the raw requests, and keeps those that are made for a probe.

    Attributes:
        exchanges: What has been kept, not scrubbed yet.
        keeping: Whether exchanges are kept.
    """

    exchanges: list[dict[str, Any]] = field(default_factory=list)
    keeping: bool = False
    _latest: threading.local = field(default_factory=threading.local)

    def __call__(self, exchange: Exchange) -> None:
        """Takes down one attempt of a request."""
        self._latest.exchange = exchange
        if self.keeping and exchange.path != "/oauth/token":
            self.exchanges.append(recording(exchange))

    @property
    def latest(self) -> Exchange | None:
        """The latest exchange of this thread."""
        return getattr(self._latest, "exchange", None)

    def forget(self) -> None:
        """Forgets the latest exchange, so that a request that is never sent is not taken for it."""
        self._latest.exchange = None

    @contextmanager
    def probe(self) -> Iterator[list[dict[str, Any]]]:
        """Keeps the exchanges of one probe."""
        self.exchanges, self.keeping = [], True
        try:
            yield self.exchanges
        finally:
            self.keeping = False


def recording(exchange: Exchange) -> dict[str, Any]:
    """Returns an exchange in the format of the recordings; headers are never recorded."""
    query = _single(parse_qs(exchange.query, keep_blank_values=True))
    return {
        "request": {"method": exchange.method, "path": exchange.path, "query": query, "body": _sent(exchange)},
        "response": {"status": exchange.status, "body": document(exchange.received)},
    }


def _sent(exchange: Exchange) -> Any:
    media = {name.lower(): value for name, value in exchange.sent_headers.items()}.get("content-type", "")
    if "x-www-form-urlencoded" in media:
        return _single(parse_qs(exchange.sent, keep_blank_values=True))
    return document(exchange.sent)


def _single(values: dict[str, list[str]]) -> dict[str, Any]:
    return {name: given[0] if len(given) == 1 else given for name, given in values.items()}


def document(text: str) -> Any:
    """Returns the JSON of a body, None for an empty one and the text of any other, without pages of HTML."""
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError:
        return "(a page)" if "<html" in text[:500].lower() or "<!doctype" in text[:500].lower() else text[:500]
