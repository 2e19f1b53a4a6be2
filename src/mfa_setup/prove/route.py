"""Chooses the sender of the test SMS: the one in the options, else Auth0's sender, else the one that `up` would use."""

from mfa_setup.errors import Choice, ChoiceNeededError
from mfa_setup.model.base import Frozen
from mfa_setup.model.desired import DesiredNumber
from mfa_setup.model.observed import Provider
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import PhoneStack
from mfa_setup.prove.receipt import Watch
from mfa_setup.resources import sender
from mfa_setup.services import Services
from mfa_setup.snapshot.account import Concerned, read_account
from mfa_setup.snapshot.parts import known


class Route(Frozen):
    """The sender of the test SMS: a number, a Messaging Service, or both if Auth0 has both.

    A trial account without a number has neither. A trial of 2026 refuses the text itself, which is more informative
    than the missing number; an older trial reports the missing number. In both cases nothing is sent (not verified).
    """

    sender: str | None = None
    messaging_service_sid: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the route names neither a number nor a Messaging Service."""
        return not (self.sender or self.messaging_service_sid)


def route(
    services: Services, stack: PhoneStack, desired: DesiredNumber, watch: Watch, of_text: str | None = None
) -> Route:
    """Chooses the sender of the test SMS.

    Args:
        services: The connections to both services.
        stack: The tenant's phone stack.
        desired: The sender that the options name, if any.
        watch: The callbacks that receive warnings.
        of_text: The sender in the tenant's template, which Auth0 uses in place of the provider's sender.

    Raises:
        NotFoundError, InvalidValueError: The requested number or service does not belong to this account, or cannot
            send.
        ChoiceNeededError: Several numbers could send.
        ValueNeededError: No number can send.
    """
    provider = services.auth0.provider(stack)
    if desired.sender or desired.messaging_service_sid:
        return _by_ladder(services, provider, desired)
    if provider.kind == "twilio" and (provider.sender or provider.messaging_service_sid):
        if provider.sid == services.account.account_sid:
            if of_text:
                return Route(sender=of_text)
            return Route(sender=provider.sender, messaging_service_sid=provider.messaging_service_sid)
        watch.on_warning(_other_account(provider))
    return _by_ladder(services, provider, desired)


def _by_ladder(services: Services, provider: Provider, desired: DesiredNumber) -> Route:
    named = frozenset(filter(None, (desired.messaging_service_sid, provider.messaging_service_sid)))
    what = Concerned(frozenset(filter(None, (desired.sender, provider.sender))), named, named)
    account = known(read_account(services.account, what).inventory)
    by_service = Route(messaging_service_sid=None if desired.sender else desired.messaging_service_sid)
    try:
        chosen = sender.choose(desired.model_copy(update={"buy": False}), account, provider, sender.own(services))
    except ChoiceNeededError as needed:
        return _one_of(needed) if by_service.is_open else by_service
    if not by_service.is_open:
        return by_service
    if chosen.shown:
        return Route(sender=chosen.shown)
    if chosen.service and chosen.by_service:
        return Route(messaging_service_sid=chosen.service.sid)
    if account.account and account.account.kind == "Trial":
        return Route()
    raise sender.refuse_to_buy("test sms")


def _one_of(needed: ChoiceNeededError) -> Route:
    """Returns the only number that could send; no number is bought for a test SMS.

    Raises:
        ChoiceNeededError: Several numbers could send, so the user must choose.
    """
    numbers: tuple[Choice, ...] = tuple(choice for choice in needed.choices if choice.setting == "from")
    if len(numbers) == 1:
        return Route(sender=numbers[0].value)
    raise ChoiceNeededError(
        needed.message,
        hint=f"Pass --from {numbers[0].value} to send from that number.",
        choices=numbers,
    )


def _other_account(provider: Provider) -> Notice:
    return Notice(
        code="other_twilio_account",
        message=(
            f"Auth0 sends codes through another Twilio account ({provider.sid}), so this SMS does not show "
            "whether they arrive."
        ),
        hint="Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to that account's, or run `mfa-setup plan`.",
    )
