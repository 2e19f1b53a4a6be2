"""The shared types of the resources: their description for the engine, the steps of a plan, the kinds of writes."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

from mfa_setup.errors import ChoiceNeededError, GuardRefusedError, InvalidValueError, LimitsUnreadError
from mfa_setup.model.change import Change
from mfa_setup.model.desired import Desired
from mfa_setup.model.journal import RunRecord
from mfa_setup.model.observed import Number
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import SAFE_ORDER, PhoneStack, ResourceName
from mfa_setup.model.write import Fields, Write, WriteAction
from mfa_setup.services import Services
from mfa_setup.snapshot.names import PartName
from mfa_setup.snapshot.snapshot import Snapshot

OPEN_QUESTIONS = (ChoiceNeededError, GuardRefusedError, InvalidValueError, LimitsUnreadError)
"""The errors that stop a run that writes, but that `status` shows as open questions instead."""
Scopes = frozenset[str]
TOKEN = "token"  # noqa: S105 a name
"""The field of a provider write that names, in one word, which token it sends; it never contains the token."""


@dataclass(frozen=True, slots=True)
class Step:
    """One resource's part of a plan or of an undo.

    Attributes:
        change: The differences, as shown to people and in JSON.
        writes: The write requests that apply the change, in order.
        notices: Warnings for the user about the change.
        outputs: The outputs that are known already, by the names of `Outputs`.
        first: Writes of an undo that must precede the restoring of the resource that comes before this one in an undo:
            of the factor, or of the policy; `writes` come after it.
    """

    change: Change
    writes: tuple[Write, ...] = ()
    notices: tuple[Notice, ...] = ()
    outputs: Mapping[str, object] = field(default_factory=dict)
    first: tuple[Write, ...] = ()


def setting(
    resource: ResourceName, action: WriteAction, target: str, before: Fields, after: Fields
) -> tuple[Write, ...]:
    """Returns the write that sets some values; none if they are already set."""
    return () if before == after else (Write(resource, action, target, before, after),)


@dataclass(frozen=True, slots=True)
class OwnNumbers:
    """How the numbers of this tenant are recognized.

    Attributes:
        mark: The FriendlyName that the tenant's numbers are bought with.
        remembered: The SIDs of the numbers that the journal has purchases of; for a purchase whose answer was lost, the
            phone number.
    """

    mark: str
    remembered: frozenset[str] = frozenset()

    def has(self, number: Number) -> bool:
        """Whether a number is one of this tenant's, even if renamed; a number with another tenant's mark is not."""
        if number.is_marked_for_another(self.mark):
            return False
        return number.friendly_name == self.mark or bool({number.sid, number.phone_number} & self.remembered)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The input of a resource's comparison.

    Attributes:
        desired: The desired state.
        found: The snapshot as it was read.
        planned: The snapshot that the previous steps lead to.
        own: How this tenant's numbers are recognized.
        has_token: Whether this run knows the Twilio auth token, which Auth0 needs.
        lenient: Whether decisions that need a person are left open (`status`).
        may_move: Whether the user has consented to moving a number out of its Messaging Service.
        resources: The names of the resources of the task.
        rent: The monthly price of the existing number; empty if it was not read (only `status` reads it).
        last_code: The code that this machine's journal last wrote for the Action that limits the policy; empty if none.
    """

    desired: Desired
    found: Snapshot
    planned: Snapshot
    own: OwnNumbers
    has_token: bool = True
    lenient: bool = False
    may_move: bool = False
    resources: frozenset[ResourceName] = frozenset(SAFE_ORDER)
    rent: str = ""
    last_code: str = ""


