"""Every setting, once: its option, its key in mfa-setup.toml, its variable, its form, its help and its default.

The command line, the reader of mfa-setup.toml and the documentation are all made from this table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from mfa_setup.model.types import Delivery, NumberType, PolicyName
from mfa_setup.settings import parsers

Group = Literal["tenant", "identity", "application", "number", "sender", "sms", "users", "policy", "account"]
"""Each has options; `account` has none but the secrets of Twilio."""
Kind = Literal["text", "list", "flag", "choice"]


@dataclass(frozen=True, slots=True)
class Key:
    """One setting.

    Attributes:
        name: Its name in the engine, and its key in mfa-setup.toml where `toml` names no other.
        group: The section of the help it stands in, and of mfa-setup.toml where `section` names no other.
        flag: The option.
        help: One line.
        form: What judges each value.
        kind: One text, a list of texts, a switch, or one of some choices.
        choices: The type that holds the choices.
        default: What applies where nothing is given.
        section: The section of mfa-setup.toml.
        toml: The key in mfa-setup.toml.
        env: The variable of the environment, if one is read.
        separator: What may stand between several values of a list that are given as one.
    """

    name: str
    group: Group
    flag: str
    help: str
    form: Callable[[str], Any] = str
    kind: Kind = "text"
    choices: Any = None
    default: Any = None
    section: str = ""
    toml: str = ""
    env: str | None = None
    separator: str | None = None

    @property
    def place(self) -> tuple[str, str]:
        """Section and key in mfa-setup.toml."""
        return self.section or self.group, self.toml or self.name


KEYS: tuple[Key, ...] = (
    Key(
        "domain",
        "tenant",
        "--domain",
        "Domain of the Auth0 tenant, such as acme.eu.auth0.com.",
        parsers.domain,
        section="auth0",
        env="AUTH0_DOMAIN",
    ),
    Key(
        "name",
        "identity",
        "--name",
        "Name of the application.",
        parsers.application_name,
        default="Twilio MFA Test",
        section="application",
    ),
    Key(
        "urls",
        "application",
        "--url",
        "URL of the app: callback, logout URL and web origin at once. Repeatable.",
        parsers.url,
        kind="list",
        default=("http://localhost:3000",),
    ),
    Key(
        "callback_urls",
        "application",
        "--callback-url",
        "Callback URL, instead of --url. Repeatable.",
        parsers.url,
        kind="list",
    ),
    Key(
        "logout_urls",
        "application",
        "--logout-url",
        "Logout URL, instead of --url. Repeatable.",
        parsers.url,
        kind="list",
    ),
    Key(
        "web_origins",
        "application",
        "--web-origin",
        "Web origin, instead of --url. Repeatable.",
        parsers.origin,
        kind="list",
    ),
    Key(
        "app_client_id",
        "identity",
        "--app-client-id",
        "Use the application with this client ID.",
        parsers.client_id,
        section="application",
    ),
    Key("no_app", "application", "--no-app", "Leave applications alone.", kind="flag", default=False),
    Key(
        "connection",
        "application",
        "--connection",
        "Database connection that the application uses.",
        parsers.connection_name,
        default="Username-Password-Authentication",
    ),
    Key(
        "prune_urls",
        "application",
        "--prune-urls",
        "Remove the URLs that were not asked for.",
        kind="flag",
        default=False,
    ),
    Key(
        "harden",
        "application",
        "--harden",
        "Mend the security settings of an application that mfa-setup did not make.",
        kind="flag",
        default=False,
    ),
    Key(
        "app_dir",
        "application",
        "--app-dir",
        "Write the app's config file: the one that this folder's app reads.",
        parsers.path,
    ),
    Key(
        "write_config",
        "application",
        "--write-config",
        "Write the app's config file at this path.",
        parsers.path,
    ),
    Key(
        "country",
        "number",
        "--country",
        "Country of the number, by its two letters.",
        parsers.country,
        default="US",
    ),
    Key("area_code", "number", "--area-code", "Area code of the number (US and Canada).", parsers.area_code),
    Key(
        "contains",
        "number",
        "--contains",
        "Digits that the number contains; * stands for any.",
        parsers.contains,
    ),
    Key(
        "number_type",
        "number",
        "--number-type",
        "Type of number. By default local, or mobile where local ones cannot send SMS.",
        kind="choice",
        choices=NumberType,
    ),
    Key(
        "max_price",
        "number",
        "--max-price",
        "Refuse a number whose monthly price is over this.",
        parsers.price,
    ),
    Key(
        "buy",
        "number",
        "--buy",
        "Buy a number even where the account has others that could send.",
        kind="flag",
        default=False,
    ),
    Key(
        "from",
        "sender",
        "--from",
        "Send from this number of the Twilio account, in E.164 form.",
        parsers.phone_number,
        section="sms",
    ),
    Key(
        "messaging_service_sid",
        "sender",
        "--messaging-service-sid",
        "Send by this Messaging Service; with --from, put that number into its pool.",
        parsers.messaging_service,
        section="sms",
    ),
    Key(
        "delivery",
        "sms",
        "--delivery",
        "How codes go out. Without it SMS is added to what is there.",
        kind="choice",
        choices=Delivery,
        default="sms",
    ),
    Key(
        "enrollment_template",
        "sms",
        "--enrollment-template",
        "Text of the first SMS; it must hold {{code}}.",
        parsers.template,
    ),
    Key(
        "verification_template",
        "sms",
        "--verification-template",
        "Text of the later SMS; it must hold {{code}}.",
        parsers.template,
    ),
    Key(
        "replace_provider",
        "sms",
        "--replace-provider",
        "Replace a provider of another kind or of another Twilio account.",
        kind="flag",
        default=False,
    ),
    Key(
        "resend_token",
        "sms",
        "--resend-token",
        "Send the Twilio auth token to Auth0 again.",
        kind="flag",
        default=False,
    ),
    Key(
        "countries",
        "users",
        "--countries",
        "Countries of the users' phones, as US,CA; by default the sender's own. Repeatable.",
        parsers.country,
        kind="list",
        section="sms",
        separator=",",
    ),
    Key(
        "policy",
        "policy",
        "--policy",
        "When MFA is required.",
        kind="choice",
        choices=PolicyName,
        default="always",
        toml="require_mfa",
    ),
)

BY_NAME = {key.name: key for key in KEYS}

SECRETS: dict[str, tuple[str, ...]] = {
    "client_secret": ("AUTH0_CLIENT_SECRET",),
    "api_token": ("AUTH0_API_TOKEN", "AUTH0_ACCESS_TOKEN"),
    "private_key": ("AUTH0_CLIENT_ASSERTION_PRIVATE_KEY",),
    "twilio_auth_token": ("TWILIO_AUTH_TOKEN",),
    "twilio_api_secret": ("TWILIO_API_SECRET",),
    "old_twilio_auth_token": ("MFA_SETUP_OLD_TWILIO_AUTH_TOKEN",),
}
"""Each secret and the environment variables that may hold it; the option is `--…-file` with the same name."""
