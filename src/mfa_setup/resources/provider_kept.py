"""Providers that mfa-setup replaces only on request: another account's, a custom one, a phone-message hook."""

from mfa_setup.errors import ProviderConflictError
from mfa_setup.model.change import Words, change_of
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Provider
from mfa_setup.model.outcome import Notice
from mfa_setup.resources import words
from mfa_setup.resources.base import Comparison, Step
from mfa_setup.resources.channels import METHOD_OF_TYPE, TYPES
from mfa_setup.snapshot.parts import known, known_or

KINDS = {"custom": "custom phone provider", "phone-message-hook": "phone-message hook"}
"""The kinds of providers that send codes through the tenant's own code; the factor and the policy work with them."""


def is_kept(given: Comparison) -> bool:
    """Whether the provider is a custom one or a hook that is kept, so that no Twilio number is needed."""
    provider = known_or(given.found.provider, None)
    replaces = "provider" not in given.resources or given.desired.sms.replace_provider
    return provider is not None and provider.kind in KINDS and not replaces


def conflict_of(provider: Provider, account_sid: str) -> str | None:
    """Describes a provider that mfa-setup must not overwrite without consent; None if it may be overwritten."""
    if provider.kind in {*KINDS, "other"}:
        return f"not Twilio ({provider.kind})"
    if provider.sid and provider.sid != account_sid:
        return f"the Twilio account {provider.sid}"
    return None


def require_no_conflict(given: Comparison) -> None:
    """Refuses to replace a provider without `--replace-provider`, before a number is chosen or bought for it.

    Raises:
        ProviderConflictError: The provider uses another account or is of an unknown kind, and `--replace-provider` is
            not given.
    """
    if "provider" not in given.resources or given.desired.sms.replace_provider or is_kept(given):
        return
    if conflict := conflict_of(known(given.found.provider), known(given.found.inventory).sid):
        raise ProviderConflictError(
            f"The tenant's phone provider is {conflict}. All applications of the tenant send their codes through it, "
            "including those of passwordless logins.",
            hint=(
                "Pass --replace-provider to replace it with this Twilio account. Auth0 does not return "
                "the token of the present one, so you must supply it to restore that provider with undo."
            ),
        )


def keep(given: Comparison) -> Step:
    """Returns the step for a provider that is kept: no write, but a warning.

    Raises:
        ProviderConflictError: The provider lacks a needed delivery method, and Auth0 refuses such message types.
    """
    provider = known(given.found.provider)
    name = KINDS[str(provider.kind)]
    wanted = [METHOD_OF_TYPE[kind] for kind in TYPES[given.desired.sms.delivery]]
    lacking = [method for method in wanted if method not in provider.delivery_methods]
    if provider.stack == "unified" and lacking:
        raise ProviderConflictError(
            f"The tenant's {name} does not deliver by {' and '.join(lacking)}, and Auth0 rejects message types "
            "that the phone provider cannot deliver.",
            hint="Add the delivery method (Auth0 dashboard: Branding > Phone Provider), choose another with "
            "--delivery, or pass --replace-provider to send through Twilio.",
        )
    told = Words(now=(words.provider_now(provider, None),))
    return Step(change_of("provider", (), name, told, exists=True), notices=(_kept(provider, name, given.desired),))


def _kept(provider: Provider, name: str, desired: Desired) -> Notice:
    state = "keeps sending the codes" if provider.enabled else "is kept, although it is disabled and sends no codes"
    number, sms = desired.number, desired.sms
    given = (
        ("--from", number.sender),
        ("--messaging-service-sid", number.messaging_service_sid),
        ("--buy", number.buy),
        ("--resend-token", sms.resend_token),
    )
    unused = ", ".join(flag for flag, value in given if value)
    return Notice(
        code="provider_kept",
        message=f"The tenant's {name} {state}. No Twilio number is needed, so none is bought."
        + (f" These options have no effect: {unused}." if unused else ""),
        hint="Pass --replace-provider to send through this Twilio account instead.",
    )
