"""The tenant itself: what the token may do, what the plan sends, and what else bears on a login with MFA."""

from collections.abc import Mapping
from functools import partial

from mfa_setup.checks.catalog import answer, idle, judged, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.provider import TENANT_SEND
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check, CheckStatus
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import INDEPENDENT, Application
from mfa_setup.model.readiness import Headroom, TenantFlags
from mfa_setup.model.types import PhoneStack, ResourceName
from mfa_setup.resources.application import choose
from mfa_setup.resources.registry import in_order
from mfa_setup.snapshot.parts import attempt, known, known_or
from mfa_setup.snapshot.reader import MINIMUM, PartName, scopes_of
from mfa_setup.snapshot.snapshot import Snapshot

FREE_BURST = 2
"""The burst of the Free plan's rate limit (Auth0 docs, "Rate limit configurations"); no other plan's is so small."""
PASSWORD_GRANTS = frozenset({"password", "http://auth0.com/oauth/grant-type/password-realm"})
_RECOVERY = frozenset({"recovery-code", "email"})
_SCOPES_PAGE = "Auth0 dashboard: Applications > APIs > Auth0 Management API > Machine to Machine Applications."


def checks(given: CheckContext) -> tuple[Check, ...]:
    """All of this group."""
    found = given.snapshot
    return (
        *_token(given),
        plan(found),
        judged("phone_stack", found.stack, _stack),
        rate_limit(found.headroom),
        _application(given),
        judged("password_grants", found.applications, _password_grants),
        judged("other_factor_first", found.factors, partial(_other_factor, flags=known_or(found.flags, TenantFlags()))),
        judged("recovery_factor", found.factors, _recovery),
        judged("mfa_in_action", found.flags, _actions),
    )


COMMANDS: dict[str, tuple[ResourceName, ...]] = {
    "init": ("application",),
    "enable-sms": ("number", "provider", "factor"),
    "policy": ("policy",),
}
"""The commands whose scopes are checked, with the resources that each sets up."""
DOCTOR: frozenset[PartName] = MINIMUM | {"applications", "connections", "policies", "sends", "users"}


def _needs(desired: Desired, stack: PhoneStack) -> Mapping[str, frozenset[str]]:
    """What each command needs beyond looking at the settings."""
    needed = {
        command: frozenset().union(
            *(
                scopes_of(resource.reads(desired), stack) | resource.write_scopes(desired, stack)
                for resource in in_order(names)
            )
        )
        for command, names in COMMANDS.items()
    }
    needed["doctor"] = scopes_of(DOCTOR, stack)
    return {command: scopes - {"read:tenant_settings"} for command, scopes in needed.items()}


def _token(given: CheckContext) -> tuple[Check, ...]:
    found = given.snapshot
    if isinstance(found.scopes, MfaSetupError):
        why = found.scopes
        refused = answer("auth0_token", "fail", why.message, why.hint)
        return (refused if why.exit_code == 4 else unseen("auth0_token", why), unseen("auth0_scopes", why))  # noqa: PLR2004 credentials
    # A token that tells its scopes may still be refused: the first read has shown that.
    for part in (found.stack, found.factors):
        if isinstance(part, MfaSetupError) and part.code == "credentials_refused":
            return answer("auth0_token", "fail", part.message, part.hint), unseen("auth0_scopes", part)
    accepted = answer("auth0_token", "pass", "Auth0 accepts them.")
    if found.scopes is None:
        return accepted, idle("auth0_scopes", "The token does not tell its scopes.")
    granted = found.scopes
    needs = _needs(given.desired, known_or(found.stack, "unified"))
    lacking = {command: sorted(needed - granted) for command, needed in needs.items()}
    short = [f"{command} lacks {', '.join(scopes)}" for command, scopes in lacking.items() if scopes]
    if short:
        return accepted, answer("auth0_scopes", "warn", f"{'; '.join(short)}.", f"Tick them: {_SCOPES_PAGE}")
    return accepted, answer("auth0_scopes", "pass", "It has every scope that a command needs.")


def plan(found: Snapshot) -> Check:
    """Whether the plan sends SMS, which no read tells: only a send of the tenant's own shows it."""
    if any(not send.failed for send in known_or(found.sends, ())):
        return answer("auth0_plan", "pass", "The tenant has sent codes by its provider lately.")
    evidence = "The tenant's plan cannot be read, and no send of its own shows that it includes SMS."
    if (headroom := found.headroom) and headroom.limit <= FREE_BURST:
        evidence += f" Its rate limit, a burst of {headroom.limit}, is that of the Free plan, which sends no SMS."
    look = "The plan stands in the Auth0 dashboard, Settings > Subscription."
    legacy = known_or(found.stack, "unified") == "legacy"
    show = "A login shows it: `mfa-setup test login`." if legacy else f"Let Auth0 send: {TENANT_SEND}."
    return answer("auth0_plan", "warn", evidence, f"{show} {look}")


