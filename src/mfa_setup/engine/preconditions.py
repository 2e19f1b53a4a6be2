"""The conditions before any write: the token has the scopes, the Twilio token is known, the account is active."""

from collections.abc import Iterable
from typing import get_args

from mfa_setup.checks import account
from mfa_setup.engine.plan import Plan
from mfa_setup.engine.task import Task
from mfa_setup.errors import ForbiddenError, InvalidValueError, ScopeMissingError
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Factor
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import PhoneStack
from mfa_setup.ports import TokenPort
from mfa_setup.resources import registry
from mfa_setup.resources.phone_stack import SWITCH_SCOPES
from mfa_setup.resources.provider_kept import KINDS
from mfa_setup.resources.provider_writes import token_needed
from mfa_setup.resources.registry import ACTIONS, in_order
from mfa_setup.resources.scope_writes import LIMIT_SCOPES
from mfa_setup.services import Services
from mfa_setup.snapshot.names import SEND_SCOPES, PartName, scopes_of
from mfa_setup.snapshot.parts import known, known_or
from mfa_setup.snapshot.snapshot import Snapshot

UNDO_SCOPES = "undo_scopes"
"""The code of the warning that the access token lacks scopes which an undo needs."""


def parts_of(task: Task, desired: Desired) -> frozenset[PartName]:
    """Returns the parts of the snapshot that planning a task reads."""
    return frozenset[PartName]().union(*(resource.reads(desired) for resource in in_order(task.resources)))


def possible_scopes(task: Task, desired: Desired, stack: PhoneStack | None) -> frozenset[str]:
    """Returns all scopes that the task may need, so that one error can name every scope that the token lacks."""
    parts, scopes = parts_of(task, desired), set[str]()
    for one in ("unified", "legacy") if stack is None else (stack,):
        scopes |= scopes_of(parts, one)
        if not task.read_only:
            for resource in in_order(task.resources):
                scopes |= resource.write_scopes(desired, one)
    return frozenset(scopes)


def every_scope() -> tuple[frozenset[str], frozenset[str]]:
    """Returns all scopes that setting up a tenant may need, on either phone stack, and those that only an undo needs.

    `mfa-setup login` and the README list exactly these, without the scopes that allow much more than most users of
    mfa-setup need: those of limits (`docs/mfa-for-some.md`) and of `migrate` (`docs/migrate.md`).
    """
    rarely = LIMIT_SCOPES | SWITCH_SCOPES
    reads = frozenset[str]().union(
        *(scopes_of(get_args(PartName), stack) | SEND_SCOPES[stack] for stack in SEND_SCOPES)
    )
    writes = frozenset[str]().union(*(action.scopes for action in ACTIONS.values()))
    undo = frozenset(registry.undo_scopes(ACTIONS)) - rarely
    return (reads | writes) - undo - rarely, undo


def missing_scopes(token: TokenPort, needed: Iterable[str]) -> frozenset[str]:
    """Returns the needed scopes that a token lacks; an empty set if the token does not reveal its scopes.

    Missing scopes may have been granted since a cached token was issued, so a new one is requested first.
    """
    needed, granted = frozenset(needed), token.scopes()
    if granted is not None and not needed <= granted and token.renew():
        granted = token.scopes()
    return frozenset() if granted is None else needed - granted


def require_scopes(token: TokenPort, needed: Iterable[str], possible: Iterable[str] = ()) -> None:
    """Refuses a token that lacks needed scopes; the error also names the missing scopes among the possible ones.

    A token that does not reveal its scopes is accepted.

    Raises:
        ScopeMissingError: The token lacks needed scopes.
    """
    if missing := missing_scopes(token, needed):
        raise ScopeMissingError(lacks(missing | missing_scopes(token, possible)), service="auth0")


def lacks(missing: Iterable[str]) -> str:
    """Returns the sentence that names the missing scopes."""
    names = sorted(missing)
    return f"The access token lacks {'a scope' if len(names) == 1 else 'scopes'}: {', '.join(names)}."


def undo_warning(plan: Plan, token: TokenPort) -> tuple[Notice, ...]:
    """Returns the warning that the token has the scopes for a plan but not for undoing it.

    Only the current token is inspected: no new one is requested, and a token that does not reveal its scopes gives
    no warning.
    """
    granted = token.scopes()
    if granted is None or not registry.scopes_of(plan.writes) <= granted:
        return ()
    actions = {write.action for write in plan.writes}
    stack: PhoneStack = known(plan.found.stack)
    written = in_order({write.resource for write in plan.writes})
    reads = {one.name: scopes_of(one.revert_reads(actions), stack) - granted for one in written}
    removals = {scope: loss for scope, loss in registry.undo_scopes(actions).items() if scope not in granted}
    missing = sorted(removals.keys() | set[str]().union(*reads.values()))
    if not missing:
        return ()
    losses = [*(f"restore the {name}" for name, scopes in reads.items() if scopes), *removals.values()]
    return (
        Notice(
            code=UNDO_SCOPES,
            message="The access token lacks scopes that undoing this run needs. "
            f"Without them, `mfa-setup undo` cannot {' or '.join(losses)}. The scopes: {' '.join(missing)}",
            hint=f"Grant them before you undo. {ScopeMissingError.page}; all scopes are in README.md, Scopes.",
        ),
    )


def require_token(plan: Plan, services: Services) -> None:
    """Refuses a plan that gives Auth0 the Twilio auth token if only an API key is known.

    Raises:
        ValueNeededError: The Twilio auth token is needed.
    """
    if services.token is None and any(stage.sends_token for stage in plan.stages):
        raise token_needed()


def require_sms(plan: Plan) -> None:
    """Refuses a test SMS if codes would be sent only as calls, or not by Twilio, whose log the test reads.

    Raises:
        InvalidValueError: SMS would not be a message type of the factor, or Twilio would not send the codes.
    """
    after = plan.after(plan.found)
    types = known_or(after.factor, Factor()).message_types
    if types and "sms" not in types:
        raise InvalidValueError(
            "--test-to sends an SMS, but codes would be sent only as voice calls.",
            hint="Remove --test-to, or enable SMS as well with --delivery both.",
        )
    provider = known_or(after.provider, None)
    if provider is not None and provider.kind in KINDS:
        raise InvalidValueError(
            f"--test-to follows an SMS in Twilio's log, and the tenant's {KINDS[provider.kind]} sends the codes.",
            hint="Remove --test-to, and log in once with a code: `mfa-setup test login`.",
        )


def require_active(found: Snapshot) -> None:
    """Refuses a Twilio account that is suspended or closed.

    Raises:
        ForbiddenError: The account is suspended or closed; the error carries the failed check.
    """
    details = inventory.account if (inventory := known_or(found.twilio, None)) else None
    if details is None or details.status == "active":
        return
    failing = account.judge(details)
    error = ForbiddenError(f"The Twilio account is {details.status}.", service="twilio", hint=failing.fix)
    error.checks = (failing,)
    raise error
