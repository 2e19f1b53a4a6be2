"""The commands as they are registered: a new one is met by every test that goes through them all."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from mfa_setup.cli.app import program
from mfa_setup.sandbox.server import Sandbox

PHONE = "+12015550123"


def commands() -> dict[str, Any]:
    """Every command by its words, `test login` among them."""
    return dict(_leaves(program(), ()))


def _leaves(group: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _leaves(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


def line(name: str) -> list[str]:
    """A command with what it cannot do without."""
    words = name.split()
    for parameter in commands()[name].params:
        if parameter.required:
            value = str(next(iter(get_args(parameter.type_descriptor.annotation)), PHONE))
            words += [value] if parameter.param_type_name == "argument" else [parameter.opts[0], value]
    return words


def options(name: str) -> dict[str, Any]:
    """The options of a command by their long names."""
    return {
        max(parameter.opts, key=len): parameter
        for parameter in commands()[name].params
        if parameter.param_type_name == "option" and parameter.name != "help"
    }


def serve_nothing(patch: pytest.MonkeyPatch, *, play: bool = False) -> None:
    """Lets `sandbox` announce itself and stop, and `demo` start its sandbox and play nothing, unless `play`."""
    patch.setattr(Sandbox, "serve_forever", lambda _self, announce=lambda: None: announce())
    if not play:
        patch.setattr("mfa_setup.demo.play.play", lambda *_given: None)
