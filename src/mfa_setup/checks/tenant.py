"""The tenant itself: what the token may do, what the plan sends, and what else bears on a login with MFA."""

from collections.abc import Mapping
from dataclasses import dataclass

from mfa_setup.checks.catalog import answer, idle, unseen
from mfa_setup.checks.provider import TENANT_SEND
from mfa_setup.checks.scene import Read
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check, CheckStatus
from mfa_setup.model.observed import Application, Connection, SendEvent
from mfa_setup.model.outcome import PhoneStack
from mfa_setup.model.readiness import Headroom, TenantFlags
from mfa_setup.resources import application, factor, policy, provider

FREE_BURST = 2
"""The burst of the Free plan's rate limit (Auth0 docs, "Rate limit configurations"); no other plan's is so small."""
PASSWORD_GRANTS = frozenset({"password", "http://auth0.com/oauth/grant-type/password-realm"})
_SECURER = frozenset({"webauthn-roaming", "otp", "push-notification", "duo"})
"""Independent factors that Auth0 offers before SMS: the most secure one that is on (Auth0 docs, "Enable MFA")."""
_RECOVERY = frozenset({"recovery-code", "email"})
_SCOPES_PAGE = "Auth0 dashboard: Applications > APIs > Auth0 Management API > Machine to Machine Applications."


@dataclass(frozen=True, slots=True)
class TenantSeen:
    """What is read for these checks alone; each part, or why it could not be read.

    Attributes:
        scopes: What the token allows; None where nothing tells.
        stack: The phone stack.
        factors: The factors that are on.
        flags: Settings that bear on MFA.
        applications: All applications.
        chosen: The application that `up` would use; None where there is none.
        connection: The database connection; None where there is none.
        users: How many users it has.
        policies: The MFA policies.
    """

    scopes: Read[frozenset[str] | None]
    stack: Read[PhoneStack]
    factors: Read[frozenset[str]]
    flags: Read[TenantFlags]
    applications: Read[tuple[Application, ...]]
    chosen: Read[Application | None]
    connection: Read[Connection | None]
    users: Read[int]
    policies: Read[tuple[str, ...]]


def checks(seen: TenantSeen, sends: Read[tuple[SendEvent, ...]], headroom: Headroom | None) -> tuple[Check, ...]:
    """All of this group."""
    return (
        *_token(seen),
        plan(sends, headroom, seen.stack),
        _stack(seen.stack),
        rate_limit(headroom),
        _application(seen),
        _password_grants(seen),
        _other_factor(seen),
        _recovery(seen.factors),
        _actions(seen.flags),
    )


def _needs(stack: PhoneStack) -> Mapping[str, frozenset[str]]:
    """What each command needs beyond looking at the settings."""
    looking = factor.READ_SCOPES | provider.READ_SCOPES[stack]
    sending = factor.WRITE_SCOPES | (provider.UNIFIED_WRITE_SCOPES if stack == "unified" else frozenset())
    log = frozenset({"read:logs"})
    return {
        "init": application.READ_SCOPES | application.WRITE_SCOPES,
        "enable-sms": looking | sending,
        "policy": looking | policy.READ_SCOPES | policy.WRITE_SCOPES,
        "doctor": looking | application.READ_SCOPES | policy.READ_SCOPES | log | {"read:users"},
    }


def _token(seen: TenantSeen) -> tuple[Check, ...]:
    if isinstance(seen.scopes, MfaSetupError):
        why = seen.scopes
        refused = answer("auth0_token", "fail", why.message, why.hint)
        return (refused if why.exit_code == 4 else unseen("auth0_token", why), unseen("auth0_scopes", why))  # noqa: PLR2004 credentials
    # A token that tells its scopes may still be refused: the first read has shown that.
    for part in (seen.stack, seen.factors):
        if isinstance(part, MfaSetupError) and part.code == "credentials_refused":
            return answer("auth0_token", "fail", part.message, part.hint), unseen("auth0_scopes", part)
    accepted = answer("auth0_token", "pass", "Auth0 accepts them.")
    if seen.scopes is None:
        return accepted, idle("auth0_scopes", "The token does not tell its scopes.")
    stack: PhoneStack = "unified" if isinstance(seen.stack, MfaSetupError) else seen.stack
    lacking = {command: sorted(needed - seen.scopes) for command, needed in _needs(stack).items()}
    short = [f"{command} lacks {', '.join(scopes)}" for command, scopes in lacking.items() if scopes]
    if short:
        return accepted, answer("auth0_scopes", "warn", f"{'; '.join(short)}.", f"Tick them: {_SCOPES_PAGE}")
    return accepted, answer("auth0_scopes", "pass", "It has every scope that a command needs.")


