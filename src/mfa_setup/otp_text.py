"""The text of a message with a code: renders the tenant's template as Auth0 does."""

import re

from mfa_setup.liquid import InvalidTemplateError, code_variables, rendered

DEFAULT_ENROLLMENT = (
    "{{code}} is your verification code for {{tenant.friendly_name}}. Please enter this code to verify your enrollment."
)
DEFAULT_VERIFICATION = "{{code}} is your verification code for {{tenant.friendly_name}}"
"""The legacy stack's default texts (`guardian/factors/phone/templates`); a request that changes one must send both."""
UNIFIED_VERIFICATION = "{{ code | escape }} is your verification code for {{ friendly_name | escape }}"
"""The unified stack's default text (recorded)."""

_GAP = r"[^0-9]{0,40}"
"""The characters allowed between two digits of a code: a space, or punctuation that makes a voice pause."""

_SAMPLE = "483920"
"""A code to try a template with."""


def otp_text(
    template: str,
    code: str,
    *,
    name: str = "",
    raw_name: str | None = None,
    message_type: str = "sms",
    locale: str = "en",
) -> str:
    """Renders a template with the variables of its phone stack (Auth0 docs); any other variable is empty.

    Args:
        template: The template, in Liquid.
        code: The code.
        name: The tenant's friendly name.
        raw_name: The tenant's raw name if the template is one of the unified stack; None for the legacy stack.
        message_type: `sms` or `voice`, which only the legacy stack tells a template.
        locale: The user's language.

    Raises:
        InvalidTemplateError: The template cannot be rendered.
    """
    variables = code_variables(code, name, raw_name) | {"locale": locale}
    return rendered(template, variables if raw_name is not None else variables | {"message_type": message_type})


def holds(text: str, code: str) -> bool:
    """Whether a text contains a code: its digits in order, with no other digits next to or between them."""
    return re.search(rf"(?<![0-9]){_GAP.join(code)}(?![0-9])", text) is not None


def unsaid(template: str) -> str | None:
    """Returns why a template does not say the code; None if it does."""
    try:
        text = otp_text(template, _SAMPLE)
    except InvalidTemplateError:
        return "invalid Liquid"
    return None if holds(text, _SAMPLE) else "no {{code}}"


def literals(template: str) -> frozenset[str]:
    """Returns the quoted words of a template, which include the languages that the template distinguishes."""
    return frozenset(word for word in re.findall(r"""["']([^"']{1,20})["']""", template))
