"""Renders the result of `export`: the files that it wrote."""

from collections.abc import Iterator

from rich.text import Text

from mfa_setup.model.results import ExportResult
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BOLD


def export_result(result: ExportResult) -> Iterator[Text]:
    """Yields the files; nothing if the export was written to standard output."""
    files = result.outcome.outputs.files
    if files is None:
        return
    yield Text(f"Wrote {len(files)} {'file' if len(files) == 1 else 'files'}:", BOLD)
    for file in files:
        yield Text(f"  {one_line(file)}")
