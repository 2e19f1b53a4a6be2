"""Renders the tenant's own text with a code for the test SMS, and recognizes an SMS that has this text."""

import re
from functools import partial
from urllib.parse import urlsplit

from mfa_setup.errors import ForbiddenError, ScopeMissingError, SmsWithoutCodeError
from mfa_setup.liquid import InvalidTemplateError
from mfa_setup.model.observed import Template
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import PhoneStack
from mfa_setup.otp_text import DEFAULT_VERIFICATION, UNIFIED_VERIFICATION, holds, otp_text
from mfa_setup.prove.receipt import Watch
from mfa_setup.services import Services

_MARKER = "90817263540918273645"
"""A placeholder for the code when a text is turned into a pattern; it is longer than any code."""
_CODE = "[0-9]{4,8}"
_NOT_FILLED = Notice(
    code="template_not_filled",
    message="The tenant's template is not valid Liquid, so the default text is used.",
    hint="Correct the template: Auth0 dashboard, Branding > Phone Templates.",
)


def verification(services: Services, stack: PhoneStack, watch: Watch) -> Template:
    """Returns the tenant's verification template with its sender; an empty template if there is none to read.

    If the scope to read it is missing, the template is empty as well, and a warning says so.
    """
    try:
        return services.auth0.verification(stack)
    except (ScopeMissingError, ForbiddenError) as refused:
        unseen = f"The tenant's template cannot be read, so the default text is used. {refused.message}"
        watch.on_warning(Notice(code="template_unseen", message=unseen, hint="Grant the scope read:phone_templates."))
        return Template(kind="otp_verify")


def tenant_text(services: Services, stack: PhoneStack, own: Template, code: str, watch: Watch) -> str:
    """Renders the tenant's verification text with a code.

    If the tenant has no such text, or if it is not valid Liquid, the default text of the stack is used. The effect of
    the filter `escape` on an SMS is not verified.

    Raises:
        SmsWithoutCodeError: The text does not contain the code, so an SMS with this text would prove nothing.
    """
    raw_name = _raw_name(services)
    fill = partial(
        otp_text,
        code=code,
        name=services.auth0.friendly_name() or raw_name,
        raw_name=raw_name if stack == "unified" else None,
    )
    default = UNIFIED_VERIFICATION if stack == "unified" else DEFAULT_VERIFICATION
    try:
        text = fill(own.text or default)
    except InvalidTemplateError:
        watch.on_warning(_NOT_FILLED)
        return fill(default)
    if not holds(text, code):
        raise SmsWithoutCodeError("The tenant's verification template does not contain the code, so no SMS was sent.")
    return text


def tenant_pattern(services: Services, stack: PhoneStack, own: Template, watch: Watch) -> re.Pattern[str]:
    """Returns a pattern that matches the tenant's SMS with any code.

    It is not verified that the tenant's test SMS has the verification text.

    Raises:
        SmsWithoutCodeError: The tenant's text does not contain the code.
    """
    text = re.escape(tenant_text(services, stack, own, _MARKER, watch))
    return re.compile(text.replace(_MARKER, _CODE))


def _raw_name(services: Services) -> str:
    """Returns the tenant's raw name, which is the first label of its canonical domain.

    The canonical domain is taken from the audience, because the domain of the run may be a custom domain.
    """
    return (urlsplit(services.tenant_key).hostname or services.domain).split(".")[0]
