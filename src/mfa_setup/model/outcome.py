"""The outcome of a command, which is also its JSON document."""

from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from mfa_setup.model.base import Frozen
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.difference import Difference
from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.types import PhoneStack, ResourceName, Via


class Tenant(Frozen):
    """The Auth0 tenant of a run; `phone_stack` is null until it is known."""

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
        return {"from" if name == "sender" else name: value for name, value in dump(self).items()}


class Outputs(Frozen):
    """The values that describe the state after the run; null if a value is unknown or not part of the command.

    `policy_scope` says whom the policy is limited to; null if it concerns everyone. `countries` are the countries for
    which the delivery of codes was checked. `plan_file` is the file that `plan --out` saved the plan to.
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
    plan_file: str | None = None
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
    """A warning, which does not stop the run."""

    code: str
    message: str
    hint: str = ""


class Failure(Frozen):
    """Why a run failed, as JSON shows it."""

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


class Outcome(Frozen):
    """The JSON document of every command (docs/json.md); keys are only ever added."""

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
    digest: str | None = None
    differences: tuple[Difference, ...] | None = None
