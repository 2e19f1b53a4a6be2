"""Checks of other things that affect a login with MFA: the applications, the other factors, and the Actions."""

from mfa_setup.checks.action_failures import action_failures
from mfa_setup.checks.catalog import answer, idle, judged, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.scope_action import scope_action
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import INDEPENDENT, Application, UserCount
from mfa_setup.model.outcome import Notice
from mfa_setup.model.readiness import BoundAction, TenantSettings
from mfa_setup.model.scope import PolicyScope
from mfa_setup.resources.enrollment import enrollment
from mfa_setup.snapshot.parts import Part, known_or
from mfa_setup.snapshot.snapshot import Snapshot

PASSWORD_GRANTS = frozenset({"password", "http://auth0.com/oauth/grant-type/password-realm"})
_RECOVERY = frozenset({"recovery-code", "email"})
_BROWSER_TYPES = frozenset({"spa", "native"})
"""The types of applications that renew a session without the user, on the user's own device."""
LISTED = 10
"""The largest number of applications that a check names."""


def checks(found: Snapshot) -> tuple[Check, ...]:
    """Returns all checks of this module."""
    flags = known_or(found.settings, TenantSettings())
    asked = asked_applications(found)
    return (
        judged("password_grants", asked, lambda those: _password_grants(those, found.asked)),
        judged("silent_login", asked, lambda those: _silent_login(those, found.asked)),
        judged("other_factor_first", found.factors, lambda factors: _other_factor(factors, flags)),
        judged("recovery_factor", found.factors, _recovery),
        judged("enrollment", found.everyone, lambda users: _enrollment(users, found.asked)),
        mfa_in_action(found),
        judged("scope_action", found.scope, lambda state: scope_action(found, state)),
        action_failures(found),
    )


def ended_by(given: CheckContext) -> tuple[Check, ...]:
    """Returns the check of sessions that the policy Always, or a limited one, may end.

    Empty if Always is not the desired policy or the applications were not read.
    """
    asked = asked_applications(given.snapshot)
    if given.desired.policy != "always" or isinstance(asked, MfaSetupError):
        return ()
    return (_silent_login(asked, given.snapshot.asked),)


def asked_applications(found: Snapshot) -> Part[tuple[Application, ...]]:
    """Returns the applications whose users can be asked for a code: all, unless the policy is limited to some."""
    limits = found.asked
    if isinstance(found.applications, MfaSetupError) or limits is None or not limits.applications:
        return found.applications
    client_ids = {one.client_id for one in limits.applications}
    return tuple(application for application in found.applications if application.client_id in client_ids)


def _password_grants(applications: tuple[Application, ...], limits: PolicyScope | None) -> Check:
    """Checks for applications whose logins fail with `mfa_required` where MFA is asked unless they use the MFA API."""
    using = [item.name for item in applications if PASSWORD_GRANTS & set(item.grant_types)]
    if not using:
        return answer("password_grants", "pass", f"{_none(limits)} uses the password grant.")
    return answer(
        "password_grants",
        "warn",
        f"{_under(limits)}, applications that use the password grant get the error `mfa_required` instead of a "
        f"token: {_listed(using)}.",
        "Use Auth0's MFA API in these applications, or disable the grant: Auth0 dashboard, Applications > the "
        "application > Advanced Settings > Grant Types.",
    )


def _silent_login(applications: tuple[Application, ...], limits: PolicyScope | None) -> Check:
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
        f"Under the policy Always, some applications may fail to renew sessions without the user: {_listed(renewing)}. "
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
        f"MFA may end with `login_required`: {_listed(renewing)}.",
        "Have each application start an interactive login when it gets this error (FAQ of auth0-spa-js).",
    )


def _under(limits: PolicyScope | None) -> str:
    return "Under the policy Always" if limits is None else "Under the limited policy"


def _none(limits: PolicyScope | None) -> str:
    return "No application" if limits is None or not limits.applications else "No application that the policy names"


_SILENT = "silent login"


def _renewals(item: Application) -> list[str]:
    if item.app_type not in _BROWSER_TYPES:
        return []
    ways = {_SILENT: bool(item.web_origins), "refresh tokens": "refresh_token" in item.grant_types}
    return [way for way, used in ways.items() if used]


