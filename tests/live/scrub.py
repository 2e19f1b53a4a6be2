"""Removes secrets, personal data and identifiers from recorded exchanges, and keeps their form.

The same value always becomes the same placeholder, so that an ID can be followed from one exchange to the next.
"""

import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

HOST, TENANT = "TENANT.example.auth0.com", "TENANT"
"""The placeholders of the existing recordings for the tenant's domain and name."""

_SECRET_KEYS = re.compile(
    r"secret|token$|password|signing_keys|private_key|^code_verifier$|^assertion$|^pem$", re.IGNORECASE
)
_SECRETS = {"auth_token": "PLACEHOLDER_AUTH_TOKEN", "password": "PLACEHOLDER_PASSWORD"}
_NOT_SECRET = {"token_endpoint_auth_method", "mfa_token_endpoint", "encoded_secret"}
_IDS = {
    "id",
    "client_id",
    "user_id",
    "connection_id",
    "action_id",
    "version_id",
    "log_id",
    "_id",
    "binding_id",
    "tenant",
}
_NAMES = {"name", "friendly_name", "display_name", "nickname", "description", "picture"}
_OWNERS = {"id", "_id", "log_id", "client_id", "sid", "user_id", "email"}
_PERSONAL = {"user_name", "username", "given_name", "family_name", "client_name", "hostname", "user_agent"}
_PERSONAL |= {"location_info", "geoip", "user_metadata", "app_metadata", "phone_verified", "connection"}
_KNOWN_NAMES = {"twilio", "custom", "Username-Password-Authentication"}
_PICTURE = f"https://s.gravatar.com/avatar/{'0' * 32}?s=480&r=pg&d=https%3A%2F%2Fexample.com%2Fa.png"
_MONEY = {"balance", "price"}
_AMOUNT = re.compile(r"-?[0-9.]+")

_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_SID = re.compile(r"\b([A-Z]{2})([0-9a-f]{32})\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w+])\+[1-9]\d{6,14}(?!\d)|%2B[1-9]\d{6,14}(?!\d)")
_IPV4 = re.compile(r"(?<![\w.])(\d{1,3}\.){3}\d{1,3}(?![\w.])")
_IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){3,7}(?![\w:])")
_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_CODE = re.compile(r"\b\d{6}\b(?=[^\"]*\bcode\b)|(?<=code: )\d{6}\b")
_WORD = re.compile(r"[a-z]+(-[a-z]+)*")
"""An ID that the services give to everybody, such as that of the trigger `post-login`."""
_SHORTEST = 6
"""Shorter known values are not searched for in texts: they would match by chance."""


OWN_TEXT = "mfa-setup live check"
"""The text of the SMS that the check sends directly."""


class LeakError(Exception):
    """A scrubbed exchange still contains a known value; nothing was written."""


