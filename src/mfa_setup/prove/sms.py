"""The proof by SMS: one is sent as a code would be, and followed to the phone."""

import re
import secrets
from urllib.parse import urlsplit

from mfa_setup.errors import ForbiddenError, MfaSetupError, ScopeMissingError, SmsUndeliveredError
from mfa_setup.model.desired import DesiredNumber
from mfa_setup.model.outcome import Notice, Sms
from mfa_setup.model.types import PhoneStack, Via
from mfa_setup.prove import receipt
from mfa_setup.prove.receipt import Watch
from mfa_setup.prove.route import Route, route
from mfa_setup.prove.tenant_send import through_tenant
from mfa_setup.resources import sender
from mfa_setup.resources.templates import DEFAULT_VERIFICATION
from mfa_setup.services import Services
from mfa_setup.snapshot.reader import scopes_of

_OF_THE_ACCESS = frozenset({20003, 20005, 20008, 20404, 70051})
"""Refusals of the credentials, not of the message: they keep their own errors."""
_NO_SENDER = 21603
_VARIABLE = re.compile(r"\{\{-?\s*([\w.]+)\s*(?:\|[^}]*)?\}\}")
_NOT_FILLED = Notice(
    code="template_not_filled",
    message="The tenant's template has conditions, which only Auth0 can fill in; the SMS has the default text instead.",
    hint="`mfa-setup test sms --via auth0` sends by the tenant itself.",
)


def scopes(stack: PhoneStack, via: Via) -> frozenset[str]:
    """The scopes that the proof needs; without `read:logs` and `read:phone_templates` it knows less, and says so."""
    sending = {"create:phone_providers"} if via == "auth0" else set()
    return scopes_of({"provider"}, stack) | sending


def prove_sms(services: Services, stack: PhoneStack, to: str, desired: DesiredNumber, via: Via, watch: Watch) -> Sms:
    """Sends one SMS to a phone and follows it until it has arrived. It costs money, and changes nothing in Auth0.

    Args:
        services: Both services; the Twilio account must be there.
        stack: The tenant's phone stack.
        to: The phone, in E.164 form.
        desired: Who is to send, where that was asked for; else Auth0's own sender does.
        via: Who is asked to send: Twilio, with the tenant's text, or the tenant itself.
        watch: Who is told.

    Raises:
        SmsUndeliveredError: It was refused or did not arrive.
        SmsUnconfirmedError: Nothing says within a minute that it arrived.
        OutcomeUnknownError: The send got no answer, and no message turned up.
        MfaSetupError: It could not be tried; see `route` and `through_tenant`.
    """
    if via == "auth0":
        return through_tenant(services, stack, to, watch)
    return _through_twilio(services, stack, to, route(services, stack, desired, watch), watch)


def _through_twilio(services: Services, stack: PhoneStack, to: str, way: Route, watch: Watch) -> Sms:
    twilio = services.account
    text, warnings = _text(services, stack, f"{secrets.randbelow(1_000_000):06d}")
    for warning in warnings:
        watch.on_warning(warning)
    known = receipt.known_to(twilio, to)
    sms = Sms(to=to, sender=way.sender, messaging_service_sid=way.messaging_service_sid)
    try:
        message = twilio.send_message(to, text, sender=way.sender, messaging_service_sid=way.messaging_service_sid)
    except receipt.LOST_ANSWERS as lost:
        watch.on_status(sms)
        return receipt.follow(
            sms,
            # An old trial puts a sentence of its own before the text.
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


def _text(services: Services, stack: PhoneStack, code: str) -> tuple[str, tuple[Notice, ...]]:
    """The tenant's own text with a code in it, else the default, which reads the same on both stacks.

    Source: Auth0 docs, the variables of phone templates. Filters (`| escape`) are left out: what `escape` does to an
    SMS is not verified. Variables other than the code and the tenant's name are left empty, as Liquid does with those
    that it does not know.
    """
    own, warnings = _own_text(services, stack)
    template = own or DEFAULT_VERIFICATION
    name = services.auth0.friendly_name() or _short_name(services)
    known = {"code": code, "friendly_name": name, "tenant.friendly_name": name, "tenant.friendlyName": name}
    return _VARIABLE.sub(lambda found: known.get(found[1], ""), template), warnings


def _own_text(services: Services, stack: PhoneStack) -> tuple[str | None, tuple[Notice, ...]]:
    """The tenant's own text; none where it may not be read, or has conditions that only Liquid can decide."""
    try:
        own = services.auth0.verification_text(stack)
    except (ScopeMissingError, ForbiddenError) as refused:
        unseen = f"The tenant's template may not be read; the SMS has the default text. {refused.message}"
        return None, (Notice(code="template_unseen", message=unseen, hint="Grant the scope read:phone_templates."),)
    return (None, (_NOT_FILLED,)) if own and "{%" in own else (own, ())


def _short_name(services: Services) -> str:
    """The tenant's name: the first part of its own domain, which the audience has even behind a custom domain."""
    return (urlsplit(services.tenant_key).hostname or services.domain).split(".")[0]


def _of_the_message(refused: MfaSetupError, sms: Sms, watch: Watch) -> MfaSetupError:
    """What a refusal at once says about the proof; one of the credentials stays what it is."""
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
