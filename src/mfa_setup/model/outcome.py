"""The outcome of a command, which is also its JSON document."""

from typing import Any, Literal

from pydantic import GetJsonSchemaHandler, SerializerFunctionWrapHandler, model_serializer
from pydantic.json_schema import JsonSchemaValue

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.types import PhoneStack, ResourceName, Via


class Tenant(Frozen):
    """The Auth0 tenant of a run.

    Attributes:
        domain: The tenant's domain.
        phone_stack: Which of Auth0's two ways to send codes the tenant uses; null until it is known.
    """

    domain: str
    phone_stack: PhoneStack | None = None


class Proof(Frozen):
    """The proof of a login with MFA: claims of its ID token, and the factor that the tenant's log names.

    Attributes:
        subject: The user (`sub`).
        amr: The authentication methods of the login, which include `mfa`.
        factor: The factor that the user passed, according to the tenant's log; null if the log does not name it.
        phone: The last digits of the phone number; null if the factor did not use a phone.
        issued_at: When the token was issued, in Unix seconds (`iat`).
        seconds: The duration of the login in seconds.
    """

    subject: str
    amr: tuple[str, ...]
    factor: str | None = None
    phone: str | None = None
    issued_at: int
    seconds: float


class Sms(Frozen):
    """A test SMS and its delivery status.

    Attributes:
        to: The phone number that the SMS is sent to.
        sender: The number that sends, `from` in JSON; a Messaging Service may choose it only after the SMS is accepted.
        messaging_service_sid: The SID of the Messaging Service that sends.
        sid: Twilio's SID of the message; null if there is no message or its SID is not known.
        via: The service that was asked to send the SMS: Twilio or Auth0.
        status: Twilio's status (`queued`, `sent`, `delivered`, …), or `refused` if no message was created.
        error_code: Twilio's error code; `mfa_setup.twilio_codes` explains it.
        seconds: The time in seconds from the sending until this status was seen.
    """

    to: str
    sender: str | None = None
    messaging_service_sid: str | None = None
    sid: str | None = None
    via: Via = "twilio"
    status: str | None = None
    error_code: int | None = None
    seconds: float | None = None

    @model_serializer(mode="wrap")
    def _with_from(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Serializes `sender` as `from`, which is a reserved word in Python."""
        return _from(dump(self))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Returns the JSON Schema of the serialized form."""
        own = handler({key: value for key, value in schema.items() if key != "serialization"})
        found = handler.resolve_ref_schema(own)
        found |= {"properties": _from(found["properties"]), "required": list(_from(dict.fromkeys(found["required"])))}
        return own


def _from(values: dict[str, Any]) -> dict[str, Any]:
    return {"from" if name == "sender" else name: value for name, value in values.items()}


class Outputs(Frozen):
    """The values that describe the state after the run; null if a value is unknown or not part of the command.

    Attributes:
        domain: The tenant's domain.
        client_id: The client ID of the application.
        url: The application's first callback URL.
        phone_number: The number that sends the codes, in E.164 format.
        number_sid: Twilio's SID of that number.
        messaging_service_sid: The SID of the Messaging Service that sends the codes.
        policy: When MFA is required: `always`, `adaptive` or `never`.
        policy_scope: Whom the policy is limited to; null if it concerns everyone, or nobody.
        countries: The countries for which the delivery of codes was checked; null if it was not checked.
        config_file: The app's config file that was written.
        proof: The proof of a login, of `test login` and `demo`; null if the login proved nothing about MFA.
        sms: The test SMS of `test sms`.
    """

    domain: str | None = None
    client_id: str | None = None
    url: str | None = None
    phone_number: str | None = None
    number_sid: str | None = None
    messaging_service_sid: str | None = None
    policy: str | None = None
    policy_scope: PolicyScope | None = None
    countries: tuple[str, ...] | None = None
    config_file: str | None = None
    proof: Proof | None = None
    sms: Sms | None = None


class SettingsUsed(Frozen):
    """Where the settings of a run come from, besides the command line and the defaults.

    Attributes:
        file: The settings file; null if none was found.
        variables: The MFA_SETUP_… variables whose values are in force.
        profile: The profile that the credentials come from; null if no profile is used.
    """

    file: str | None
    variables: tuple[str, ...] = ()
    profile: str | None = None


class Notice(Frozen):
    """A warning, which does not stop the run.

    Attributes:
        code: The stable name of the cause (docs/json.md).
        message: What is the case and why it matters.
        hint: How to fix it; may be empty.
    """

    code: str
    message: str
    hint: str = ""


class Failure(Frozen):
    """Why a run failed, as JSON shows it.

    Attributes:
        code: The stable name of the cause (docs/errors.md).
        message: What failed and why.
        hint: How to fix it; may be empty.
        service: The service that refused or failed: `auth0` or `twilio`; null if neither did.
        status: The HTTP status of that service's response.
        request_id: The service's identifier of the request, for its support.
    """

    code: str
    message: str
    hint: str
    service: str | None = None
    status: int | None = None
    request_id: str | None = None


class PastRun(Frozen):
    """A run recorded in the journal, as `undo --list` shows it.

    Attributes:
        run_id: The ID of the run, as in that run's own document.
        time: When the run began, in UTC (ISO 8601).
        command: The command that was run.
        changed: The resources that the run changed.
        end: How the run ended: `done`, or the code of an error; null if it was cut off.
        undone: Whether the run has been reverted since.
    """

    run_id: str
    time: str
    command: str
    changed: tuple[ResourceName, ...]
    end: str | None
    undone: bool


class JournalExport(Frozen):
    """The file to which `undo --export` wrote the journal.

    Attributes:
        file: The path of the file.
        runs: The number of runs in the file.
        sealed: Whether a run with the same credentials can verify the file.
    """

    file: str
    runs: int
    sealed: bool


class StoredProfile(Frozen):
    """A stored profile, without its secrets.

    Attributes:
        name: The name of the profile.
        domain: The domain of the profile's tenant.
        default: Whether the profile is used when no other profile is named.
        storage: Where the credentials are stored: in the system keyring, or in a file that only its owner can read.
    """

    name: str
    domain: str
    default: bool
    storage: Literal["keyring", "file"]


ValueOrigin = Literal["flag", "environment", "profile", "file", "default"]
SearchEnd = Literal["option", "found", "repository", "home", "outside", "removed"]


class ConfiguredValue(Frozen):
    """One setting with its value and the source that it comes from, as `config show` lists it.

    Attributes:
        setting: The name of the setting.
        key: The key in mfa-setup.toml, with its section; null for a setting that applies to a single run.
        flag: The option on the command line.
        variable: The environment variable; null if there is none.
        value: The value; null if it is not set. Words that may be secrets are shortened.
        origin: The kind of source that the value comes from.
        source: The option, the variable, the profile, or the key and file; null for a default.
    """

    setting: str
    key: str | None
    flag: str
    variable: str | None
    value: JsonValue
    origin: ValueOrigin
    source: str | None


class VariableUsed(Frozen):
    """A credential or another variable that is no setting, as `config show` lists it: by name only, without its value.

    Attributes:
        name: The environment variable with this value.
        origin: The source that the value comes from; null if it is not set.
        source: The option, the variable or the profile; null if it is not set.
    """

    name: str
    origin: ValueOrigin | None
    source: str | None


class Configuration(Frozen):
    """Everything that a run with these options would be configured with.

    Attributes:
        values: Every setting with its value and origin.
        variables: The credentials and other variables, by name only.
        searched: The paths at which the settings file was looked for; the last one is the file, if there is one.
        search_end: Why no other path was searched: `option` (`--config` names the file), `found` (the last path is the
            file), `repository` or `home` (the last folder is the root of a repository or the home folder), `outside`
            (the working folder is in neither), or `removed` (the working folder no longer exists).
    """

    values: tuple[ConfiguredValue, ...]
    variables: tuple[VariableUsed, ...]
    searched: tuple[str, ...]
    search_end: SearchEnd


class Outcome(Frozen):
    """The JSON document of every command (docs/json.md); keys are only ever added.

    Attributes:
        schema_version: The version of this form; keys are added without a new version.
        command: The command, such as `up` or `test sms`; empty if the command line names none.
        ok: Whether the command succeeded; true for exit code 10.
        changed: Whether this run changed something, or may have.
        run_id: The ID of the run; empty if the run was stopped before it began.
        tenant: The tenant; null before it is known.
        changes: All resources of the command, in the order in which they are set up.
        outputs: What exists after the run.
        checks: The checks of `doctor`; of other commands, those that failed, warn, or were overridden.
        warnings: The warnings, which did not stop the run.
        error: Why the run failed; null if it succeeded.
        runs: The runs that `undo --list` and `undo --export` list, the newest first; null for other commands.
        undoes: The run that `undo` reverts; null for other commands.
        settings: Where the settings come from that are not on the command line; null for commands without settings.
        profiles: The stored profiles, of `login`, `logout` and `profiles`; null for other commands.
        configuration: Every setting with its origin, of `config show`; null for other commands.
        journal_export: The file that `undo --export` wrote; null for other commands.
    """

    schema_version: Literal[1] = 1
    command: str
    ok: bool = True
    changed: bool = False
    run_id: str
    tenant: Tenant | None = None
    changes: tuple[Change, ...] = ()
    outputs: Outputs = Outputs()
    checks: tuple[Check, ...] = ()
    warnings: tuple[Notice, ...] = ()
    error: Failure | None = None
    runs: tuple[PastRun, ...] | None = None
    undoes: PastRun | None = None
    settings: SettingsUsed | None = None
    profiles: tuple[StoredProfile, ...] | None = None
    configuration: Configuration | None = None
    journal_export: JournalExport | None = None
