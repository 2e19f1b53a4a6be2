"""The policy: when MFA is required, for all applications and all users of the tenant. Always the last change."""

from collections.abc import Iterator
from dataclasses import dataclass

from mfa_setup.model.change import Change, change_of, differing
from mfa_setup.model.outcome import Warned
from mfa_setup.model.words import PolicyName
from mfa_setup.resources.base import Made, Services

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


@dataclass(frozen=True)
class PolicyStep:
    """What the policy needs."""

    change: Change
    warnings: tuple[Warned, ...]
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
        services.auth0.set_policies(POLICIES[self.wanted])
        yield made.model_copy(update={"policy": self.wanted})


def compare(wanted: PolicyName, seen: tuple[str, ...]) -> PolicyStep:
    """What differs between the policy asked for and the one that is there."""
    fields = differing({"policies": list(seen)}, {"policies": list(POLICIES[wanted])})
    change = change_of("policy", fields, wanted, exists=True)
    return PolicyStep(change=change, warnings=(), wanted=wanted, before=seen)
