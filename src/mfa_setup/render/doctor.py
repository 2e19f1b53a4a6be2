"""The result of `doctor`: all checks by group."""

from collections.abc import Iterator

from rich.text import Text

from mfa_setup.model.results import DoctorResult
from mfa_setup.render.parts import check_lines, tenant_line
from mfa_setup.render.theme import BOLD

_GROUPS = {"auth0": "The Auth0 tenant", "codes": "How codes are sent", "twilio": "The Twilio account"}


def doctor_result(result: DoctorResult) -> Iterator[Text]:
    """The checks by group, and a summary where none failed."""
    outcome = result.outcome
    if outcome.checks:
        yield tenant_line(outcome)
        for group, title in _GROUPS.items():
            yield Text(title, BOLD)
            yield from check_lines(check for check in outcome.checks if check.group == group)
    if outcome.error is None:
        noted = sum(check.status in {"warn", "skip"} for check in outcome.checks)
        notes = f", {noted} note{'s' * (noted > 1)}" if noted else ""
        yield Text(f"All checks passed{notes}. To prove delivery, run `mfa-setup test sms --to NUMBER`.", BOLD)
