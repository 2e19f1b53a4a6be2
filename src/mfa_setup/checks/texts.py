"""Checks that the tenant's own texts contain the code; Auth0 stores and sends a text without one unchanged."""

from collections.abc import Iterator
from dataclasses import dataclass

from mfa_setup.checks.catalog import answer, idle, unchecked, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.errors import MfaSetupError
from mfa_setup.liquid import InvalidTemplateError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor, Provider, Templates
from mfa_setup.model.types import PhoneStack
from mfa_setup.otp_text import holds, literals, otp_text
from mfa_setup.snapshot.parts import known_or

SAMPLE = "407319"
"""The sample code that the texts are rendered with; it has the default length."""
_SHOWN = 60
_NAMES = {"otp_enroll": "enrollment", "otp_verify": "verification"}
_TITLES = {"sms": "SMS", "voice": "call"}


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text of the tenant that replaces Auth0's default.

    Attributes:
        name: The name of the text, such as `verification`.
        message_type: `sms` or `voice`.
        template: The template, in Liquid.
        stack: The phone stack, which decides about the variables of the template.
    """

    name: str
    message_type: str
    template: str
    stack: PhoneStack

    @property
    def title(self) -> str:
        """The name of the text in messages."""
        return f"The {self.name} text of the {_TITLES[self.message_type]}"


def template_code(given: CheckContext) -> Check:
    """Checks whether each text in use contains the code; a text that cannot be rendered here is not judged."""
    provider, found = known_or(given.snapshot.provider, None), given.snapshot.templates
    if provider and provider.kind not in {None, "auth0", "twilio"}:
        return idle("template_code", "Codes are not sent through Twilio: the provider writes its own text.")
    if isinstance(found, MfaSetupError):
        return unseen("template_code", found)
    types = known_or(given.snapshot.factor, Factor()).message_types or ("sms",)
    own = tuple(_own_texts(found, provider, tuple(kind for kind in types if kind in _TITLES)))
    if not own:
        return answer("template_code", "pass", "Auth0's default texts are in use, which contain the code.")
    tried = [(text, _problem(text)) for text in own]
    if failing := [(text, problem) for text, problem in tried if problem]:
        evidence = " ".join(f"{text.title} {problem}" for text, problem in failing)
        return answer("template_code", "fail", evidence, _fix(failing[0][0]))
    if unreadable := [text for text, problem in tried if problem is None]:
        evidence = " ".join(f"{text.title} is not valid Liquid." for text in unreadable)
        return unchecked("template_code", evidence, _fix(unreadable[0]))
    return answer("template_code", "pass", "Each text that is in use contains the code.")


def _own_texts(found: Templates, provider: Provider | None, types: tuple[str, ...]) -> Iterator[OwnText]:
    """Yields the tenant's own texts that are in use; that disabled ones are not used is not verified."""
    if provider is not None and provider.stack == "legacy":
        for name, text in (("enrollment", found.enrollment), ("verification", found.verification)):
            if text:
                yield from (OwnText(name, kind, text, "legacy") for kind in types)
        return
    for template in found.whole:
        for kind, text in (("sms", template.text), ("voice", template.voice)):
            if text and kind in types and not template.disabled and template.kind in _NAMES:
                yield OwnText(_NAMES[template.kind], kind, text, "unified")


def _problem(text: OwnText) -> str | None:
    """Returns the problem of a text without the code; "" if the text contains it; None if it cannot be rendered.

    A text may depend on the user's language, so it is rendered once for each literal in it, as the locale.
    """
    raw_name = "" if text.stack == "unified" else None
    for locale in ("en", *sorted(literals(text.template))):
        try:
            sent = otp_text(text.template, SAMPLE, raw_name=raw_name, message_type=text.message_type, locale=locale)
        except InvalidTemplateError:
            return None
        if not holds(sent, SAMPLE):
            return f'does not contain the code: users get "{_short(sent)}".'
    return ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


def _fix(text: OwnText) -> str:
    where = (
        "Auth0 dashboard: Branding > Phone Templates (on older tenants Security > Multi-factor Auth > Phone Message)."
    )
    if text.message_type == "voice":
        return f"Write the code as {{{{ code }}}} there. {where}"
    return f'Run `mfa-setup enable-sms --{text.name}-template "{{{{ code }}}} is your code"`, or edit the text. {where}'
