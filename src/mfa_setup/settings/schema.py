"""Every setting, secret and environment variable of mfa-setup, each described once.

The command line, its help, the reader of mfa-setup.toml, the JSON Schema of that file and docs/settings.md are built
from these tables. This module must stay quick to import. To add a setting, add a row to `SETTINGS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mfa_setup.model.types import Delivery, NumberType, PolicyName
from mfa_setup.settings import parsers

Group = Literal[
    "tenant", "identity", "application", "number", "sender", "sms", "users", "policy", "everyone", "limits", "account"
]
"""A group of settings; a command takes all settings of some groups. `account` contains only Twilio's secrets."""
Kind = Literal["text", "list", "number", "choice", "boolean"]

PANELS: dict[Group, tuple[str, str]] = {
    "tenant": ("Tenant", "auth0"),
    "identity": ("Application", "application"),
    "application": ("Application", "application"),
    "number": ("Number", "number"),
    "sender": ("Sender", "sms"),
    "sms": ("SMS", "sms"),
    "users": ("Users", "sms"),
    "policy": ("Policy", "policy"),
    "everyone": ("Policy", "policy"),
    "limits": ("Limits", "policy.only"),
}
"""The panel of the help and the section of mfa-setup.toml for the settings of each group."""
PREFIX = "MFA_SETUP_"
"""The prefix of the environment variables that belong to mfa-setup."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: The setting's name in code; its flag, variable and key are derived from it unless given.
        group: The setting's group.
        help: A description in one line.
        parser: Checks one value and converts it.
        example: A valid value, as typed on the command line.
        kind: Text, a list of texts, a number, a choice, or a boolean.
        default: The value if none is given.
        choices: The literal type of a choice.
        flag: The option on the command line.
        opposite: The option that sets a boolean to false.
        key: The key in mfa-setup.toml.
        variable: The environment variable; None if the setting has no variable.
        metavar: The placeholder for the value in the help.
        separator: The separator between several items of a list that are given as one text.
        one_shot: Whether the setting applies to a single run: it has a flag, but neither a key nor a variable.
    """

    name: str
    group: Group
    help: str
    parser: Callable[[str], Any] = str
    example: str = ""
    kind: Kind = "text"
    default: Any = None
    choices: Any = None
    flag: str = ""
    opposite: str = ""
    key: str = ""
    variable: str | None = ""
    metavar: str = ""
    separator: str = ""
    one_shot: bool = False

    def __post_init__(self) -> None:
        dashed = self.name.replace("_", "-")
        flag = self.flag or f"--{dashed.removesuffix('s') if self.kind == 'list' else dashed}"
        variable = f"{PREFIX}{self.name.upper()}" if self.variable == "" else self.variable
        for name, value in {
            "flag": flag,
            "opposite": self.opposite or f"--no-{dashed}",
            "key": self.key or self.name,
            "variable": None if self.one_shot else variable,
            "metavar": self.metavar or flag.rpartition("-")[2].upper(),
            "example": self.example or (get_args(self.choices)[0] if self.choices else "true"),
        }.items():
            object.__setattr__(self, name, value)

    @property
    def section(self) -> str:
        """The section of mfa-setup.toml."""
        return PANELS[self.group][1]


_URL = "http://localhost:3000"
_SERVICE = "MG0123456789abcdef0123456789abcdef"

# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting("domain", "tenant", "Domain of the Auth0 tenant, such as acme.eu.auth0.com.", parsers.domain,
            "acme.eu.auth0.com", variable="AUTH0_DOMAIN"),
    Setting("name", "identity", "Name of the application.", parsers.application_name, "Acme Portal",
            default="Twilio MFA Test"),
    Setting("urls", "application", "URL of the app: its callback URL, logout URL and web origin. Repeatable.",
            parsers.url, _URL, "list", (_URL,)),
    Setting("callback_urls", "application", "Callback URL, instead of --url. Repeatable.", parsers.url,
            f"{_URL}/callback", "list"),
    Setting("logout_urls", "application", "Logout URL, instead of --url. Repeatable.", parsers.url, _URL, "list"),
    Setting("web_origins", "application", "Web origin, instead of --url. Repeatable.", parsers.origin, _URL, "list"),
    Setting("app_client_id", "identity", "Use the existing application with this client ID.", parsers.client_id,
            "abcdefghijklmnopqrstuvwxyz012345", variable=None),
    Setting("no_app", "application", "Do not create or change an application.", kind="boolean", default=False,
            opposite="--app"),
    Setting("connection", "application", "Database connection that the application uses.", parsers.connection_name,
            "Username-Password-Authentication", default="Username-Password-Authentication"),
    Setting("prune_urls", "application", "Remove URLs from the application that are not in this configuration.",
            kind="boolean", default=False),
    Setting("harden", "application", "Fix the security settings of an application that mfa-setup did not create.",
            kind="boolean", default=False),
    Setting("app_dir", "application", "Write the config file that the app in this folder reads.", parsers.path, "."),
    Setting("write_config", "application", "Write the app's config file to this path.", parsers.path,
            "src/auth_config.json", metavar="PATH"),
    Setting("country", "number", "Country of the number, as a two-letter code.", parsers.country, "US", default="US",
            metavar="CC"),
    Setting("area_code", "number", "Area code of the number (US and Canada only).", parsers.area_code, "415"),
    Setting("contains", "number", "Digits that the number must contain; * stands for any digit.", parsers.contains,
            "5551", metavar="DIGITS"),
    Setting("number_type", "number",
            "Type of number. Default: local, or mobile where local numbers cannot send SMS.",
            kind="choice", choices=NumberType),
    Setting("max_price", "number",
        "Refuse to buy a number that costs more than this per month.", parsers.price, "2.50",
            "number"),
    Setting("buy", "number", "Buy a number even if the account has numbers that can send.", kind="boolean",
            default=False, one_shot=True),
    Setting("from", "sender",
            "Send from this number (E.164 format), short code or sender name of the Twilio account.",
            parsers.sender, "+14155550123", metavar="SENDER"),
    Setting("messaging_service_sid", "sender",
            "Send through this Messaging Service; with --from, add that number to its pool.",
            parsers.messaging_service, _SERVICE),
    Setting("delivery", "sms", "How codes are delivered. Default: SMS, in addition to the methods that are in use.",
            kind="choice", choices=Delivery),
    Setting("enrollment_template", "sms", "Text of the SMS at enrollment; it must contain {{code}}.",
            parsers.template, "{{code}} is your code to enroll at Acme."),
    Setting("verification_template", "sms", "Text of the SMS at login; it must contain {{code}}.",
            parsers.template, "{{code}} is your code for Acme."),
    Setting("replace_provider", "sms", "Replace a phone provider of another kind or of another Twilio account.",
            kind="boolean", default=False, one_shot=True),
    Setting("resend_token", "sms", "Send the Twilio auth token to Auth0 again.", kind="boolean", default=False,
            one_shot=True),
    Setting("countries", "users",
            "Countries of the users' phones, such as US,CA. Default: the sender's country. Repeatable.",
            parsers.country, "US", "list", flag="--countries", separator=","),
    Setting("policy", "policy", "When MFA is required.", kind="choice", default="always", choices=PolicyName,
            key="require_mfa"),
    Setting("everyone", "everyone", "Require MFA of everyone: drop the limits in force.", kind="boolean",
            default=False),
    Setting("only_applications", "limits", "Only users of this application, by name or client ID. Repeatable.",
            parsers.scoped_name, "Acme Portal", "list", key="applications", variable=None),
    Setting("only_connections", "limits", "Only users of this connection. Repeatable.", parsers.scoped_name,
            "Username-Password-Authentication", "list", key="connections", variable=None),
    Setting("only_organizations", "limits", "Only logins to this organization. Repeatable.", parsers.scoped_name,
            "acme", "list", key="organizations", variable=None),
    Setting("only_roles", "limits", "Only users with this role. Repeatable.", parsers.scoped_name, "admin", "list",
            key="roles", variable=None),
    Setting("only_percent", "limits", "Only this percentage of the users, 1 to 99; growing it keeps who is in.",
            parsers.percent, "10", "number", key="percent"),
)
# fmt: on
BY_NAME = {setting.name: setting for setting in SETTINGS}
SECTIONS: dict[str, dict[str, Setting]] = {}
"""The sections of mfa-setup.toml: key to setting."""
for _setting in SETTINGS:
    SECTIONS.setdefault(_setting.section, {})[_setting.key] = _setting


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret: read from the file that its option names, else from the first of its variables that is set.

    `groups` are the groups of settings whose commands accept the secret; empty means every command with settings.
    """

    name: str
    help: str
    variables: tuple[str, ...]
    groups: frozenset[Group] = frozenset()

    @property
    def flag(self) -> str:
        """The option that names the file with the secret."""
        return f"--{self.name.replace('_', '-')}-file"


_TWILIO: frozenset[Group] = frozenset({"sender", "users", "account"})
SECRETS: dict[str, Secret] = {
    secret.name: secret
    for secret in (
        Secret(
            "client_secret", "Client secret of mfa-setup's Machine to Machine application", ("AUTH0_CLIENT_SECRET",)
        ),
        Secret("api_token", "Management API access token", ("AUTH0_API_TOKEN", "AUTH0_ACCESS_TOKEN")),
        Secret("private_key", "Private key in PEM format", ("AUTH0_CLIENT_ASSERTION_PRIVATE_KEY",)),
        Secret("twilio_auth_token", "Twilio auth token", ("TWILIO_AUTH_TOKEN",), _TWILIO),
        Secret("twilio_api_secret", "Secret of TWILIO_API_KEY", ("TWILIO_API_SECRET",), _TWILIO),
        Secret(
            "old_twilio_auth_token",
            "Auth token of the Twilio account that sent codes before",
            (f"{PREFIX}OLD_TWILIO_AUTH_TOKEN",),
            frozenset({"account"}),
        ),
    )
}
SECRET_VARIABLES = tuple(variable for secret in SECRETS.values() for variable in secret.variables)

VARIABLES: dict[str, str] = {
    "AUTH0_CLIENT_ID": "Client ID of mfa-setup's Machine to Machine application.",
    "AUTH0_AUDIENCE": "Identifier of the Management API, for a custom domain. Default: `https://DOMAIN/api/v2/`.",
    "AUTH0_CLIENT_ASSERTION_SIGNING_ALG": "Algorithm of the private key: RS256 (default), RS384 or PS256.",
    "TWILIO_ACCOUNT_SID": "SID of the Twilio account.",
    "TWILIO_API_KEY": "SID of an API key for mfa-setup's own requests to Twilio.",
    f"{PREFIX}SANDBOX": "URL of the sandbox on this machine that stands in for Twilio (`mfa-setup sandbox` prints it).",
    f"{PREFIX}STATE_DIR": "Folder for the journals.",
    f"{PREFIX}CACHE_DIR": "Folder for the cached access tokens.",
    f"{PREFIX}DEBUG": "`1` shows each request with its headers and bodies, like `-vv`; `0` or empty turns this off.",
}
"""The environment variables that are neither settings nor secrets."""
