"""The `sms` factor: switched on, its message types, and the texts of its SMS where they were asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, change_of, differing
from mfa_setup.model.desired import DesiredSms
from mfa_setup.model.journal import Fields, RunRecord, traces
from mfa_setup.model.observed import Factor, Templates
from mfa_setup.model.outcome import Notice, PhoneStack
from mfa_setup.ports import Auth0Port
from mfa_setup.resources import templates
from mfa_setup.resources.base import Made, Services
from mfa_setup.resources.channels import TYPES
from mfa_setup.resources.reversal import Move, Reversal, Standing, put_back
from mfa_setup.resources.reversal import texts as words

READ_SCOPES = frozenset({"read:guardian_factors"})
WRITE_SCOPES = frozenset({"update:guardian_factors"})
TEMPLATE_SCOPES = frozenset({"read:phone_templates"})
TEMPLATE_WRITE_SCOPES = frozenset({"create:phone_templates", "update:phone_templates"})


INDEPENDENT = frozenset({"push-notification", "otp", "duo", "webauthn-roaming"})
"""Factors besides `sms` that a user can log in with alone (Auth0 docs, "Enable MFA": independent factors)."""


def wants_templates(desired: DesiredSms) -> bool:
    """Whether any text was asked for; otherwise templates are neither read nor written."""
    return desired.enrollment_template is not None or desired.verification_template is not None


def observe(auth0: Auth0Port, stack: PhoneStack, desired: DesiredSms) -> Factor:
    """Reads the factor."""
    found = seen(auth0.factors(), auth0.message_types())
    return found.model_copy(update={"templates": auth0.templates(stack)}) if wants_templates(desired) else found


def seen(on: frozenset[str], message_types: tuple[str, ...]) -> Factor:
    """The factor, from the names of all that are on."""
    return Factor(enabled="sms" in on, message_types=message_types, others=INDEPENDENT & on)


@dataclass(frozen=True)
class FactorStep:
    """What the factor needs: each part is None where it is right already."""

    change: Change
    warnings: tuple[Notice, ...]
    stack: PhoneStack
    enable: bool
    message_types: tuple[str, ...] | None
    templates: Templates | None
    seen: Factor

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
            with services.journal.write("factor", "set_factor", "sms", {"enabled": False}, {"enabled": True}):
                services.auth0.set_factor(enabled=True)
            yield made
        if self.message_types is not None:
            set_types(services, self.seen.message_types, self.message_types)
            yield made
        if self.templates:
            for _ in templates.save(services, self.stack, self.seen.templates or Templates(), self.templates):
                yield made


def set_types(services: Services, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Sets the message types."""
    found, sent = Fields(message_types=list(before)), Fields(message_types=list(after))
    with services.journal.write("factor", "set_message_types", before=found, after=sent):
        services.auth0.set_message_types(after)


def compare(desired: DesiredSms, seen: Factor, stack: PhoneStack) -> FactorStep:
    """What differs between the factor asked for and the one that is there."""
    types = _types(desired, seen)
    wanted = _templates(desired, seen.templates or Templates(), stack)
    before: dict[str, JsonValue] = {
        "enabled": seen.enabled,
        "message_types": list(seen.message_types),
        **_texts(seen.templates or Templates()),
    }
    after: dict[str, JsonValue] = {"enabled": True, "message_types": list(types)}
    if wanted:
        after |= {key: text for key, text in _texts(wanted).items() if text is not None}
    fields = differing(before, after)
    return FactorStep(
        change=change_of("factor", fields, "sms", exists=True),
        warnings=(),
        stack=stack,
        enable=not seen.enabled,
        message_types=types if types != seen.message_types else None,
        templates=wanted,
        seen=seen,
    )


def _types(desired: DesiredSms, seen: Factor) -> tuple[str, ...]:
    wanted = set(TYPES[desired.delivery])
    if not desired.delivery_given:
        wanted |= set(seen.message_types)
    if wanted == set(seen.message_types):
        return seen.message_types
    return tuple(kind for kind in ("sms", "voice") if kind in wanted)


def _templates(desired: DesiredSms, seen: Templates, stack: PhoneStack) -> Templates | None:
    """The texts to write; None where they are as asked for."""
    enrollment, verification = desired.enrollment_template, desired.verification_template
    if enrollment in (None, seen.enrollment) and verification in (None, seen.verification):
        return None
    if stack == "legacy":
        enrollment = enrollment or seen.enrollment or templates.DEFAULT_ENROLLMENT
        verification = verification or seen.verification or templates.DEFAULT_VERIFICATION
    return seen.model_copy(update={"enrollment": enrollment, "verification": verification})


def _texts(templates: Templates) -> dict[str, JsonValue]:
    return {
        "templates.enrollment": templates.enrollment,
        "templates.verification": templates.verification,
    }


def revert(record: RunRecord, now: Standing, stack: PhoneStack) -> Reversal:
    """The factor as the run found it: texts and message types before the switch, as they were set after it."""
    seen = now.factor
    writes = record.of("set_factor", "set_message_types")
    there: dict[str, JsonValue] = {"enabled": seen.enabled, "message_types": list(seen.message_types)}
    back, warnings = put_back("factor", traces(writes), there)
    texts = templates.revert(record, seen.templates or Templates(), stack)
    moves = list(texts.moves)
    then = seen
    if "message_types" in back:
        types = words(back["message_types"])
        before, after = Fields(message_types=list(seen.message_types)), Fields(message_types=list(types))
        moves.append(
            Move("set_message_types", "", before, after, lambda services: services.auth0.set_message_types(types))
        )
        then = then.model_copy(update={"message_types": types})
    if "enabled" in back:
        on = bool(back["enabled"])
        before, after = Fields(enabled=seen.enabled), Fields(enabled=on)
        moves.append(Move("set_factor", "sms", before, after, lambda services: services.auth0.set_factor(enabled=on)))
        then = then.model_copy(update={"enabled": on})
    fields = (*differing(there, back), *texts.fields)
    scopes = (WRITE_SCOPES if back else frozenset()) | texts.scopes
    return Reversal(
        change_of("factor", fields, "sms", exists=True),
        now.model_copy(update={"factor": then}),
        (*warnings, *texts.warnings),
        scopes,
        tuple(moves),
    )
