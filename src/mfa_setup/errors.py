"""Every way a run can fail: one class per cause, each with a stable code, an exit code and a hint with the fix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:  # the models are slow to import, and the command line needs the errors only
    from mfa_setup.model.check import Check

Service = Literal["auth0", "twilio"]


class MfaSetupError(Exception):
    """Base of all errors that a user may meet.

    Attributes:
        code: Stable name of the cause, as `error.code` in JSON.
        exit_code: What the process exits with.
        message: One or more plain sentences; may quote a service, so it is cleaned before it is shown.
        hint: The fix: the flag to pass, the scope to add, the page to open.
        service: The service that refused or failed, if one did.
        status: Its HTTP status.
        request_id: Its identifier of the request, for its support.
        checks: The failing checks, where a guard refused.
        earlier_try_open: An earlier try of the same write got no clear answer, so it may have had its effect.
        unsent: It came before the request that was next had gone out, so nothing is uncertain.
        twilio_code: Twilio's own number of the refusal, where it gave one; `mfa_setup.twilio_codes` explains it.
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
        self.twilio_code: int | None = None
        self.earlier_try_open = False
        self.unsent = False


class InternalError(MfaSetupError):
    """A defect of this tool."""

    default_hint = "This is a defect of mfa-setup. Run the same command again with -vv, and report what it prints."


class LockHeldError(MfaSetupError):
    """Another run of this machine works on the same tenant."""

    code = "lock_held"
    default_hint = "Wait until that run has ended, then run this command again."


class JournalNewerError(MfaSetupError):
    """A newer version of this tool has written the tenant's journal."""

    code = "journal_newer"
    default_hint = "Use that version, or move the journal away: what was made is found again by its marks."


class JournalUnusableError(MfaSetupError):
    """The tenant's journal cannot be trusted, read or written."""

    code = "journal_unusable"
    default_hint = "Check its permissions, or set MFA_SETUP_STATE_DIR to a folder that is yours alone."


class SandboxMissingError(MfaSetupError):
    """The sandbox is an extra of the package, and is not installed."""

    code = "sandbox_not_installed"
    default_hint = "pip install 'mfa-setup[sandbox]'"


class PortInUseError(MfaSetupError):
    """The sandbox cannot listen on its port."""

    code = "port_in_use"
    default_hint = "Pass another one with --port, or --port 0 for any that is free."


class OutputUnwritableError(MfaSetupError):
    """Standard output takes no more: its disk is full, for example."""

    code = "output_unwritable"
    default_hint = "Make room where the output goes, or send it elsewhere. `mfa-setup status` shows what the run left."


class DeclinedError(MfaSetupError):
    """The person at the terminal said no."""

    code = "declined"


class ServiceRefusedError(MfaSetupError):
    """A service refused a request for a reason that no other class names."""

    code = "service_refused"
    default_hint = "The reason is the service's own. Correct what it names, then run the command again."


class NotStartedError(MfaSetupError):
    """A tenant of a fleet was not tried."""

    code = "not_started"
    default_hint = "Run the same command again once the cause is gone: what is set up already stays as it is."


class NoNumbersError(MfaSetupError):
    """No number on sale matches the request."""

    code = "no_numbers"
    default_hint = "Try another --area-code or --contains, another --number-type, or another --country."


class ApplicationRaceError(MfaSetupError):
    """Another machine makes the same application at the same time, and neither came to rest."""

    code = "application_race"
    default_hint = "Wait until the other run has ended, then run this command again."


class ProviderRaceError(MfaSetupError):
    """Another run has written the phone provider since this one did, and which token it holds is not shown."""

    code = "provider_race"
    default_hint = "Wait until the other run has ended, then run this command again: it sends the token again."


class NumberGoneError(ServiceRefusedError):
    """The number was on sale a moment ago and is not any more (Twilio 21422)."""

    code = "number_gone"
    default_hint = "Run the command again: it looks for another number."


class UsageInvalidError(MfaSetupError):
    """The command line cannot be parsed."""

    code = "usage"
    exit_code = 2


class InvalidValueError(MfaSetupError):
    """A value is malformed or names something that does not exist."""

    code = "invalid_value"
    exit_code = 3


class UnknownKeyError(InvalidValueError):
    """`mfa-setup.toml` has a key that means nothing here."""

    code = "unknown_key"


class SecretInConfigError(InvalidValueError):
    """A settings file or a fleet file has something in it that would be a secret."""

    code = "secret_in_config"
    default_hint = "Take it out of the file, and give it in the environment or with a --…-file option."


class ConfigUnreadableError(InvalidValueError):
    """A configuration file is missing, unreadable or not what it should be."""

    code = "config_unreadable"


