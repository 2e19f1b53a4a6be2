"""Writes the fleet file of `mfa-setup sandbox --fleet-file`, which contains no secrets and replaces no other file."""

from pathlib import Path

from mfa_setup.cli.session import judged
from mfa_setup.errors import InvalidValueError
from mfa_setup.quoting import looks_random
from mfa_setup.settings import parsers
from mfa_setup.store.safe_write import LinkedError, obstacle, replace_file

_MARK = "# Written by `mfa-setup sandbox --fleet-file`."
_ANOTHER = "Give --fleet-file another path."


def checked(text: str) -> Path:
    """Returns the path of the fleet file, checked before the sandbox starts.

    Raises:
        InvalidValueError: The path cannot be written, or the file there was not written by the sandbox.
    """
    path = judged("--fleet-file is ", parsers.path, text)
    try:
        problem = _problem(path)
    except OSError as unusable:  # such as a name that is too long
        problem = f"The path in --fleet-file cannot be used: {unusable.strerror}."
    if problem is not None:
        raise InvalidValueError(problem, hint=_ANOTHER)
    return path


def _problem(path: Path) -> str | None:
    """Returns why the fleet file cannot be written, or None.

    Raises:
        OSError: The path cannot be looked at.
    """
    if looks_random(path.name):
        return f"--fleet-file is {parsers.quoted(str(path))}, which may be a secret."
    if path.is_dir():
        return f"--fleet-file is {parsers.quoted(str(path))}, which is a folder."
    if not path.parent.is_dir():
        return f"The folder of {path} does not exist."
    problem = obstacle(path)
    if problem is None and path.is_symlink():
        problem = f"{path} is a link, which the sandbox does not replace."
    if problem is None and path.exists() and not _is_ours(path):
        problem = f"{path} exists and was not written by the sandbox, which does not replace it."
    return problem


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(_MARK)) == _MARK.encode()
    except OSError:
        return False


def write(path: Path, text: str) -> None:
    """Writes the fleet file atomically, starting with a line by which the next run recognizes it.

    Raises:
        InvalidValueError: The file cannot be written.
    """
    try:
        replace_file(path, f"{_MARK}\n{text}")
    except (LinkedError, OSError) as unwritable:
        why = getattr(unwritable, "strerror", None) or "it is a link"
        raise InvalidValueError(f"The fleet file {path} cannot be written: {why}.", hint=_ANOTHER) from None
