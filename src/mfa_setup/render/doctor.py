"""Renders the result of `doctor`: all checks by subject, their counts, and the next step."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Outcome
from mfa_setup.model.results import DoctorResult
from mfa_setup.render.parts import INDENT, MARKS, counted, mark, state_of, tenant_line
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BOLD

SUBJECTS = {
    "tenant": "Auth0 tenant",
    "login": "Logins",
    "codes": "How codes are sent",
    "account": "Twilio account",
    "sender": "Sender and delivery",
}
STATES = {
    "fail": "failed",
    "skip": "not checked",
    "warn": "warning",
    "pending": "not set up yet",
    "pass": "passed",
    "idle": "not applicable",
}
BRIEF = frozenset({"pending", "pass", "idle"})
"""The states of checks that take one line, because they need no action."""


def doctor_result(result: DoctorResult) -> Iterator[Text]:
    """Yields the checks by subject with their counts, and the next step if the run had no error."""
    outcome = result.outcome
    checks = outcome.checks
    if checks:
        yield tenant_line(outcome)
        yield from setup_line(outcome)
        yield _legend(checks)
        fixes = set[str]()
        for subject, title in SUBJECTS.items():
            if own := [check for check in checks if check.subject == subject]:
                yield Text()
                yield Text().append(title, style=BOLD).append(f": {counts(own)}")
                for check in own:
                    yield from _lines(check, fixes)
        yield Text()
        yield Text().append(counted(len(checks), "check"), style=BOLD).append(f": {counts(checks)}.")
    if outcome.error is None:
        yield Text().append("Next step: ", style=BOLD).append(next_step(checks))


def setup_line(outcome: Outcome) -> Iterator[Text]:
    """Yields a note that the tenant is not set up yet, if checks are pending for that reason."""
    if not any(check.pending for check in outcome.checks) or outcome.tenant is None:
        return
    state = f"SMS MFA is not set up on {one_line(outcome.tenant.domain)} yet"
    if any(check.status == "fail" for check in outcome.checks):
        yield Text(f"{state}, and `mfa-setup up` cannot set it up before the failed checks are fixed.", style=BOLD)
    else:
        yield Text(f"{state}. Run `mfa-setup up` to set it up.", style=BOLD)


def _legend(checks: Sequence[Check]) -> Text:
    """Explains the marks that are used."""
    used = {state_of(check) for check in checks}
    line = Text("Marks: ")
    for state, (sign, style) in MARKS.items():
        if state in used:
            line.append("" if line.plain.endswith(": ") else ", ").append(sign, style=style).append(f" {STATES[state]}")
    return line


def counts(checks: Sequence[Check]) -> str:
    """Counts the checks in each state, worst first."""
    totals = Counter(map(state_of, checks))
    shown = (
        f"{totals[state]} {name}{'s' if state == 'warn' and totals[state] > 1 else ''}"
        for state, name in STATES.items()
        if totals[state]
    )
    return ", ".join(shown)


def _lines(check: Check, fixes: set[str]) -> Iterator[Text]:
    """Yields a check on one line; a check that needs attention also gets its evidence and fix below.

    Args:
        check: The check.
        fixes: The fixes shown so far; checks that were skipped for the same reason share a fix, which is shown once.
    """
    state = state_of(check)
    line = mark(*MARKS[state]).append(check.id, style=BOLD)
    if state in BRIEF or (state == "skip" and check.fix in fixes):
        yield line.append(f": {one_line(check.evidence)}")
        return
    fixes.add(check.fix)
    yield line
    yield Text(f"{INDENT}{one_line(check.evidence)}")
    if check.fix:
        yield Text().append(f"{INDENT}Fix: ", style=BOLD).append(one_line(check.fix))


def next_step(checks: Sequence[Check]) -> str:
    """Returns the one command to run next if nothing failed."""
    if any(check.pending for check in checks):
        return "`mfa-setup up`"
    if any(check.id == "provider_account" and state_of(check) == "skip" for check in checks):
        return "`mfa-setup test login` (proves by a login that a code arrives)"
    return "`mfa-setup test sms --to NUMBER` (proves that an SMS arrives)"
