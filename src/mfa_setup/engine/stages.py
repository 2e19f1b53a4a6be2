"""The stages of an undo: in which order the resources go back, and what a policy that asks for MFA loses by each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mfa_setup.checks.codes import floor
from mfa_setup.engine.delivery import require_floor
from mfa_setup.errors import GuardRefusedError
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.words import SAFE_ORDER, ResourceName
from mfa_setup.resources import policy
from mfa_setup.resources.reversal import Move, Reversal, Standing

BACKWARDS: tuple[ResourceName, ...] = tuple(reversed(SAFE_ORDER))
_FIX = "Run `mfa-setup policy never` first, if nobody is to be asked for a code; then undo again."


@dataclass(frozen=True, slots=True)
class Stage:
    """Some moves of one resource, and how things stand before and after them."""

    change: Change
    moves: tuple[Move, ...]
    before: Standing
    after: Standing

    @property
    def loses(self) -> tuple[Check, ...]:
        """What a policy that asks for MFA would lose by it."""
        had = {check.id for check in floor(self.before.factor, self.before.provider) if check.status == "fail"}
        left = floor(self.after.factor, self.after.provider)
        checks = tuple(check for check in left if check.status == "fail" and check.id not in had)
        for phone in sorted(self.after.cut_off - self.before.cut_off):
            evidence = f"The codes are sent from {phone}, which would be given back or leave its Messaging Service."
            checks += (Check(id="number_in_use", status="fail", evidence=evidence),)
        return tuple(check.model_copy(update={"fix": _FIX}) for check in checks)

    def require_safe(self, policies: tuple[str, ...]) -> None:
        """Refuses what would leave a policy that asks for codes that cannot be sent.

        Raises:
            GuardRefusedError: The policy demands what the stage takes away.
        """
        if self.change.resource == "policy" and policies:
            require_floor(floor(self.before.factor, self.before.provider))
        if not policies or not (checks := self.loses):
            return
        error = GuardRefusedError(
            f"The policy is {policy.name_of(policies)}, and this would lock people out: "
            + " ".join(f"{check.evidence}" for check in checks),
            hint=_FIX,
        )
        error.checks = checks
        raise error


def stages_of(now: Standing, reversals: Mapping[ResourceName, Reversal]) -> Iterator[Stage]:
    """The order that keeps people able to log in: the policy first, then what it stands on, from the top down."""
    first = reversals["provider"]
    for name in BACKWARDS:
        if name == "factor" and first.through:
            between = now.model_copy(update={"provider": first.through})
            yield Stage(first.change, first.first, now, between)
            now = between
        after = reversals[name].then
        if name == "factor" and first.through:
            after = after.model_copy(update={"provider": first.through})
        yield Stage(reversals[name].change, reversals[name].moves, now, after)
        now = after
