"""The errors of mfa-setup: one class per cause, each with a stable code, an exit code and a hint with the fix."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:  # the models are slow to import, and the command line needs the errors only
    from mfa_setup.model.check import Check
    from mfa_setup.model.difference import Difference

Service = Literal["auth0", "twilio"]


class MfaSetupError(Exception):
    """Base class of all errors that are shown to a user.

    Attributes:
        code: Stable name of the cause, as `error.code` in JSON.
        exit_code: The exit code of the process.
        message: What failed and why, in whole sentences. It may quote a service, so it is cleaned before it is shown.
        hint: The fix: the flag to pass, the scope to add, the page to open.
        service: The service that refused or failed, if one did.
        status: The HTTP status of that service's response.
        request_id: The service's identifier of the request, to give to its support team.
        checks: The failed checks, if a guard refused.
        differences: The values that differ from a saved plan, if that is why the run stopped.
        earlier_try_open: An earlier attempt at the same write got no clear answer, so that attempt may have succeeded.
        unsent: The error happened before the next request was sent, so the outcome is certain.
        twilio_code: Twilio's error code, if its response had one; `mfa_setup.twilio_codes` explains it.
    """

    code: ClassVar[str] = "internal_error"
    exit_code: ClassVar[int] = 1
    default_hint: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        service: Service | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = self.default_hint if hint is None else hint
        self.service = service
        self.status = status
        self.request_id = request_id
        self.checks: Sequence[Check] = ()
        self.differences: Sequence[Difference] = ()
        self.twilio_code: int | None = None
        self.earlier_try_open = False
        self.unsent = False


class InternalError(MfaSetupError):
    """A bug in mfa-setup."""

    default_hint = "This is a bug in mfa-setup. Run the same command again with -vv and report its output."


class LockHeldError(MfaSetupError):
    """Another run on this machine is changing the same tenant."""

    code = "lock_held"
    default_hint = "Wait for that run to end, then run this command again."


class JournalNewerError(MfaSetupError):
    """The tenant's journal was written by a newer version of mfa-setup."""

    code = "journal_newer"
    default_hint = (
        "Install the newer version, or move the journal elsewhere: mfa-setup still recognizes the resources "
        "that it created."
    )


class JournalUnusableError(MfaSetupError):
    """The tenant's journal cannot be read, written or trusted."""

    code = "journal_unusable"
    default_hint = (
        "Check the permissions of the journal, or set MFA_SETUP_STATE_DIR to a folder that only you can access."
    )


class SandboxMissingError(MfaSetupError):
    """The package was installed without its `sandbox` extra."""

    code = "sandbox_not_installed"
    default_hint = "Install the extra: pip install 'mfa-setup[sandbox]'"


class PortInUseError(MfaSetupError):
    """Another program uses the port that the sandbox would listen on."""

    code = "port_in_use"
    default_hint = "Pass another port with --port, or --port 0 to use any free port."


class OutputUnwritableError(MfaSetupError):
    """Standard output cannot be written, for example because its disk is full."""

    code = "output_unwritable"
    default_hint = (
        "Free some disk space, or redirect the output elsewhere. `mfa-setup status` shows what the run has changed."
    )


class NothingToExportError(MfaSetupError):
    """The tenant has nothing that mfa-setup sets up, so there is nothing to export."""

    code = "nothing_to_export"
    default_hint = "Run `mfa-setup up` first, or name the application with --name or --app-client-id."


class DeclinedError(MfaSetupError):
    """The user declined the confirmation."""

    code = "declined"


class ServiceRefusedError(MfaSetupError):
    """A service refused a request for a reason that has no class of its own."""

    code = "service_refused"
    default_hint = "Correct what the service's message names, then run the command again."


class NotStartedError(MfaSetupError):
    """A tenant of a fleet was not started, because the run ended before its turn."""

    code = "not_started"
    default_hint = "Fix the cause, then run the same command again. Tenants that are already set up are not changed."


class NoNumbersError(MfaSetupError):
    """No number that is for sale matches the request."""

    code = "no_numbers"
    default_hint = "Try another --area-code or --contains, another --number-type, or another --country."


class ApplicationRaceError(MfaSetupError):
    """Another machine keeps creating the same application at the same time as this run."""

    code = "application_race"
    default_hint = "Wait for the other run to end, then run this command again."


class ProviderRaceError(MfaSetupError):
    """Another run changed the phone provider after this one did, and Auth0 does not show which token it now has."""

    code = "provider_race"
    default_hint = "Wait for the other run to end, then run this command again to send the token again."


