"""Renders the tenant's own text with a code for the test SMS, and recognizes an SMS that has this text."""

import re
from urllib.parse import urlsplit

from mfa_setup.errors import ForbiddenError, ScopeMissingError, SmsWithoutCodeError
from mfa_setup.liquid import InvalidTemplateError
from mfa_setup.model.observed import Template
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import PhoneStack
from mfa_setup.otp_text import DEFAULT_VERIFICATION, holds, otp_text
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


def tenant_text(services: Services, own: Template, code: str, watch: Watch) -> str:
    """Renders the tenant's verification text with a code.

    If the tenant has no such text, or if it is not valid Liquid, the default text is used, which is the same on both
    stacks. The effect of the filter `escape` on an SMS is not verified.

    Raises:
        SmsWithoutCodeError: The text does not contain the code, so an SMS with this text would prove nothing.
    """
    name = _tenant_name(services)
    try:
        text = otp_text(own.text or DEFAULT_VERIFICATION, code, name=name)
    except InvalidTemplateError:
        watch.on_warning(_NOT_FILLED)
        return otp_text(DEFAULT_VERIFICATION, code, name=name)
    if not holds(text, code):
        raise SmsWithoutCodeError("The tenant's verification template does not contain the code, so no SMS was sent.")
    return text


def tenant_pattern(services: Services, own: Template, watch: Watch) -> re.Pattern[str]:
    """Returns a pattern that matches the tenant's SMS with any code.

    It is not verified that the tenant's test SMS has the verification text.

    Raises:
        SmsWithoutCodeError: The tenant's text does not contain the code.
    """
    text = re.escape(tenant_text(services, own, _MARKER, watch))
    return re.compile(text.replace(_MARKER, _CODE))


def _tenant_name(services: Services) -> str:
    """Returns the tenant's friendly name, else the first label of its canonical domain.

    The canonical domain is taken from the audience, because the domain of the run may be a custom domain.
    """
    short = (urlsplit(services.tenant_key).hostname or services.domain).split(".")[0]
    return services.auth0.friendly_name() or short
