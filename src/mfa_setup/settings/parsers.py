"""The parsers of values: each returns the value in the form used internally, or raises an error about the problem."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mfa_setup.quoting import looks_random, shortened
from mfa_setup.settings import urls
from mfa_setup.settings.endpoints import is_loopback, is_number, is_under_localhost


class MalformedError(Exception):
    """Raised for a malformed value, with the problem and an example of a valid value."""

    def __init__(self, problem: str, example: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.example = example


_LONGEST_QUOTE = 100
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")
E164 = r"\+[1-9][0-9]{6,14}"
SHORT_CODE = r"[0-9]{3,6}"
SENDER_NAME = r"(?=.*[A-Za-z])[A-Za-z0-9_&-](?:[A-Za-z0-9 +_&-]{0,9}[A-Za-z0-9+_&-])?"
"""Matches an alphanumeric sender ID: at most 11 characters, at least one a letter (sources: twilio-sender-name)."""
DECIMAL = r"[0-9]+(\.[0-9]*)?|\.[0-9]+"
LONGEST_TEMPLATE = 20_000
"""The most characters of a template (branding/phone/templates: 1 to 20000)."""
NORTH_AMERICA = frozenset({"US", "CA"})
"""The countries where Twilio searches by area code (AvailablePhoneNumbers, `AreaCode`)."""


def quoted(raw: object) -> str:
    """Quotes a value for a message: shortened, and without anything that looks like a secret."""
    shown = _shortened(raw)
    text = shown if isinstance(shown, str) else repr(shown)
    text = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return repr(text) if isinstance(raw, str) else text


def _shortened(raw: object) -> object:
    """Shortens every text in a value of a settings file."""
    match raw:
        case str():
            return shortened(raw)
        case list():
            return [_shortened(item) for item in raw]
        case dict():
            return {_shortened(key): _shortened(item) for key, item in raw.items()}
        case _:
            return raw


def domain(text: str) -> str:
    """Parses a tenant's domain: a bare host name; a port is allowed only on loopback."""
    example = "Use the bare host name, such as acme.eu.auth0.com."
    if "/" in text:
        host = text.rpartition("://")[2].partition("/")[0].rpartition("@")[2]
        raise MalformedError(
            "it is a URL", f"Use only the host name: {shortened(host)}." if _HOST.fullmatch(host) else example
        )
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise MalformedError("it is not a host name", example) from None
    # `netloc` differs from the text if the text contains a query, a fragment or a line end.
    if parts.netloc != text or parts.username is not None or not (_HOST.fullmatch(host) or is_loopback(host)):
        raise MalformedError("it is not a host name", example)
    if not is_loopback(host) and (is_number(host) or is_under_localhost(host)):
        raise MalformedError(
            "it is not the domain of a tenant",
            "Use a domain such as acme.eu.auth0.com, or localhost:PORT for a sandbox on this machine.",
        )
    if port is not None and not is_loopback(host):
        raise MalformedError("a tenant's domain has no port", example)
    if "." not in host[:-1] and not is_loopback(host):
        raise MalformedError("it is not a complete host name", example)
    if host.endswith("."):
        raise MalformedError("it ends with a dot", example)
    return text.lower()


def application_name(text: str) -> str:
    """Parses an application's name as `POST /api/v2/clients` accepts it: not empty, without `<` and `>`."""
    if not text.strip() or any(mark in text for mark in "<>") or not text.isprintable():
        raise MalformedError("a name must not be empty or contain < or >", 'For example "Twilio MFA Test".')
    return _harmless(text, 'For example "Twilio MFA Test".')


def _harmless(text: str, example: str) -> str:
    """Refuses free text that looks like a secret, because it would be sent, displayed and stored."""
    if looks_random(text):
        raise MalformedError("it contains what looks like a secret", example)
    return text


