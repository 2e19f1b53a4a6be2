"""The MFA policy: when a second factor is required. It is changed last, and before limits that are dropped."""

from dataclasses import replace

from mfa_setup.errors import MfaSetupError
from mfa_setup.model.change import Change, change_of, differing
from mfa_setup.model.journal import traces
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources import handover, words
from mfa_setup.resources.base import Action, Comparison, Resource, Reversal, Step, setting
from mfa_setup.resources.policy_names import POLICIES, name_in_force, name_of
from mfa_setup.resources.restore import restored, texts
from mfa_setup.resources.scope_revert import limits_after, was_limited
from mfa_setup.resources.scope_target import target
from mfa_setup.resources.scope_writes import SCOPE
from mfa_setup.services import Services
from mfa_setup.snapshot.names import MINIMUM
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot

WRITE_SCOPES = frozenset({"update:mfa_policies"})


def _fields(policies: tuple[str, ...]) -> Fields:
    return {"policies": list(policies)}


def compare(given: Comparison) -> Step:
    """Compares the desired policy with the one in force; a policy that is limited asks nobody by itself.

    Raises:
        MfaSetupError: Under the same conditions as in `scope_target.target`.
    """
    wanted, found = given.desired.policy, known(given.found.policies)
    scope = target(given)
    before, after = _fields(found), _fields(POLICIES["never" if scope else wanted])
    users, now = given.found.everyone, given.found.asked
    told = words.policy(name_in_force(given.found), wanted, users, now=now, then=scope)
    change = change_of("policy", differing(before, after), wanted, told, exists=True)
    outputs = {"policy": name_in_force(given.found)}
    return Step(change, setting("policy", "set_policies", "", before, after), outputs=outputs)


def revert(given: Reversal) -> Step:
    """Restores the policy that was in force before the run; limits in its place are restored before it is lifted."""
    found = known(given.now.policies)
    before = _fields(found)
    back, notices = restored("policy", traces(given.record.of("set_policies"), given.later), before)
    wanted = texts((before | back)["policies"])
    after = _fields(wanted)
    limits = None if wanted else limits_after(given)
    if found and back and not wanted and limits is None and was_limited(given) and not _waits_for_limits(given):
        return Step(Change(resource="policy"), notices=(*notices, _LIMITS_GONE))
    name = "always" if limits else name_of(wanted)
    told = words.policy(name_in_force(given.now), name, now=given.now.asked, then=limits)
    change = change_of("policy", differing(before, after), name, told, exists=True)
    return Step(change, setting("policy", "set_policies", "", before, after), notices)


def _waits_for_limits(given: Reversal) -> bool:
    """Whether the limits could not be read, so that the undo restores neither them nor the policy (`undo_rest`)."""
    return SCOPE in given.record.touched and isinstance(given.now.scope, MfaSetupError)


_LIMITS_GONE = Notice(
    code="changed_since",
    message="Undo leaves the MFA policy as it is. Before that run, a post-login Action asked some users for a code. It "
    "cannot be restored, so without the policy nobody would be asked.",
    hint="To limit the policy again: `mfa-setup policy always` with its options `--only-…`. To ask nobody: "
    "`mfa-setup policy never`.",
)


def _set(services: Services, write: Write) -> None:
    services.auth0.set_policies(texts(write.after["policies"]))


def _effect(snapshot: Snapshot, write: Write) -> Snapshot:
    return replace(snapshot, policies=texts(write.after["policies"]))


POLICY = Resource(
    name="policy",
    actions={"set_policies": Action(_set, WRITE_SCOPES, _effect, perform=handover.set_policies)},
    reads=lambda _: MINIMUM | {"policies"},
    write_scopes=lambda _, __: WRITE_SCOPES,
    compare=compare,
    revert=revert,
    revert_reads=lambda _: MINIMUM | {"policies"},
)
