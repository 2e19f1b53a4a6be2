"""The MFA policy: when a second factor is required, for every application and user. Always changed last."""

from dataclasses import replace

from mfa_setup.model.change import change_of, differing
from mfa_setup.model.journal import traces
from mfa_setup.model.types import PolicyName
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources import words
from mfa_setup.resources.base import Action, Comparison, Execution, Resource, Reversal, Step, setting
from mfa_setup.resources.restore import restored, texts
from mfa_setup.services import Services
from mfa_setup.snapshot.names import MINIMUM
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot

WRITE_SCOPES = frozenset({"update:mfa_policies"})
POLICIES: dict[PolicyName, tuple[str, ...]] = {
    "always": ("all-applications",),
    "adaptive": ("confidence-score",),
    "never": (),
}
"""Auth0's values for each policy (`GET|PUT /guardian/policies`)."""


def name_of(policies: tuple[str, ...]) -> str:
    """Returns our name of a policy; Auth0's own values, joined, if it is none of the three."""
    return next((name for name, value in POLICIES.items() if value == policies), ", ".join(policies))


def _fields(policies: tuple[str, ...]) -> Fields:
    return {"policies": list(policies)}


def compare(given: Comparison) -> Step:
    """Compares the desired policy with the one in force."""
    wanted, found = given.desired.policy, known(given.found.policies)
    before, after = _fields(found), _fields(POLICIES[wanted])
    limited = given.desired.only.is_given or (given.found.asked is not None and not given.desired.everyone)
    told = words.policy(name_of(found), wanted, given.found.everyone, limited=limited)
    change = change_of("policy", differing(before, after), wanted, told, exists=True)
    return Step(change, setting("policy", "set_policies", "", before, after), outputs={"policy": name_of(found)})


def revert(given: Reversal) -> Step:
    """Restores the policy that was in force before the run."""
    found = known(given.now.policies)
    before = _fields(found)
    back, notices = restored("policy", traces(given.record.of("set_policies"), given.later), before)
    wanted = texts((before | back)["policies"])
    after = _fields(wanted)
    told = words.policy(name_of(found), name_of(wanted))
    change = change_of("policy", differing(before, after), name_of(wanted), told, exists=True)
    return Step(change, setting("policy", "set_policies", "", before, after), notices)


def _set(services: Services, write: Write) -> None:
    services.auth0.set_policies(texts(write.after["policies"]))


def _set_and_report(execution: Execution, write: Write) -> None:
    execution.send(write)
    execution.report(policy=name_of(texts(write.after["policies"])))


def _effect(snapshot: Snapshot, write: Write) -> Snapshot:
    return replace(snapshot, policies=texts(write.after["policies"]))


POLICY = Resource(
    name="policy",
    actions={"set_policies": Action(_set, WRITE_SCOPES, _effect, perform=_set_and_report)},
    reads=lambda _: MINIMUM | {"policies"},
    write_scopes=lambda _, __: WRITE_SCOPES,
    compare=compare,
    revert=revert,
    revert_reads=lambda _: MINIMUM | {"policies"},
)
