"""The policy: when MFA is required, for all applications and all users of the tenant. Always the last change."""

from collections.abc import Iterator
from dataclasses import dataclass

from mfa_setup.model.change import Change, change_of, differing
from mfa_setup.model.journal import Fields, RunRecord, traces
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import PolicyName
from mfa_setup.resources.base import Made, Services
from mfa_setup.resources.reversal import Move, Reversal, Standing, put_back, texts

READ_SCOPES = frozenset({"read:mfa_policies"})
WRITE_SCOPES = frozenset({"update:mfa_policies"})
POLICIES: dict[PolicyName, tuple[str, ...]] = {
    "always": ("all-applications",),
    "adaptive": ("confidence-score",),
    "never": (),
}
"""The service's own names (`GET|PUT /guardian/policies`)."""


def name_of(policies: tuple[str, ...]) -> str:
    """Our name of what the tenant has; the service's own words where it is none of the three."""
    for name, value in POLICIES.items():
        if value == policies:
            return name
    return ", ".join(policies)


def _fields(policies: tuple[str, ...]) -> Fields:
    return {"policies": list(policies)}


@dataclass(frozen=True)
class PolicyStep:
    """What the policy needs."""

    change: Change
    warnings: tuple[Notice, ...]
    wanted: PolicyName
    before: tuple[str, ...]

    @property
    def scopes(self) -> frozenset[str]:
        """One scope."""
        return WRITE_SCOPES

    def found(self, made: Made) -> Made:
        """The policy that is there."""
        return made.model_copy(update={"policy": name_of(self.before)})

    def apply(self, services: Services, made: Made) -> Iterator[Made]:
        """Sets the policy."""
        wanted = POLICIES[self.wanted]
        before, after = _fields(self.before), _fields(wanted)
        with services.journal.write("policy", "set_policies", before=before, after=after):
            services.auth0.set_policies(wanted)
        yield made.model_copy(update={"policy": self.wanted})


def compare(wanted: PolicyName, seen: tuple[str, ...]) -> PolicyStep:
    """What differs between the policy asked for and the one that is there."""
    fields = differing(_fields(seen), _fields(POLICIES[wanted]))
    change = change_of("policy", fields, wanted, exists=True)
    return PolicyStep(change=change, warnings=(), wanted=wanted, before=seen)


def revert(record: RunRecord, now: Standing) -> Reversal:
    """The policy as the run found it."""
    back, warnings = put_back("policy", traces(record.of("set_policies")), _fields(now.policies))
    if "policies" not in back:
        return Reversal(Change(resource="policy", title=name_of(now.policies)), now, warnings)
    wanted = texts(back["policies"])
    before, after = _fields(now.policies), _fields(wanted)
    return Reversal(
        change_of("policy", differing(before, after), name_of(wanted), exists=True),
        now.model_copy(update={"policies": wanted}),
        warnings,
        WRITE_SCOPES,
        (Move("set_policies", "", before, after, lambda services: services.auth0.set_policies(wanted)),),
    )
