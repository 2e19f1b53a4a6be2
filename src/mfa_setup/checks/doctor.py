"""Evaluates all checks on one snapshot: everything is read once, and a failed read does not stop the others."""

from dataclasses import replace

from mfa_setup.checks import account, decide, provider, tenant
from mfa_setup.checks.catalog import BY_ID
from mfa_setup.checks.context import CheckContext
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.types import ResourceName
from mfa_setup.resources import registry
from mfa_setup.resources.base import Comparison, Step
from mfa_setup.snapshot.names import OF_TWILIO, PartName
from mfa_setup.snapshot.parts import attempt, first_unread, known_or
from mfa_setup.snapshot.reader import Reader
from mfa_setup.snapshot.snapshot import Snapshot

READS: frozenset[PartName] = (
    OF_TWILIO
    | tenant.DOCTOR
    | {"settings", "actions", "scope", "action_failures", "limiting_connections", "organizations", "roles"}
)


def read_everything(reader: Reader) -> Snapshot:
    """Reads everything that the checks need; if the phone stack cannot be read, reads nothing more from Auth0."""
    scopes = attempt(reader.token.scopes)
    begun = scopes if isinstance(scopes, MfaSetupError) else attempt(reader.begin)
    if isinstance(begun, MfaSetupError):
        unread = Snapshot(domain=reader.services.domain, stack=begun, scopes=scopes)
        return reader.read(READS, unread)
    return reader.read(READS, replace(begun, scopes=scopes))


def examine(given: CheckContext) -> tuple[Check, ...]:
    """Evaluates all checks, in a fixed order."""
    checks = (
        *tenant.checks(given),
        *decide.deciding(given),
        provider.recent_sends(given),
        account.alerts(given),
        account.region(given.region_variables),
    )
    return _with_pending(given, checks)


def _with_pending(given: CheckContext, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """Marks the checks that `up` would make pass as pending, if the tenant is not set up yet.

    A tenant is not set up yet if no code can be sent, `up` would change that, and neither a policy nor any readable
    Action asks users for codes.
    """
    found = given.snapshot
    if known_or(found.policies, None) != () or found.enforcing or found.asks_some:
        return checks
    names, planned = _to_set_up(given)
    after = decide.deciding(replace(given, snapshot=planned))
    passing = {check.id for check in after if check.status in {"pass", "warn"}}
    waiting = {check.id for check in checks if check.applies and BY_ID[check.id].resource in names}
    waiting |= {check.id for check in checks if check.status == "fail" and check.id in passing}
    if not any(check.status == "fail" and BY_ID[check.id].fixed and check.id in waiting for check in checks):
        return checks
    return tuple(_pending(check) if check.id in waiting and check.status != "pass" else check for check in checks)


def _to_set_up(given: CheckContext) -> tuple[frozenset[ResourceName], Snapshot]:
    """Returns the resources that `up` would create or update, as far as that is known without asking a person.

    The provider is included if the tenant has no phone provider, even if no Twilio credentials are set yet. The
    snapshot is the one that `up` would lead to, for example with the number in the pool of its Messaging Service.
    """
    found = planned = given.snapshot
    names = set[ResourceName]()
    for resource in registry.RESOURCES:
        comparison = Comparison(given.desired, found, planned=planned, own=given.own, lenient=True)
        step = attempt(lambda: resource.compare(comparison))  # noqa: B023 called at once
        if isinstance(step, MfaSetupError):
            continue
        planned = registry.after(planned, step.writes)
        names |= {resource.name} if _sets_up(step) else set()
    there = known_or(found.provider, None)
    if there and (there.kind in {None, "auth0"} or (there.kind == "twilio" and there.sid is None)):
        names.add("provider")
    return frozenset(names), planned


def _sets_up(step: Step) -> bool:
    """Whether a step sets something up; an application that exists and has its connection counts as set up."""
    if step.change.resource == "application":
        return any(write.action in {"create_application", "connect_application"} for write in step.writes)
    return step.change.pending


def _pending(check: Check) -> Check:
    """Returns the check as pending: `up` will make it pass."""
    evidence = f"{check.evidence} `mfa-setup up` will change that."
    return check.model_copy(
        update={"status": "skip", "pending": True, "evidence": evidence, "fix": "Run `mfa-setup up`."}
    )


def broken(snapshot: Snapshot) -> MfaSetupError | None:
    """Returns the error that ends `doctor`: credentials are refused or a service cannot be reached; None otherwise."""
    return first_unread((snapshot.stack, snapshot.twilio, snapshot.factor, snapshot.provider))
