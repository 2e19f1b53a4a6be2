"""Writes the report of a run, with the evidence beside it."""

import json
from collections.abc import Sequence
from pathlib import Path

from live.assumptions import untried
from live.probes import Finding

_COSTS = {"free": "free", "sms": "sends SMS", "number": "buys a number"}


def write_evidence(folder: Path, finding: Finding) -> None:
    """Writes the scrubbed exchanges of a finding, in the format of the recordings."""
    if finding.exchanges:
        file = _evidence(folder, finding)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(finding.exchanges, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _evidence(folder: Path, finding: Finding) -> Path:
    return folder / "evidence" / f"live-{finding.assumption.id}.json"


def summary(findings: Sequence[Finding]) -> str:
    """Returns the result in one line."""
    tried = [finding for finding in findings if finding.outcome is not None]
    contradicted = [finding for finding in tried if finding.contradicts]
    return (
        f"{len(tried)} of {len(findings)} assumptions tried: {len(tried) - len(contradicted)} hold, "
        f"{len(contradicted)} do not; {len(findings) - len(tried)} not tried"
    )


def short(findings: Sequence[Finding]) -> list[str]:
    """Returns the lines for the end of the pytest run: the summary, and each assumption that does not hold."""
    lines = [summary(findings) + "."]
    for finding in findings:
        if finding.contradicts:
            meaning = finding.assumption.meaning(str(finding.outcome))
            lines.append(f"{finding.assumption.id}: {finding.outcome}. {meaning}")
    return lines


def write(folder: Path, findings: Sequence[Finding], where: str, notes: Sequence[str]) -> Path:
    """Writes `report.md` and returns its path.

    Args:
        folder: The folder of the report.
        findings: What came of each assumption.
        where: What the run worked on, such as a sandbox.
        notes: What was removed, restored or left behind.
    """
    lines = ["# Live check", "", f"Run on {where}. {summary(findings)}.", "", *(f"- {note}" for note in notes), ""]
    lines += ["| assumption | outcome | what it means | evidence |", "|---|---|---|---|"]
    lines += [_row(folder, finding) for finding in findings if finding.outcome is not None]
    contradicted = [finding for finding in findings if finding.contradicts]
    if contradicted:
        lines += ["", "## What does not hold", "", *(line for one in contradicted for line in _details(folder, one))]
    lines += ["", "## What was not tried", "", "| assumption | cost | why |", "|---|---|---|"]
    lines += [_untried_row(finding) for finding in findings if finding.outcome is None]
    lines += ["", "No probe can try these:", "", "| what | why, and what to do instead |", "|---|---|"]
    lines += [f"| {_cell(what)} | {_cell(reason)} |" for what, reason in untried()]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "report.md"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _row(folder: Path, finding: Finding) -> str:
    assumption, file = finding.assumption, _evidence(folder, finding)
    outcome = f"**{finding.outcome}**" if finding.contradicts else f"{finding.outcome} (as assumed)"
    outcome = outcome.replace("as assumed (as assumed)", "as assumed")
    link = f"[exchanges]({file.relative_to(folder).as_posix()})" if finding.exchanges else ""
    meaning = _cell(assumption.meaning(str(finding.outcome)))
    return f"| `{assumption.id}`: {_cell(assumption.assumes)} | {_cell(outcome)} | {meaning} | {link} |"


def _untried_row(finding: Finding) -> str:
    assumption = finding.assumption
    what = f"`{assumption.id}`: {_cell(assumption.assumes)}"
    return f"| {what} | {_COSTS[assumption.cost]} | {_cell(finding.reason)} |"


def _details(folder: Path, finding: Finding) -> list[str]:
    assumption = finding.assumption
    source = f" (docs/sources.md, `{assumption.source}`)" if assumption.source else ""
    return [
        f"### {assumption.id}",
        "",
        f"- Assumed{source}: {assumption.assumes}",
        f"- Outcome: {finding.outcome}",
        f"- What to change: {assumption.meaning(str(finding.outcome))}",
        f"- Where: {', '.join(f'`{file}`' for file in assumption.code)}",
        f"- Evidence: {_evidence(folder, finding).relative_to(folder).as_posix()}",
        "",
    ]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
