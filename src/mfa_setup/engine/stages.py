"""The stages of an undo: in which order the resources go back, and what a policy that asks for MFA loses by each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mfa_setup.checks.provider import floor
from mfa_setup.engine.delivery_guard import require_floor
from mfa_setup.errors import GuardRefusedError
from mfa_setup.model.change import Change
from mfa_setup.model.check import Check
from mfa_setup.model.types import SAFE_ORDER, ResourceName
from mfa_setup.resources import policy
from mfa_setup.resources.reversal import Move, Reversal, Standing

BACKWARDS: tuple[ResourceName, ...] = tuple(reversed(SAFE_ORDER))
_WOULD_BE = {
    "factor_on": "The SMS factor would be off.",
    "message_type_set": "No message type would be set.",
    "message_type_carried": "The phone provider would not carry every message type that would be set.",
    "provider_enabled": "No enabled phone provider would be there to send codes.",
}
"""The floor's checks in the words of what is not done yet."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Some moves of one resource, and how things stand before and after them; `run_id` is the run that is undone."""

    change: Change
    moves: tuple[Move, ...]
    before: Standing
    after: Standing
    run_id: str

    @property
    def sends_token(self) -> bool:
        """Whether the Twilio token goes along."""
        return any(field.sensitive for field in self.change.fields)

    @property
    def fix(self) -> str:
        """The way out of a refusal; it names the run, for `policy never` is the last run then."""
        return (
            "Run `mfa-setup policy never` first, if nobody is to be asked for a code; "
            f"then `mfa-setup undo --run {self.run_id}`."
        )

    @property
    def loses(self) -> tuple[Check, ...]:
        """What a policy that asks for MFA would lose by it."""
        had = {check.id for check in floor(self.before.factor, self.before.provider) if check.status == "fail"}
        left = floor(self.after.factor, self.after.provider)
        checks = tuple(
            check.model_copy(update={"evidence": _WOULD_BE[check.id]})
            for check in left
            if check.status == "fail" and check.id not in had
        )
        for phone in sorted(self.after.cut_off - self.before.cut_off):
            evidence = f"The codes are sent from {phone}, which would be given back or leave its Messaging Service."
            checks += (Check(id="number_in_use", status="fail", evidence=evidence),)
        return tuple(check.model_copy(update={"fix": self.fix}) for check in checks)

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
            hint=self.fix,
        )
        error.checks = checks
        raise error


def stages_of(now: Standing, reversals: Mapping[ResourceName, Reversal], run_id: str) -> Iterator[Stage]:
    """The order that keeps people able to log in: the policy first, then what it stands on, from the top down."""
    first = reversals["provider"]
    for name in BACKWARDS:
        if name == "factor" and first.through:
            between = now.model_copy(update={"provider": first.through})
            yield Stage(first.change, first.first, now, between, run_id)
            now = between
        after = reversals[name].then
        if name == "factor" and first.through:
            after = after.model_copy(update={"provider": first.through})
        yield Stage(reversals[name].change, reversals[name].moves, now, after, run_id)
        now = after
