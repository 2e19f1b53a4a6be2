"""The legacy phone settings of a tenant that is moved: what is kept of them, whether they can move, and their return.

After the move, Auth0 answers 403 to their endpoints, reads included, so they are recorded before it.
"""

from mfa_setup.errors import MigrationBlockedError, ProviderConflictError
from mfa_setup.model.observed import Provider, TwilioInventory
from mfa_setup.model.write import Fields, Write
from mfa_setup.otp_text import DEFAULT_ENROLLMENT, DEFAULT_VERIFICATION
from mfa_setup.phone import is_sender_id, is_service, normal
from mfa_setup.resources.base import TOKEN, Execution
from mfa_setup.resources.provider_writes import SETTINGS, shown
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot

_TEXTS = {"templates.enrollment": DEFAULT_ENROLLMENT, "templates.verification": DEFAULT_VERIFICATION}


def kept(found: Snapshot) -> Fields:
    """Returns everything of the legacy settings that the move makes unreadable, and what they depend on; no token."""
    templates = known(found.templates)
    about: Fields = {
        "templates.enrollment": templates.enrollment,
        "templates.verification": templates.verification,
        "message_types": [*known(found.message_types)],
        "factors": [*sorted(known(found.factors))],
        "policies": [*known(found.policies)],
    }
    return shown(known(found.provider)) | about


def require_movable(provider: Provider, account: TwilioInventory) -> None:
    """Refuses to move settings that the unified stack cannot have, or that do not fit the Twilio account.

    Raises:
        MigrationBlockedError: The settings cannot move; the message says why.
        ProviderConflictError: The tenant sends through another Twilio account.
    """
    if provider.kind != "twilio":
        raise _blocked(_BLOCKED.get(str(provider.kind), _UNKNOWN))
    if not provider.sid or not (provider.sender or provider.messaging_service_sid):
        raise _blocked(_NOTHING_SET)
    if provider.sid != account.sid:
        raise ProviderConflictError(
            f"The tenant sends its codes through the Twilio account {provider.sid}, but the credentials are those of "
            f"{account.sid}. Nothing was changed.",
            hint=f"Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN of {provider.sid}.",
        )
    sender, service = senders_of(provider)
    if sender and not _is_owned(sender, account):
        raise MigrationBlockedError(
            f"The tenant sends from {sender}, which is not a sender of the Twilio account {account.sid}. Twilio would "
            "refuse the codes. Nothing was changed.",
            hint="Choose a number of the account with `mfa-setup enable-sms --from NUMBER`, then migrate.",
        )
    if service and service not in {one.sid for one in account.services}:
        raise MigrationBlockedError(
            f"The tenant sends through the Messaging Service {service}, which the Twilio account {account.sid} does "
            "not have. Nothing was changed.",
            hint="Choose a sender with `mfa-setup enable-sms --from NUMBER`, then migrate.",
        )


def senders_of(provider: Provider) -> tuple[str | None, str | None]:
    """Returns the From number and the Messaging Service of a provider, wherever the SID of the service is written."""
    if is_service(provider.sender or ""):
        return None, provider.messaging_service_sid or provider.sender
    return (normal(provider.sender) if provider.sender else None), provider.messaging_service_sid


def _is_owned(sender: str, account: TwilioInventory) -> bool:
    """Whether an account has a sender; that a sender ID is the account's own cannot be read."""
    if sender.isdigit():
        return account.may_own(sender)
    return is_sender_id(sender) or sender in {number.phone_number for number in account.numbers}


_SET_UP = "Set Twilio up first with `mfa-setup enable-sms`, then migrate."
_NOTHING_SET = (
    (
        "Twilio is selected as the tenant's phone provider, but its settings lack the account or the sender, so no "
        "codes are sent today. Nothing was changed."
    ),
    _SET_UP,
)
_UNKNOWN = (
    "The tenant's phone provider is of a kind that mfa-setup does not know. Nothing was changed.",
    "Select Twilio first with `mfa-setup enable-sms --replace-provider`, then migrate.",
)
_BLOCKED = {
    "phone-message-hook": (
        (
            "The tenant sends its codes through a send-phone-message Action (phone-message hook). Such an Action "
            "cannot be moved: its secrets cannot be read, and its counterpart gets other data. Nothing was changed."
        ),
        (
            "Write a custom-phone-provider Action and switch in the Auth0 dashboard (Branding > Phone Provider), or "
            "send through Twilio first: `mfa-setup enable-sms --replace-provider`."
        ),
    ),
    "auth0": (
        (
            "The tenant has no phone provider of its own, and the Unified Phone Experience does not have Auth0's "
            "built-in sender. Nothing was changed."
        ),
        _SET_UP,
    ),
}
"""The message and the hint about providers that cannot move, by the kind of provider."""


def _blocked(why: tuple[str, str]) -> MigrationBlockedError:
    return MigrationBlockedError(why[0], hint=why[1])


def restore(execution: Execution, before: Fields) -> None:
    """Writes those legacy settings that are no longer as they were before the move.

    It is not verified that Auth0 keeps them while the tenant is on the unified stack. The token is written if Auth0
    shows another one than this run's, or none, and the settings are those of this run's account.

    Raises:
        MfaSetupError: The settings cannot be read, so the tenant is not back on the legacy stack, or not be written.
    """
    services = execution.services
    there, texts = services.auth0.provider("legacy"), services.auth0.templates("legacy")
    now = shown(there)
    ours = services.token is not None and services.twilio is not None and before["sid"] == services.twilio.account_sid
    settings: Fields = {name: before[name] for name in sorted(SETTINGS)}
    if ours and (there.token != services.token or any(now[name] != value for name, value in settings.items())):
        old = {name: now[name] for name in settings}
        execution.send(Write("phone_stack", "set_twilio", "twilio", old, settings | {TOKEN: "same"}))
    if now["provider"] != before["provider"]:
        old, new = {"provider": now["provider"]}, {"provider": before["provider"]}
        execution.send(Write("phone_stack", "select_provider", str(before["provider"]), old, new))
    had: Fields = {name: before[name] for name in _TEXTS}
    has: Fields = {"templates.enrollment": texts.enrollment, "templates.verification": texts.verification}
    if has != had:
        wanted: Fields = {name: text or _TEXTS[name] for name, text in had.items()}
        execution.send(Write("phone_stack", "set_templates", "", has, wanted))
