"""Decides whether a login needs a second factor, and by which channels a code can be sent."""

from mfa_setup.sandbox.actions.demand import Demand
from mfa_setup.sandbox.auth0.guardian import DELIVERY
from mfa_setup.sandbox.login.granted import Granted
from mfa_setup.sandbox.login.records import Channel, Session
from mfa_setup.sandbox.login.visit import Visit

REMEMBER_COOKIE = "auth0-mf"
_ORDER: tuple[Channel, ...] = ("sms", "voice")


def is_required(visit: Visit) -> bool:
    """Whether the tenant's policy requires a second factor: `[]` never, `all-applications` always (docs)."""
    return asks_always(visit) or is_risky(visit)


def asks_always(visit: Visit) -> bool:
    """Whether the MFA policy is Always."""
    return "all-applications" in visit.tenant.policies


def is_risky(visit: Visit) -> bool:
    """Whether Adaptive MFA requires a second factor: only if it has low confidence in the login (docs)."""
    return "confidence-score" in visit.tenant.policies and visit.login.risk == "high"


def is_remembered(visit: Visit, user_id: str) -> bool:
    """Whether the user chose to be remembered in this browser; Adaptive MFA ignores that choice (docs)."""
    return bool(remembrance(visit, user_id)) and not is_risky(visit)


def remembrance(visit: Visit, user_id: str) -> str:
    """Returns the cookie by which this browser is remembered for the user; empty if it is not."""
    cookie = visit.cookies.get(REMEMBER_COOKIE, "")
    return cookie if visit.login.remembered.get(cookie) == user_id else ""


def blocks_silent_login(visit: Visit, session: Session) -> bool:
    """Whether a silent login must fail: Always requires a factor in every login (sources: auth0-silent-mfa)."""
    if not is_required(visit) or is_remembered(visit, session.user_id):
        return False
    # not verified: that Adaptive MFA accepts a session that began with a factor
    return asks_always(visit) or not session.mfa


def blocks_refresh(visit: Visit, granted: Granted) -> bool:
    """Whether a refresh must be followed by MFA: under Always, unless the browser is remembered.

    (sources: auth0-refresh-mfa, auth0-refresh-remembered)
    """
    # not verified: tokens of the MFA API, which belong to no browser; and Adaptive MFA, which here requires nothing
    return asks_always(visit) and not is_remembered_by_token(visit, granted)


def is_remembered_by_token(visit: Visit, granted: Granted) -> bool:
    """Whether the browser in which the user logged in is still remembered."""
    return visit.login.remembered.get(granted.remembered) == granted.user_id


def channels(visit: Visit) -> list[Channel]:
    """Returns the channels by which a code can be sent: the factor, the message type and the provider support them."""
    tenant = visit.tenant
    if not tenant.factors["sms"]:
        return []
    # not verified: a provider that lacks the method; a tenant without any provider fails when it sends
    return [kind for kind in _ORDER if kind in tenant.message_types and _delivers(visit, kind)]


def _delivers(visit: Visit, kind: Channel) -> bool:
    provider = next(iter(visit.tenant.providers.values()), None)
    if not visit.tenant.unified or provider is None:
        return True
    return DELIVERY[kind] in provider["configuration"].get("delivery_methods", ())


def offers_to_remember(visit: Visit, demand: Demand) -> bool:
    """Whether the code page shows the "remember me" checkbox (`guardian/settings`); it does by default.

    If an Action asks for the factor, the Action decides as well: `allowRememberBrowser` (docs).
    """
    shown = bool(visit.tenant.guardian_settings.get("display_remember_me_checkbox", True))
    return shown and (demand.remembers or not demand.decides)


def remembered_seconds(visit: Visit) -> int:
    """Returns how long a browser is remembered, in seconds: 30 days unless the settings differ (recorded, docs)."""
    # not verified: that `mfa_session_inactivity_timeout` ends it sooner; here it does not
    return int(visit.tenant.guardian_settings.get("mfa_session_overall_timeout", 30 * 24 * 3600))


def remembers_by_default(visit: Visit) -> bool:
    """Whether the "remember me" checkbox is selected by default."""
    return bool(visit.tenant.guardian_settings.get("remember_me_default_value", False))
