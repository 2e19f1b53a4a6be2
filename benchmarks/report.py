"""Prints results as tables and, on request, writes the tables into a README."""

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

LONG = Path(__file__).with_name("README.md")
SHORT = Path(__file__).parents[1] / "README.md"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Prints a table in Markdown with its title, and returns it."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [head, ["-" * width for width in widths], *rows]
    ]
    text = "\n".join((title, "", *lines))
    print(f"\n{text}")
    return text


def write(name: str, parts: Sequence[str], readme: Path = LONG) -> None:
    """Writes tables and a description of this machine between the two markers with this name.

    Raises:
        SystemExit: The README has no markers with this name.
    """
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}, load {load:.1f}."
    written = "\n\n".join((f"<!-- {name} -->", machine, *parts, f"<!-- /{name} -->"))
    markers = re.compile(rf"<!-- {name} -->.*<!-- /{name} -->", re.DOTALL)
    text, replaced = markers.subn(lambda _: written, readme.read_text(encoding="utf-8"))
    if not replaced:
        raise SystemExit(f"{readme.name} has no markers `<!-- {name} -->` and `<!-- /{name} -->`.")
    readme.write_text(text, encoding="utf-8")