@dataclass(frozen=True, slots=True)
class Reversal:
    """The input of a resource's reversal: restoring what a run changed.

    Attributes:
        record: The journal's record of the run to undo.
        later: The records of the runs after that run.
        now: The current snapshot, changed as if the resources that are restored earlier were restored.
        command: The command that undoes the run again, for hints; options can be added at its end.
        account_sid: The SID of the Twilio account of the present run.
        token: The auth token of that account.
        old_token: The auth token of another account, whose provider was replaced by the run.
        elsewhere: The numbers that other tenants send from, as far as this machine knows, with the tenant's domain.
        gone: The IDs of everything that any run of the journal has removed, so that it is not reported as missing.
        release_number: Whether a number that the run bought will be released.
        delete_application: Whether an application that the run created will be deleted.
    """

    record: RunRecord
    now: Snapshot
    command: str
    later: tuple[RunRecord, ...] = ()
    account_sid: str | None = None
    token: SecretStr | None = None
    old_token: SecretStr | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[object] = frozenset()
    release_number: bool = False
    delete_application: bool = False


class Execution(Protocol):
    """The interface through which an action's `perform` executes the writes of a plan."""

    services: Services
    snapshot: Snapshot
    """The snapshot that the plan was made from."""
    reached: Snapshot
    """The snapshot that the writes so far have led to."""
    adopted: dict[str, Write]
    """IDs of resources that another machine created and this run uses, each with the creating write it replaces."""

    def send(self, write: Write) -> Fields:
        """Journals a write, sends it and recovers a lost answer; returns the fields of the created resource.

        Raises:
            MfaSetupError: The write was refused, or its outcome is unknown.
        """

    def replace(self, planned: str, real: str) -> None:
        """Replaces a planned value by the real one, in all later writes and in the report."""

    def before_spending(self) -> None:
        """Waits until the services have accepted the first write of every parallel lane, before money is spent.

        If another lane has failed, raises an error, so that nothing is bought.
        """

    def real(self, planned: str) -> str:
        """Returns the real value of a planned one if it is known already; otherwise the planned value."""

    def report(self, **outputs: object) -> None:
        """Adds the outputs that are known so far to the report."""


@dataclass(frozen=True, slots=True)
class Action:
    """The description of one kind of write request.

    Attributes:
        send: Sends the request; returns the IDs of the created resource, which the journal keeps.
        scopes: The scopes of the access token that the request needs.
        effect: Returns the snapshot that the request leads to.
        find: Looks for the result of a request whose answer was lost, and returns None if there is no trace of it. None
            for a request whose answer is not recovered.
        perform: Executes the write if that takes more than sending one request.
        remember: Stores the facts about a finished write that later runs need.
        spends: Whether the request costs money.
        undo_scopes: The additional scopes that undoing the write needs, each with what an undo cannot do without it.
    """

    send: Callable[[Services, Write], Fields | None]
    scopes: Scopes = frozenset()
    effect: Callable[[Snapshot, Write], Snapshot] = lambda snapshot, _: snapshot
    find: Callable[[Services, Write], Fields | None] | None = None
    perform: Callable[[Execution, Write], None] | None = None
    remember: Callable[[Services, Write, Fields], None] = lambda _services, _write, _made: None
    spends: bool = False
    undo_scopes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    """The description of one resource that a run sets up; the engine knows the resource only through it.

    Attributes:
        name: The name of the resource in JSON and in the journal.
        actions: The kinds of write requests of the resource.
        reads: Returns the parts of the snapshot that the comparison needs.
        write_scopes: Returns all scopes that setting up the resource may need, so that one error can name all of them.
        compare: Returns the step from the current to the desired state.
        revert: Returns the step that restores the state from before a run.
        revert_reads: Returns the parts of the snapshot that undoing some kinds of writes needs, including those that
            logins depend on.
        is_optional: Whether the resource is listed only if it exists or changes.
    """

    name: ResourceName
    actions: Mapping[WriteAction, Action]
    reads: Callable[[Desired], frozenset[PartName]]
    write_scopes: Callable[[Desired, PhoneStack], Scopes]
    compare: Callable[[Comparison], Step]
    revert: Callable[[Reversal], Step]
    revert_reads: Callable[[Collection[WriteAction]], frozenset[PartName]]
    is_optional: bool = False
