"""Writes the fleet file of `mfa-setup sandbox --fleet-file`, which contains no secrets and replaces no other file."""

from pathlib import Path

from mfa_setup.cli.written_file import WrittenFile

_MARK = "# Written by `mfa-setup sandbox --fleet-file`."
_FILE = WrittenFile("--fleet-file", "The fleet file", "the sandbox", _MARK)

checked = _FILE.checked


def write(path: Path, text: str) -> None:
    """Writes the fleet file atomically, starting with a line by which the next run recognizes it.

    Raises:
        InvalidValueError: The file cannot be written.
    """
    _FILE.write(path, f"{_MARK}\n{text}")
