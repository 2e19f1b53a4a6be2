"""The options of the live check, and its report at the end; a plugin, because options must be known from the start."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from live import assumptions, report
from live.probes import Finding


@dataclass(slots=True)
class Result:
    """What a session has found, for the report at its end.

    Attributes:
        where: What the run worked on.
        notes: What was removed, restored or left behind.
    """

    where: str = ""
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


RESULT = pytest.StashKey[Result]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of `pytest -m live`."""
    group = parser.getgroup("live check", "docs/live-check.md describes it")
    stacks = ("unified", "legacy")
    text = "try the live check on a sandbox that pytest starts, of this phone stack"
    group.addoption("--live-sandbox", nargs="?", const="unified", choices=stacks, help=text)
    text = "allow probes that cost money, after you confirm the price at the terminal"
    group.addoption("--live-spend", action="store_true", help=text)
    text = "the folder for the report and the evidence (default: live-report)"
    group.addoption("--live-report", type=Path, default=Path("live-report"), metavar="FOLDER", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Prepares the result of the session."""
    config.stash[RESULT] = Result()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Writes the report and prints it in short."""
    result = config.stash[RESULT]
    if result.findings:
        reached = {finding.assumption.id for finding in result.findings}
        reason = "The run did not come to it: it was interrupted, or an option left it out."
        left = [one for one in assumptions.read() if one.id not in reached]
        result.findings += [Finding(one, None, reason) for one in left]
        file = report.write(config.getoption("--live-report"), result.findings, result.where, result.notes)
        terminalreporter.section("live check")
        for line in (*report.short(result.findings), *result.notes, f"The report is {file}."):
            terminalreporter.write_line(line)