def _other_factor(factors: frozenset[str], flags: TenantSettings) -> Check:
    """Checks whether users are offered another factor before SMS.

    Auth0 offers the most secure factor first, and every independent factor before SMS (Auth0 docs, "Enable MFA").
    Users who see the list of factors choose themselves (`mfa_show_factor_list_on_enrollment`).
    """
    first = sorted(INDEPENDENT & factors)
    if not first:
        return answer("other_factor_first", "pass", "SMS is the first factor that users are offered.")
    offer = "choose their factor from a list" if flags.factor_list else "are offered the most secure factor before SMS"
    return answer(
        "other_factor_first",
        "warn",
        f"Besides SMS, {', '.join(first)} {'is' if len(first) == 1 else 'are'} enabled, and users {offer}.",
        "Disable the factors that users should not be offered: Auth0 dashboard, Security > Multi-factor Auth.",
    )


def _recovery(factors: frozenset[str]) -> Check:
    there = sorted(_RECOVERY & factors)
    if there:
        return answer(
            "recovery_factor",
            "pass",
            f"Users who lose their phone can log in by a recovery factor: {', '.join(there)}.",
        )
    return answer(
        "recovery_factor",
        "warn",
        "No recovery factor is enabled: users who lose their phone cannot log in.",
        "Enable recovery codes: Auth0 dashboard, Security > Multi-factor Auth > Recovery Code.",
    )


def _enrollment(users: UserCount, limits: PolicyScope | None) -> Check:
    """Says how many users have a second factor; the others enroll at their next login once a policy asks for codes."""
    counted = enrollment(users, limited=limits is not None)
    evidence = f"{counted[0].upper()}{counted[1:]}."
    if users.enrolled is None:
        return idle("enrollment", evidence)
    return answer("enrollment", "pass", evidence)


def mfa_in_action(found: Snapshot) -> Check:
    """Checks whether Actions decide about MFA, which overrides the policy.

    Source: Auth0 docs, "Customize MFA policy with Actions".
    """
    if isinstance(found.settings, MfaSetupError):
        return unseen("mfa_in_action", found.settings)
    if found.enforcing:
        return answer(
            "mfa_in_action",
            "warn",
            f"{_asking(found.enforcing)} {_BESIDES_OURS if found.asks_some else _OVER_POLICY}",
            _REVIEW,
        )
    if found.settings.mfa_in_actions:
        evidence = "Post-login Actions may choose the MFA factors (customize_mfa_in_postlogin_action is on)"
        other = "other Action" if found.asks_some else "Action"
        seen = f"but no {other} that is deployed and bound asks for one now"
        unread = "but mfa-setup could not check whether any Action does, because the scope read:actions is not granted"
        rest = unread if isinstance(found.actions, MfaSetupError) else seen
        return answer("mfa_in_action", "warn", f"{evidence}, {rest}.", _REVIEW)
    if isinstance(found.actions, MfaSetupError):
        return unseen("mfa_in_action", found.actions)
    other = "other" if found.asks_some else "deployed"
    return answer("mfa_in_action", "pass", f"No {other} post-login Action asks for a second factor.")


def under_never(found: Snapshot) -> tuple[Notice, ...]:
    """Returns the warnings about Actions that ask for MFA even under the policy Never."""
    if isinstance(found.actions, MfaSetupError):
        unread = found.actions.message
        message = f"Whether post-login Actions ask for MFA under the policy Never could not be checked: {unread}"
        return (
            Notice(
                code="actions_unread",
                message=message,
                hint="Grant the scope read:actions, or review the post-login Actions in the Auth0 dashboard.",
            ),
        )
    if not found.enforcing:
        return ()
    message = (
        f"{_asking(found.enforcing)} The policy Never does not turn this off, so users will still be asked for a code."
    )
    return (Notice(code="mfa_in_action", message=message, hint=_REVIEW),)


def _asking(actions: tuple[BoundAction, ...]) -> str:
    named = _listed([f"{action.name} ({', '.join(action.calls)})" for action in actions])
    one = len(actions) == 1
    return f"{'A post-login Action' if one else 'Post-login Actions'} can ask users for MFA: {named}."


def _listed(names: list[str]) -> str:
    """Joins names for a sentence, shortened to the first `LISTED` names."""
    rest = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {rest} more" if rest > 0 else "")


_OVER_POLICY = "That takes precedence over the MFA policy, even over Never."
_BESIDES_OURS = "So users may be asked whom the limits of the policy leave out."
_REVIEW = "Review the Actions: Auth0 dashboard, Actions > Triggers > post-login."
