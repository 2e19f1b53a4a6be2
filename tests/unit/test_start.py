"""A signal that arrives before the program has started."""

import json
import os
import signal
import sys
from typing import Any

import pytest

from mfa_setup import __main__ as start
from mfa_setup.engine.report import Report
from mfa_setup.errors import InterruptedRunError, MfaSetupError, TerminatedError


class Exited(Exception):  # noqa: N818 it stands for the end of the process
    """The process would have ended here."""


def stopped(patch: pytest.MonkeyPatch, number: signal.Signals, *arguments: str) -> int:
    """Delivers a signal and returns the exit code."""

    def end(code: int) -> None:
        raise Exited(code)

    patch.setattr(os, "_exit", end)
    patch.setattr(sys, "argv", ["mfa-setup", *arguments])
    with pytest.raises(Exited) as ended:
        start._stop(number, None)
    return int(ended.value.args[0])


def shape(value: Any) -> Any:
    """The keys of a document and what kind of value each has."""
    if isinstance(value, dict):
        return [(name, shape(item)) for name, item in value.items()]
    return type(value).__name__


@pytest.mark.parametrize(
    ("number", "error"),
    [(signal.SIGINT, InterruptedRunError("Interrupted.")), (signal.SIGTERM, TerminatedError("Terminated."))],
)
def test_an_early_signal_ends_in_the_same_document_as_a_later_one(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], number: signal.Signals, error: MfaSetupError
) -> None:
    assert stopped(monkeypatch, number, "up", "--json") == error.exit_code
    document = json.loads(capfd.readouterr().out)
    later = Report("up").outcome(error).model_dump(mode="json")
    assert shape(document) == shape(later)
    assert document["error"]["code"] == later["error"]["code"]
    for name in ("ok", "changed", "tenant", "changes", "outputs", "checks", "warnings", "runs", "undoes"):
        assert document[name] == later[name]


def test_an_early_signal_without_json_is_told_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert stopped(monkeypatch, signal.SIGTERM, "up") == 143
    shown = capfd.readouterr()
    assert shown.out == ""
    assert shown.err == "Interrupted before anything was done.\n  Run the command again.\n"
