"""Results as tables, printed and, where that is asked for, written into the README."""

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).with_name("README.md")


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Prints rows under their heads, as a table in Markdown; returns it."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [head, ["-" * width for width in widths], *rows]
    ]
    text = "\n".join((title, "", *lines))
    print(f"\n{text}")
    return text


def write(name: str, tables: Sequence[str]) -> None:
    """Writes tables into the part of the README that has this name, with the machine that they were measured on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}, load {load:.1f}."
    part = "\n\n".join((f"<!-- {name} -->", machine, *tables, f"<!-- end of {name} -->"))
    text = README.read_text(encoding="utf-8")
    README.write_text(re.sub(rf"<!-- {name} -->.*<!-- end of {name} -->", lambda _: part, text, flags=re.DOTALL))
