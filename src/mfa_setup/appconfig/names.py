"""Recognizes the names of the domain and the client ID in config files, placeholders, and values of other services."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

FIELDS = ("domain", "client_id")
_ENDINGS: dict[str, str] = {"DOMAIN": "domain", "CLIENTID": "client_id"}
_PLACEHOLDER = re.compile(
    r"\{[A-Z][A-Z0-9_ ]*\}|\{\{[^{}]*\}\}|\{(?:domain|client_?id|audience|api\w*)\}|<[^<>/]{2,}>"
    r"|your[_-](?:auth0|domain|tenant|client|api|audience|app)\S*|.*\{[Yy]our\w*\}.*|.*\{[A-Z]+(?:_[A-Z]+)+\}.*"
    r"|.*\bYOUR_[A-Z0-9_]+.*",
    re.DOTALL,
)
"""A placeholder from a template, such as `{API_IDENTIFIER}` or `YOUR_DOMAIN`, which would break the login.

A text with a variable in it, such as `{count}`, is not a placeholder.
"""
_FOREIGN = (
    "amazoncognito.com",
    "firebaseapp.com",
    "okta.com",
    "oktapreview.com",
    "b2clogin.com",
    "ciamlogin.com",
    "microsoftonline.com",
    "onmicrosoft.com",
    "googleusercontent.com",
)
"""The domains of other identity services, whose config files have the same form."""
_MARKS = frozenset({
    "REALM", "AUTHSERVERURL", "USERPOOLID", "IDENTITYPOOLID", "TENANTID", "AUTHORITY", "INSTANCE", "AUTHDOMAIN",
    "AZUREAD", "AZUREADB2C", "MSAL", "COGNITO", "KEYCLOAK", "FIREBASE", "OKTA",
})  # fmt: skip
"""Names next to or above the client ID of another identity service, in capitals without punctuation."""


@dataclass(frozen=True, slots=True)
class Name:
    """The meaning of a name in a config file, and the prefix that the domain and the client ID of one pair share.

    Attributes:
        field: `domain` or `client_id`.
        stem: The prefix in capitals without punctuation, such as `AUTH0` or `VITEAUTH0`; empty if the name has none.
    """

    field: str
    stem: str

    @property
    def tells(self) -> bool:
        """Whether the name may be one of Auth0's: `auth0Domain` and `domain` may be, but `authDomain` is Firebase's."""
        return not self.stem or self.stem.endswith("AUTH0")


def bare(text: str) -> str:
    """Returns a name in capitals without punctuation, for comparing names in different spellings."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def marks_another(names: Iterable[str]) -> bool:
    """Whether any of these names shows that the values next to it belong to another service."""
    return any(bare(name) in _MARKS for name in names)


def name_of(text: str) -> Name | None:
    """Returns what a name stands for in any spelling: `clientId`, `client_id`, `auth0.domain`, `VITE_AUTH0_CLIENTID`.

    Names that end neither in `domain` nor in `client ID` stand for nothing: None.
    """
    plain = bare(text)
    for ending, field in _ENDINGS.items():
        stem = plain.removesuffix(ending)
        if stem != plain:
            return Name(field, stem)
    return None


def counterpart(text: str) -> str:
    """Returns the name of the other value of a pair in the same spelling: `auth0_client_id` for `auth0_domain`."""
    here = name_of(text)
    if here is None or here.field == "client_id":
        return re.sub(r"client[^a-z0-9]?id$", lambda found: _like(found.group(), "domain"), text, flags=re.IGNORECASE)
    beginning, ending = text[: -len("domain")], text[-len("domain") :]
    if ending.isupper():
        return f"{beginning}CLIENT_ID"
    if ending[0].isupper():
        return f"{beginning}ClientId"
    return f"{beginning}client_id" if beginning.endswith("_") else f"{beginning}clientId"


def _like(found: str, word: str) -> str:
    if found.isupper():
        return word.upper()
    return word.capitalize() if found[0].isupper() else word


def is_placeholder(value: str) -> bool:
    """Whether a value is a placeholder that still has to be filled in."""
    return _PLACEHOLDER.fullmatch(value) is not None


def is_foreign(value: str) -> bool:
    """Whether a domain or client ID belongs to another identity service."""
    return value.lower().rstrip("/").endswith(_FOREIGN)


def is_auth0(domain: str) -> bool:
    """Whether a domain is a tenant's canonical domain at Auth0 (`*.auth0.com`)."""
    return domain.lower().rstrip("/").endswith(".auth0.com")
