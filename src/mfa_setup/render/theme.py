"""The styles of all output: few, named by their meaning, and readable on every background.

No text color is readable on white, on black and on the grays in between, and the 16 named colors differ from terminal
to terminal. So text keeps the terminal's own colors, and a mark (`+`, `!`, `Error:`) has its own background and text
color. Both are among the 240 colors that are the same in all terminals. If a terminal has only 16 colors, marks are
bold.
"""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Rich is imported only for output that people read
    from rich.console import Console

GOOD = "good"
CAUTION = "caution"
BAD = "bad"
BOLD = "bold"
MARKS = {
    GOOD: "bold color(231) on color(22)",
    CAUTION: "bold color(16) on color(178)",
    BAD: "bold color(231) on color(124)",
}
_OTHERS = {"status.spinner": BOLD}
"""Rich's own styles that are replaced."""


def new_console(*, color: bool, **options: Any) -> "Console":
    """Creates a console with these styles.

    `NO_COLOR` turns all colors off, as `--no-color` does. `CLICOLOR_FORCE` turns them on even if the output is not a
    terminal, or is a dumb one.

    Args:
        color: Whether the command line allows colors.
        options: Options of Rich's console.
    """
    from rich.console import Console  # noqa: PLC0415 imports Rich
    from rich.theme import Theme  # noqa: PLC0415

    forced = os.environ.get("CLICOLOR_FORCE", "") not in {"", "0"}
    if not color or os.environ.get("NO_COLOR") or (os.environ.get("TERM") == "dumb" and not forced):
        options |= {"no_color": True, "color_system": None}
    elif forced:
        options |= {"color_system": "256"}
    console = Console(markup=False, emoji=False, highlight=False, **options)
    marks = MARKS if console.color_system in {"256", "truecolor"} else dict.fromkeys(MARKS, BOLD)
    console.push_theme(Theme({**marks, **_OTHERS}))
    return console
