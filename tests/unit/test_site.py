"""The documentation site: its generated pages are up to date, its pictures are of this version, and its keys exist."""

import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from mfa_setup import __version__
from mfa_setup.model.outcome import Outcome
from support.lab import Lab, Run

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def test_the_reference_is_up_to_date_with_the_code() -> None:
    pages = runpy.run_path(str(ROOT / "tools" / "reference.py"))["pages"]()
    for name, text in pages.items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, "run `python tools/reference.py`"


def test_the_pictures_of_the_tutorial_are_of_this_version() -> None:
    first, _, rest = (DOCS / "pictures" / "tutorial.txt").read_text(encoding="utf-8").partition("\n")
    assert first == f"mfa-setup {__version__}", "run `python tools/tutorial.py`"
    shown = set(re.findall(r"pictures/tutorial-([\w-]+)\.(?:svg|png)", (DOCS / "tutorial.md").read_text("utf-8")))
    assert shown <= set(re.findall(r"^== (.+)$", rest, re.MULTILINE))
    for picture in (DOCS / "pictures").iterdir():
        assert picture.stat().st_size < 150_000, picture.name


def keys(model: type[BaseModel]) -> Iterator[str]:
    """Yields the keys of a document, those of the documents within it included."""
    for name, field in model.model_fields.items():
        if not field.exclude:
            yield {"sender": "from"}.get(name, name)
            for kind in _kinds(field.annotation):
                yield from keys(kind)


def _kinds(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _kinds(inner)


def test_every_key_of_the_json_document_is_described() -> None:
    page = (DOCS / "json.md").read_text(encoding="utf-8")
    missing = {key for key in keys(Outcome) if not re.search(rf"[\"`.]{key}\b[\"`]", page)}
    assert not missing


def test_every_file_that_a_run_leaves_is_listed(unified: Lab, run: Run, folder: Path) -> None:
    assert run("up", "--yes", "--json", "--test-to", "+14155550123", env=unified.env).code == 0
    page = (DOCS / "files.md").read_text(encoding="utf-8")
    for place in ("state", "cache"):
        left = {re.sub(r"[0-9a-f]{24}", "…", path.name) for path in (folder.parent / place).iterdir()}
        assert left
        assert left <= set(re.findall(r"`([^`]+)`", page))


@pytest.mark.parametrize("page", sorted(path.relative_to(DOCS) for path in DOCS.rglob("*.md")), ids=str)
def test_every_page_is_in_the_navigation(page: Path) -> None:
    assert f": {page.as_posix()}\n" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def test_nothing_of_the_site_is_loaded_from_the_network() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8") + (DOCS / "site.css").read_text(encoding="utf-8")
    assert "font: false" in text
    assert "http" not in text
    assert "mkdocs" not in sys.modules, "the default tests need no documentation tool"
