"""The credentials of both services. Secrets are stored as `SecretStr`."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from mfa_setup.errors import InvalidValueError, ValueNeededError
from mfa_setup.model.base import Frozen
from mfa_setup.quoting import contains_secret
from mfa_setup.settings.parsers import CLIENT_ID
from mfa_setup.settings.private_key import check_private_key
from mfa_setup.settings.schema import SECRET_VARIABLES, SECRETS, VARIABLES

SigningAlg = Literal["RS256", "RS384", "PS256"]
_LONGEST_SECRET = 100_000
_JWT_PARTS = 3
_TWILIO_KEYS = "Twilio console, Account > API keys & tokens."
_FORMS = {
    "TWILIO_ACCOUNT_SID": (
        r"AC[0-9a-fA-F]{32}",
        "malformed",
        f"An account SID is `AC` followed by 32 hexadecimal digits: {_TWILIO_KEYS}",
    ),
    "TWILIO_API_KEY": (
        r"SK[0-9a-fA-F]{32}",
        "malformed",
        f"The SID of an API key is `SK` followed by 32 hexadecimal digits: {_TWILIO_KEYS}",
    ),
    "AUTH0_AUDIENCE": (
        r"https?://[^\s/@\\?#]+/api/v2/",
        "not the identifier of a Management API",
        "The identifier is https://TENANT.REGION.auth0.com/api/v2/, including the slash at the end.",
    ),
    "AUTH0_CLIENT_ID": (
        CLIENT_ID,
        "malformed",
        (
            "A client ID consists of letters and digits: Auth0 dashboard, Applications > your Machine to Machine "
            "application."
        ),
    ),
}
"""The pattern of each variable, the problem to report if the value does not match, and the hint."""


class Auth0Credentials(Frozen):
    """The credentials for the Management API: a ready access token, a private key, or a client secret.

    Attributes:
        audience: The audience of the tenant's Management API, as returned by `tenant_key`.
    """

    audience: str
    client_id: str | None = None
    client_secret: SecretStr | None = None
    private_key: SecretStr | None = None
    signing_alg: SigningAlg = "RS256"
    token: SecretStr | None = None

    @classmethod
    def of(cls, domain: str, client_id: str, client_secret: SecretStr) -> "Auth0Credentials":
        """Returns the credentials of a Machine to Machine application of a tenant that is reached by its own domain."""
        return cls(audience=f"https://{domain}/api/v2/", client_id=client_id, client_secret=client_secret)

    @property
    def lasting_secret(self) -> SecretStr | None:
        """The private key or the client secret, which later runs have, too; None for a ready access token."""
        return None if self.token else self.private_key or self.client_secret


class TwilioCredentials(Frozen):
    """The Twilio credentials. Auth0 requires the auth token; mfa-setup's own requests may use an API key instead.

    Source: Twilio docs, "Authentication": an API key pair replaces the account SID and auth token as the login, and the
    account SID still names the account in every path.
    """

    account_sid: str
    auth_token: SecretStr | None = None
    api_key: str | None = None
    api_secret: SecretStr | None = None

    @property
    def login(self) -> tuple[str, SecretStr]:
        """The user name and password for mfa-setup's own requests: the API key if there is one."""
        if self.api_key and self.api_secret:
            return self.api_key, self.api_secret
        return self.account_sid, self.auth_token or SecretStr("")


AskSecret = Callable[[str], SecretStr | None]
"""Asks the user for a secret by its label; None if there is no terminal."""


def secrets_of(environment: Mapping[str, str]) -> list[SecretStr]:
    """Returns every secret in the environment, so that output masks them before anything else can fail."""
    return [SecretStr(value) for name in SECRET_VARIABLES if (value := environment.get(name, "").strip())]


