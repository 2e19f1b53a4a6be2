"""The search of users: the most used part of Lucene's query syntax."""

import re
from typing import Any

_TERM = re.compile(r'(?P<not>NOT\s+|-)?(?:(?P<field>[\w.]+):)?(?:"(?P<exact>[^"]*)"|(?P<word>[^\s"]+))')


def matching(users: list[dict[str, Any]], query: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the users that match `q` and `connection` (the filter of the first search engine)."""
    found = users
    if "connection" in query:
        found = [user for user in found if query["connection"] in _values(user, "identities.connection")]
    if query.get("q"):
        found = [user for user in found if _fits(user, query["q"])]
    return found


def _fits(user: dict[str, Any], text: str) -> bool:
    """Whether the user matches the terms: AND binds tighter than OR; brackets and ranges are treated as words."""
    # not verified: the service's answer to a query that it cannot parse; here it finds nothing
    return any(all(_term(user, term) for term in _terms(part)) for part in re.split(r"\s+OR\s+", text))


def _terms(part: str) -> list[re.Match[str]]:
    return [term for term in _TERM.finditer(part) if term[0] not in ("AND", "&&")]


def _term(user: dict[str, Any], term: re.Match[str]) -> bool:
    wanted = term["exact"] if term["exact"] is not None else term["word"]
    fields = [term["field"]] if term["field"] else ["email", "name", "username", "nickname"]
    if term["field"] == "_exists_":
        hit = bool(_values(user, wanted))
    else:
        pattern = re.compile(".*".join(re.escape(piece) for piece in wanted.split("*")), re.IGNORECASE)
        hit = any(pattern.fullmatch(value) for field in fields for value in _values(user, field))
    return hit is not bool(term["not"])


def _values(item: Any, path: str) -> list[str]:
    """Returns the values at a dotted path as text, descending into lists."""
    if isinstance(item, list):
        return [value for one in item for value in _values(one, path)]
    if not path:
        return [str(item).lower() if isinstance(item, bool) else str(item)]
    name, _, rest = path.partition(".")
    return _values(item[name], rest) if isinstance(item, dict) and item.get(name) is not None else []
