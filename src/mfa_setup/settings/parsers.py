"""The parser of each kind of value: it returns what was typed as the engine uses it, or says what is wrong with it."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from mfa_setup.settings.endpoints import is_loopback, is_number, is_under_localhost


class MalformedError(Exception):
    """What is wrong with a value, and what a good one looks like."""

    def __init__(self, problem: str, example: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.example = example


_USER_OF_URL = re.compile(r"(^|//)[^/@\s]+@")
_LOOKS_SECRET = re.compile(r"-----BEGIN.*|[A-Za-z0-9_-]{40,}|(?<![A-Za-z0-9])[0-9a-fA-F]{32}(?![A-Za-z0-9])", re.DOTALL)
"""A private key, a client secret or token, or a Twilio auth token that was put into the wrong place."""
_LONGEST_QUOTE = 100
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DECIMAL = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
NORTH_AMERICA = frozenset({"US", "CA"})
"""The countries where Twilio searches by area code (AvailablePhoneNumbers, `AreaCode`)."""


def quoted(raw: object) -> str:
    """A value as a message shows it: short, and without the user of a URL or what looks like a secret."""
    text = raw if isinstance(raw, str) else repr(raw)
    shown = _LOOKS_SECRET.sub("…", _USER_OF_URL.sub(r"\1…@", text))
    shown = shown if len(shown) <= _LONGEST_QUOTE else shown[:_LONGEST_QUOTE] + "…"
    return repr(shown) if isinstance(raw, str) else shown


def domain(text: str) -> str:
    """A tenant's domain: a bare host name; a port only on loopback."""
    example = "Give the bare host name, such as acme.eu.auth0.com."
    if "/" in text:
        host = text.rpartition("://")[2].partition("/")[0].rpartition("@")[2]
        raise MalformedError("it is a URL", f"Give the host alone: {host}." if _HOST.fullmatch(host) else example)
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise MalformedError("it is not a host name", example) from None
    # A query, a fragment or a line end would not be part of `netloc`.
    if parts.netloc != text or parts.username is not None or not (_HOST.fullmatch(host) or is_loopback(host)):
        raise MalformedError("it is not a host name", example)
    if not is_loopback(host) and (is_number(host) or is_under_localhost(host)):
        raise MalformedError(
            "it is no tenant's domain", "Give acme.eu.auth0.com, or localhost:PORT for a sandbox on this machine."
        )
    if port is not None and not is_loopback(host):
        raise MalformedError("a tenant has no port", example)
    if "." not in host[:-1] and not is_loopback(host):
        raise MalformedError("it is not a whole host name", example)
    if host.endswith("."):
        raise MalformedError("it ends with a dot", example)
    return text.lower()


def application_name(text: str) -> str:
    """A name as `POST /api/v2/clients` takes it: not empty, without `<` and `>`."""
    if not text.strip() or any(mark in text for mark in "<>") or not text.isprintable():
        raise MalformedError("a name is not empty and has no < or >", 'For example "Twilio MFA Test".')
    return text


def url(text: str) -> str:
    """A callback or logout URL: http or https with a host; Auth0 compares them to the letter, so it stays as typed."""
    example = "For example http://localhost:3000 or https://app.example.com/callback."
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise MalformedError("it is not a URL", example) from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise MalformedError("it is not an http or https URL", example)
    if any(character.isspace() or not character.isprintable() for character in text) or "," in text:
        raise MalformedError("a URL has no spaces and no commas", example)
    if parts.fragment or "#" in text:
        raise MalformedError("a URL of an application has no fragment (#)", example)
    if not (_HOST.fullmatch(host.removeprefix("*.")) or is_loopback(host)):
        raise MalformedError("its host is not a host name", example)
    return text


def origin(text: str) -> str:
    """A web origin: scheme, host and port, nothing behind it."""
    parts = urlsplit(url(text))
    if parts.path not in {"", "/"} or parts.query:
        raise MalformedError("an origin has no path", f"Give {parts.scheme}://{parts.netloc} as the web origin.")
    return origin_of(text)


