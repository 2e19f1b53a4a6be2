"""Checks of the tenant: the token's scopes, the Auth0 plan, the phone stack, the rate limit and the application."""

from collections.abc import Mapping

from mfa_setup.checks import login
from mfa_setup.checks.catalog import answer, idle, judged, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.provider import TENANT_SEND
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Application, Connection, UserCount
from mfa_setup.model.readiness import Headroom
from mfa_setup.model.types import PhoneStack, ResourceName
from mfa_setup.resources.application import choose
from mfa_setup.resources.registry import ACTIONS, in_order, possible_actions, undo_scopes
from mfa_setup.snapshot.names import MINIMUM, PartName, scopes_of
from mfa_setup.snapshot.parts import Part, attempt, known, known_or
from mfa_setup.snapshot.snapshot import Snapshot

FREE_BURST = 2
"""The burst of the Free plan's rate limit; all other plans have more (Auth0 docs, "Rate limit configurations")."""
_SCOPES_PAGE = "Auth0 dashboard, Applications > APIs > Auth0 Management API > Machine to Machine Applications."


def checks(given: CheckContext) -> tuple[Check, ...]:
    """Returns the checks of the tenant and its logins."""
    found = given.snapshot
    return (
        *_token(given),
        plan(found),
        judged("phone_stack", found.stack, _stack),
        rate_limit(found.headroom),
        _application(given),
        *login.checks(found),
    )


COMMANDS: dict[str, tuple[ResourceName, ...]] = {
    "init": ("application",),
    "enable-sms": ("number", "provider", "factor"),
    "policy": ("scope", "policy"),
}
"""The commands whose scopes are checked, each with the resources that it sets up."""
DOCTOR: frozenset[PartName] = MINIMUM | {
    "templates",
    "applications",
    "connections",
    "policies",
    "sends",
    "everyone",
}


def _needs(desired: Desired, stack: PhoneStack) -> Mapping[str, frozenset[str]]:
    """Returns the scopes that each command needs, without the one for reading the tenant settings."""
    needed = {
        command: frozenset().union(
            *(
                scopes_of(resource.reads(desired), stack) | resource.write_scopes(desired, stack)
                for resource in in_order(names)
            )
        )
        for command, names in COMMANDS.items()
    }
    needed["undo"] = frozenset(undo_scopes(possible_actions(desired, stack)))
    needed["doctor"] = scopes_of(DOCTOR, stack)
    return {command: scopes - {"read:tenant_settings"} for command, scopes in needed.items()}


def _token(given: CheckContext) -> tuple[Check, ...]:
    found = given.snapshot
    if isinstance(found.scopes, MfaSetupError):
        why = found.scopes
        refused = answer("auth0_token", "fail", why.message, why.hint)
        return (refused if why.exit_code == 4 else unseen("auth0_token", why), unseen("auth0_scopes", why))  # noqa: PLR2004 credentials
    # Auth0 may refuse even a token that shows its scopes; the first read reveals that.
    for part in (found.stack, found.factors):
        if isinstance(part, MfaSetupError) and part.code == "credentials_refused":
            return answer("auth0_token", "fail", part.message, part.hint), unseen("auth0_scopes", part)
    accepted = answer("auth0_token", "pass", "Auth0 accepted the credentials.")
    if found.scopes is None:
        return accepted, idle("auth0_scopes", "The access token does not show which scopes it has.")
    granted = found.scopes
    needs = _needs(given.desired, known_or(found.stack, "unified"))
    lacking = {command: sorted(needed - granted) for command, needed in needs.items()}
    short = [f"`mfa-setup {command}` needs {', '.join(scopes)}" for command, scopes in lacking.items() if scopes]
    if short:
        evidence = f"The access token lacks scopes: {'; '.join(short)}."
        if losses := [loss for scope, loss in undo_scopes(ACTIONS).items() if scope in lacking["undo"]]:
            evidence += f" Without its scopes, `mfa-setup undo` cannot {' or '.join(losses)}."
        return accepted, answer("auth0_scopes", "warn", evidence, f"Grant the scopes: {_SCOPES_PAGE}")
    return accepted, answer("auth0_scopes", "pass", "The access token has every scope that the commands need.")


def has_sent(found: Snapshot) -> bool:
    """Whether the tenant is known to have sent codes, which the Free plan does not allow."""
    return any(not send.failed for send in known_or(found.sends, ()))


def is_free(headroom: Headroom | None) -> bool:
    """Whether the tenant's rate limit is that of the Free plan."""
    return headroom is not None and headroom.limit <= FREE_BURST


