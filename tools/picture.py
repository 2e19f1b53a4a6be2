"""Draws docs/demo.svg, the picture of the README, from a real run of `mfa-setup demo`."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 96
TARGET = Path("docs/demo.svg")
FORMAT = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img"
 aria-label="A terminal: mfa-setup demo sets up a tenant and shows it">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px;
 line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}"
 height="{terminal_height}"/></clipPath>{lines}</defs>
<rect width="{width}" height="{height}" rx="8" fill="#1b1f24"/>
<g transform="translate(20, 24)"><g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""


def main() -> None:
    """Runs the demo as at a terminal with colours, and draws what it printed."""
    env = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "mfa_setup", "demo"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    shown = re.sub(r"localhost:\d+", "localhost:4400", done.stdout)
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text("$ mfa-setup demo", style="bold"))
    console.print(Text.from_ansi(shown.rstrip()))
    console.save_svg(str(TARGET), code_format=FORMAT, unique_id="demo", title="")


if __name__ == "__main__":
    main()
