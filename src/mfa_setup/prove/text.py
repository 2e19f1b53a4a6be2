"""The text of the SMS with the code, as Auth0 would send it."""

import re
from urllib.parse import urlsplit

from mfa_setup.errors import ForbiddenError, ScopeMissingError
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import PhoneStack
from mfa_setup.resources.templates import DEFAULT_VERIFICATION
from mfa_setup.services import Services

_VARIABLE = re.compile(r"\{\{-?\s*([\w.]+)\s*(?:\|[^}]*)?\}\}")
_NOT_FILLED = Notice(
    code="template_not_filled",
    message="The tenant's template has conditions, which only Auth0 can fill in; the SMS has the default text instead.",
    hint="`mfa-setup test sms --via auth0` sends by the tenant itself.",
)


def verification(services: Services, stack: PhoneStack, code: str) -> tuple[str, tuple[Notice, ...]]:
    """The tenant's own text with a code in it, else the default, which reads the same on both stacks.

    Source: Auth0 docs, the variables of phone templates. Filters (`| escape`) are left out: what `escape` does to an
    SMS is not verified. Variables other than the code and the tenant's name are left empty, as Liquid does with those
    that it does not know.
    """
    own, warnings = _own(services, stack)
    template = own or DEFAULT_VERIFICATION
    name = services.auth0.friendly_name() or _short_name(services)
    known = {"code": code, "friendly_name": name, "tenant.friendly_name": name, "tenant.friendlyName": name}
    return _VARIABLE.sub(lambda found: known.get(found[1], ""), template), warnings


def _own(services: Services, stack: PhoneStack) -> tuple[str | None, tuple[Notice, ...]]:
    """The tenant's own text; none where it may not be read, or has conditions that only Liquid can decide."""
    try:
        own = services.auth0.verification_text(stack)
    except (ScopeMissingError, ForbiddenError) as refused:
        unseen = f"The tenant's template may not be read; the SMS has the default text. {refused.message}"
        return None, (Notice(code="template_unseen", message=unseen, hint="Grant the scope read:phone_templates."),)
    return (None, (_NOT_FILLED,)) if own and "{%" in own else (own, ())


def _short_name(services: Services) -> str:
    """The tenant's name: the first part of its own domain, which the audience has even behind a custom domain."""
    return (urlsplit(services.tenant_key).hostname or services.domain).split(".")[0]