class SecretSource:
    """Finds secrets: in a file that an option names, else in the environment.

    Attributes:
        ask: Asks for a secret at the terminal.
    """

    def __init__(
        self,
        files: Mapping[str, str | None],
        environment: Mapping[str, str],
        read_stdin: Callable[[], str],
        ask: AskSecret,
    ) -> None:
        self._environment = environment
        self.ask = ask
        self._from_files = {
            name: _from_file(name, path, read_stdin) for name, path in files.items() if path is not None
        }

    @property
    def known(self) -> list[SecretStr]:
        """Every secret that was given in a file or in the environment."""
        return [*self._from_files.values(), *secrets_of(self._environment)]

    def find(self, name: str) -> SecretStr | None:
        """Returns a secret by its name; None if it was not given."""
        if name in self._from_files:
            return self._from_files[name]
        return next(map(SecretStr, filter(None, map(self.text, SECRETS[name].variables))), None)

    @property
    def has_auth0_login(self) -> bool:
        """Whether the command line or environment contains at least some Management API credentials."""
        return any(map(self.find, ("api_token", "private_key", "client_secret"))) or bool(self.text("AUTH0_CLIENT_ID"))

    @property
    def has_twilio_login(self) -> bool:
        """Whether the command line or environment contains at least some credentials of a Twilio account."""
        given = any(map(self.find, ("twilio_auth_token", "twilio_api_secret")))
        return given or any(map(self.text, ("TWILIO_ACCOUNT_SID", "TWILIO_API_KEY")))

    def fall_back_on(self, values: Mapping[str, str]) -> None:
        """Adds the values of a profile, by variable name; variables set in the environment take precedence."""
        self._environment = {**values, **{name: text for name, text in self._environment.items() if text.strip()}}

    def text(self, variable: str) -> str | None:
        """Returns the value of an environment variable that is not a secret; None if it is unset or empty."""
        return self._environment.get(variable, "").strip() or None


def _from_file(name: str, path: str, read_stdin: Callable[[], str]) -> SecretStr:
    flag = SECRETS[name].flag
    try:
        text = read_stdin() if path == "-" else beginning(Path(path).expanduser())
    except (OSError, ValueError, RuntimeError) as unreadable:  # RuntimeError: `~` names no user
        raise InvalidValueError(
            f"The file in {flag} cannot be read.", hint="Check the path and the permissions of the file."
        ) from unreadable
    if not text.strip():
        raise InvalidValueError(
            f"The file in {flag} is empty.", hint="The file must contain the secret and nothing else."
        )
    return SecretStr(text.strip())


def beginning(path: Path) -> str:
    """Reads a file up to the length of the longest possible secret, so that reading a device ends.

    Raises:
        ValueError: The file is longer than that.
    """
    with path.open(encoding="utf-8") as file:
        text = file.read(_LONGEST_SECRET + 1)
    if len(text) > _LONGEST_SECRET:
        raise ValueError("too long")
    return text


def refuse_misplaced(source: SecretSource, given: Mapping[str, object]) -> None:
    """Refuses a secret that was given as another value, which would be sent, displayed and stored in plain text.

    Args:
        source: The secrets of the run.
        given: The values that were given, by the names that messages use for them.

    Raises:
        InvalidValueError: One of the values contains one of the secrets.
    """
    variables: dict[str, object] = {name: source.text(name) or "" for name in VARIABLES}
    for place, value in {**variables, **given}.items():
        if contains_secret(str(value), source.known):
            raise InvalidValueError(
                f"{place} contains one of the secrets that were given to this run.",
                hint=f"Correct {place}: a secret there would be sent, displayed and stored in plain text.",
            )


def auth0_credentials(source: SecretSource, domain: str, client_id: str | None) -> Auth0Credentials:
    """Returns the Auth0 credentials from all sources.

    Raises:
        InvalidValueError: A value is malformed.
        ValueNeededError: Credentials are missing, and there is no terminal to ask for them.
    """
    audience = tenant_key(source, domain)
    if token := source.find("api_token"):
        return Auth0Credentials(audience=audience, token=token)
    private_key = source.find("private_key")
    secret = None if private_key else source.find("client_secret")
    if not client_id or not (private_key or secret):
        secret = source.ask("Client secret of the Machine to Machine application") if client_id else None
        if secret is None:
            raise _auth0_missing(client_id)
    return Auth0Credentials(
        audience=audience,
        client_id=client_id,
        client_secret=secret,
        private_key=private_key,
        signing_alg=_signing_alg(source),
    )


def tenant_key(source: SecretSource, domain: str) -> str:
    """Returns the audience of the tenant's Management API, the only identifier that a custom domain does not change.

    The lock, the journal, the token digests and the tenant's marks are all keyed by it.

    Raises:
        InvalidValueError: `AUTH0_AUDIENCE` or a ready access token belongs to another tenant.
    """
    own = f"https://{domain}/api/v2/"
    named = source.text("AUTH0_AUDIENCE") or own
    if domain.endswith(".auth0.com") and named != own:
        raise InvalidValueError(
            f"AUTH0_AUDIENCE is {named}, which does not belong to the tenant {domain}.",
            hint="Unset AUTH0_AUDIENCE. It is needed only if AUTH0_DOMAIN is a custom domain.",
        )
    token = source.find("api_token")
    audiences = audiences_of(token) if token else frozenset()
    if not audiences or named in audiences:
        return named
    if own in audiences:
        return own
    raise InvalidValueError(
        f"The access token in AUTH0_API_TOKEN was issued for another API than {named}.",
        hint=f"Use a token of the tenant {domain}. If that is a custom domain, set AUTH0_AUDIENCE to the tenant's own "
        "https://TENANT.REGION.auth0.com/api/v2/.",
    )