def plan(found: Snapshot) -> Check:
    """Checks whether the tenant's plan includes SMS; no API shows the plan, so only a code that was sent proves it."""
    if has_sent(found):
        return answer(
            "auth0_plan",
            "pass",
            "The tenant recently sent codes through its phone provider, which the Free plan does not.",
        )
    evidence = "Auth0 does not expose the tenant's plan, and no code has been sent yet to show that it includes SMS."
    if isinstance(found.sends, MfaSetupError):
        evidence = "Auth0 does not expose the tenant's plan, and its log was not read to see whether it has sent codes."
    if (headroom := found.headroom) and is_free(headroom):
        evidence += (
            f" Its rate limit (a burst of {headroom.limit} requests) is that of the Free plan, which sends no SMS."
        )
    look = "Or see the plan: Auth0 dashboard, Settings > Subscription."
    legacy = known_or(found.stack, "unified") == "legacy"
    there = known_or(found.provider, None)
    if legacy:
        show = "Log in once to show it: `mfa-setup test login`."
    elif there and there.enabled:
        show = f"Have Auth0 send an SMS: {TENANT_SEND}."
    else:
        show = "Have `mfa-setup up --test-to NUMBER` send an SMS through Auth0 before it sets the policy."
    return answer("auth0_plan", "warn", evidence, f"{show} {look}")


def _stack(stack: str) -> Check:
    titles = {"unified": "Unified Phone Experience", "legacy": "legacy phone stack (guardian/factors/phone)"}
    return answer("phone_stack", "pass", f"The tenant uses the {titles[stack]}.")


def rate_limit(headroom: Headroom | None) -> Check:
    """Checks whether the rate limit leaves room for mfa-setup and all other users of the Management API."""
    if headroom is None:
        return idle("rate_limit", "Auth0's answers did not report a rate limit.")
    left = f"Auth0's rate limit has {headroom.remaining} of {headroom.limit} requests left"
    if is_free(headroom):
        return answer("rate_limit", "warn", f"{left}, so commands are slow.", "A paid Auth0 plan has a higher limit.")
    return answer("rate_limit", "pass", f"{left}.")


PLACEHOLDER = "{organization_name}"
ORGANIZATIONS = frozenset({"allow", "require"})
"""Values of `organization_usage` for which Auth0 fills in the placeholder in a URL (sources: auth0-organization)."""


def _application(given: CheckContext) -> Check:
    """Checks whether users can log in to the application through its connection."""
    asked, found = given.desired.application, given.snapshot
    if asked is None:
        return idle("application", "Applications are left alone (--no-app).")
    app = attempt(lambda: choose(asked, known(found.applications), found.config))
    if isinstance(app, MfaSetupError):
        return unseen("application", app)
    if isinstance(found.connections, MfaSetupError):
        return unseen("application", found.connections)
    where = found.connections.found
    if where is None:
        evidence = f"The tenant has no database connection {asked.connection}."
        return answer("application", "warn", evidence, "Pass --connection with one that exists.")
    return _connected(app, asked.name, where, found.everyone)


def _connected(app: Application | None, name: str, where: Connection, users: Part[UserCount]) -> Check:
    """Checks whether the application exists and may use the connection."""
    if app is None:
        return answer("application", "warn", f'The application "{name}" does not exist yet.', "Run `mfa-setup init`.")
    if app.client_id not in where.client_ids:
        evidence = f'The application "{app.name}" may not use the connection {where.name} yet.'
        return answer("application", "warn", evidence, f"Run `mfa-setup init --connection {where.name}`.")
    return _used(app, where, users)


def _used(app: Application, where: Connection, users: Part[UserCount]) -> Check:
    """Checks whether the tenant has users, and whether Auth0 can send them back to the application after a login."""
    if app.organization_usage not in ORGANIZATIONS and any(PLACEHOLDER in url for url in app.callbacks):
        evidence = f'A callback URL of "{app.name}" has {PLACEHOLDER}, which works only in logins to an organization.'
        return answer(
            "application",
            "warn",
            evidence,
            "Allow organizations: Auth0 dashboard, Applications > the application > Organizations.",
        )
    total = None if isinstance(users, MfaSetupError) else users.total
    counted = "the users could not be counted" if total is None else f"the tenant has {total} users"
    counted = counted.removesuffix("s") if total == 1 else counted
    evidence = f'Users of the connection {where.name} can log in to the application "{app.name}"; {counted}.'
    if app.organization_usage == "require":
        evidence += " Logins need an organization, also the test: `mfa-setup test login --organization`."
    if total == 0:
        return answer("application", "warn", evidence, "Create a user: Auth0 dashboard, User Management > Users.")
    return answer("application", "pass", evidence)
