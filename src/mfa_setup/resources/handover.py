"""Hands over between a policy that asks everyone and our Action: the one goes only while the other is seen in force.

Somebody else, or mfa-setup on another machine, may take the other one away at the same time. So it is read right before
the request, which is then not sent, and right after it, which is then taken back. Of two machines that hand over in
opposite directions, at least one therefore sees what the other did.
"""

from mfa_setup.errors import ActionChangedError, BindingRaceError, MfaSetupError
from mfa_setup.model.post_login import ScopeState
from mfa_setup.model.write import Write
from mfa_setup.resources.base import Execution
from mfa_setup.resources.policy_names import send_and_report
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import known_or

_LIBRARY = "Review the Action (Auth0 dashboard: Actions > Library), then run this command again."


def set_policies(execution: Execution, write: Write) -> None:
    """Sets the policies; those that our Action replaces are lifted only while it runs the code that the run expects.

    Raises:
        BindingRaceError, ActionChangedError: It does not; the former policies are in force.
        MfaSetupError: The request failed.
    """
    expected = known_or(execution.reached.scope, ScopeState()).running
    if expected is None or write.after["policies"] or not write.before["policies"]:
        send_and_report(execution, write)
        return
    if wrong := _wrong(execution.services, expected):
        raise _named(wrong, "the policy was not lifted")
    send_and_report(execution, write)
    if wrong := _wrong(execution.services, expected):
        send_and_report(execution, Write(write.resource, write.action, write.target, write.after, write.before))
        raise _named(wrong, "the policy was set again")


def _wrong(services: Services, expected: str) -> type[MfaSetupError] | None:
    """Returns the kind of error that our Action is in, by a fresh reading; None if it runs the expected code."""
    actions = services.auth0.actions
    ours = tuple(one for one in actions.listed() if one.is_ours)
    running = ScopeState(ours=ours, bound=actions.bindings()).running
    if running is None:
        return BindingRaceError
    return None if running == expected else ActionChangedError


def _named(kind: type[MfaSetupError], outcome: str) -> MfaSetupError:
    if kind is BindingRaceError:
        return kind(
            "The post-login Action that limits the policy no longer runs: somebody unbound or deleted it while this "
            f"run changed the policy, so {outcome}."
        )
    return kind(
        "Somebody deployed other code of the post-login Action that limits the policy while this run changed the "
        f"policy, so {outcome}.",
        hint=_LIBRARY,
    )


def unbind(execution: Execution, write: Write) -> None:
    """Unbinds our Action; where a policy is to ask instead, only while that policy is in force.

    Raises:
        BindingRaceError: Somebody lifted the policy; if the Action was unbound already, the policy was set again.
        MfaSetupError: The request failed.
    """
    auth0, policies = execution.services.auth0, known_or(execution.reached.policies, ())
    if policies and not auth0.policies():
        raise _lifted("the post-login Action that limits it was not unbound")
    send_and_report(execution, write)
    if policies and not auth0.policies():
        back = Write("policy", "set_policies", "", {"policies": []}, {"policies": list(policies)})
        send_and_report(execution, back)
        raise _lifted("it was set again")


def _lifted(outcome: str) -> BindingRaceError:
    return BindingRaceError(
        f"Somebody lifted the policy while this run removed its limits, so {outcome}.",
        hint="Wait for the other run to end, then run this command again.",
    )
