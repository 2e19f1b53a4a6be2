"""Checks of the applications whose users can be asked for a code: what they must be able to do then."""

from mfa_setup.checks.catalog import answer
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Application
from mfa_setup.model.scope import PolicyScope
from mfa_setup.snapshot.parts import Part
from mfa_setup.snapshot.snapshot import Snapshot

PASSWORD_GRANTS = frozenset({"password", "http://auth0.com/oauth/grant-type/password-realm"})
_BROWSER_TYPES = frozenset({"spa", "native"})
"""The types of applications that renew a session without the user, on the user's own device."""
_SILENT = "silent login"
LISTED = 10
"""The largest number of applications that a check names."""


def asked_applications(found: Snapshot) -> Part[tuple[Application, ...]]:
    """Returns the applications whose users can be asked for a code: all, unless the policy is limited to some."""
    limits = found.asked
    if isinstance(found.applications, MfaSetupError) or limits is None or not limits.applications:
        return found.applications
    client_ids = {one.client_id for one in limits.applications}
    return tuple(application for application in found.applications if application.client_id in client_ids)


def password_grants(applications: tuple[Application, ...], limits: PolicyScope | None) -> Check:
    """Checks for applications whose logins fail with `mfa_required` where MFA is asked unless they use the MFA API."""
    using = [item.name for item in applications if PASSWORD_GRANTS & set(item.grant_types)]
    if not using:
        return answer("password_grants", "pass", f"{_none(limits)} uses the password grant.")
    return answer(
        "password_grants",
        "warn",
        f"{_under(limits)}, applications that use the password grant get the error `mfa_required` instead of a "
        f"token: {listed(using)}.",
        "Use Auth0's MFA API in these applications, or disable the grant: Auth0 dashboard, Applications > the "
        "application > Advanced Settings > Grant Types.",
    )


def silent_login(applications: tuple[Application, ...], limits: PolicyScope | None) -> Check:
    """Checks for applications that renew sessions silently, which Always may end (sources: auth0-silent-mfa).

    Our Action, which limits the policy, asks once per session and never at a refresh. Under it, only silent logins of
    sessions that began without MFA may fail.
    """
    if limits is not None:
        return _silent_once(applications)
    renewing = [f"{item.name} ({' and '.join(ways)})" for item in applications if (ways := _renewals(item))]
    if not renewing:
        return answer("silent_login", "pass", "No single-page or native application renews sessions without the user.")
    return answer(
        "silent_login",
        "warn",
        f"Under the policy Always, some applications may fail to renew sessions without the user: {listed(renewing)}. "
        "A silent login may end with `login_required` and a refresh with `mfa_required`, unless the user chose to be "
        "remembered in that browser.",
        'Let users choose "Remember this device", and have each application start an interactive login when it gets '
        'one of these errors (FAQ of auth0-spa-js; Auth0 docs, "Refresh Token Rotation"). Or keep the policy Never, '
        "and let a post-login Action ask once per session.",
    )


def _silent_once(applications: tuple[Application, ...]) -> Check:
    renewing = [item.name for item in applications if _SILENT in _renewals(item)]
    if not renewing:
        return answer("silent_login", "pass", "No application that is asked for MFA logs in without the user.")
    return answer(
        "silent_login",
        "warn",
        "The Action that limits the policy asks once per session, so a silent login of a session that began without "
        f"MFA may end with `login_required`: {listed(renewing)}.",
        "Have each application start an interactive login when it gets this error (FAQ of auth0-spa-js).",
    )


def _under(limits: PolicyScope | None) -> str:
    return "Under the policy Always" if limits is None else "Under the limited policy"


def _none(limits: PolicyScope | None) -> str:
    return "No application" if limits is None or not limits.applications else "No application that the policy names"


def _renewals(item: Application) -> list[str]:
    if item.app_type not in _BROWSER_TYPES:
        return []
    ways = {_SILENT: bool(item.web_origins), "refresh tokens": "refresh_token" in item.grant_types}
    return [way for way, used in ways.items() if used]


def listed(names: list[str]) -> str:
    """Joins names for a sentence, shortened to the first `LISTED` names."""
    rest = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {rest} more" if rest > 0 else "")
