"""Phrases that read as if translated: none of them is in the code, the documentation, or what is printed from it."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PHRASES = {
    "fix": r"\bmend(?:s|ed|ing)?\b",
    "create": r"\bto be made\b",
    "restore": r"\bputs? back\b",
    "for lack of": r"\bfor want of\b",
    "up to date": r"\bas asked for\b",
    "permanently": r"\bfor good\b",
    "needs no regulatory documents": r"\bneeds? no papers\b",
    "recently": r"\blately\b",
    "again": r"\banew\b",
    "anyone who": r"\bwhoever\b",
    "Could not be checked:": r"\bNot seen:",
    "grant the scope": r"\btick the\b",
    "in production": r"\bin life\b",
    "manually": r"\bby hand\b",
    "did not find": r"\bdoes not know it\b",
    "move it elsewhere": r"\bmove it away\b",
    "what mfa-setup created": r"\bwhat was made is found\b",
    "declined": r"\bsaid no\b",
    "invalid": r"\bat fault\b",
    "wait for that run to end": r"\bwait until (?:that|the other) run has ended\b",
}
"""What to write instead, and the phrase."""


def texts() -> list[Path]:
    """Every tracked text file but this one."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    names = listed.stdout.split()
    return [ROOT / name for name in names if Path(name).suffix in {".py", ".md", ".toml", ".html", ".js", ".yml"}]


@pytest.mark.parametrize("better", PHRASES)
def test_a_translated_phrase_is_in_no_file(better: str) -> None:
    # Across lines: a wrapped sentence, or a string of several parts.
    phrase = re.compile(PHRASES[better].replace(" ", r"[\s\"'#f]+"), re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {match[0]!r}"
        for path in texts()
        if path != Path(__file__) and path.is_file()
        for match in phrase.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found, f"write {better!r}"