class MigrationRevertedError(MfaSetupError):
    """A check after the switch to the Unified Phone Experience failed, so `migrate` switched back."""

    code = "migration_reverted"


class MigrationUnfinishedError(MfaSetupError):
    """A check after the switch to the Unified Phone Experience failed, and switching back failed as well."""

    code = "migration_unfinished"


class BindingRaceError(MfaSetupError):
    """Somebody changed the bindings of the post-login trigger at the same time as this run."""

    code = "binding_race"
    default_hint = (
        "Review the bindings (Auth0 dashboard: Actions > Triggers > post-login) and drag an Action that is missing "
        "back to its place. Then run this command again."
    )


class ActionUnusableError(MfaSetupError):
    """Auth0 could not build, deploy or run the Action that limits the policy."""

    code = "action_unusable"
    default_hint = (
        "See the Action's page for details (Auth0 dashboard: Actions > Library), then run this command again. The "
        "policy was not changed."
    )


class NumberGoneError(ServiceRefusedError):
    """The number was sold to somebody else after the search (Twilio 21422)."""

    code = "number_gone"
    default_hint = "Run the command again to search for another number."


class UsageInvalidError(MfaSetupError):
    """The command line cannot be parsed."""

    code = "usage"
    exit_code = 2


class InvalidValueError(MfaSetupError):
    """A value is malformed or names something that does not exist."""

    code = "invalid_value"
    exit_code = 3


class UnknownKeyError(InvalidValueError):
    """`mfa-setup.toml` has an unknown key."""

    code = "unknown_key"


class SecretInConfigError(InvalidValueError):
    """A settings file or a fleet file contains a secret."""

    code = "secret_in_config"
    default_hint = (
        "Remove the secret from the file, and set it as an environment variable or pass it with a --…-file option."
    )


class ConfigUnreadableError(InvalidValueError):
    """A configuration file is missing, unreadable or malformed."""

    code = "config_unreadable"


class ExportExistsError(InvalidValueError):
    """The folder for an export exists and is not empty, or is a link."""

    code = "export_exists"
    default_hint = "Pass a folder with --out that does not exist yet or is empty."


class PlanUnusableError(InvalidValueError):
    """The file of a saved plan is missing, unreadable, malformed or modified."""

    code = "plan_unusable"
    default_hint = "Make a new plan with `mfa-setup plan --out FILE`."


class SandboxMixedError(InvalidValueError):
    """One service is a sandbox and the other one is real."""

    code = "sandbox_mixed"


class NotFoundError(InvalidValueError):
    """No resource has the given name or ID."""

    code = "not_found"
    default_hint = "Check the name or ID. `mfa-setup status` shows what exists."


class JournalFileError(InvalidValueError):
    """An exported journal cannot be read or used: it is damaged, too large, or that of another tenant."""

    code = "journal_file"
    default_hint = (
        "Export the journal again on the machine that has it: `mfa-setup undo --export FILE`. Without a journal, "
        "`mfa-setup policy never` lets users log in without a code."
    )


class JournalTamperedError(JournalFileError):
    """The content of an exported journal does not match its seal, so somebody changed it."""

    code = "journal_tampered"


class CredentialsRefusedError(MfaSetupError):
    """A service rejected the credentials."""

    code = "credentials_refused"
    exit_code = 4


class ScopeMissingError(MfaSetupError):
    """The access token lacks a scope."""

    code = "scope_missing"
    exit_code = 4
    page: ClassVar[str] = (
        "Auth0 dashboard: Applications > APIs > Auth0 Management API > Machine to Machine Applications"
    )
    default_hint = f"{page}: authorize the application and grant the scopes, or run `auth0 api patch client-grants/ID`."


class LimitsUnreadError(ScopeMissingError):
    """The policy may be limited to some users, and whether it is could not be read."""

    code = "limits_unread"


class PlanRefusedError(MfaSetupError):
    """The plan of the tenant or account does not include this feature."""

    code = "plan_refused"
    exit_code = 4
    default_hint = "Upgrade the subscription, or do without this feature."


class TrialNumberError(PlanRefusedError):
    """A trial account cannot buy another number (Twilio 21404, 10002)."""

    code = "trial_number_limit"
    default_hint = "Upgrade the Twilio account: Twilio console, Account > Billing."


class KeyringUnavailableError(MfaSetupError):
    """The system keyring is missing, locked or failing."""

    code = "keyring_unavailable"
    exit_code = 4
    default_hint = (
        "Unlock or install a keyring. Without one, pass --insecure-storage to `mfa-setup login`, which stores the "
        "credentials in a file that only you can read; or set AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, "
        "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN; or pass --client-secret-file and --twilio-auth-token-file."
    )


