"""Answers as a hostile or broken service might send them, made from real ones."""

import copy
import gzip
import json
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from hostile.spoiler import Sent

_NASTY = (
    "", " ", "\x1b[2J\x1b]0;title\x07", "[/bold][link=https://evil.example]x", "\u202egnp.exe", "a\r\nX-Injected: 1",
    "../../guardian/policies", "x" * 5_000, "null", "\x00", "{{code}}", "https://evil.example/", "@evil.example", "é日",
)  # fmt: skip
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.sampled_from([10**400, -1, 0, 2**63, 1.5, 1e308, -0.0]),
    st.sampled_from(_NASTY),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers() | st.none(), max_size=3),
    st.recursive(st.just({}), lambda inner: st.lists(inner, min_size=1, max_size=2), max_leaves=30),
)


def places(found: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, the whole of it first."""
    keys = found if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ()
    return [path, *(place for key in keys for place in places(found[key], (*path, key)))]


@dataclass(frozen=True)
class Part:
    """A change of one part of a document; `where` is how far into its places that part stands."""

    where: float
    how: str
    value: Any

    def of(self, document: Any) -> Any:
        """The document with that part dropped, replaced, wrapped or repeated."""
        found = places(document)
        place = found[int(self.where * len(found))]
        if not place:
            return self.value
        whole = inner = copy.deepcopy(document)
        for key in place[:-1]:
            inner = inner[key]
        last = place[-1]
        match self.how:
            case "drop":
                del inner[last]
            case "wrap":
                inner[last] = [inner[last]]
            case "repeat":
                inner[last] = inner[last] * 3 if isinstance(inner[last], list) else [inner[last]] * 3
            case _:
                inner[last] = self.value
        return whole


@dataclass(frozen=True)
class Recipe:
    """How an answer is spoilt; drawn before it is there, because it is spoilt in the sandbox's thread."""

    kind: str
    parts: list[Part]
    raw: int
    cut: float
    status: int
    headers: dict[str, str]

    def of(self, sent: Sent) -> Sent:
        """The answer, spoilt."""
        match self.kind:
            case "raw":
                body, headers = RAW[self.raw]
                return sent.with_body(body, **headers)
            case "cut":
                return sent.with_body(sent.body[: int(self.cut * len(sent.body))])
            case "headers":
                status = 429 if "retry-after" in self.headers else sent.status
                return replace(sent, status=status, headers={**sent.headers, **self.headers})
            case "status":
                return replace(sent, status=self.status)
        document = json.loads(sent.body or b"null")
        for part in self.parts:
            document = part.of(document)
        return sent.with_body(json.dumps(document).encode())


def _deep(opening: bytes, closing: bytes) -> bytes:
    return opening * 3_000 + b"1" + closing * 3_000


RAW: tuple[tuple[bytes, dict[str, str]], ...] = (
    (b"", {}),
    (b"   \n", {}),
    (b"null", {}),
    (b"5", {}),
    (b'"text"', {}),
    (b"[]", {}),
    (b"{}", {}),
    (b"[[[]]]", {}),
    (b"NaN", {}),
    (b'{"clients": NaN, "enabled": Infinity}', {}),
    (b'[{"name": "sms", "enabled": 1e999}]', {}),
    (b'{"a": ' + b"9" * 5_000 + b"}", {}),
    (_deep(b"[", b"]"), {}),
    (_deep(b'{"a":', b"}"), {}),
    (b'{"a": "\\ud800"}', {}),
    (b'{"a": "\xff\xfe"}', {}),
    (b'\xef\xbb\xbf{"a": 1}', {}),
    ('{"a": "b"}'.encode("utf-16"), {"content_type": "application/json; charset=utf-16"}),
    (b"<!doctype html><title>502</title>" + b"<p>" * 1_000, {"content_type": "text/html"}),
    (b"{'a': 1}", {}),
    (b'{"a": 1}}', {}),
    (b'{"a": 1, "a": 2}', {}),
    (b"not gzip", {"content_encoding": "gzip"}),
    (gzip.compress(b"x" * 20_000_000), {"content_encoding": "gzip"}),
    (b'{"a": 1}', {"content_type": "image/png; charset=nowhere"}),
)
_LATE = "Fri, 31 Dec 9999 23:59:59 GMT"
_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "x-ratelimit-remaining": st.sampled_from(["-1", "0", "nan", "inf", "1e999", "9" * 30, "x", "\xb2"]),
        "x-ratelimit-reset": st.sampled_from(["-1", "0", "nan", "inf", "1e999", "9" * 30, "x"]),
        "retry-after": st.sampled_from(["-1", "\xb2", "9" * 400, "nan", "Wed, 99 Foo 9999", _LATE]),
        "content-type": st.sampled_from(["", "text/html", "application/json; charset=utf-7", "x/y"]),
        "location": st.sampled_from(["https://evil.example/", "//evil.example", "http://[", "\xff"]),
        "set-cookie": st.just("a=b; Domain=evil.example"),
        "link": st.just('<https://evil.example>; rel="next"'),
    },
)  # fmt: skip
_STATUS = st.sampled_from(
    [200, 200, 201, 202, 204, 206, 226, 301, 302, 307, 400, 401, 403, 404, 409, 418, 429, 500, 599]
)


_FRACTIONS = st.floats(0, 1, exclude_max=True)
RECIPES = st.builds(
    Recipe,
    kind=st.sampled_from(["parts", "parts", "parts", "parts", "raw", "cut", "headers", "status"]),
    parts=st.lists(
        st.builds(Part, _FRACTIONS, st.sampled_from(["put", "put", "put", "drop", "drop", "wrap", "repeat"]), _VALUES),
        min_size=1,
        max_size=3,
    ),
    raw=st.integers(0, len(RAW) - 1),
    cut=_FRACTIONS,
    status=_STATUS,
    headers=_HEADERS,
)
