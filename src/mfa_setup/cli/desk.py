"""What a command works at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import, and needed only once a command runs
    from mfa_setup.cli.terminal import Terminal
    from mfa_setup.engine.report import Report
    from mfa_setup.render.sink import Sink


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a command says things, whom it asks, and what it reports."""

    sink: "Sink"
    terminal: "Terminal"
    report: "Report"