class ForbiddenError(MfaSetupError):
    """A service refused the request with HTTP 403 for a reason that has no class of its own."""

    code = "forbidden"
    exit_code = 4


class OtherAccountError(ForbiddenError):
    """The Twilio API key belongs to another account than TWILIO_ACCOUNT_SID."""

    code = "other_account"
    default_hint = (
        "Create the API key in the account that TWILIO_ACCOUNT_SID names (Twilio console, Account > API keys & "
        "tokens), or use that account's auth token alone."
    )


class RetiredEndpointError(ForbiddenError):
    """Auth0 has retired this endpoint for this tenant (it is on the Unified Phone Experience)."""

    code = "retired_endpoint"


class UnavailableError(MfaSetupError):
    """A service could not be reached or kept failing, even after all retries."""

    code = "service_unavailable"
    exit_code = 5
    default_hint = "Check your network and the service's status page, then run the command again."


class RateLimitedError(UnavailableError):
    """A service kept answering that the rate limit is exceeded.

    Attributes:
        wait: Seconds until the request may be sent again.
        budget: Seconds that the run could still have waited.
    """

    wait: float = 0.0
    budget: float = 0.0
    code = "rate_limited"
    default_hint = "Wait a minute and run the command again, or allow longer waits with --timeout SECONDS."


class UnreadableAnswerError(UnavailableError):
    """A service's response does not match its documentation."""

    code = "unreadable_answer"


class OutcomeUnknownError(UnavailableError):
    """A request that must not be sent twice got no clear answer."""

    code = "outcome_unknown"
    default_hint = "Run the command again: it first checks whether the request took effect, and creates nothing twice."


class ValueNeededError(MfaSetupError):
    """A value is required, and there is no terminal to ask for it."""

    code = "value_needed"
    exit_code = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several resources that match: the setting and value that select it, and its label."""

    setting: Literal["app_client_id", "from", "buy", "messaging_service_sid", "text"]
    value: str
    label: str


class ChoiceNeededError(ValueNeededError):
    """Several resources match. At a terminal the user is asked; elsewhere the message names the option."""

    code = "choice_needed"

    def __init__(self, message: str, *, hint: str, choices: tuple[Choice, ...]) -> None:
        super().__init__(message, hint=hint)
        self.choices = choices


class ConfirmationNeededError(ValueNeededError):
    """A confirmation is required, and there is no terminal to ask for it."""

    code = "confirmation_needed"
    default_hint = "Review the output of `mfa-setup plan`, then pass --yes."


class PurchaseNotAllowedError(ValueNeededError):
    """A fleet run would buy a number, and --max-purchases does not allow it."""

    code = "purchase_not_allowed"
    default_hint = 'Pass --max-purchases N, or let tenants share a sender: [defaults] sms = { from = "+1…" }.'


class JournalMissingError(ValueNeededError):
    """This machine has no journal of the tenant, although the services have resources with the tool's marks."""

    code = "journal_missing"
    default_hint = (
        "Run `mfa-setup undo --journal FILE` with the journal that `mfa-setup undo --export FILE` wrote where the "
        "tenant was set up. To only stop asking users for codes: `mfa-setup policy never`."
    )


class CheckUnmadeError(ValueNeededError):
    """A check that delivery depends on could not be run, so it does not count as passed."""

    code = "check_not_made"


class GuardRefusedError(MfaSetupError):
    """A guard refused to continue: users would be locked out, or codes would not arrive."""

    code = "guard_refused"
    exit_code = 7


class EnforcedUndeliverableError(GuardRefusedError):
    """The policy requires codes, and codes do not arrive: users are locked out now."""

    code = "enforced_undeliverable"
    default_hint = "Run `mfa-setup policy never` to let users log in, then fix what `mfa-setup doctor` reports."


class ChecksFailedError(GuardRefusedError):
    """`doctor` found a problem that would lock users out."""

    code = "checks_failed"
    default_hint = "Fix each failed check as described under it, then run `mfa-setup doctor` again."


class PlanOutdatedError(GuardRefusedError):
    """The changes are no longer those that the user confirmed or reviewed."""

    code = "plan_outdated"
    default_hint = "Run the command again to see the new plan."

    def __init__(self, message: str, *, hint: str | None = None, differences: "Iterable[Difference]" = ()) -> None:
        super().__init__(message, hint=hint)
        self.differences = tuple(differences)


class PriceOverLimitError(GuardRefusedError):
    """The number costs more than --max-price."""

    code = "price_over_limit"


class ProviderConflictError(GuardRefusedError):
    """The tenant's phone provider was not set up by mfa-setup."""

    code = "provider_conflict"


