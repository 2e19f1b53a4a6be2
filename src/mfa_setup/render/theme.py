"""The styles of everything that is printed: few, named by what they mean, and readable on every background.

No color of text is readable on white, on black and on the grays in between, and the 16 colors that have names differ
from terminal to terminal. So text keeps the terminal's own colors, and a mark (`+`, `!`, `Error:`) has a background and
a text color of its own. Both are of the 240 colors that are the same in all terminals. Where there are only 16 colors,
marks are bold.
"""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # Rich is imported where people read the output
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
"""The styles of Rich itself that are replaced."""


def new_console(*, color: bool, **options: Any) -> "Console":
    """A console with these styles.

    `NO_COLOR` turns all of them off, as `--no-color` does. `CLICOLOR_FORCE` turns them on where the output is no
    terminal, or a dumb one.

    Args:
        color: Whether the command line allows colors.
        options: What Rich's console takes.
    """
    from rich.console import Console  # noqa: PLC0415 brings Rich along
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
