"""Lets the tenant itself send the test SMS, and reads the result from Twilio's messages and the tenant's log."""

import re
from collections.abc import Callable

from mfa_setup.errors import (
    ForbiddenError,
    InvalidValueError,
    MfaSetupError,
    PlanRefusedError,
    ProofFailedError,
    ProviderConflictError,
    ScopeMissingError,
    ServiceRefusedError,
    SmsUnconfirmedError,
    UnavailableError,
)
from mfa_setup.model.observed import Message, Provider, SendEvent
from mfa_setup.model.outcome import Notice, Sms
from mfa_setup.model.types import PhoneStack
from mfa_setup.phone import normal
from mfa_setup.ports import Auth0Port
from mfa_setup.prove import receipt
from mfa_setup.prove.receipt import Watch
from mfa_setup.prove.tenant_text import tenant_pattern, verification
from mfa_setup.services import Services

_UNSEEN_LOG = (ScopeMissingError, ForbiddenError, PlanRefusedError, ServiceRefusedError, UnavailableError)


def through_tenant(services: Services, stack: PhoneStack, to: str, watch: Watch) -> Sms:
    """Lets the tenant send its test SMS (`POST branding/phone/providers/{id}/try`), and follows it.

    Raises:
        InvalidValueError: The legacy stack has no such endpoint.
        ProviderConflictError: The tenant does not send through this Twilio account.
        ProofFailedError: The tenant has no enabled phone provider, the SMS did not arrive, or its arrival is not
            confirmed.
        OutcomeUnknownError: The send request got no answer, and Twilio lists no such message.
    """
    provider_id, provider = _provider(services, stack)
    twilio, log = services.account, _Log(services.auth0, watch.on_warning)
    own = verification(services, stack, watch)
    pattern = tenant_pattern(services, stack, own, watch)
    # A sender in the template replaces the provider's number and Messaging Service (sources: auth0-template-from).
    sender, service = (own.sender, None) if own.sender else (provider.sender, provider.messaging_service_sid)
    known = receipt.known_to(twilio, to)
    sms = Sms(to=to, sender=sender, messaging_service_sid=service, via="auth0", status=None)
    unseen: MfaSetupError = SmsUnconfirmedError(
        f"Auth0 accepted the SMS to {to}, but for {receipt.LONGEST:.0f} s Twilio listed no such message, so "
        "nothing is proved.",
        hint="Check the tenant's log (Auth0 dashboard, Monitoring > Logs), or run the command without --via.",
    )
    try:
        services.auth0.send_test(provider_id, to)
    except receipt.LOST_ANSWERS as lost:
        unseen = receipt.never_found(to, lost)
    watch.on_status(sms)

    def find() -> Message | None:
        message = receipt.newer(twilio, to, known, lambda one: _is_ours(sender, service, pattern, one))
        if message is None and (event := log.failure(to)):
            refused = sms.model_copy(update={"status": receipt.REFUSED, "error_code": event.error_code})
            watch.on_status(refused)
            raise receipt.undelivered(refused, event.told)
        return message

    return receipt.follow(sms, find, watch, services.clock, unseen)


def _provider(services: Services, stack: PhoneStack) -> tuple[str, Provider]:
    if stack == "legacy":
        raise InvalidValueError(
            (
                "--via auth0 requires the Unified Phone Experience: a tenant with the legacy phone settings cannot "
                "send a test SMS."
            ),
            hint="Run the command without --via: it then sends the same text through Twilio.",
        )
    provider = services.auth0.provider(stack)
    if provider.kind is None or provider.id is None or not provider.enabled:
        raise ProofFailedError(
            "The tenant has no enabled phone provider, so it cannot send SMS.",
            hint="Run `mfa-setup enable-sms` first.",
        )
    if provider.kind != "twilio" or provider.sid != services.account.account_sid:
        whose = f"Twilio account {provider.sid}" if provider.kind == "twilio" else f"a {provider.kind} provider"
        raise ProviderConflictError(
            f"The tenant sends through {whose}, and mfa-setup cannot see what happens to an SMS there.",
            hint=(
                "Use the credentials of the Twilio account that the tenant sends through, or run the command "
                "without --via."
            ),
        )
    return provider.id, provider


def _is_ours(sender: str | None, service: str | None, pattern: re.Pattern[str], message: Message) -> bool:
    """Whether a message is the tenant's test SMS: it has the tenant's sender and the tenant's text with a code.

    The text is compared because another program may text the same phone from the same sender in the meantime. It need
    not be at the beginning of the message, because an older trial account puts a sentence before it.
    """
    if not pattern.search(message.body):
        return False
    by_service = bool(message.messaging_service_sid) and message.messaging_service_sid == service
    return by_service or (bool(message.sender) and message.sender == normal(sender or ""))


class _Log:
    """The tenant's log of sent codes; if it cannot be read, it is treated as empty after one warning."""

    def __init__(self, auth0: Auth0Port, warn: Callable[[Notice], None]) -> None:
        self._auth0 = auth0
        self._warn = warn
        self._readable = True
        self._known = frozenset(event.log_id for event in self._read())

    def failure(self, to: str) -> SendEvent | None:
        """Returns the event of the failed test SMS, if the log has one since this object was created.

        An event belongs to the test SMS if it names the phone, or neither a phone nor a user. It is not verified that
        Auth0 logs a test SMS in this way.
        """
        for event in self._read():
            ours = event.to == to if event.to else event.user_id is None
            if event.failed and ours and event.log_id not in self._known:
                return event
        return None

    def _read(self) -> tuple[SendEvent, ...]:
        if not self._readable:
            return ()
        try:
            return self._auth0.send_events()
        except _UNSEEN_LOG as refused:
            self._readable = False
            self._warn(
                Notice(
                    code="log_unseen",
                    message=(
                        f"The tenant's log cannot be read, so the result relies on Twilio alone. {refused.message}"
                    ),
                    hint="Grant the scope read:logs, so that a failed send can be explained from the tenant's log.",
                )
            )
            return ()
