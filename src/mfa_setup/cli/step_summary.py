"""Adds a Markdown document to the summary that GitHub Actions shows for a step of a workflow."""

import os
from pathlib import Path

from mfa_setup.model.outcome import Notice
from mfa_setup.store.files import open_file, refuse_planted

VARIABLE = "GITHUB_STEP_SUMMARY"
"""The variable that names the file of the summary (sources: github-summary)."""
_LONGEST = 1_048_576
"""The largest summary of a step that GitHub accepts, in bytes; it drops a larger one (sources: github-summary)."""


def append(document: str) -> Notice | None:
    """Adds a document to the step's summary, if there is one; returns a warning if that fails."""
    name = os.environ.get(VARIABLE, "")
    if not name:
        return None
    path, data = Path(name), f"\n{document}".encode()
    try:
        refuse_planted(path)
        with os.fdopen(open_file(path, "O_WRONLY", "O_APPEND", "O_CREAT"), "ab") as file:
            if file.tell() + len(data) > _LONGEST:
                return _warning(f"GitHub accepts {_LONGEST:,} bytes for one step, and the file would be larger")
            file.write(data)
    except (OSError, ValueError) as failed:
        reason = failed.strerror if isinstance(failed, OSError) else None
        return _warning(reason or "its path is not valid")
    return None


def _warning(reason: str) -> Notice:
    return Notice(
        code="summary_not_written",
        message=f"The summary of this step could not be written to the file named by {VARIABLE}: {reason}.",
        hint="The result of the run is not affected; the same document is on standard output.",
    )
