"""The files of an export: their names, their texts, and whether they are programs."""

import json
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

from mfa_setup.model.post_login import PostLoginAction


@dataclass(frozen=True, slots=True)
class File:
    """One file of an export.

    Attributes:
        name: The path within the folder of the export; never derived from a value of a service.
        text: The content.
        runs: Whether the file is a program.
    """

    name: str
    text: str
    runs: bool = False


def json_text(value: Any) -> str:
    """Returns JSON in ASCII, so that no text of a service can control a terminal or be taken for anything else."""
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def code_of(action: PostLoginAction) -> str:
    """Returns the code that runs at every login, byte for byte."""
    return action.effective


def in_comment(text: str) -> str:
    """Returns a text of a service for a comment or a document: one line of printable ASCII without markup."""
    return "".join(one if one.isascii() and one.isprintable() and one not in "`<>|*[]\\" else "?" for one in text)


_NOT_GUARDED = """\
mfa-setup checks before it requires MFA that codes can reach your users. Nothing does that here. Before you require MFA
in another tenant, check it with `mfa-setup doctor` and prove it with `mfa-setup test sms`.
"""
"""The warning that every document contains."""


def template(name: str, **values: str) -> str:
    """Returns a file of this package with its `@NAME@` marks replaced in one pass, so that no value is searched."""
    text = resources.files("mfa_setup.export").joinpath(name).read_text(encoding="utf-8")
    marks = {"NOT_GUARDED": _NOT_GUARDED.rstrip("\n"), **values}
    return re.sub("@([A-Z_]+)@", lambda mark: marks[mark[1]], text)