def url(text: str) -> str:
    """Parses a callback or logout URL: http or https with a host; kept unchanged, since Auth0 compares URLs exactly."""
    example = "For example http://localhost:3000 or https://app.example.com/callback."
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise MalformedError("it is not a URL", example) from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise MalformedError("it is not an http or https URL", example)
    if any(character.isspace() or not character.isprintable() for character in text) or "," in text:
        raise MalformedError("a URL must not contain spaces or commas", example)
    if parts.fragment or "#" in text:
        raise MalformedError("an application's URL must not have a fragment (#)", example)
    if "*" in host.partition(".")[2] or host.count("*") > 1:
        raise MalformedError(
            "a wildcard (*) may occur once, in the leftmost label of the host name",
            "For example https://*.example.com.",
        )
    if not (urls.is_host(host) or is_loopback(host)):
        raise MalformedError("its host is not a host name", example)
    return text


def origin(text: str) -> str:
    """Parses a web origin: scheme, host and port, without a path or query."""
    parts = urlsplit(url(text))
    if parts.path not in {"", "/"} or parts.query:
        raise MalformedError("an origin must not have a path", f"Use {shortened(origin_of(text))} as the web origin.")
    return origin_of(text)


def origin_of(text: str) -> str:
    """Returns the origin of a URL."""
    parts = urlsplit(text)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class Form:
    """A parser for texts that match a pattern and are returned unchanged.

    Attributes:
        form: The pattern of the whole text.
        problem: The problem to report about a text that does not match.
        example: An example, or where to find the value.
    """

    form: str
    problem: str
    example: str

    def __call__(self, text: str) -> str:
        """Parses a text."""
        if not re.fullmatch(self.form, text):
            raise MalformedError(self.problem, self.example)
        return text


CLIENT_ID = r"[A-Za-z0-9_-]{1,64}"
account_sid = Form(
    r"AC[0-9a-fA-F]{32}", "it is not an account SID", "An account SID is AC followed by 32 hexadecimal digits."
)
client_id = Form(
    CLIENT_ID, "it is not a client ID", "Auth0 dashboard: Applications > the application > Settings > Client ID."
)
"""Parses the client ID of an application."""
organization = Form(
    r"[A-Za-z0-9_-]{1,64}",
    "it is neither the ID nor the name of an organization",
    "Auth0 dashboard: Organizations > the organization > Organization ID, such as org_abcdefghijklmnop.",
)
"""Parses the ID of an organization (`org_`, letters and digits) or its name (letters, digits, hyphens, underscores)."""
connection_name = Form(
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,126}[A-Za-z0-9])?",
    "it is not a valid name of a connection",
    "For example Username-Password-Authentication.",
)
"""Parses the name of a connection: letters, digits and hyphens."""
area_code = Form(r"[2-9][0-9][0-9]", "an area code has three digits and starts with 2 to 9", "For example 415.")
"""Parses an area code of the United States or Canada: three digits."""
contains = Form(r"[0-9A-Za-z*+]{2,16}", "it is not 2 to 16 digits, letters or *", "For example 55501 or MFA.")
"""Parses a pattern of digits and letters (AvailablePhoneNumbers, `Contains`: 2 to 16 characters, `*` for any)."""
_SERVICE = r"MG[0-9a-fA-F]{32}"
messaging_service = Form(
    _SERVICE, "it is not `MG` followed by 32 hexadecimal digits", "Twilio console: Messaging > Services."
)
"""Parses the SID of a Messaging Service."""


def country(text: str) -> str:
    """Parses a two-letter country code (ISO 3166-1)."""
    import phonenumbers  # noqa: PLC0415 its tables are large, and most commands do not need them

    code = text.upper()
    if not text.isascii() or code not in phonenumbers.SUPPORTED_REGIONS:
        raise MalformedError("it is not a two-letter country code", "For example US, CA, GB or DE.")
    return code


