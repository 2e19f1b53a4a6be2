"""Ctrl-C and SIGTERM in the middle of a write: its outcome is known and told, and the next run goes on from there."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from starlette.types import Message

from support.gate import Visit, gate
from support.lab import Lab, Result, Run

SIGNALS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
CREATE = ("POST", "/api/v2/clients")
BUY = ("POST", "*/IncomingPhoneNumbers.json")
REQUIRE = ("PUT", "/api/v2/guardian/policies")
SECONDS = 30


class Held:
    """Keeps one request waiting at the gate until it is released; only then it has its effect."""

    def __init__(self, method: str, path: str) -> None:
        self.target = method, path
        self.arrived = threading.Event()
        self.released = threading.Event()
        self.after: list[str] = []

    async def __call__(self, visit: Visit) -> list[Message]:
        if visit.method == self.target[0] and fnmatchcase(visit.path, self.target[1]):
            self.arrived.set()
            await asyncio.to_thread(self.released.wait, SECONDS)
        elif self.arrived.is_set() and visit.writes:
            self.after.append(f"{visit.method} {visit.path}")
        return await visit.pass_on()


class Stopped:
    """A run whose request is under way, and hands to stop it with."""

    def __init__(self, process: "subprocess.Popen[str]", held: Held) -> None:
        self.process = process
        self.held = held

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal and waits until the run says that it has taken it."""
        self.process.send_signal(number)
        assert self.process.stderr is not None
        assert any("then stopping" in line for line in iter(self.process.stderr.readline, ""))

    def end(self) -> Result:
        """How it ends."""
        out, err = self.process.communicate(timeout=SECONDS)
        return Result(self.process.returncode, out, err)


@contextmanager
def stopped_at(lab: Lab, folder: Path, target: tuple[str, str], *more: str, command: str = "up") -> Iterator[Stopped]:
    """An `up` (or another command) whose request of this kind has arrived and is kept waiting."""
    held = Held(*target)
    with (
        gate(lab, held),
        subprocess.Popen(
            [sys.executable, "-m", "mfa_setup", command, "--yes", *more],
            env={**os.environ, **lab.env},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            assert held.arrived.wait(SECONDS)
            yield Stopped(process, held)
        finally:
            held.released.set()
            process.kill()


@pytest.mark.parametrize(("number", "code", "error"), SIGNALS)
def test_a_write_under_way_is_finished_and_what_it_made_is_told(
    run: Run, folder: Path, unified: Lab, number: signal.Signals, code: int, error: str
) -> None:
    with stopped_at(unified, folder, CREATE, "--json") as up:
        up.signal(number)
        up.held.released.set()
        result = up.end()
    assert result.code == code
    assert "Traceback" not in result.err
    assert result.document["error"]["code"] == error
    assert result.document["changed"] is True
    assert result.document["outputs"]["client_id"] == unified.spas[0]["client_id"]
    assert {change["status"] for change in result.document["changes"]} == {"pending"}
    assert up.held.after == []
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    assert len(unified.spas) == 1


def test_when_the_last_write_was_under_way_everything_is_told_as_done(folder: Path, lab: Lab) -> None:
    with stopped_at(lab, folder, REQUIRE, "--json") as up:
        up.signal(signal.SIGINT)
        up.held.released.set()
        result = up.end()
    assert result.code == 130
    assert {change["status"] for change in result.document["changes"]} == {"applied"}
    assert lab.tenant["policies"] == ["all-applications"]


def test_an_undo_notes_the_outcome_of_the_request_that_was_under_way(run: Run, folder: Path, unified: Lab) -> None:
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    with stopped_at(unified, folder, REQUIRE, "--json", command="undo") as undo:
        undo.signal(signal.SIGINT)
        undo.held.released.set()
        result = undo.end()
    assert result.code == 130
    assert result.document["changed"] is True
    assert result.change("policy")["status"] == "applied"
    assert undo.held.after == []
    assert unified.tenant["policies"] == []


def test_people_read_what_was_done_and_what_is_left(folder: Path, unified: Lab) -> None:
    with stopped_at(unified, folder, BUY) as up:
        while not unified.connected():  # the application is set up meanwhile
            assert up.process.poll() is None
        up.signal(signal.SIGINT)
        up.held.released.set()
        result = up.end()
    assert result.code == 130
    assert "Completed: application." in result.err
    assert "Not started: phone number, provider, SMS factor, MFA policy." in result.err
    assert "Not certain" not in result.err
    assert unified.twilio["purchases"] == 1


def test_a_second_signal_leaves_at_once_and_the_next_run_still_buys_nothing_twice(
    run: Run, folder: Path, unified: Lab
) -> None:
    with stopped_at(unified, folder, BUY, "--json") as up:
        up.signal(signal.SIGINT)
        up.process.send_signal(signal.SIGINT)
        result = up.end()
        assert unified.twilio["purchases"] == 0, "it left before there was an answer"
    assert result.code == 130
    assert result.change("number")["status"] == "unknown"
    up.held.released.set()
    while not unified.twilio["purchases"]:  # the request had been sent, and is carried out after all
        assert [entry for entry in unified.log() if fnmatchcase(entry["path"], BUY[1])]
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    assert unified.twilio["purchases"] == 1