class SandboxMixedError(InvalidValueError):
    """A sandbox is mixed with a real service."""

    code = "sandbox_mixed"


class NotFoundError(InvalidValueError):
    """Something that a name or an ID refers to does not exist."""

    code = "not_found"
    default_hint = "Check the name or id; `mfa-setup status` shows what is there."


class CredentialsRefusedError(MfaSetupError):
    """A service does not accept the credentials."""

    code = "credentials_refused"
    exit_code = 4


class ScopeMissingError(MfaSetupError):
    """The access token lacks a scope."""

    code = "scope_missing"
    exit_code = 4
    page: ClassVar[str] = (
        "Auth0 dashboard: Applications > APIs > Auth0 Management API > Machine to Machine Applications"
    )
    default_hint = (
        f"{page}: authorize the application and grant the scopes, or do the same with "
        "`auth0 api patch client-grants/ID`."
    )


class PlanRefusedError(MfaSetupError):
    """The plan of the tenant or account does not include this feature."""

    code = "plan_refused"
    exit_code = 4
    default_hint = "Upgrade the subscription, or leave this part out."


class TrialNumberError(PlanRefusedError):
    """A trial account may not buy this number (Twilio 21404, 10002)."""

    code = "trial_number_limit"
    default_hint = "Upgrade the Twilio account: Twilio console, Account > Billing."


class KeyringUnavailableError(MfaSetupError):
    """The system keyring is missing or locked, or refuses to work."""

    code = "keyring_unavailable"
    exit_code = 4
    default_hint = (
        "Unlock or install a keyring. Without one, pass --insecure-storage to `mfa-setup login`, which stores the "
        "credentials in a file that only you can read; or set AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, "
        "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN; or pass --client-secret-file and --twilio-auth-token-file."
    )


class ForbiddenError(MfaSetupError):
    """A service forbids the request for another reason."""

    code = "forbidden"
    exit_code = 4


class OtherAccountError(ForbiddenError):
    """Twilio answered for another account than the one that is set: the API key belongs to that one."""

    code = "other_account"
    default_hint = (
        "Create the API key in the account that TWILIO_ACCOUNT_SID names (Twilio console, Account > API keys & "
        "tokens), or use that account's auth token alone."
    )


class RetiredEndpointError(ForbiddenError):
    """Auth0 has retired this endpoint for this tenant (it is on the Unified Phone Experience)."""

    code = "retired_endpoint"


class UnavailableError(MfaSetupError):
    """A service could not be reached, or kept failing, after all retries."""

    code = "service_unavailable"
    exit_code = 5
    default_hint = "Check the network and the service's status page; then run the command again."


class RateLimitedError(UnavailableError):
    """A service kept limiting the rate of requests.

    Attributes:
        wait: Seconds after which the request may be sent again.
        budget: Seconds that were left for that.
    """

    wait: float = 0.0
    budget: float = 0.0
    code = "rate_limited"
    default_hint = "Wait a minute and run the command again, or allow longer waits with --timeout SECONDS."


class UnreadableAnswerError(UnavailableError):
    """A service answered with something that is not its documented answer."""

    code = "unreadable_answer"


class OutcomeUnknownError(UnavailableError):
    """A request that must not be sent twice got no clear answer."""

    code = "outcome_unknown"
    default_hint = "Run the command again: it looks first whether the thing was made, and makes nothing twice."


