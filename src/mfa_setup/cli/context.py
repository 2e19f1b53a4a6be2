"""What a command works at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import, and needed only once a command runs
    from mfa_setup.cli.prompter import Prompter
    from mfa_setup.engine.report import Report
    from mfa_setup.render.sink import Sink


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Where a command says things, whom it asks, and what it reports."""

    sink: "Sink"
    terminal: "Prompter"
    report: "Report"
