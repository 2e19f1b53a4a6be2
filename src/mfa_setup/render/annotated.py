"""Selects the errors and warnings of a result that GitHub Actions shows as annotations."""

from collections.abc import Iterator, Sequence

from mfa_setup.model.fleet import TenantResult
from mfa_setup.model.outcome import Outcome
from mfa_setup.render.annotations import Annotation
from mfa_setup.render.parts import besides_error, without_evidence, without_fixes


def of_outcome(outcome: Outcome) -> Iterator[Annotation]:
    """Yields the error, the failed checks and the warnings of a run."""
    command = f"mfa-setup {outcome.command}".rstrip()
    failing = [check for check in besides_error(outcome) if check.status == "fail" and not check.overridden]
    if failure := outcome.error:
        message = f"{without_evidence(failure.message, failing)} {without_fixes(failure.hint, failing)}"
        yield Annotation("error", f"{command}: {failure.code}", message.strip())
    for check in failing:
        yield Annotation("error", f"{command}: {check.id}", f"{check.evidence} {check.fix}".strip())
    for check in outcome.checks:
        if check.status == "warn" or (check.status == "fail" and check.overridden):
            yield Annotation("warning", f"{command}: {check.id}", f"{check.evidence} {check.fix}".strip())
    for warning in outcome.warnings:
        yield Annotation("warning", f"{command}: {warning.code}", f"{warning.message} {warning.hint}".strip())


def of_fleet(outcome: Outcome, results: Sequence[TenantResult]) -> Iterator[Annotation]:
    """Yields the errors of a fleet and of its tenants, and one warning for each tenant that has any."""
    yield from of_outcome(outcome)
    for result in results:
        title = f"mfa-setup {outcome.command}: {result.name}"
        if result.failed and result.error:
            yield Annotation("error", title, f"{result.error['message']} {result.error['hint']}".strip())
        texts = [check["evidence"] for check in result.checks if check["status"] == "warn"]
        texts += [warning["message"] for warning in result.warnings]
        if texts:
            yield Annotation("warning", title, " ".join(texts))
