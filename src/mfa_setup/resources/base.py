"""The shared types of the resources: their description for the engine, the steps of a plan, and sending a write."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

from mfa_setup.errors import ChoiceNeededError, GuardRefusedError, InvalidValueError
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

OPEN_QUESTIONS = (ChoiceNeededError, GuardRefusedError, InvalidValueError)
"""What stops a run that writes, and what `status` shows as open instead."""
Scopes = frozenset[str]
TOKEN = "token"  # noqa: S105 a name
"""The name under which a write of the provider says which token it sends: a word, never the token."""


@dataclass(frozen=True, slots=True)
class Step:
    """One resource's part of a plan or of an undo.

    Attributes:
        change: What differs, as people and JSON see it.
        writes: The write requests that make it so, in order.
        notices: What the user should know about it.
        outputs: What exists already, by the names of `Outputs`.
        first: Writes of an undo that must come before the factor is restored, although the rest comes after it.
    """

    change: Change
    writes: tuple[Write, ...] = ()
    notices: tuple[Notice, ...] = ()
    outputs: Mapping[str, str | None] = field(default_factory=dict)
    first: tuple[Write, ...] = ()


def setting(
    resource: ResourceName, action: WriteAction, target: str, before: Fields, after: Fields
) -> tuple[Write, ...]:
    """The write that sets some values; none where they are so already."""
    return () if before == after else (Write(resource, action, target, before, after),)


@dataclass(frozen=True, slots=True)
class OwnNumbers:
    """How the numbers of this tenant are recognised.

    Attributes:
        mark: The FriendlyName that they were bought under.
        remembered: SIDs of purchases in the journal, and for purchases without an answer the numbers.
    """

    mark: str
    remembered: frozenset[str] = frozenset()

    def has(self, number: Number) -> bool:
        """Whether it is one of them; somebody may have renamed it, but another tenant's mark names that tenant's."""
        if number.is_marked_for_another(self.mark):
            return False
        return number.friendly_name == self.mark or bool({number.sid, number.phone_number} & self.remembered)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The input of a resource's comparison.

    Attributes:
        desired: The desired state.
        found: The snapshot as it was read.
        planned: The snapshot that the steps before this one lead to.
        own: How this tenant's numbers are recognised.
        has_token: Whether this run knows the Twilio auth token, which Auth0 needs.
        lenient: Whether what a person must decide is left open (`status`).
        may_move: Whether somebody has agreed that a number leaves the Messaging Service that it is in.
        resources: The resources of the task.
        rent: What the number that is there costs each month, where that was read (`status`).
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


@dataclass(frozen=True, slots=True)
class Reversal:
    """The input of a resource's reversal: restoring what a run changed.

    Attributes:
        record: The run.
        later: The runs after it.
        now: The snapshot, with the later resources as they are once they are restored.
        account_sid: The Twilio account of this run.
        token: Its auth token.
        old_token: The token of another account, whose provider was replaced.
        elsewhere: The numbers that other tenants send from, as far as this machine knows, with the tenant's domain.
        gone: What any run of the journal has removed again, so that it is not missed.
        release_number: Whether a number that the run bought is released.
        delete_application: Whether an application that the run created is deleted.
    """

    record: RunRecord
    now: Snapshot
    later: tuple[RunRecord, ...] = ()
    account_sid: str | None = None
    token: SecretStr | None = None
    old_token: SecretStr | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[object] = frozenset()
    release_number: bool = False
    delete_application: bool = False


class Execution(Protocol):
    """The execution of a plan's writes."""

    services: Services
    snapshot: Snapshot
    """As it was when the plan was made."""
    adopted: dict[str, Write]
    """IDs of what another machine created and this run took, with the creation that it took the place of."""

    def send(self, write: Write) -> Fields:
        """Journals a write, sends it, and recovers a lost answer; returns what it created.

        Raises:
            MfaSetupError: It was refused, or its outcome is unknown.
        """

    def replace(self, planned: str, real: str) -> None:
        """From here on a planned value stands for a real one, in later writes and in the report."""

    def before_spending(self) -> None:
        """Waits until the writes that go on at the same time and cost nothing have been accepted.

        Where one of them was refused, this does not return, and nothing is bought.
        """

    def real(self, planned: str) -> str:
        """The real value of a planned one, if it is known already."""

    def report(self, **outputs: str | None) -> None:
        """Reports the outputs that exist so far."""


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of write request.

    Attributes:
        send: Sends the request; returns what it created (IDs), which the journal keeps.
        scopes: The scopes of the access token that it needs.
        effect: The snapshot that it leads to.
        find: Looks for its result where the answer was lost; None where nothing is to be seen of it.
        perform: Carries it out where that takes more than sending it.
        remember: Keeps what later runs need to know of it and of what it created, once it is done.
        spends: Whether it costs money.
        undo_scopes: The scopes that undoing it needs besides its own, with what an undo cannot do without each.
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
    """One of the things that a run sets up; the engine knows it by this description alone.

    Attributes:
        name: Its name in JSON and in the journal.
        actions: Its kinds of write requests.
        reads: The parts of the snapshot that comparing it needs.
        write_scopes: All scopes that setting it up may need, so that a token that lacks several is told at once.
        compare: What differs from the desired state.
        revert: What restores the state that a run found.
        revert_reads: The parts of the snapshot that undoing some kinds of writes needs, what logins stand on included.
    """

    name: ResourceName
    actions: Mapping[WriteAction, Action]
    reads: Callable[[Desired], frozenset[PartName]]
    write_scopes: Callable[[Desired, PhoneStack], Scopes]
    compare: Callable[[Comparison], Step]
    revert: Callable[[Reversal], Step]
    revert_reads: Callable[[Collection[WriteAction]], frozenset[PartName]]
