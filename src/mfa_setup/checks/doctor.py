"""All checks at once, on one snapshot: every read is made once, and none that fails stops another."""

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

READS: frozenset[PartName] = OF_TWILIO | tenant.DOCTOR | {"settings", "actions"}


def read_everything(reader: Reader) -> Snapshot:
    """Everything that the checks need; where not even the phone stack can be read, nothing more is asked of Auth0."""
    scopes = attempt(reader.token.scopes)
    begun = scopes if isinstance(scopes, MfaSetupError) else attempt(reader.begin)
    if isinstance(begun, MfaSetupError):
        unread = Snapshot(domain=reader.services.domain, stack=begun, scopes=scopes)
        return reader.read(READS, unread)
    return reader.read(READS, replace(begun, scopes=scopes))


def examine(given: CheckContext) -> tuple[Check, ...]:
    """All checks, in the order in which they are asked."""
    checks = (
        *tenant.checks(given),
        *decide.deciding(given),
        provider.recent_sends(given),
        account.alerts(given),
        account.region(given.region_variables),
    )
    return _with_pending(given, checks)


def _with_pending(given: CheckContext, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks of a tenant that is not set up yet: those that `up` would make pass are pending instead.

    A tenant is not set up yet where no code can be sent, `up` would change that, and nothing asks users for codes: not
    a policy, and no Action that could be read.
    """
    found = given.snapshot
    if known_or(found.policies, None) != () or found.enforcing:
        return checks
    names = _to_set_up(given)
    waiting = {check.id for check in checks if check.applies and BY_ID[check.id].resource in names}
    if not any(check.status == "fail" and BY_ID[check.id].fixed and check.id in waiting for check in checks):
        return checks
    return tuple(_pending(check) if check.id in waiting and check.status != "pass" else check for check in checks)


def _to_set_up(given: CheckContext) -> frozenset[ResourceName]:
    """The resources that `up` would create or update, as far as that is known without asking a person.

    A tenant without a phone provider gets one, also where no Twilio credentials are given yet.
    """
    found = given.snapshot
    comparison = Comparison(given.desired, found, planned=found, own=given.own, lenient=True)
    steps = {resource.name: attempt(lambda: resource.compare(comparison)) for resource in registry.RESOURCES}  # noqa: B023 called at once
    names = {name for name, step in steps.items() if not isinstance(step, MfaSetupError) and _sets_up(step)}
    there = known_or(found.provider, None)
    if there and (there.kind in {None, "auth0"} or (there.kind == "twilio" and there.sid is None)):
        names.add("provider")
    return frozenset(names)


def _sets_up(step: Step) -> bool:
    """Whether a step sets something up: an application that exists and has its connection is set up already."""
    if step.change.resource == "application":
        return any(write.action in {"create_application", "connect_application"} for write in step.writes)
    return step.change.pending


def _pending(check: Check) -> Check:
    """The check as one that waits for `up`, which will make it pass."""
    evidence = f"{check.evidence} `mfa-setup up` will change that."
    return check.model_copy(
        update={"status": "skip", "pending": True, "evidence": evidence, "fix": "Run `mfa-setup up`."}
    )


def broken(snapshot: Snapshot) -> MfaSetupError | None:
    """Credentials that are refused, or a service that cannot be reached: what the whole examination ends with."""
    return first_unread((snapshot.stack, snapshot.twilio, snapshot.factor, snapshot.provider))
