"""A file that a command writes at a path that the user names: it has no secrets, and replaces no other file."""

from dataclasses import dataclass
from pathlib import Path

from mfa_setup.cli.values import judged
from mfa_setup.errors import InvalidValueError
from mfa_setup.quoting import looks_random
from mfa_setup.settings import parsers
from mfa_setup.store.safe_write import LinkedError, obstacle, replace_file


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """The kind of a file that a command writes.

    Attributes:
        flag: The option that names the file.
        name: What the file is, for messages, such as `The fleet file`.
        writer: Who writes such files, for messages, such as `the sandbox`.
        mark: The text that every such file begins with, by which the next run recognizes it.
        mode: The permissions of the file; None keeps those of an existing file.
    """

    flag: str
    name: str
    writer: str
    mark: str
    mode: int | None = None

    def checked(self, text: str) -> Path:
        """Returns the path of the file, checked before the command does anything.

        Raises:
            InvalidValueError: The path cannot be written, or another program wrote the file there.
        """
        path = judged(f"{self.flag} is ", parsers.path, text)
        try:
            problem = self._problem(path)
        except OSError as unusable:  # such as a name that is too long
            problem = f"The path in {self.flag} cannot be used: {unusable.strerror}."
        if problem is not None:
            raise InvalidValueError(problem, hint=self._another)
        return path

    def write(self, path: Path, text: str) -> None:
        """Writes the file atomically; its text must begin with the mark.

        Raises:
            InvalidValueError: The file cannot be written.
        """
        try:
            replace_file(path, text, mode=self.mode)
        except (LinkedError, OSError) as unwritable:
            why = getattr(unwritable, "strerror", None) or "it is a link"
            raise InvalidValueError(f"{self.name} {path} cannot be written: {why}.", hint=self._another) from None

    @property
    def _another(self) -> str:
        return f"Give {self.flag} another path."

    def _problem(self, path: Path) -> str | None:
        """Returns why the file cannot be written, or None.

        Raises:
            OSError: The path is invalid, or its folder cannot be accessed.
        """
        if looks_random(path.name):
            return f"{self.flag} is {parsers.quoted(str(path))}, which may be a secret."
        if path.is_dir():
            return f"{self.flag} is {parsers.quoted(str(path))}, which is a folder."
        if not path.parent.is_dir():
            return f"The folder of {path} does not exist."
        problem = obstacle(path)
        if problem is None and path.is_symlink():
            problem = f"{path} is a link, which {self.writer} does not replace."
        if problem is None and path.exists() and not self._is_ours(path):
            problem = f"{path} exists and was not written by {self.writer}, which does not replace it."
        return problem

    def _is_ours(self, path: Path) -> bool:
        if not path.is_file():
            return False
        try:
            with path.open("rb") as file:
                return file.read(len(self.mark)) == self.mark.encode()
        except OSError:
            return False