def _stack(stack: str) -> Check:
    told = {"unified": "The Unified Phone Experience.", "legacy": "The legacy stack (guardian/factors/phone)."}
    return answer("phone_stack", "pass", told[stack])


def rate_limit(headroom: Headroom | None) -> Check:
    """Whether there is room for the tool and everybody else who uses the Management API."""
    if headroom is None:
        return idle("rate_limit", "Auth0's answers told no limit.")
    told = f"{headroom.remaining} of {headroom.limit} requests were left after the last answer."
    if headroom.limit <= FREE_BURST:
        return answer("rate_limit", "warn", f"{told} Runs are slow.", "A paid plan has a larger one.")
    return answer("rate_limit", "pass", told)


def _application(given: CheckContext) -> Check:
    """Whether the application is on a connection that has users."""
    asked, found = given.desired.application, given.snapshot
    if asked is None:
        return idle("application", "Applications are left alone (--no-app).")
    app = attempt(lambda: choose(asked, known(found.applications)))
    if isinstance(app, MfaSetupError):
        return unseen("application", app)
    if isinstance(found.connections, MfaSetupError):
        return unseen("application", found.connections)
    where, users = found.connections.found, found.users
    if app is None or where is None:
        missing = "application" if app is None else "connection"
        return answer("application", "warn", f"There is no such {missing} yet.", "Run `mfa-setup init`.")
    if app.client_id not in where.client_ids:
        evidence = f'"{app.name}" is not on the connection {where.name}.'
        return answer("application", "warn", evidence, "Run `mfa-setup init`.")
    counted = "its users were not counted" if isinstance(users, MfaSetupError) else f"it has {users} users"
    status: CheckStatus = "warn" if users == 0 else "pass"
    fix = "Make one: Auth0 dashboard, User Management > Users, or sign up." if users == 0 else ""
    return answer("application", status, f'"{app.name}" is on the connection {where.name}; {counted}.', fix)


def _password_grants(applications: tuple[Application, ...]) -> Check:
    """Applications whose logins answer `mfa_required` under Always, and have to speak the MFA API then."""
    using = [item.name for item in applications if PASSWORD_GRANTS & set(item.grant_types)]
    if not using:
        return answer("password_grants", "pass", "None does.")
    return answer(
        "password_grants",
        "warn",
        f"Under Always these get `mfa_required` instead of a token: {', '.join(using)}.",
        "Let them speak Auth0's MFA API, or take the grant away: Applications > Advanced Settings > Grant Types.",
    )


def _other_factor(factors: frozenset[str], flags: TenantFlags) -> Check:
    """Auth0 offers the most secure factor first, and every independent one goes before SMS (Auth0 docs, "Enable MFA").

    Users who see the list choose themselves (`mfa_show_factor_list_on_enrollment`).
    """
    first = sorted(INDEPENDENT & factors)
    if not first:
        return answer("other_factor_first", "pass", "No: no other factor is on that goes before it.")
    told = "and users choose among them" if flags.factor_list else "and users are offered the most secure one"
    return answer(
        "other_factor_first",
        "warn",
        f"{', '.join(first)} {'is' if len(first) == 1 else 'are'} on, {told}.",
        "Auth0 dashboard: Security > Multi-factor Auth: switch off what users should not get.",
    )


def _recovery(factors: frozenset[str]) -> Check:
    there = sorted(_RECOVERY & factors)
    if there:
        return answer("recovery_factor", "pass", f"{', '.join(there)} is on.")
    return answer(
        "recovery_factor",
        "warn",
        "No recovery factor is on: who loses the phone cannot log in.",
        "Auth0 dashboard: Security > Multi-factor Auth > Recovery Code.",
    )


def _actions(flags: TenantFlags) -> Check:
    """What Actions say of MFA goes before the policy (Auth0 docs, "Customize MFA policy with Actions")."""
    if not flags.mfa_in_actions:
        return answer("mfa_in_action", "pass", "Not about the factors: customize_mfa_in_postlogin_action is off.")
    return answer(
        "mfa_in_action",
        "warn",
        "customize_mfa_in_postlogin_action is on: post-login Actions may choose the factors, and what they say goes "
        "before the policy.",
        "Look through them: Auth0 dashboard, Actions > Triggers > post-login.",
    )
