"""Checks of other things that affect a login with MFA: the applications, the other factors, and the Actions."""

from mfa_setup.checks.action_failures import action_failures
from mfa_setup.checks.applications import asked_applications, listed, password_grants, silent_login
from mfa_setup.checks.catalog import answer, idle, judged, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.scope_action import scope_action
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import INDEPENDENT, UserCount
from mfa_setup.model.outcome import Notice
from mfa_setup.model.readiness import BoundAction, TenantSettings
from mfa_setup.model.scope import PolicyScope
from mfa_setup.resources.enrollment import enrollment
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot

_RECOVERY = frozenset({"recovery-code", "email"})


def checks(found: Snapshot) -> tuple[Check, ...]:
    """Returns all checks of this module."""
    flags = known_or(found.settings, TenantSettings())
    asked = asked_applications(found)
    return (
        judged("password_grants", asked, lambda those: password_grants(those, found.asked)),
        judged("silent_login", asked, lambda those: silent_login(those, found.asked)),
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
    found = given.end or given.snapshot  # between the writes, limits may still ask others than at the end
    asked = asked_applications(found)
    if given.desired.policy != "always" or isinstance(asked, MfaSetupError):
        return ()
    return (silent_login(asked, found.asked),)


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
    named = listed([f"{action.name} ({', '.join(action.calls)})" for action in actions])
    one = len(actions) == 1
    return f"{'A post-login Action' if one else 'Post-login Actions'} can ask users for MFA: {named}."


_OVER_POLICY = "That takes precedence over the MFA policy, even over Never."
_BESIDES_OURS = "So users may be asked whom the limits of the policy leave out."
_REVIEW = "Review the Actions: Auth0 dashboard, Actions > Triggers > post-login."