def phone_number(text: str) -> str:
    """Parses a phone number in E.164 format."""
    import phonenumbers  # noqa: PLC0415 see `country`

    example = "Write the number with + and country code, without spaces: +14155550123."
    if not re.fullmatch(E164, text):
        raise MalformedError("it is not a phone number in E.164 format", example)
    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise MalformedError("its country code does not exist", example) from None
    if not phonenumbers.is_possible_number(parsed):
        raise MalformedError("it has the wrong number of digits for its country", example)
    return text


def sender(text: str) -> str:
    """Parses the sender: a phone number in E.164 format, a short code, or an alphanumeric sender ID."""
    if re.fullmatch(_SERVICE, text):
        raise MalformedError("it is the SID of a Messaging Service", "Pass it with --messaging-service-sid.")
    if re.fullmatch(SHORT_CODE, text) or re.fullmatch(SENDER_NAME, text):
        return text
    return phone_number(text)


def price(text: str) -> float:
    """Parses a monthly price, in the currency of the Twilio account."""
    return _positive(text, "it is not a price", "For example 2.50.")


def seconds(text: str) -> float:
    """Parses a number of seconds, at most an hour."""
    value = _positive(text, "it is not a number of seconds", "For example --timeout 30.")
    if value > 3600:  # noqa: PLR2004
        raise MalformedError("it is more than an hour", "For example --timeout 30.")
    return value


def percent(text: str) -> int:
    """Parses a percentage of the users: a whole number from 1 to 99."""
    number = float(text) if re.fullmatch(DECIMAL, text) else 0.0
    if not number.is_integer() or not 1 <= number <= 99:  # noqa: PLR2004
        raise MalformedError("it is not a whole number from 1 to 99", "For example 10. For everyone, pass --everyone.")
    return int(number)


def scoped_name(text: str) -> str:
    """Parses the name of an application, a connection, an organization or a role, or a client ID."""
    example = "Use a name as the Auth0 dashboard shows it."
    if not text.strip():
        raise MalformedError("a name must not be empty", example)
    if not text.isprintable():
        raise MalformedError("a name must be printable", example)
    return text if re.fullmatch(CLIENT_ID, text) else _harmless(text, example)


def _positive(text: str, problem: str, example: str) -> float:
    if not re.fullmatch(DECIMAL, text) or not 0 < float(text) < 1_000_000:  # noqa: PLR2004
        raise MalformedError(problem, example)
    return float(text)


_SAMPLE = "407319"
"""The sample code that a template is rendered with to check it."""


def template(text: str) -> str:
    """Parses the text of an SMS, which must contain the code in the notation of either stack."""
    if not re.search(r"\{\{\s*code\b[^}]*\}\}", text):
        raise MalformedError("a template must contain {{code}}", 'For example "{{code}} is your code for Acme."')
    if len(text) > LONGEST_TEMPLATE:
        raise MalformedError("a template may have at most 20000 characters", "Shorten the template.")
    if not _tells_code(text):
        raise MalformedError(
            "the template's text does not contain the code",
            "Change the template so that its text shows the code to the user.",
        )
    return _harmless(text, 'For example "{{code}} is your code for Acme."')


def _tells_code(template: str) -> bool:
    """Whether a template, rendered on one of the stacks, contains the code; False if it is not valid Liquid."""
    from mfa_setup.liquid import InvalidTemplateError  # noqa: PLC0415 slow to import, and few commands name a template
    from mfa_setup.otp_text import holds, otp_text  # noqa: PLC0415

    try:
        return any(holds(otp_text(template, _SAMPLE, raw_name=raw_name), _SAMPLE) for raw_name in (None, ""))
    except InvalidTemplateError:
        return False


def path(text: str) -> Path:
    """Parses a path on this machine."""
    if not text.strip() or "\0" in text:
        raise MalformedError("it is not a valid path", "Use the path of a file or folder on this machine.")
    if not (Path(text).is_absolute() or os.access(text, os.F_OK)):
        _harmless(text, "For example src/auth_config.json.")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise MalformedError("its ~ does not name a user of this machine", "Write the path without ~.") from None
