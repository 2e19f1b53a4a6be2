"""What must hold before any write: the scopes, the Twilio token, an account that is active."""

from collections.abc import Iterable

from mfa_setup.checks import account
from mfa_setup.engine.plan import Plan
from mfa_setup.engine.task import Task
from mfa_setup.errors import ForbiddenError, InvalidValueError, ScopeMissingError
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Factor
from mfa_setup.model.types import PhoneStack
from mfa_setup.ports import TokenPort
from mfa_setup.resources.provider_kept import KINDS
from mfa_setup.resources.provider_writes import token_needed
from mfa_setup.resources.registry import ACTIONS, in_order
from mfa_setup.services import Services
from mfa_setup.snapshot.names import CONSEQUENCES, MINIMUM, READINESS, PartName, scopes_of
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot


def parts_of(task: Task, desired: Desired) -> frozenset[PartName]:
    """The parts of the snapshot that a task compares."""
    return frozenset[PartName]().union(*(resource.reads(desired) for resource in in_order(task.resources)))


def possible_scopes(task: Task, desired: Desired, stack: PhoneStack | None) -> frozenset[str]:
    """All that the task may come to need, so that a token that lacks several is told all of it at once."""
    parts, scopes = parts_of(task, desired), set[str]()
    for one in ("unified", "legacy") if stack is None else (stack,):
        scopes |= scopes_of(parts, one)
        if not task.read_only:
            for resource in in_order(task.resources):
                scopes |= resource.write_scopes(desired, one)
    return frozenset(scopes)


def every_scope() -> tuple[frozenset[str], frozenset[str]]:
    """All scopes that setting up a tenant may need, on either phone stack, and those that undoing it needs as well."""
    parts: set[PartName] = {
        *MINIMUM,
        *READINESS,
        *CONSEQUENCES,
        "connections",
        "connected",
        "policies",
        "actions",
        "custom_domains",
    }
    reads = scopes_of(parts, "unified") | scopes_of(parts, "legacy")
    writes = frozenset[str]().union(*(action.scopes for action in ACTIONS.values()))
    undo = frozenset(scope for scope in writes if scope.startswith("delete:"))
    return reads | writes - undo, undo


def require_scopes(token: TokenPort, needed: Iterable[str], possible: Iterable[str] = ()) -> None:
    """Refuses a token that lacks needed scopes, and names the possible ones that it lacks as well.

    Missing scopes may have been granted since a cached token was issued, so a new one is requested first. A token that
    tells nothing is tried.

    Raises:
        ScopeMissingError: Scopes are missing.
    """
    needed = frozenset(needed)
    granted = token.scopes()
    if granted is not None and not needed <= granted and token.renew():
        granted = token.scopes()
    if granted is not None and not needed <= granted:
        missing = sorted({*needed, *possible} - granted)
        raise ScopeMissingError(
            f"The access token lacks {'a scope' if len(missing) == 1 else 'scopes'}: {', '.join(missing)}.",
            service="auth0",
        )


def require_token(plan: Plan, services: Services) -> None:
    """Refuses to start where Auth0 is to be given the Twilio token and only an API key is known.

    Raises:
        ValueNeededError: The auth token is needed.
    """
    if services.token is None and any(stage.sends_token for stage in plan.stages):
        raise token_needed()


def require_sms(plan: Plan) -> None:
    """Refuses to prove by an SMS what is sent as a call, or by somebody else's program, which Twilio does not see.

    Raises:
        InvalidValueError: No SMS is among the message types that there would be, or Twilio does not send it.
    """
    after = plan.after(plan.found)
    types = known_or(after.factor, Factor()).message_types
    if types and "sms" not in types:
        raise InvalidValueError(
            "--test-to proves an SMS, and codes would be spoken only.",
            hint="Leave --test-to out, or add SMS: --delivery both.",
        )
    provider = known_or(after.provider, None)
    if provider is not None and provider.kind in KINDS:
        raise InvalidValueError(
            f"--test-to follows an SMS in Twilio's log, and the tenant's {KINDS[provider.kind]} sends the codes.",
            hint="Leave --test-to out, and log in once with a code: `mfa-setup test login`.",
        )


def require_active(found: Snapshot) -> None:
    """Refuses to work with a Twilio account that is suspended or closed.

    Raises:
        ForbiddenError: It is; the check that failed goes with it.
    """
    details = inventory.account if (inventory := known_or(found.twilio, None)) else None
    if details is None or details.status == "active":
        return
    failing = account.judge(details)
    error = ForbiddenError(f"The Twilio account is {details.status}.", service="twilio", hint=failing.fix)
    error.checks = (failing,)
    raise error
