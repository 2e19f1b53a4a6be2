"""The context of a command."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mfa_setup.cancellation import Cancellation

if TYPE_CHECKING:  # slow to import, and needed only once a command runs
    from mfa_setup.cli.prompter import Prompter
    from mfa_setup.engine.report import Report
    from mfa_setup.render.sink import Sink


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Context passed to every command: output, prompts, the report under construction, and cancellation."""

    sink: "Sink"
    terminal: "Prompter"
    report: "Report"
    cancellation: Cancellation = field(default_factory=Cancellation)
