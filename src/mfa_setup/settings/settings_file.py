"""Finds and reads mfa-setup.toml, and reads its sections in fleet files."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mfa_setup.errors import ConfigUnreadableError, InvalidValueError, SecretInConfigError, UnknownKeyError
from mfa_setup.quoting import shortened
from mfa_setup.settings.parsers import quoted
from mfa_setup.settings.schema import SECTIONS

FILE_NAME = "mfa-setup.toml"
_LONGEST = 1_000_000
_SECRET = re.compile(r"secret|token|password|private_key|api_key|credential", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Search:
    """Where mfa-setup.toml is looked for.

    Attributes:
        folders: The folders to search, in this order.
        end: Why no further folder is searched: the last one is the root of a repository or the home folder, or the
            first one is in neither.
    """

    folders: tuple[Path, ...]
    end: Literal["repository", "home", "outside"]

    @classmethod
    def of(cls, folder: Path, home: Path | None) -> "Search":
        """Returns the folders to search: up to the first one that contains `.git` or is the home folder."""
        searched: list[Path] = []
        for candidate in (folder, *folder.parents):
            searched.append(candidate)
            # HOME may be empty or `/` in a container; the root folder does not count as a home folder.
            if candidate == home and home != home.parent:
                return cls(tuple(searched), "home")
            if os.access(candidate / ".git", os.F_OK):
                return cls(tuple(searched), "repository")
        return cls((folder,), "outside")


def find_file(folder: Path, home: Path | None) -> Path | None:
    """Looks for mfa-setup.toml in a folder and its parents, as `Search` says.

    Args:
        folder: The folder to start in, as an absolute path.
        home: The user's home folder; None if it is unknown.

    Returns:
        The path of the file; None if there is no file.

    Raises:
        ConfigUnreadableError: The file is in a parent folder, and other users of this machine can change it.
    """
    for candidate in Search.of(folder, home).folders:
        path = candidate / FILE_NAME
        if os.access(path, os.F_OK) or path.is_symlink():  # the reader reports a dangling link
            if candidate != folder and not _is_trusted(path):
                raise ConfigUnreadableError(
                    (
                        f"{path} is ignored, because it is in a parent folder and other users of this machine can "
                        "change it."
                    ),
                    hint=f"Review the file, then pass --config {path} to use it.",
                )
            return path
    return None


def _is_trusted(path: Path) -> bool:
    """Whether a file, and a symbolic link to it, belong to the user or root, and the file is not world-writable."""
    if not hasattr(os, "getuid"):  # Windows has no such owners and permission bits
        return True
    try:
        link, target = path.lstat(), path.stat()
    except OSError:
        return True  # the file cannot be read either, and the reader reports that
    return {link.st_uid, target.st_uid} <= {0, os.getuid()} and not target.st_mode & 0o002


def read_file(path: Path) -> dict[str, Any]:
    """Returns the TOML values of a settings file, by the names of their settings.

    Raises:
        ConfigUnreadableError: The file is missing, cannot be read or is not TOML.
        SecretInConfigError, UnknownKeyError, InvalidValueError: The file contains a secret, an unknown key or an
            invalid value.
    """
    return values_of(parsed(path, _LONGEST, "--config"), str(path))


def values_of(sections: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Returns the TOML values of some sections of settings, by the names of their settings.

    Args:
        sections: The parsed TOML sections.
        place: The file and the section in it, as messages name them.

    Raises:
        SecretInConfigError, UnknownKeyError, InvalidValueError: The sections contain a secret, an unknown key or an
            invalid value.
    """
    values: dict[str, Any] = {}
    for section, content in _tables(sections):
        _refuse_unknown(place, section, content)
        for key, value in content.items():
            setting = SECTIONS[section][key]
            if setting.one_shot:
                raise InvalidValueError(
                    f"{place} has the key `{key}` in [{section}], which can only be set for a single run.",
                    hint=f"Remove the key, and pass {setting.flag} to the run that needs it.",
                )
            values[setting.name] = value
    return values


def _tables(sections: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields each section with its content; a table within a section is a section of its own, such as `policy.only`."""
    for name, content in sections.items():
        inner = {key for key in content if f"{name}.{key}" in SECTIONS} if isinstance(content, Mapping) else set()
        yield (
            f'"{name}"' if "." in name else name,
            {key: value for key, value in content.items() if key not in inner} if inner else content,
        )
        yield from ((f"{name}.{key}", content[key]) for key in content if key in inner)


def parsed(path: Path, longest: int, named_by: str) -> dict[str, Any]:
    """Returns the content of a TOML file.

    Args:
        path: The path of the file.
        longest: The maximum size of the file, in bytes.
        named_by: The option or argument that names the file, for messages.

    Raises:
        ConfigUnreadableError: The file is missing, too large, cannot be read or is not TOML.
    """
    try:
        with path.open("rb") as file:
            content = file.read(longest + 1)
        if len(content) <= longest:
            return tomllib.loads(content.decode())
        problem, hint = f"{path} is larger than {longest // 1_000_000} MB.", f"Name another file with {named_by}."
    except FileNotFoundError:
        problem, hint = (
            f"The file {path} does not exist.",
            f"Check {named_by}. The folder examples/ contains sample files.",
        )
    except tomllib.TOMLDecodeError as broken:
        problem, hint = f"{path} is not valid TOML: {_reason(broken)}.", "Correct that line."
    except (OSError, ValueError):  # ValueError: the file is not UTF-8, or contains a number too long for Python
        problem = f"{path} cannot be read."
        hint = f"Check {named_by}: the file must be UTF-8 text, and you must be allowed to read it."
    except RecursionError:
        problem, hint = f"{path} is nested too deeply.", "Remove the nesting, or start with a new file."
    raise ConfigUnreadableError(problem, hint=hint)


def _reason(broken: tomllib.TOMLDecodeError) -> str:
    """Returns the TOML parser's message, with any quoted keys of the file shortened."""
    return re.sub(r"""(['"])(.*?)\1""", lambda name: f"{name[1]}{shortened(name[2])}{name[1]}", str(broken))


def _refuse_unknown(place: str, section: str, content: Any) -> None:
    known = SECTIONS.get(section, {})
    keys = [key for key in content if key not in known] if isinstance(content, Mapping) else []
    for name in (*(() if known else (section,)), *keys):
        if _SECRET.search(name):
            raise SecretInConfigError(f"{place} has the key `{_shown(name)}`, which would contain a secret.")
    if not known:
        raise _unknown(f"{place} has `{_shown(section)}`", section, SECTIONS)
    if not isinstance(content, Mapping):
        raise InvalidValueError(
            f"{place}: {section} is {quoted(content)}.",
            hint=f"`{section}` must be a section: write [{section}] on a line of its own.",
        )
    for name in keys:
        lasting = [key for key, setting in known.items() if not setting.one_shot]
        raise _unknown(f"{place} has the key `{_shown(name)}` in [{section}]", name, lasting)


def _unknown(problem: str, name: str, known: Iterable[str]) -> UnknownKeyError:
    near = difflib.get_close_matches(name, known, n=1)
    guess = f"Did you mean `{near[0]}`? " if near else ""
    return UnknownKeyError(f"{problem}, which is unknown.", hint=f"{guess}Known names: {', '.join(sorted(known))}.")


def _shown(name: str) -> str:
    return quoted(name)[1:-1]
