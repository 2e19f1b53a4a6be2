"""Renders the result of a command that changes the tenant: what is set up now, and what to do next."""

from collections.abc import Iterator

from rich.text import Text

from mfa_setup.model.outcome import Outcome, Outputs
from mfa_setup.model.results import SetupResult, StepResult
from mfa_setup.model.scope import PolicyScope
from mfa_setup.phone import spaced
from mfa_setup.render.parts import check_lines, sections, table
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BOLD

_POLICIES = {
    "always": "Every login to this tenant now asks for a code.",
    "adaptive": "Logins to this tenant now ask for a code when Auth0 sees a risk.",
    "never": "Logins to this tenant do not ask for a code.",
}
_TO_PROVE = "Not proved yet. To prove it, run `{}`: it logs in and shows whether a code was required."
_AS_ONE_OF_THEM = "Log in as a user within the limits."


def setup_result(result: SetupResult) -> Iterator[Text]:
    """Renders the result of `up` and `policy`: what is set up, and how to prove it."""
    proved = result.outcome.outputs.policy not in {"always", "adaptive"}
    return sections(setup_lines(result.outcome), [] if proved else [Text(to_prove(result.outcome.outputs))])


def to_prove(outputs: Outputs) -> str:
    """Returns how to prove the policy: by a login that it asks for a code."""
    limits = outputs.policy_scope
    if limits is None:
        return _TO_PROVE.format("mfa-setup test login")
    how = _TO_PROVE.format(one_line(limits.proving_command(outputs.client_id)))
    return f"{how} {_AS_ONE_OF_THEM}" if limits.may_depend_on_user else how


def step_result(result: StepResult) -> Iterator[Text]:
    """Renders the result of one step: what is set up, and the next step."""
    return sections(setup_lines(result.outcome), [Text(result.next_step)])


def setup_lines(outcome: Outcome) -> Iterator[Text]:
    """Yields what is set up, and what the user should know about it."""
    return sections([Text(setup_verdict(outcome), BOLD)], table(*rows_of(outcome)), _notes(outcome))


def rows_of(outcome: Outcome) -> tuple[tuple[str, str | None], ...]:
    """Returns what the tenant now uses, each with its label; None if it is not known or not part of the command."""
    outputs = outcome.outputs
    number, sid = outputs.phone_number and spaced(outputs.phone_number), outputs.number_sid
    return (
        ("Tenant", outputs.domain),
        ("Client ID", outputs.client_id),
        ("URL", outputs.url),
        ("Config file", outputs.config_file),
        ("Phone number", f"{number}  ({sid})" if number and sid else number),
        ("Service", outputs.messaging_service_sid),
        ("MFA policy", outputs.policy and _policy(outputs.policy, outputs.policy_scope)),
    )


def _policy(name: str, limits: PolicyScope | None) -> str:
    return f"{name.capitalize()}, limited: {one_line(limits.who)}" if limits else name.capitalize()


def setup_verdict(outcome: Outcome) -> str:
    """Returns what the run achieved, in one or two sentences."""
    if not outcome.changed:
        return "Nothing to do: everything is up to date."
    if not any(change.resource in {"scope", "policy"} and change.status == "applied" for change in outcome.changes):
        return "Done."
    outputs = outcome.outputs
    if outputs.policy_scope is not None:
        return f"Set up. This tenant now asks only {one_line(outputs.policy_scope.who)} for a code."
    begin = "Done." if outputs.policy == "never" else "Set up."
    return f"{begin} {_POLICIES.get(outputs.policy or '', '')}".strip()


def _notes(outcome: Outcome) -> Iterator[Text]:
    """Yields the delivered SMS, the overridden checks, and the checks with a warning."""
    sms = outcome.outputs.sms
    if sms is not None and sms.status == "delivered":
        yield Text(f"  An SMS to {one_line(sms.to)} was delivered.")
    for check in outcome.checks:
        if check.overridden:
            yield Text().append(f"  Overridden {check.id}: ", BOLD).append(one_line(check.evidence))
    if outcome.outputs.proof is None and outcome.changed:
        yield from check_lines(check for check in outcome.checks if check.status == "warn")
