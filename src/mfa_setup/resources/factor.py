"""The `sms` factor: switched on, its message types, and the texts of its SMS where they were asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, change_of, differing
from mfa_setup.model.observed import Factor, Templates
from mfa_setup.model.outcome import PhoneStack, Warned
from mfa_setup.model.wish import SmsWish
from mfa_setup.ports import Auth0Port
from mfa_setup.resources.base import Made, Services
from mfa_setup.resources.provider import TYPES

READ_SCOPES = frozenset({"read:guardian_factors"})
WRITE_SCOPES = frozenset({"update:guardian_factors"})
TEMPLATE_SCOPES = frozenset({"read:phone_templates"})
TEMPLATE_WRITE_SCOPES = frozenset({"create:phone_templates", "update:phone_templates"})

DEFAULT_ENROLLMENT = (
    "{{code}} is your verification code for {{tenant.friendly_name}}. Please enter this code to verify your enrollment."
)
DEFAULT_VERIFICATION = "{{code}} is your verification code for {{tenant.friendly_name}}"
"""The legacy stack's own texts (`guardian/factors/phone/templates`), which must be sent where only one is changed."""


INDEPENDENT = frozenset({"push-notification", "otp", "duo", "webauthn-roaming"})
"""Factors besides `sms` that a user can log in with alone (Auth0 docs, "Enable MFA": independent factors)."""


def wants_templates(wish: SmsWish) -> bool:
    """Whether any text was asked for; otherwise templates are neither read nor written."""
    return wish.enrollment_template is not None or wish.verification_template is not None


def observe(auth0: Auth0Port, stack: PhoneStack, wish: SmsWish) -> Factor:
    """Reads the factor."""
    found = seen(auth0.factors(), auth0.message_types())
    return found.model_copy(update={"templates": auth0.templates(stack)}) if wants_templates(wish) else found


def seen(on: frozenset[str], message_types: tuple[str, ...]) -> Factor:
    """The factor, from the names of all that are on."""
    return Factor(enabled="sms" in on, message_types=message_types, others=INDEPENDENT & on)


@dataclass(frozen=True)
class FactorStep:
    """What the factor needs: each part is None where it is right already."""

    change: Change
    warnings: tuple[Warned, ...]
    stack: PhoneStack
    enable: bool
    message_types: tuple[str, ...] | None
    templates: Templates | None

    @property
    def scopes(self) -> frozenset[str]:
        """The templates of the unified stack have scopes of their own."""
        needed = set(WRITE_SCOPES) if self.change.pending else set()
        if self.templates and self.stack == "unified":
            needed |= TEMPLATE_WRITE_SCOPES
        return frozenset(needed)

    def found(self, made: Made) -> Made:
        """It adds nothing of its own to the outputs."""
        return made

    def apply(self, services: Services, made: Made) -> Iterator[Made]:
        """Factor before message types: the legacy stack takes them in this order only."""
        if self.enable:
            services.auth0.enable_factor()
            yield made
        if self.message_types is not None:
            services.auth0.set_message_types(self.message_types)
            yield made
        if self.templates:
            services.auth0.save_templates(self.stack, self.templates)
            yield made


def compare(wish: SmsWish, seen: Factor, stack: PhoneStack) -> FactorStep:
    """What differs between the factor asked for and the one that is there."""
    types = _types(wish, seen)
    templates = _templates(wish, seen.templates or Templates(), stack)
    before: dict[str, JsonValue] = {
        "enabled": seen.enabled,
        "message_types": list(seen.message_types),
        **_texts(seen.templates or Templates()),
    }
    after: dict[str, JsonValue] = {"enabled": True, "message_types": list(types)}
    if templates:
        after |= {key: text for key, text in _texts(templates).items() if text is not None}
    fields = differing(before, after)
    return FactorStep(
        change=change_of("factor", fields, "sms", exists=True),
        warnings=(),
        stack=stack,
        enable=not seen.enabled,
        message_types=types if types != seen.message_types else None,
        templates=templates,
    )


def _types(wish: SmsWish, seen: Factor) -> tuple[str, ...]:
    wanted = set(TYPES[wish.delivery])
    if not wish.delivery_given:
        wanted |= set(seen.message_types)
    if wanted == set(seen.message_types):
        return seen.message_types
    return tuple(kind for kind in ("sms", "voice") if kind in wanted)


def _templates(wish: SmsWish, seen: Templates, stack: PhoneStack) -> Templates | None:
    """The texts to write; None where they are as asked for."""
    enrollment, verification = wish.enrollment_template, wish.verification_template
    if enrollment in (None, seen.enrollment) and verification in (None, seen.verification):
        return None
    if stack == "legacy":
        enrollment = enrollment or seen.enrollment or DEFAULT_ENROLLMENT
        verification = verification or seen.verification or DEFAULT_VERIFICATION
    return seen.model_copy(update={"enrollment": enrollment, "verification": verification})


def _texts(templates: Templates) -> dict[str, JsonValue]:
    return {
        "templates.enrollment": templates.enrollment,
        "templates.verification": templates.verification,
    }
