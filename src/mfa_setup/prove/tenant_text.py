"""The tenant's own text with a code in it, for the test SMS, and how an SMS is recognised that has it."""

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
"""Stands for the code where a text becomes a pattern; no code is so long."""
_CODE = "[0-9]{4,8}"
_NOT_FILLED = Notice(
    code="template_not_filled",
    message="The tenant's template is not valid Liquid, so the default text is used.",
    hint="Correct the template: Auth0 dashboard, Branding > Phone Templates.",
)


def verification(services: Services, stack: PhoneStack, watch: Watch) -> Template:
    """The tenant's own verification text and its sender; empty where it has none, or where it may not be read."""
    try:
        return services.auth0.verification(stack)
    except (ScopeMissingError, ForbiddenError) as refused:
        unseen = f"The tenant's template cannot be read, so the default text is used. {refused.message}"
        watch.on_warning(Notice(code="template_unseen", message=unseen, hint="Grant the scope read:phone_templates."))
        return Template(kind="otp_verify")


def tenant_text(services: Services, own: Template, code: str, watch: Watch) -> str:
    """The tenant's own verification text with a code in it, else the default, which reads the same on both stacks.

    What the filter `escape` does to an SMS is not verified.

    Raises:
        SmsWithoutCodeError: The text does not contain the code: an SMS with it would prove nothing.
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
    """A pattern that matches the tenant's SMS with any code.

    That the tenant's test SMS has the verification text is not verified.

    Raises:
        SmsWithoutCodeError: As `tenant_text`.
    """
    text = re.escape(tenant_text(services, own, _MARKER, watch))
    return re.compile(text.replace(_MARKER, _CODE))


def _tenant_name(services: Services) -> str:
    """The name in the texts: its own, else the first part of the domain, by the audience also behind a custom one."""
    short = (urlsplit(services.tenant_key).hostname or services.domain).split(".")[0]
    return services.auth0.friendly_name() or short
