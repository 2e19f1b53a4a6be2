"""The names of the domain and the client ID in config files, and the recognition of placeholders."""

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
"""A value of a template, such as `{API_IDENTIFIER}` or `YOUR_DOMAIN`: left in place it breaks the login. What is only
a text with a gap in it, such as `{count}`, is none."""
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
"""The domains of other services that logins go to, in files of the same form."""
_MARKS = frozenset({
    "REALM", "AUTHSERVERURL", "USERPOOLID", "IDENTITYPOOLID", "TENANTID", "AUTHORITY", "INSTANCE", "AUTHDOMAIN",
    "AZUREAD", "AZUREADB2C", "MSAL", "COGNITO", "KEYCLOAK", "FIREBASE", "OKTA",
})  # fmt: skip
"""Names that stand beside or above the client ID of another service, in capitals without punctuation."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a name stands for, and the beginning that domain and client ID of one pair share.

    Attributes:
        field: Which of the two.
        stem: The beginning, in capitals without punctuation, such as `AUTH0` or `VITEAUTH0`; empty for the bare words.
    """

    field: str
    stem: str

    @property
    def tells(self) -> bool:
        """Whether the name is one of Auth0's, as far as it tells: `auth0Domain` is, `authDomain` is Firebase's."""
        return not self.stem or self.stem.endswith("AUTH0")


def bare(text: str) -> str:
    """A name in capitals without punctuation, by which spellings are compared."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def marks_another(names: Iterable[str]) -> bool:
    """Whether one of some names says that what stands beside it belongs to another service."""
    return any(bare(name) in _MARKS for name in names)


def name_of(text: str) -> Name | None:
    """What a name stands for, however it is spelled: `clientId`, `client_id`, `auth0.domain`, `VITE_AUTH0_CLIENTID`."""
    plain = bare(text)
    for ending, field in _ENDINGS.items():
        stem = plain.removesuffix(ending)
        if stem != plain:
            return Name(field, stem)
    return None


def counterpart(text: str) -> str:
    """The name of the other one of a pair, spelled like the one that is there: `auth0_domain` has `auth0_client_id`."""
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
    """Whether a value is one that somebody has still to fill in."""
    return _PLACEHOLDER.fullmatch(value) is not None


def is_foreign(value: str) -> bool:
    """Whether a domain or client ID belongs to another service that logins go to."""
    return value.lower().rstrip("/").endswith(_FOREIGN)


def is_auth0(domain: str) -> bool:
    """Whether a domain is a tenant's own at Auth0."""
    return domain.lower().rstrip("/").endswith(".auth0.com")