def origin_of(text: str) -> str:
    """The origin of a URL."""
    parts = urlsplit(text)
    return f"{parts.scheme}://{parts.netloc}"


def _of_form(form: str, problem: str, example: str) -> Callable[[str], str]:
    """A parser of texts that have one form and stay as typed."""

    def parse(text: str) -> str:
        if not re.fullmatch(form, text):
            raise MalformedError(problem, example)
        return text

    return parse


CLIENT_ID = r"[A-Za-z0-9_-]{1,64}"
client_id = _of_form(
    CLIENT_ID, "it is not a client ID", "Auth0 dashboard: Applications > the application > Settings > Client ID."
)
"""The id of an application."""
connection_name = _of_form(
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,126}[A-Za-z0-9])?",
    "it is not a connection's name",
    "For example Username-Password-Authentication.",
)
"""The name of a connection: letters, digits and hyphens."""
area_code = _of_form(r"[2-9][0-9][0-9]", "an area code has three digits and starts with 2 to 9", "For example 415.")
"""Three digits, as the United States and Canada number their areas."""
contains = _of_form(r"[0-9A-Za-z*+]{2,16}", "it is not 2 to 16 digits, letters or *", "For example 55501 or MFA.")
"""A pattern of digits and letters (AvailablePhoneNumbers, `Contains`: 2 to 16 characters, `*` for any)."""
messaging_service = _of_form(
    r"MG[0-9a-fA-F]{32}", "it is not `MG` and 32 hexadecimal digits", "Twilio console: Messaging > Services."
)
"""The SID of a Messaging Service."""


def country(text: str) -> str:
    """A country by its two letters (ISO 3166-1)."""
    import phonenumbers  # noqa: PLC0415 its tables are large, and most command lines need none of them

    code = text.upper()
    if not text.isascii() or code not in phonenumbers.SUPPORTED_REGIONS:
        raise MalformedError("it is not a country's two-letter code", "For example US, CA, GB or DE.")
    return code


def phone_number(text: str) -> str:
    """A phone number in E.164 form."""
    import phonenumbers  # noqa: PLC0415 likewise

    example = "Write it with + and country code, without spaces: +14155550123."
    if not _E164.fullmatch(text):
        raise MalformedError("it is not a phone number in E.164 form", example)
    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise MalformedError("its country code does not exist", example) from None
    if not phonenumbers.is_possible_number(parsed):
        raise MalformedError("it has the wrong number of digits for its country", example)
    return text


def price(text: str) -> float:
    """A monthly price, in the currency of the account."""
    return _positive(text, "it is not a price", "For example 2.50.")


def seconds(text: str) -> float:
    """A time in seconds, up to an hour."""
    value = _positive(text, "it is not a number of seconds", "For example --timeout 30.")
    if value > 3600:  # noqa: PLR2004
        raise MalformedError("it is longer than an hour", "For example --timeout 30.")
    return value


def _positive(text: str, problem: str, example: str) -> float:
    if not _DECIMAL.fullmatch(text) or not 0 < float(text) < 1_000_000:  # noqa: PLR2004
        raise MalformedError(problem, example)
    return float(text)


def template(text: str) -> str:
    """The text of an SMS: it must hold the code, in either stack's notation."""
    if not re.search(r"\{\{\s*code\b[^}]*\}\}", text):
        raise MalformedError("a template must hold {{code}}", 'For example "{{code}} is your code for Acme."')
    if len(text) > 20_000:  # noqa: PLR2004 branding/phone/templates: 1 to 20000
        raise MalformedError("a template has at most 20000 characters", "Shorten it.")
    return text


def path(text: str) -> Path:
    """A path on this machine."""
    if not text.strip() or "\0" in text:
        raise MalformedError("it is not a path", "Name a file or folder of this machine.")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise MalformedError("its ~ names no user of this machine", "Write the path without ~.") from None
