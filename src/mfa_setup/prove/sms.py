"""The proof by test SMS: sends an SMS in the way that a code is sent, and follows it until it has arrived."""

import secrets

from mfa_setup.errors import MfaSetupError, SmsUndeliveredError
from mfa_setup.model.desired import DesiredNumber
from mfa_setup.model.outcome import Sms
from mfa_setup.model.types import PhoneStack, Via
from mfa_setup.prove import receipt
from mfa_setup.prove.receipt import Watch
from mfa_setup.prove.route import Route, route
from mfa_setup.prove.tenant_send import through_tenant
from mfa_setup.prove.tenant_text import tenant_text, verification
from mfa_setup.resources import sender
from mfa_setup.services import Services
from mfa_setup.snapshot.names import scopes_of

_OF_THE_ACCESS = frozenset({20003, 20005, 20008, 20404, 70051})
"""Twilio's codes for refusals of the credentials; such a refusal keeps its own error and is not a failed proof."""
_NO_SENDER = 21603


def scopes(stack: PhoneStack, via: Via) -> frozenset[str]:
    """Returns the scopes that the proof requires.

    `read:logs` and `read:phone_templates` are optional: without them, the proof relies on less evidence and warns.
    """
    sending = {"create:phone_providers"} if via == "auth0" else set()
    return scopes_of({"provider"}, stack) | sending


def prove_sms(services: Services, stack: PhoneStack, to: str, desired: DesiredNumber, via: Via, watch: Watch) -> Sms:
    """Sends one SMS to a phone and follows it until it has arrived. The SMS costs money; nothing changes in Auth0.

    Args:
        services: The connections to both services, with a Twilio account.
        stack: The tenant's phone stack.
        to: The phone number, in E.164 form.
        desired: The sender that the options name; if they name none, Auth0's sender is used.
        via: The service that is asked to send: Twilio, with the tenant's text, or the tenant itself.
        watch: The callbacks that receive each status and warnings.

    Raises:
        SmsUndeliveredError: The SMS was refused or did not arrive.
        SmsUnconfirmedError: Twilio did not report within a minute that the SMS arrived.
        OutcomeUnknownError: The send request got no answer, and Twilio lists no such message.
        MfaSetupError: The SMS could not be sent; see `route` and `through_tenant`.
    """
    if via == "auth0":
        return through_tenant(services, stack, to, watch)
    own = verification(services, stack, watch)
    way = route(services, stack, desired, watch, own.sender)
    text = tenant_text(services, stack, own, f"{secrets.randbelow(1_000_000):06d}", watch)
    return _through_twilio(services, text, to, way, watch)


def _through_twilio(services: Services, text: str, to: str, way: Route, watch: Watch) -> Sms:
    twilio = services.account
    known = receipt.known_to(twilio, to)
    sms = Sms(to=to, sender=way.sender, messaging_service_sid=way.messaging_service_sid)
    try:
        message = twilio.send_message(to, text, sender=way.sender, messaging_service_sid=way.messaging_service_sid)
    except receipt.LOST_ANSWERS as lost:
        watch.on_status(sms)
        return receipt.follow(
            sms,
            # An older trial account puts a sentence of its own before the text.
            lambda: receipt.newer(twilio, to, known, lambda one: one.body.endswith(text)),
            watch,
            services.clock,
            receipt.never_found(to, lost),
        )
    except MfaSetupError as refused:
        raise _of_the_message(refused, sms, watch) from None
    sms = receipt.as_seen(sms, message, 0.0)
    watch.on_status(sms)
    return receipt.follow(sms, lambda: twilio.message(message.sid), watch, services.clock)


def _of_the_message(refused: MfaSetupError, sms: Sms, watch: Watch) -> MfaSetupError:
    """Converts an immediate refusal to a failed proof, except for refusals of the credentials."""
    code = refused.twilio_code
    if code is None or code in _OF_THE_ACCESS:
        return refused
    if code == _NO_SENDER and not (sms.sender or sms.messaging_service_sid):
        return sender.refuse_to_buy("test sms")
    watch.on_status(sms.model_copy(update={"status": receipt.REFUSED, "error_code": code}))
    error = SmsUndeliveredError(
        f"The SMS to {sms.to} was refused. {refused.message}",
        hint=refused.hint,
        service=refused.service,
        status=refused.status,
        request_id=refused.request_id,
    )
    error.twilio_code = code
    return error
