"""Paging of lists in the 2010-04-01 and the v1 APIs (OpenAPI; sources: twilio-numbers, twilio-services)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request

from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import Fields

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000
_PAGING = {"Page", "PageSize", "PageToken"}


class Entry(NamedTuple):
    """An entry of a list, newest first; deleting other entries does not change its rank."""

    rank: int
    body: dict[str, Any]


def chronological(created: datetime, rank: int) -> int:
    """Return the rank of an entry in a list sorted by date, whatever the order of creation."""
    return int(created.timestamp()) << 32 | rank


class Cut(NamedTuple):
    """The entries of one page, and the tokens of the next and the previous page."""

    number: int
    size: int
    entries: Sequence[Entry]
    next_token: str | None
    previous_token: str | None


def check(query: Fields) -> int:
    """Reject invalid paging parameters and return the page size."""
    query.integer("Page", 0, 10**8)
    return _size(query)


def cut(query: Fields, entries: Sequence[Entry]) -> Cut:
    """Return the requested page."""
    size = _size(query)
    number = query.integer("Page", 0, 10**8) or 0
    token = query.text("PageToken")
    if number and not token:
        # A hand-built Page=1 without its token is answered with 400 (sources: twilio-numbers). not verified: the code
        raise TwilioError(400, 20006, "Page number out of range")
    chosen = _chosen(entries, token, size)
    older = bool(chosen) and entries[-1].rank < chosen[-1].rank
    newer = number > 0 and bool(chosen) and entries[0].rank > chosen[0].rank
    return Cut(
        number,
        size,
        chosen,
        f"PA{chosen[-1].rank:032x}" if older else None,
        f"PB{chosen[0].rank:032x}" if newer else None,
    )


def _size(query: Fields) -> int:
    size = query.integer("PageSize", 1, 10**8)
    if size is not None and size > LARGEST_SIZE:
        # not verified: rejected rather than reduced to 1000
        raise TwilioError(400, 20007, "Page size too large: it can be up to 1000")
    return size or DEFAULT_SIZE


def _chosen(entries: Sequence[Entry], token: str, size: int) -> Sequence[Entry]:
    if not token:
        return entries[:size]
    direction, mark = token[:2], token[2:]
    try:
        rank = int(mark, 16)
    except ValueError:
        rank = -1
    if direction not in {"PA", "PB"} or rank < 0:
        # not verified: the answer to a token that Twilio did not issue
        raise TwilioError(400, 20006, "Invalid page token")
    if direction == "PA":
        return [entry for entry in entries if entry.rank < rank][:size]
    return [entry for entry in entries if entry.rank > rank][-size:]


def page_2010(request: Request, query: Fields, key: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return a page in the form of the 2010-04-01 API: links are relative to the host."""
    page = cut(query, entries)
    start = page.number * page.size
    return {
        key: [entry.body for entry in page.entries],
        "page": page.number,
        "page_size": page.size,
        "start": start,
        "end": max(start, start + len(page.entries) - 1),
        "first_page_uri": _link(request.url.path, query, page.size, 0),
        "next_page_uri": _onward(request.url.path, query, page),
        "previous_page_uri": _back(request.url.path, query, page),
        "uri": _link(request.url.path, query, page.size, page.number, query.text("PageToken")),
    }


def page_v1(request: Request, query: Fields, key: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return a page in the form of the v1 APIs: `meta`, with absolute links to the requested host."""
    page = cut(query, entries)
    base = f"{request.url.scheme}://{request.url.netloc}{request.url.path}"
    return {
        key: [entry.body for entry in page.entries],
        "meta": {
            "page": page.number,
            "page_size": page.size,
            "first_page_url": _link(base, query, page.size, 0),
            "previous_page_url": _back(base, query, page),
            "next_page_url": _onward(base, query, page),
            "url": _link(base, query, page.size, page.number, query.text("PageToken")),
            "key": key,
        },
    }


def _onward(base: str, query: Fields, page: Cut) -> str | None:
    return _link(base, query, page.size, page.number + 1, page.next_token) if page.next_token else None


def _back(base: str, query: Fields, page: Cut) -> str | None:
    if not page.previous_token:
        return None
    return _link(base, query, page.size, page.number - 1, page.previous_token)


def _link(base: str, query: Fields, size: int, number: int, token: str | None = None) -> str:
    pairs = [(name, value) for name, value in query.pairs() if name not in _PAGING]
    pairs += [("PageSize", str(size)), ("Page", str(number))]
    return f"{base}?{urlencode([*pairs, ('PageToken', token)] if token else pairs)}"