def plan(sends: Read[tuple[SendEvent, ...]], headroom: Headroom | None, stack: Read[PhoneStack]) -> Check:
    """Whether the plan sends SMS, which no read tells: only a send of the tenant's own shows it."""
    accepted = () if isinstance(sends, MfaSetupError) else [send for send in sends if not send.failed]
    if accepted:
        return answer("auth0_plan", "pass", "The tenant has sent codes by its provider lately.")
    evidence = "The tenant's plan cannot be read, and no send of its own shows that it includes SMS."
    if headroom and headroom.limit <= FREE_BURST:
        evidence += f" Its rate limit, a burst of {headroom.limit}, is that of the Free plan, which sends no SMS."
    look = "The plan stands in the Auth0 dashboard, Settings > Subscription."
    show = "A login shows it: `mfa-setup test login`." if stack == "legacy" else f"Let Auth0 send: {TENANT_SEND}."
    return answer("auth0_plan", "warn", evidence, f"{show} {look}")


def _stack(stack: Read[PhoneStack]) -> Check:
    if isinstance(stack, MfaSetupError):
        return unseen("phone_stack", stack)
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


def _application(seen: TenantSeen) -> Check:
    """Whether the application is on a connection that has users."""
    app, where, users = seen.chosen, seen.connection, seen.users
    if isinstance(app, MfaSetupError):
        return unseen("application", app)
    if isinstance(where, MfaSetupError):
        return unseen("application", where)
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


def _password_grants(seen: TenantSeen) -> Check:
    """Applications whose logins answer `mfa_required` under Always, and have to speak the MFA API then."""
    if isinstance(seen.applications, MfaSetupError):
        return unseen("password_grants", seen.applications)
    using = [item.name for item in seen.applications if PASSWORD_GRANTS & set(item.grant_types)]
    if not using:
        return answer("password_grants", "pass", "None does.")
    return answer(
        "password_grants",
        "warn",
        f"Under Always these get `mfa_required` instead of a token: {', '.join(using)}.",
        "Let them speak Auth0's MFA API, or take the grant away: Applications > Advanced Settings > Grant Types.",
    )


def _other_factor(seen: TenantSeen) -> Check:
    """Auth0 offers the most secure factor first, unless users see the list (`mfa_show_factor_list_on_enrollment`)."""
    if isinstance(seen.factors, MfaSetupError):
        return unseen("other_factor_first", seen.factors)
    first = sorted(_SECURER & seen.factors)
    if not first:
        return answer("other_factor_first", "pass", "No: no other factor is on that goes before it.")
    listed = not isinstance(seen.flags, MfaSetupError) and seen.flags.factor_list
    told = "and users choose among them" if listed else "and users are offered the most secure one"
    return answer(
        "other_factor_first",
        "warn",
        f"{', '.join(first)} {'is' if len(first) == 1 else 'are'} on, {told}.",
        "Auth0 dashboard: Security > Multi-factor Auth: switch off what users should not get.",
    )


def _recovery(factors: Read[frozenset[str]]) -> Check:
    if isinstance(factors, MfaSetupError):
        return unseen("recovery_factor", factors)
    there = sorted(_RECOVERY & factors)
    if there:
        return answer("recovery_factor", "pass", f"{', '.join(there)} is on.")
    return answer(
        "recovery_factor",
        "warn",
        "No recovery factor is on: who loses the phone cannot log in.",
        "Auth0 dashboard: Security > Multi-factor Auth > Recovery Code.",
    )


def _actions(flags: Read[TenantFlags]) -> Check:
    """What Actions say of MFA goes before the policy (Auth0 docs, "Customize MFA policy with Actions")."""
    if isinstance(flags, MfaSetupError):
        return unseen("mfa_in_action", flags)
    if not flags.mfa_in_actions:
        return answer("mfa_in_action", "pass", "Not about the factors: customize_mfa_in_postlogin_action is off.")
    return answer(
        "mfa_in_action",
        "warn",
        "customize_mfa_in_postlogin_action is on: post-login Actions may choose the factors, and what they say goes "
        "before the policy.",
        "Look through them: Auth0 dashboard, Actions > Triggers > post-login.",
    )
