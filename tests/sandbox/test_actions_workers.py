"""The processes that run Actions: started when needed, used again, replaced, and ended with the sandbox."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mfa_setup.sandbox.actions import workers as module
from mfa_setup.sandbox.actions.records import DeployedAction
from mfa_setup.sandbox.actions.runner import trial
from mfa_setup.sandbox.actions.workers import DeadlineError, WorkerError, Workers
from mfa_setup.sandbox.server import Sandbox

PLAIN = "exports.onExecutePostLogin = async () => {};"
ENDLESS = "exports.onExecutePostLogin = async () => { for (;;) await null; };"


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Processes of their own."""
    made = Workers(5)
    yield made
    made.stop()


def job(code: str = PLAIN, seconds: float = 5.0) -> dict[str, Any]:
    """A job that runs this code."""
    return {
        "code": code,
        "event": {},
        "options": {"handler": "onExecutePostLogin", "customize": False},
        "seconds": seconds,
    }


def processes(workers: Workers) -> list[Any]:
    """The processes that are waiting for a job."""
    return [worker._process for worker in workers._idle]


def test_none_is_started_before_it_is_needed(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    assert processes(sandbox.world.site.workers) == []


def test_a_process_is_used_again(workers: Workers) -> None:
    workers.run(job())
    (first,) = processes(workers)
    workers.run(job())
    assert processes(workers) == [first]


def test_a_process_is_killed_at_the_deadline_and_replaced(workers: Workers) -> None:
    workers.run(job())
    (first,) = processes(workers)
    with pytest.raises(DeadlineError):
        workers.run(job(ENDLESS, 0.2))
    assert first.returncode == -signal.SIGKILL  # not by the limits of its own, which are later
    assert workers.run(job())["finished"] is True
    assert processes(workers) != [first]


def test_a_process_that_crashed_while_nobody_used_it_is_replaced(workers: Workers) -> None:
    workers.run(job())
    (first,) = processes(workers)
    first.kill()
    first.wait()
    assert workers.run(job())["finished"] is True


def test_a_process_that_does_not_start_is_an_error(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MODULE", "mfa_setup.nothing")
    with pytest.raises(WorkerError, match="ended unexpectedly"):
        workers.run(job())
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(WorkerError, match="cannot be started"):
        workers.run(job())


def test_after_a_stop_there_is_no_process_and_none_is_started(workers: Workers) -> None:
    workers.run(job())
    (first,) = processes(workers)
    workers.stop()
    workers.stop()
    assert first.returncode is not None
    with pytest.raises(WorkerError, match="being stopped"):
        workers.run(job())


def test_stopping_the_sandbox_ends_its_processes(start: Callable[..., Sandbox]) -> None:
    sandbox = start(action_seconds=1.0)
    workers = sandbox.world.site.workers
    assert workers.seconds == 1.0
    workers.run(job())
    (process,) = processes(workers)
    sandbox.stop()
    assert process.returncode is not None


def test_stopping_the_sandbox_ends_a_process_that_is_busy(start: Callable[..., Sandbox]) -> None:
    sandbox = start(action_seconds=60.0)
    workers, failed = sandbox.world.site.workers, []

    def loop() -> None:
        with pytest.raises(WorkerError, match="ended unexpectedly"):
            workers.run(job(ENDLESS, 60))
        failed.append(True)

    thread = threading.Thread(target=loop)
    thread.start()
    while not workers._busy:
        assert thread.is_alive()
    process = workers._busy[0]._process
    sandbox.stop()
    thread.join()
    assert process.returncode is not None
    assert failed == [True]


def test_a_process_ends_with_its_parent() -> None:
    """Even if the parent had no time to stop it: its standard input is closed then."""
    program = (
        "import os\n"
        "from mfa_setup.sandbox.actions.workers import Workers\n"
        "from sandbox_job import JOB\n"
        "workers = Workers(5)\n"
        "workers.run(JOB)\n"
        "print(workers._idle[0]._process.pid, flush=True)\n"
        "os._exit(0)\n"
    ).replace("from sandbox_job import JOB\n", f"JOB = {job()!r}\n")
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        parent.wait()
    for _ in range(1000):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return
        subprocess.run([sys.executable, "-c", ""], check=True)
    pytest.fail("the process is still running")


@pytest.mark.parametrize(("body", "code", "answer"), [("for (;;) await null;", 1, ""), ("for (;;) {}", 0, "engine")])
def test_a_process_that_lost_its_parent_while_busy_ends_as_well(body: str, code: int, answer: str) -> None:
    """It has limits of its own, after which it ends, or answers nobody and finds its input closed."""
    line = json.dumps(job(f"exports.onExecutePostLogin = async () => {{ {body} }};", 0.1))
    command = [sys.executable, "-m", "mfa_setup.sandbox.actions.worker"]
    done = subprocess.run(command, input=line, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert answer in done.stdout


def test_a_draft_can_be_tried(workers: Workers) -> None:
    code = "exports.onExecutePostLogin = async (event, api) => { console.log(event.user.name, event.secrets.KEY); };"
    draft = DeployedAction("act", "draft", code, secrets={"KEY": "hush"})
    answer = trial(workers, draft, {"user": {"name": "Jo"}})
    assert answer == {"calls": [], "console": "Jo hush\n"}


def test_a_draft_that_fails_says_why(workers: Workers) -> None:
    draft = DeployedAction("act", "draft", "exports.onExecutePostLogin = () => nothing;")
    answer = trial(workers, draft, {})
    assert answer["error"] == {
        "error_class": "action_error",
        "name": "ReferenceError",
        "message": "nothing is not defined",
    }


def test_a_draft_of_another_trigger_has_another_handler(workers: Workers) -> None:
    code = "exports.onExecuteCustomPhoneProvider = async (event) => { console.log(event.notification.code); };"
    draft = DeployedAction("act", "phone", code, trigger="custom-phone-provider")
    assert trial(workers, draft, {"notification": {"code": "123456"}})["console"] == "123456\n"
