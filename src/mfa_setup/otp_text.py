"""The text that carries a code: a template of the tenant, filled in as Auth0 fills it in."""

import re

from mfa_setup.liquid import code_variables, rendered

DEFAULT_ENROLLMENT = (
    "{{code}} is your verification code for {{tenant.friendly_name}}. Please enter this code to verify your enrollment."
)
DEFAULT_VERIFICATION = "{{code}} is your verification code for {{tenant.friendly_name}}"
"""The legacy stack's own texts (`guardian/factors/phone/templates`), which must be sent where only one is changed."""

_GAP = r"[^0-9]{0,40}"
"""What may stand between two digits of a code: a space, or what makes a voice pause."""


def otp_text(template: str, code: str, *, name: str = "", message_type: str = "sms", locale: str = "en") -> str:
    """A template filled in, with the variables of both phone stacks (Auth0 docs; others are empty).

    Args:
        template: The template, in Liquid.
        code: The code.
        name: The tenant's friendly name.
        message_type: `sms` or `voice`.
        locale: The user's language.

    Raises:
        InvalidTemplateError: It cannot be rendered.
    """
    return rendered(template, code_variables(code, name) | {"message_type": message_type, "locale": locale})


def holds(text: str, code: str) -> bool:
    """Whether a text tells a code: its digits in order, with nothing but other characters between them."""
    return re.search(rf"(?<![0-9]){_GAP.join(code)}(?![0-9])", text) is not None


def literals(template: str) -> frozenset[str]:
    """The quoted words of a template: the languages that it distinguishes are among them."""
    return frozenset(word for word in re.findall(r"""["']([^"']{1,20})["']""", template))