class MigrationBlockedError(GuardRefusedError):
    """The legacy phone settings use something that the Unified Phone Experience lacks, or that does not work today."""

    code = "migration_blocked"


class ApplicationConflictError(GuardRefusedError):
    """The application is not a single-page application."""

    code = "application_not_spa"


class NumberConflictError(GuardRefusedError):
    """The number belongs to another Messaging Service."""

    code = "number_in_another_service"


class PoolFullError(GuardRefusedError):
    """The Messaging Service cannot take another number."""

    code = "pool_full"


class NumberUnfitError(GuardRefusedError):
    """The number that was bought for the tenant cannot send SMS, and no second one is bought."""

    code = "number_unfit"


class ActionChangedError(GuardRefusedError):
    """Somebody changed the code of the Action that limits the policy."""

    code = "action_changed"


class ActionConflictError(GuardRefusedError):
    """Several Actions of the tenant are mfa-setup's own, and only a person can tell which one to keep."""

    code = "action_conflict"
    default_hint = "Delete all but one of them (Auth0 dashboard: Actions > Library), then run this command again."


class JournalUnsealedError(GuardRefusedError):
    """An exported journal has no seal that this run's credentials can verify."""

    code = "journal_unsealed"


class SecretInExportError(GuardRefusedError):
    """An export would contain a secret, because a service has it in a value that is not meant for secrets."""

    code = "secret_in_export"
    default_hint = (
        "Remove the secret from the setting at Auth0 or Twilio, and create a new secret, because others have seen it."
    )


class ReadOnlyError(GuardRefusedError):
    """A command that only reads tried to send a write, and the transport refused it."""

    code = "read_only"


class InterruptedRunError(MfaSetupError):
    """The user pressed Ctrl-C."""

    code = "interrupted"
    exit_code = 130
    default_hint = "Run the command again to finish: it continues with what is still missing."


class TerminatedError(InterruptedRunError):
    """The process received SIGTERM."""

    code = "terminated"
    exit_code = 143


class ProofFailedError(MfaSetupError):
    """A test SMS or a test login did not succeed."""

    code = "proof_failed"


class LoginRefusedError(ProofFailedError):
    """The tenant refused the login."""

    code = "login_refused"
    default_hint = "See the tenant's log for details: Auth0 dashboard, Monitoring > Logs."


class LoginTimedOutError(ProofFailedError):
    """The browser did not return from the login in time."""

    code = "login_timed_out"
    default_hint = "Run the command again. If you need more time, pass --timeout SECONDS."


class TokenInvalidError(ProofFailedError):
    """The ID token of the login cannot be trusted."""

    code = "id_token_invalid"
    default_hint = "The login proves nothing. Check the application's settings with `mfa-setup plan`."


class LoginWithoutMfaError(ProofFailedError):
    """The login succeeded without a second factor, although the policy requires one."""

    code = "login_without_mfa"


class NoCallbackError(ValueNeededError):
    """No callback URL of the application is on this machine."""

    code = "no_callback"


class SmsUndeliveredError(ProofFailedError):
    """The test SMS was refused, or did not arrive; Twilio's code says why."""

    code = "sms_undelivered"
    default_hint = "Open the message in the Twilio console: Monitor > Logs > Messaging."


class SmsWithoutCodeError(ProofFailedError):
    """The text of the SMS does not contain the code, so no user could log in with it."""

    code = "sms_without_code"
    default_hint = "Run `mfa-setup doctor`: its check template_code shows the text and how to fix it."


class SmsUnconfirmedError(ProofFailedError):
    """The test SMS was sent, and its arrival was not confirmed within a minute."""

    code = "sms_unconfirmed"
    default_hint = (
        "Some carriers send no delivery receipt. Check the phone; then try another phone, or open the message "
        "in the Twilio console, Monitor > Logs > Messaging."
    )


class CodeMissingError(ProofFailedError):
    """The SMS with the code did not arrive."""

    code = "code_not_delivered"
    default_hint = "Your users' codes would not arrive either: this sender cannot reach that phone."


def is_unsent(error: BaseException) -> bool:
    """Whether an error happened before the next request was sent."""
    return isinstance(error, MfaSetupError) and error.unsent


def leaves_open(error: BaseException) -> bool:
    """Whether the request that failed with this error may have taken effect: there was no clear answer."""
    if is_unsent(error):
        return False
    if isinstance(error, MfaSetupError) and error.earlier_try_open:
        return True
    clear = isinstance(error, MfaSetupError) and not isinstance(error, (UnavailableError, InterruptedRunError))
    return not (clear or isinstance(error, RateLimitedError))
