"""Selects the text for a code by the tenant's phone stack and the channel."""

from dataclasses import dataclass

from mfa_setup.liquid import code_variables, rendered
from mfa_setup.sandbox.auth0.phone_legacy import ENROLLMENT, VERIFICATION
from mfa_setup.sandbox.auth0.state import JSON, Tenant

TEMPLATES = {
    "otp_enroll": (
        "{{ code | escape }} is your verification code for {{ friendly_name | escape }}. "
        "Please enter this code to verify your enrollment."
    ),
    "otp_verify": "{{ code | escape }} is your verification code for {{ friendly_name | escape }}",
}
"""The default texts of the Unified Phone Experience (recorded)."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text in which the code has not been filled in yet.

    Attributes:
        text: The text, in Liquid.
        sender: The template's own `from`; None if it has none.
        unified: Whether the text belongs to the Unified Phone Experience, where `tenant` is the raw name, a string.
    """

    text: str
    sender: str | None = None
    unified: bool = False

    def with_code(self, tenant: Tenant, code: str) -> str:
        """Returns the message with the code; a text without the variable is sent as it is, without any code.

        Raises:
            InvalidTemplateError: The text is not valid Liquid.
        """
        name = str(tenant.settings.get("friendly_name") or tenant.name)
        return rendered(self.text, code_variables(code, name, tenant.name if self.unified else None))


def template_of(tenant: Tenant, *, enrolling: bool, channel: str) -> Template:
    """Returns the template of the tenant's phone stack; disabled templates are ignored."""
    if not tenant.unified:
        # The legacy stack has one text for both channels.
        message = "enrollment_message" if enrolling else "verification_message"
        text = (tenant.legacy.templates or {}).get(message)
        return Template(text or (ENROLLMENT if enrolling else VERIFICATION))
    return prepared_template(tenant, enrolling=enrolling, channel=channel)


def prepared_template(tenant: Tenant, *, enrolling: bool, channel: str) -> Template:
    """Returns the Unified Phone Experience's text, also of a tenant that does not use it yet."""
    kind = "otp_enroll" if enrolling else "otp_verify"
    enabled = (one for one in tenant.templates.values() if one["type"] == kind and not one["disabled"])
    return unified_template(next(enabled, {"type": kind}), channel)


def unified_template(template: JSON, channel: str) -> Template:
    """Returns a Unified Phone Experience template, with the service's text if it has none for the channel."""
    # not verified: the service's own text for a call, and for the types that carry no login code
    content = template.get("content", {})
    text = content.get("body", {}).get(channel) or TEMPLATES.get(template["type"], TEMPLATES["otp_verify"])
    return Template(text, content.get("from") or None, unified=True)
