"""What one run works with, and the steps that setting up, undoing and migrating share."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from mfa_setup.appconfig import ConfigFile
from mfa_setup.checks.context import CheckContext
from mfa_setup.engine import preconditions
from mfa_setup.engine.delivery_guard import DeliveryGuard
from mfa_setup.engine.person import Person
from mfa_setup.engine.plan import Plan
from mfa_setup.engine.report import Report
from mfa_setup.engine.task import Task
from mfa_setup.model.check import Check
from mfa_setup.model.desired import Desired
from mfa_setup.model.outcome import Tenant
from mfa_setup.model.plan_file import Planned
from mfa_setup.model.types import PhoneStack
from mfa_setup.ports import TokenPort
from mfa_setup.resources import sender
from mfa_setup.services import Services
from mfa_setup.snapshot.names import PartName, scopes_of
from mfa_setup.snapshot.parts import known, known_or
from mfa_setup.snapshot.reader import Reader
from mfa_setup.snapshot.snapshot import Snapshot

Prove = Callable[[PhoneStack], None]
"""Sends the test SMS after the factor is enabled and before the policy is set; raises if the SMS does not arrive."""
Possible = Callable[[PhoneStack | None], Collection[str]]
"""Returns all scopes that a run may need on a phone stack; on either stack if the argument is None."""
Parts = Callable[[PhoneStack | None], Collection[PartName]]
"""Returns the parts of the snapshot that a run needs; the argument is None while the phone stack is unknown."""
Checks = tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class RunContext:
    """What one run of one task works with, composed from values.

    Attributes:
        task: The resources and options of the command.
        desired: The desired state.
        services: The clients of both services.
        token: The access token of the Management API.
        config: The config file of the app; None if the run writes none.
        person: The person, or the program, that runs the command.
        report: The report of the run so far.
        overrides: IDs of the checks that are overridden.
        region_variables: The environment variables that name another Twilio region.
        test_sms: Sends a test SMS before a policy is set, and proves that it arrives.
        test_phones: The phones that receive the test SMS.
        reviewed: The saved plan that the run applies, if nothing differs from it; None for a run without one.
    """

    task: Task
    desired: Desired
    services: Services
    token: TokenPort
    config: ConfigFile | None
    person: Person
    report: Report
    overrides: frozenset[str] = frozenset()
    region_variables: tuple[str, ...] = ()
    test_sms: Prove | None = None
    test_phones: tuple[str, ...] = ()
    reviewed: Planned | None = None

    @property
    def reader(self) -> Reader:
        """The reader of both services for this run; only a run that shows the tenant counts users on every page."""
        return Reader(self.services, self.token, self.desired, self.config, counts_users=self.task.read_only)

    def context(self, snapshot: Snapshot) -> CheckContext:
        """Returns the input of the checks for this snapshot."""
        return CheckContext(snapshot, self.desired, sender.own(self.services), self.region_variables)

    def guard(self, found: Snapshot, reader: Reader, overrides: set[str]) -> DeliveryGuard:
        """Returns the delivery guard of the run; checks that a person overrules are added to `overrides`."""
        policies = known_or(found.policies, ())
        context = self.context(found)
        return DeliveryGuard(reader, context, self.report, self.person, overrides, policies, self.test_phones)

    def first_read(self, reader: Reader, parts: Parts, possible: Possible, also: Collection[PartName] = ()) -> Snapshot:
        """Reads the current state, after checking that the token has the scopes that the reading needs.

        Args:
            reader: The reader of both services.
            parts: The parts that must be read, for a phone stack or while the stack is unknown.
            possible: All scopes that the run may need on a stack, so that one error can name all missing ones.
            also: Further parts to read; they may fail.

        Raises:
            MfaSetupError: Scopes are missing, a part cannot be read, or the Twilio account is not active.
        """
        preconditions.require_scopes(self.token, scopes_of(parts(None), None), possible(None))
        begun = reader.begin()
        stack: PhoneStack = known(begun.stack)
        self.report.tenant = Tenant(domain=self.services.domain, phone_stack=stack)
        preconditions.require_scopes(self.token, scopes_of(parts(stack), stack), possible(stack))
        self.person.doing("Reading the tenant and the account")
        found = reader.read(parts(stack), begun, also=also, strict=True)
        moved: PhoneStack = known(found.stack)
        if moved != stack:  # the tenant has moved since the stack was remembered
            preconditions.require_scopes(self.token, scopes_of(parts(moved), moved), possible(moved))
        self.report.tenant = Tenant(domain=self.services.domain, phone_stack=known(found.stack))
        preconditions.require_active(found)
        return found

    def confirmed(self, plan: Plan, checks: Checks, again: Callable[[Plan], tuple[Plan, Checks]]) -> Plan:
        """Asks the person to confirm the plan and returns it, made again after the answer.

        While the question waits, somebody may change the state that the plan was made from. The plan is therefore made
        again after the answer and compared; if it differs, the person is asked about the new plan.
        """
        changed = tuple[str, ...]()
        while self.person.confirm(self.report.outcome(), changed=changed):
            fresh, checks_now = again(plan)
            changed = plan.differs(fresh, checks, checks_now)
            plan, checks = fresh, checks_now
            if not changed or not plan.stages:
                break
        return plan
