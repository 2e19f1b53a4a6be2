"""What else bears on a login with MFA: the applications, the other factors, and what Actions do."""

from mfa_setup.checks.catalog import answer, judged, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import INDEPENDENT, Application
from mfa_setup.model.outcome import Notice
from mfa_setup.model.readiness import BoundAction, TenantSettings
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot

PASSWORD_GRANTS = frozenset({"password", "http://auth0.com/oauth/grant-type/password-realm"})
_RECOVERY = frozenset({"recovery-code", "email"})
_BROWSER_TYPES = frozenset({"spa", "native"})
"""The types of applications that renew a session by themselves, on the user's own device."""
LISTED = 10
"""How many applications a check names at most."""


def checks(found: Snapshot) -> tuple[Check, ...]:
    """All of them."""
    flags = known_or(found.settings, TenantSettings())
    return (
        judged("password_grants", found.applications, _password_grants),
        judged("silent_login", found.applications, silent_login),
        judged("other_factor_first", found.factors, lambda factors: _other_factor(factors, flags)),
        judged("recovery_factor", found.factors, _recovery),
        mfa_in_action(found),
    )


def ended_by(given: CheckContext) -> tuple[Check, ...]:
    """Whose sessions the policy Always may end, where it is asked for and the applications were read for it."""
    applications = given.snapshot.applications
    if given.desired.policy != "always" or isinstance(applications, MfaSetupError):
        return ()
    return (silent_login(applications),)


def _password_grants(applications: tuple[Application, ...]) -> Check:
    """Applications whose logins answer `mfa_required` under Always, and have to speak the MFA API then."""
    using = [item.name for item in applications if PASSWORD_GRANTS & set(item.grant_types)]
    if not using:
        return answer("password_grants", "pass", "No application logs in by the password grant.")
    return answer(
        "password_grants",
        "warn",
        f"Under Always these get `mfa_required` instead of a token: {_listed(using)}.",
        "Let them speak Auth0's MFA API, or take the grant away: Applications > Advanced Settings > Grant Types.",
    )


def silent_login(applications: tuple[Application, ...]) -> Check:
    """Applications that renew a session without the user, which Always may end (sources: auth0-silent-mfa)."""
    renewing = [f"{item.name} ({' and '.join(ways)})" for item in applications if (ways := _renewals(item))]
    if not renewing:
        return answer("silent_login", "pass", "No single-page or native application renews sessions silently.")
    return answer(
        "silent_login",
        "warn",
        "Under Always, a silent login may end with `login_required` and a refresh with `mfa_required`, unless the user "
        f"chose to be remembered in that browser. These applications may renew sessions so: {_listed(renewing)}.",
        'Let users choose "Remember this device", and let each application log in interactively when it gets one of '
        'these errors (FAQ of auth0-spa-js; Auth0 docs, "Refresh Token Rotation"). Or keep the policy Never, and '
        "let a post-login Action ask once per session.",
    )


def _renewals(item: Application) -> list[str]:
    if item.app_type not in _BROWSER_TYPES:
        return []
    ways = {"silent login": bool(item.web_origins), "refresh tokens": "refresh_token" in item.grant_types}
    return [way for way, used in ways.items() if used]


def _other_factor(factors: frozenset[str], flags: TenantSettings) -> Check:
    """Auth0 offers the most secure factor first, and every independent one goes before SMS (Auth0 docs, "Enable MFA").

    Users who see the list choose themselves (`mfa_show_factor_list_on_enrollment`).
    """
    first = sorted(INDEPENDENT & factors)
    if not first:
        return answer("other_factor_first", "pass", "SMS is the first factor that users are offered.")
    told = "and users choose among them" if flags.factor_list else "and users are offered the most secure one"
    return answer(
        "other_factor_first",
        "warn",
        f"{', '.join(first)} {'is' if len(first) == 1 else 'are'} on, {told}.",
        "Auth0 dashboard: Security > Multi-factor Auth: disable the factors that users should not be offered.",
    )


def _recovery(factors: frozenset[str]) -> Check:
    there = sorted(_RECOVERY & factors)
    if there:
        return answer("recovery_factor", "pass", f"{', '.join(there)} is enabled.")
    return answer(
        "recovery_factor",
        "warn",
        "No recovery factor is enabled: users who lose their phone cannot log in.",
        "Auth0 dashboard: Security > Multi-factor Auth > Recovery Code.",
    )


def mfa_in_action(found: Snapshot) -> Check:
    """What Actions say of MFA goes before the policy (Auth0 docs, "Customize MFA policy with Actions")."""
    if isinstance(found.settings, MfaSetupError):
        return unseen("mfa_in_action", found.settings)
    if found.enforcing:
        return answer(
            "mfa_in_action",
            "warn",
            f"{_asking(found.enforcing)} What they decide goes before the policy, Never included.",
            _REVIEW,
        )
    if found.settings.mfa_in_actions:
        evidence = "customize_mfa_in_postlogin_action is on: post-login Actions may choose the factors"
        seen = "none that is deployed and bound asks for one now"
        unread = "whether one does could not be read, for lack of the scope read:actions"
        told = unread if isinstance(found.actions, MfaSetupError) else seen
        return answer("mfa_in_action", "warn", f"{evidence}; {told}.", _REVIEW)
    if isinstance(found.actions, MfaSetupError):
        return unseen("mfa_in_action", found.actions)
    return answer("mfa_in_action", "pass", "No deployed post-login Action asks for a second factor.")


def under_never(found: Snapshot) -> tuple[Notice, ...]:
    """What the policy Never does not end: factors that Actions ask for."""
    if isinstance(found.actions, MfaSetupError):
        unread = found.actions.message
        message = f"Whether post-login Actions ask for MFA under the policy Never could not be checked: {unread}"
        return (Notice(code="actions_unread", message=message, hint="Grant the scope read:actions, or review them."),)
    if not found.enforcing:
        return ()
    message = f"{_asking(found.enforcing)} They go on doing so under the policy Never, so users still need the codes."
    return (Notice(code="mfa_in_action", message=message, hint=_REVIEW),)


def _asking(actions: tuple[BoundAction, ...]) -> str:
    named = _listed([f"{action.name} ({', '.join(action.calls)})" for action in actions])
    one = len(actions) == 1
    return f"The code of {'a post-login Action' if one else 'post-login Actions'} can ask for MFA: {named}."


def _listed(names: list[str]) -> str:
    """Names for a sentence, cut where they are many."""
    rest = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {rest} more" if rest > 0 else "")


_REVIEW = "Review them: Auth0 dashboard, Actions > Triggers > post-login."