class ValueNeededError(MfaSetupError):
    """A value is needed and cannot be asked for."""

    code = "value_needed"
    exit_code = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things that fit: the setting and value that choose it, and how to show it."""

    setting: Literal["app_client_id", "from", "buy", "messaging_service_sid"]
    value: str
    label: str


class ChoiceNeededError(ValueNeededError):
    """Several things fit; at a terminal the person is asked, elsewhere the message names the flag."""

    code = "choice_needed"

    def __init__(self, message: str, *, hint: str, choices: tuple[Choice, ...]) -> None:
        super().__init__(message, hint=hint)
        self.choices = choices


class ConfirmationNeededError(ValueNeededError):
    """A confirmation is needed and cannot be asked for."""

    code = "confirmation_needed"
    default_hint = "Look at `mfa-setup plan`, then pass --yes."


class PurchaseNotAllowedError(ValueNeededError):
    """A fleet would buy a number, and no purchase was allowed for it."""

    code = "purchase_not_allowed"
    default_hint = 'Pass --max-purchases N, or let tenants share a sender: [defaults] sms = { from = "+1…" }.'


class CheckUnmadeError(ValueNeededError):
    """A check on which delivery depends could not be made, which is not to have passed."""

    code = "check_not_made"


class GuardRefusedError(MfaSetupError):
    """A guard refused: people would be locked out, or codes would not arrive."""

    code = "guard_refused"
    exit_code = 7


class EnforcedUndeliverableError(GuardRefusedError):
    """The policy demands codes, and codes do not arrive: users cannot log in now."""

    code = "enforced_undeliverable"
    default_hint = "Run `mfa-setup policy never` to let users log in, then fix what `mfa-setup doctor` reports."


class ChecksFailedError(GuardRefusedError):
    """`doctor` found something that would lock users out."""

    code = "checks_failed"
    default_hint = "Fix each failed check as described under it, then run `mfa-setup doctor` again."


class PlanOutdatedError(GuardRefusedError):
    """What would be changed is no longer what a person has agreed to."""

    code = "plan_outdated"
    default_hint = "Run the command again to see the new plan."


class PriceOverLimitError(GuardRefusedError):
    """The number costs more than --max-price."""

    code = "price_over_limit"


class ProviderConflictError(GuardRefusedError):
    """The tenant's phone provider is somebody else's."""

    code = "provider_conflict"


class ApplicationConflictError(GuardRefusedError):
    """The application found is not one that this tool may set up."""

    code = "application_not_spa"


class NumberConflictError(GuardRefusedError):
    """The number serves another Messaging Service."""

    code = "number_in_another_service"


class PoolFullError(GuardRefusedError):
    """The Messaging Service that a number belongs in takes no more of them."""

    code = "pool_full"


class NumberUnfitError(GuardRefusedError):
    """The tenant's own number cannot send SMS, and no second one is bought beside it."""

    code = "number_unfit"


class ReadOnlyError(GuardRefusedError):
    """A command that only reads tried to write: the transport refused it."""

    code = "read_only"


class InterruptedRunError(MfaSetupError):
    """Ctrl-C."""

    code = "interrupted"
    exit_code = 130
    default_hint = "Run the command again to finish: what was done is found again."


class TerminatedError(InterruptedRunError):
    """SIGTERM."""

    code = "terminated"
    exit_code = 143


class ProofFailedError(MfaSetupError):
    """A proof was tried and did not succeed."""

    code = "proof_failed"


class LoginRefusedError(ProofFailedError):
    """The tenant refused the login."""

    code = "login_refused"
    default_hint = "The tenant's log tells more: Auth0 dashboard, Monitoring > Logs."


class LoginTimedOutError(ProofFailedError):
    """Nobody came back from the login in time."""

    code = "login_timed_out"
    default_hint = "Run it again, with a longer --timeout SECONDS where that is needed."


class TokenInvalidError(ProofFailedError):
    """The ID token of the login cannot be trusted."""

    code = "id_token_invalid"
    default_hint = "Nothing is proved. Check the application's settings with `mfa-setup plan`."


class LoginWithoutMfaError(ProofFailedError):
    """The login succeeded without a second factor, though the policy asks for one."""

    code = "login_without_mfa"


class NoCallbackError(ValueNeededError):
    """No callback URL of the application can be listened at."""

    code = "no_callback"


class SmsUndeliveredError(ProofFailedError):
    """The test SMS was refused, or did not arrive; Twilio's code says why."""

    code = "sms_undelivered"
    default_hint = "Look at the message: Twilio console, Monitor > Logs > Messaging."


class SmsWithoutCodeError(ProofFailedError):
    """The text of the SMS does not contain the code, so no user could log in with it."""

    code = "sms_without_code"
    default_hint = "`mfa-setup doctor` shows the text (template_code) and how to fix it."


class SmsUnconfirmedError(ProofFailedError):
    """The test SMS went out, and nothing confirms within a minute that it arrived."""

    code = "sms_unconfirmed"
    default_hint = (
        "Some carriers give no receipt. Look at the phone; then try another one, or look at the message in the Twilio "
        "console, Monitor > Logs > Messaging."
    )


class CodeMissingError(ProofFailedError):
    """The SMS with the code did not arrive."""

    code = "code_not_delivered"
    default_hint = "This is how it goes in life too: the number or the account cannot reach that phone."


def is_unsent(error: BaseException) -> bool:
    """Whether an error came before the request that was next had gone out."""
    return isinstance(error, MfaSetupError) and error.unsent


def leaves_open(error: BaseException) -> bool:
    """Whether the request that met this error may have had its effect: there was no clear answer."""
    if is_unsent(error):
        return False
    if isinstance(error, MfaSetupError) and error.earlier_try_open:
        return True
    clear = isinstance(error, MfaSetupError) and not isinstance(error, (UnavailableError, InterruptedRunError))
    return not (clear or isinstance(error, RateLimitedError))
