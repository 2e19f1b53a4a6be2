"""Whether a login needs a second factor, and by which channels a code can go out."""

from mfa_setup.sandbox.auth0.guardian import DELIVERY
from mfa_setup.sandbox.login.records import Channel
from mfa_setup.sandbox.login.visit import Visit

REMEMBER_COOKIE = "auth0-mf"
_ORDER: tuple[Channel, ...] = ("sms", "voice")


def is_required(visit: Visit) -> bool:
    """Whether the tenant's policy asks for a second factor: `[]` never, `all-applications` always (docs)."""
    policies = visit.tenant.policies
    return "all-applications" in policies or is_risky(visit)


def is_risky(visit: Visit) -> bool:
    """Whether Adaptive MFA asks: only where it has little confidence in the login (docs)."""
    return "confidence-score" in visit.tenant.policies and visit.login.risk == "high"


def is_remembered(visit: Visit, user_id: str) -> bool:
    """Whether the user has ticked the box in this browser; Adaptive MFA does not care (docs)."""
    cookie = visit.cookies.get(REMEMBER_COOKIE)
    return visit.login.remembered.get(cookie) == user_id and not is_risky(visit)


def channels(visit: Visit) -> list[Channel]:
    """How a code can reach a phone: the factor is on, with the message type, which the provider has, too."""
    tenant = visit.tenant
    if not tenant.factors["sms"]:
        return []
    # not verified: a provider that lacks the method; a tenant without any provider fails when it sends
    return [kind for kind in _ORDER if kind in tenant.message_types and _delivers(visit, kind)]


def _delivers(visit: Visit, kind: Channel) -> bool:
    provider = next(iter(visit.tenant.providers.values()), None)
    if not visit.tenant.unified or provider is None:
        return True
    return DELIVERY[kind] in provider["configuration"]["delivery_methods"]


def offers_to_remember(visit: Visit) -> bool:
    """Whether the code's page has the box (`guardian/settings`); the service shows it unless told not to."""
    return bool(visit.tenant.guardian_settings.get("display_remember_me_checkbox", True))


def remembered_seconds(visit: Visit) -> int:
    """How long a browser is remembered: 30 days unless the settings differ (recorded, docs)."""
    # not verified: that `mfa_session_inactivity_timeout` ends it sooner; here it does not
    return int(visit.tenant.guardian_settings.get("mfa_session_overall_timeout", 30 * 24 * 3600))


def remembers_by_default(visit: Visit) -> bool:
    """Whether the box is ticked at first."""
    return bool(visit.tenant.guardian_settings.get("remember_me_default_value", False))
