"""Writes the fleet file of `mfa-setup sandbox --fleet-file`, which contains no secrets and replaces no other file."""

from pathlib import Path

from mfa_setup.errors import InvalidValueError
from mfa_setup.quoting import looks_random
from mfa_setup.settings.parsers import quoted
from mfa_setup.store.safe_write import LinkedError, obstacle, replace_file

_MARK = "# Written by `mfa-setup sandbox --fleet-file`."
_ANOTHER = "Give --fleet-file another path."


def checked(text: str) -> Path:
    """Returns the path of the fleet file, checked before the sandbox starts.

    Raises:
        InvalidValueError: The path cannot be written, or the file there was not written by the sandbox.
    """
    path = Path(text)
    if looks_random(path.name):
        raise InvalidValueError(f"--fleet-file is {quoted(text)}, which may be a secret.", hint=_ANOTHER)
    if not text or path.is_dir():
        raise InvalidValueError(f"--fleet-file is {quoted(text)}, which is not a file.", hint=_ANOTHER)
    if not path.parent.is_dir():
        raise InvalidValueError(
            f"The folder of {path} does not exist.", hint="Create it, or give --fleet-file another path."
        )
    problem = obstacle(path)
    if problem is None and path.is_symlink():
        problem = f"{path} is a link, which the sandbox does not replace."
    if problem is None and path.exists() and not _is_ours(path):
        problem = f"{path} exists and was not written by the sandbox, which does not replace it."
    if problem is not None:
        raise InvalidValueError(problem, hint=_ANOTHER)
    return path


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