def claims_of(token: SecretStr) -> dict[str, Any]:
    """Returns the claims of an access token without verifying it, which only Auth0 can do; empty if it is not a JWT."""
    parts = token.get_secret_value().split(".")
    try:
        header, claims = (json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except (ValueError, RecursionError):
        return {}
    is_jwt = len(parts) == _JWT_PARTS and isinstance(header, dict) and isinstance(claims, dict)
    return claims if is_jwt else {}


def audiences_of(token: SecretStr) -> frozenset[str]:
    """Returns the APIs that an access token is for; empty if the token does not name them."""
    found = claims_of(token).get("aud")
    listed = found if isinstance(found, list) else [found]
    return frozenset(item for item in listed if isinstance(item, str))


def _signing_alg(source: SecretSource) -> SigningAlg:
    value = source.text("AUTH0_CLIENT_ASSERTION_SIGNING_ALG") or "RS256"
    match value:
        case "RS256" | "RS384" | "PS256":
            return value
    raise InvalidValueError(
        "AUTH0_CLIENT_ASSERTION_SIGNING_ALG is not an algorithm that Auth0 accepts.",
        hint="Auth0 accepts RS256, RS384 and PS256.",
    )


def _auth0_missing(client_id: str | None) -> ValueNeededError:
    missing = "AUTH0_CLIENT_SECRET" if client_id else "AUTH0_CLIENT_ID"
    return ValueNeededError(
        f"Auth0 credentials are required: {missing} is not set.",
        hint="Set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or --client-secret-file PATH) of a Machine to Machine "
        "application that is authorized for the Management API; or AUTH0_API_TOKEN (or --api-token-file PATH).",
    )


def twilio_credentials(source: SecretSource, account_sid: str | None) -> TwilioCredentials:
    """Returns the Twilio credentials from all sources.

    Raises:
        InvalidValueError: A SID or key is malformed.
        ValueNeededError: Credentials are missing, and there is no terminal to ask for them.
    """
    api_key, api_secret = source.text("TWILIO_API_KEY"), source.find("twilio_api_secret")
    token = source.find("twilio_auth_token")
    has_pair = api_key and api_secret
    if account_sid and not (token or has_pair):
        token = source.ask("Twilio auth token")
    if not account_sid or not (token or has_pair):
        missing = "TWILIO_AUTH_TOKEN" if account_sid else "TWILIO_ACCOUNT_SID"
        raise ValueNeededError(
            f"Twilio credentials are required: {missing} is not set.",
            hint="Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or --twilio-auth-token-file PATH): " + _TWILIO_KEYS,
        )
    return TwilioCredentials(account_sid=account_sid, auth_token=token, api_key=api_key, api_secret=api_secret)


def formed(variable: str, value: str) -> str:
    """Returns the value after checking it against its variable's pattern.

    Raises:
        InvalidValueError: The value does not match the pattern.
    """
    form, problem, hint = _FORMS[variable]
    if not re.fullmatch(form, value):
        raise InvalidValueError(f"{variable} is {problem}.", hint=hint)
    return value


def check_formats(source: SecretSource) -> None:
    """Checks the format of the given credentials, before missing ones are reported.

    Raises:
        InvalidValueError: An account SID, an API key, a client ID or a secret is malformed.
    """
    for variable in _FORMS:
        if value := source.text(variable):
            formed(variable, value)
    for name in ("api_token", "twilio_auth_token", "twilio_api_secret", "old_twilio_auth_token"):
        secret = source.find(name)
        value = secret.get_secret_value() if secret else ""
        if not (value.isascii() and value.isprintable()):
            raise InvalidValueError(
                f"{SECRETS[name].variables[0]} contains an invalid character.",
                hint="Copy the value again: it is one line of ASCII letters, digits and punctuation.",
            )
    if key := source.find("private_key"):
        check_private_key(key)
    _signing_alg(source)
