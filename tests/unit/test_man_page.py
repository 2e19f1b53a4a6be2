"""The man page that the wheel installs."""

import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "man" / "mfa-setup.1"


def test_it_is_up_to_date_with_the_commands() -> None:
    page = runpy.run_path(str(ROOT / "tools" / "man_page.py"))["page"]()
    assert PAGE.read_text(encoding="utf-8") == page, "run `python tools/man_page.py`"


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_groff_formats_it_without_a_warning() -> None:
    line = ["groff", "-man", "-ww", "-Tutf8", str(PAGE)]
    formatted = subprocess.run(line, capture_output=True, text=True, check=True)
    assert formatted.stderr == ""
    assert "mfa-setup up" in formatted.stdout