class Scrubber:
    """Scrubs the exchanges of one run.

    Attributes:
        keep: The prefix of the names that the run gives to its own things; names with it are kept.
    """

    def __init__(self, domain: str, secrets: Iterable[str], *, keep: str) -> None:
        self.keep = keep
        self._known = {text: "PLACEHOLDER_SECRET" for text in secrets if len(text) >= _SHORTEST}
        self._hosts = {domain: HOST}
        name = domain.partition(".")[0].partition(":")[0]
        if len(name) >= _SHORTEST and name != "localhost":
            self._hosts |= {name: TENANT}
        self._places: dict[str, str] = {}
        self._used: set[str] = set()  # placeholders stand for themselves when a text is read again

    def exchange(self, recorded: Mapping[str, Any]) -> dict[str, Any]:
        """Returns a scrubbed copy of an exchange.

        Raises:
            LeakError: A known secret, the domain or a replaced value is still there.
        """
        self._learn(recorded)
        scrubbed: dict[str, Any] = self._value(recorded, "")
        text = json.dumps(scrubbed, ensure_ascii=False)
        placeholders = {HOST, TENANT, *self._known.values(), *self._used}
        known = {*self._known, *self._hosts, *self._places} - placeholders
        if left := [value for value in known if value in text]:
            raise LeakError(f"{len(left)} values that should have been replaced are left in an exchange.")
        return scrubbed

    def _learn(self, value: Any) -> None:
        """Notes the IDs in a document, so that they are replaced wherever else they occur."""
        if isinstance(value, dict):
            for key, item in value.items():
                if key in _IDS and isinstance(item, str) and (self._is_id(item) or key == "tenant"):
                    self._place(item, TENANT if key == "tenant" else _same_form(item, len(self._places) + 1))
                self._learn(item)
        elif isinstance(value, list):
            for item in value:
                self._learn(item)

    def _is_id(self, value: str) -> bool:
        return len(value) >= _SHORTEST and self.keep not in value and not _WORD.fullmatch(value)

    def _place(self, value: str, placeholder: str) -> str:
        if value in self._used:
            return value
        found = self._places.setdefault(value, placeholder)
        self._used.add(found)
        return found

    def _value(self, value: Any, key: str) -> Any:
        if isinstance(value, dict):
            owned = bool(_OWNERS & value.keys())
            return {name: self._item(name, item, owned=owned) for name, item in value.items()}
        if isinstance(value, list):
            return [self._value(item, key) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _item(self, key: str, value: Any, *, owned: bool) -> Any:
        placeholder = self._secret(key, value) or self._personal(key, value, owned=owned)
        return self._value(value, key) if placeholder is None else placeholder

    def _secret(self, key: str, value: Any) -> str | None:
        """Returns the placeholder of a secret by its key; None for anything else."""
        if not _SECRET_KEYS.search(key) or key in _NOT_SECRET or not value:
            return None
        return _SECRETS.get(key, "[REDACTED]") if isinstance(value, str) or key == "signing_keys" else None

    def _personal(self, key: str, value: Any, *, owned: bool) -> Any:
        """Returns the placeholder of a name, a text or an amount; None for anything else, and for the run's own."""
        if isinstance(value, dict):
            return {} if key in _PERSONAL else None
        if not isinstance(value, str) or not value or self._may_stay(value):
            return None
        if key == "picture":
            return _PICTURE
        if key in _MONEY and _AMOUNT.fullmatch(value):
            return "0.00"
        if owned and key == "body":
            return "(a text)"  # of a message that this run did not send, perhaps with a code
        return "NAME" if key in _PERSONAL or (owned and key in _NAMES) else None

    def _may_stay(self, name: str) -> bool:
        return self.keep in name or name in _KNOWN_NAMES or name == OWN_TEXT

    def _text(self, text: str) -> str:
        for known, placeholder in {**self._known, **self._hosts, **self._places}.items():
            text = text.replace(known, placeholder)
            text = text.replace(known.replace("|", "%7C"), placeholder.replace("|", "%7C"))
        text = _JWT.sub("PLACEHOLDER_TOKEN", text)
        text = _SID.sub(lambda found: self._place(found[0], f"{found[1]}{len(self._places) + 1:032x}"), text)
        text = _EMAIL.sub(lambda found: self._email(found[0]), text)
        text = _PHONE.sub(lambda found: self._phone(found[0]), text)
        text = _UUID.sub(lambda found: self._place(found[0], _same_form(found[0], len(self._places) + 1)), text)
        text = _IPV6.sub(_address, _IPV4.sub(_address, text))
        return _CODE.sub("123456", text)

    def _email(self, found: str) -> str:
        return found if found.startswith(self.keep) else self._place(found, f"user{len(self._places) + 1}@example.com")

    def _phone(self, found: str) -> str:
        number = found.replace("%2B", "+")
        return found.replace(
            number.removeprefix("+"), self._place(number, f"+1415555{len(self._places) + 100:04d}")[1:]
        )


def _address(found: re.Match[str]) -> str:
    try:
        version = ipaddress.ip_address(found[0]).version
    except ValueError:
        return found[0]
    return "192.0.2.1" if version == 4 else "2001:db8::1"


def _same_form(value: str, number: int) -> str:
    """Returns a placeholder with the length, the prefix and the kinds of characters of an ID."""
    prefix = value[: max(value.rfind("_"), value.rfind("|")) + 1]
    rest = value[len(prefix) :]
    if _UUID.fullmatch(value):
        return f"00000000-0000-4000-8000-{number:012x}"
    if re.fullmatch(r"[0-9a-f]+|[0-9]+", rest):
        return prefix + f"{number:0{len(rest)}d}"[-len(rest) :]
    return prefix + (("x" * len(rest)) + f"{number:04d}")[-len(rest) :] if len(rest) > 4 else value
