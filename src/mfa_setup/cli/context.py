"""What a command works at."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mfa_setup.cancellation import Cancellation

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
    cancellation: Cancellation = field(default_factory=Cancellation)
