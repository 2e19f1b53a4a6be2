"""The scope that the policy is to be limited to: resolved from names, or the one that is in force."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from mfa_setup.errors import (
    ActionChangedError,
    ActionConflictError,
    LimitsUnreadError,
    MfaSetupError,
    NotFoundError,
    PlanRefusedError,
    ScopeMissingError,
    ValueNeededError,
)
from mfa_setup.model.desired import Desired, DesiredScope
from mfa_setup.model.observed import Application, Factor
from mfa_setup.model.post_login import PostLoginAction, ScopeState
from mfa_setup.model.scope import PolicyScope, ScopedApplication, ScopedName
from mfa_setup.model.scope_code import read_code
from mfa_setup.model.write import NEW_APPLICATION
from mfa_setup.resources.base import Comparison
from mfa_setup.snapshot.names import PartName
from mfa_setup.snapshot.parts import known, known_or
from mfa_setup.snapshot.snapshot import Snapshot

_PARTS: dict[str, PartName] = {
    "applications": "applications",
    "connections": "named_connections",
    "organizations": "organizations",
    "roles": "roles",
}
"""The parts of the snapshot that name what the limits name."""
Named = TypeVar("Named", ScopedApplication, ScopedName)


def reads(desired: Desired) -> frozenset[PartName]:
    """Returns the parts that resolving the limits needs; without limits, our Action may be read or not."""
    only = desired.only
    if not only.is_given:
        return frozenset()
    return frozenset[PartName]({"scope"}) | {part for kind, part in _PARTS.items() if getattr(only, kind)}


def target(given: Comparison) -> PolicyScope | None:
    """Returns the scope that the policy is to be limited to; None if it is to concern everyone, or nobody.

    Raises:
        NotFoundError: A name does not exist.
        ValueNeededError: Several applications have the name.
        LimitsUnreadError: The policy may be limited, and whether it is could not be read.
        ActionChangedError, ActionConflictError: Whom our Action asks cannot be known.
    """
    desired = given.desired
    if desired.policy != "always" or desired.everyone:
        return None
    if desired.only.is_given:
        _require_one(known(given.found.scope))
        return _resolved(desired.only, given)
    return _kept(given)


def _require_one(state: ScopeState) -> None:
    if len(state.ours) > 1:
        names = ", ".join(f'"{one.name}" ({one.id})' for one in state.ours)
        raise ActionConflictError(f"Several post-login Actions of the tenant are mfa-setup's own: {names}.")


def _kept(given: Comparison) -> PolicyScope | None:
    """Returns the scope in force. Limits are not in force under a policy of Auth0's own, which concerns everyone."""
    found = given.found
    if known(found.policies):
        return None
    if isinstance(found.scope, MfaSetupError):
        if isinstance(found.scope, PlanRefusedError) or _cannot_ask(found):  # without Actions, nothing limits it
            return None
        raise _unread(found.scope)
    action = found.scope.action
    if action is None:
        return None
    _require_one(found.scope)
    made = action.made_of or read_code(given.last_code)
    if made is None:
        raise _unknown(action)
    return made.scope


def _cannot_ask(found: Snapshot) -> bool:
    """Whether no limits can be in use, because the tenant sends no codes."""
    provider, factor = known_or(found.provider, None), known_or(found.factor, Factor(on=frozenset({"sms"})))
    return not factor.enabled or (provider is not None and not provider.can_send)


def _unread(why: MfaSetupError) -> LimitsUnreadError:
    return LimitsUnreadError(
        "The policy may be limited to some users by a post-login Action, and mfa-setup could not read that: "
        f"{why.message}",
        hint="To keep limits that are in force, grant the scope read:actions "
        f"({ScopeMissingError.page}). To require MFA of everyone, pass --everyone.",
        service=why.service,
        status=why.status,
        request_id=why.request_id,
    )


def _unknown(action: PostLoginAction) -> ActionChangedError:
    return ActionChangedError(
        f'The code of the post-login Action "{action.name}" was changed, so mfa-setup cannot read whom it asks.',
        hint="Say whom to ask: pass --only-application, --only-connection, --only-organization, --only-role or "
        "--only-percent, or --everyone.",
    )


def _resolved(only: DesiredScope, given: Comparison) -> PolicyScope:
    """Returns the scope with its values in an order of their own, so that the order of the options is no change."""
    found = given.found
    roles = known(found.roles) if only.roles else frozenset[str]()
    for role in only.roles:
        if role not in roles:
            raise _missing("role", role, roles, "--only-role")
    return PolicyScope(
        applications=_in_order(_application(name, given) for name in only.applications),
        connections=_named("connection", only.connections, found.named_connections, "--only-connection"),
        organizations=_named("organization", only.organizations, found.organizations, "--only-organization"),
        roles=tuple(sorted(set(only.roles))),
        percent=only.percent,
    )


def _named(
    kind: str, names: Iterable[str], part: Mapping[str, str] | MfaSetupError, flag: str
) -> tuple[ScopedName, ...]:
    """Returns the connections or organizations of these names, with their IDs."""
    found = []
    for name in names:
        ids = known(part)
        if name not in ids:
            raise _missing(kind, name, ids, flag)
        found.append(ScopedName(name=name, id=ids[name]))
    return _in_order(found)


def _in_order(values: Iterable[Named]) -> tuple[Named, ...]:
    """Returns the values once each, sorted by name; the client ID of a new application is not known yet."""
    return tuple(sorted(dict.fromkeys(values), key=lambda one: (one.name, str(one))))


def _application(name: str, given: Comparison) -> ScopedApplication:
    """Returns an application by client ID or name; one that this run creates counts, too."""
    listed = known(given.found.applications)
    by_id = [item for item in listed if item.client_id == name]
    matching: list[Application] = by_id or [item for item in listed if item.name == name]
    if len(matching) > 1:
        ids = ", ".join(item.client_id for item in matching)
        raise ValueNeededError(
            f'The tenant has {len(matching)} applications named "{name}": {ids}.',
            hint=f"Pass the client ID, for example --only-application {matching[0].client_id}.",
        )
    if matching:
        return ScopedApplication(name=matching[0].name, client_id=matching[0].client_id)
    created = given.desired.application if "application" in given.resources else None
    if created and not created.client_id and created.name == name:
        return ScopedApplication(name=name, client_id=NEW_APPLICATION)
    raise _missing("application", name, [item.name for item in listed], "--only-application")


LISTED = 10
"""The largest number of names that an error lists."""


def _missing(kind: str, name: str, known_names: Iterable[str], flag: str) -> NotFoundError:
    names = sorted(known_names)[:LISTED]
    hint = f"Correct {flag}, for example with one of: {', '.join(names)}." if names else f"Correct {flag}."
    return NotFoundError(f'The tenant has no {kind} "{name}".', hint=hint)
