"""The outputs about the policy, which several writes change: its name, and whom it is limited to."""

from collections.abc import Mapping

from mfa_setup.model.types import PolicyName
from mfa_setup.model.write import Write
from mfa_setup.resources.base import Execution
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot

POLICIES: dict[PolicyName, tuple[str, ...]] = {
    "always": ("all-applications",),
    "adaptive": ("confidence-score",),
    "never": (),
}
"""Auth0's values for each policy (`GET|PUT /guardian/policies`)."""


def name_of(policies: tuple[str, ...]) -> str:
    """Returns our name of a policy; Auth0's own values, joined, if it is none of the three."""
    return next((name for name, value in POLICIES.items() if value == policies), ", ".join(policies))


def name_in_force(snapshot: Snapshot) -> str:
    """Returns our name of the policy in force: a policy Never under which our Action asks some users is Always."""
    policies = known_or(snapshot.policies, ())
    return "always" if snapshot.asks_some and not policies else name_of(policies)


def policy_outputs(snapshot: Snapshot) -> Mapping[str, object]:
    """Returns the outputs about the policy in force; empty if it was not read."""
    if known_or(snapshot.policies, None) is None:
        return {}
    return {"policy": name_in_force(snapshot), "policy_scope": snapshot.asked}


def send_and_report(execution: Execution, write: Write) -> None:
    """Sends a write that changes who is asked for a code, and reports the outputs that result."""
    execution.send(write)
    execution.report(**policy_outputs(execution.reached))
