"""The demo's play: the whole job on a sandbox, the login that proves it, and then the same by hand."""

import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from mfa_setup.cli.commands.prove import log_in
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call
from mfa_setup.cli.prompter import Prompter
from mfa_setup.cli.session import open_run
from mfa_setup.engine.report import Report
from mfa_setup.engine.run import Run
from mfa_setup.engine.task import Task
from mfa_setup.errors import InterruptedRunError, NoCallbackError, ProofFailedError
from mfa_setup.model.observed import Application
from mfa_setup.model.types import SAFE_ORDER
from mfa_setup.prove.callback import listening
from mfa_setup.prove.player import Player

LOGIN_SECONDS = 30.0
"""The most that the played login may take."""
DAY_SECONDS = 86_400.0
"""How long the demo waits for somebody to log in by hand."""


def play(call: Call, context: CommandContext, ready: dict[str, Any]) -> None:
    """Sets a tenant up on the sandbox that is ready, and logs in to it; at a terminal, offers to do it by hand.

    Raises:
        MfaSetupError: Something went wrong, as it can in life.
    """
    by_hand = context.terminal.can_ask
    context = replace(context, terminal=Prompter(context.sink, yes=True, may_ask=False))
    context.sink.narrating = not call.common.quiet
    with _environment(ready["env"]):
        context.sink.done(f"A sandbox of Auth0 and Twilio runs at {ready['url']}")
        call = replace(call, flags={"urls": [f"http://localhost:{_free_port()}"]})
        with open_run(call, Task("demo", SAFE_ORDER), context) as run:
            run.carry_out()
            log_in(run, context, _made(run, context), Player(ready["url"], context.sink.done), LOGIN_SECONDS)
        context.sink.outcome(context.report.outcome())
        context.report.silent = not call.common.json
        if by_hand:
            _stay(call, context, ready)


def _stay(call: Call, context: CommandContext, ready: dict[str, Any]) -> None:
    """Offers the login by hand, one after another, until Ctrl-C."""
    try:
        while True:
            again = replace(context, report=Report("test login"))
            with open_run(call, Task("test login", ("application",), twilio_if_known=True), again) as run:
                try:
                    log_in(run, again, _made(run, context), partial(_offer, context, ready["inbox"]), DAY_SECONDS)
                except ProofFailedError as failed:
                    context.sink.say(failed.message)
                    continue
            context.sink.outcome(again.report.outcome())
    except InterruptedRunError as stopped:
        if stopped.exit_code != InterruptedRunError.exit_code:
            raise
        context.sink.say("Stopped.")


def _made(run: Run, context: CommandContext) -> Application:
    """The application that this demo has made."""
    listed = run.services.auth0.applications()
    return next(item for item in listed if item.client_id == context.report.made.client_id)


def _offer(context: CommandContext, inbox: str, url: str) -> None:
    context.sink.say("")
    context.sink.say("Do it by hand: log in here, and read the code in the inbox beside it. Ctrl-C ends the demo.")
    context.sink.say(f"  Login: {url}")
    context.sink.say(f"  Inbox: {inbox}")
    context.sink.doing("Waiting for a login")


def _free_port() -> int:
    """The port of the React sample, if it is free, so that the demo looks like life; else any."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = int(probe.getsockname()[1])
    for port in (3000, other):
        try:
            with listening([f"http://localhost:{port}"], ""):
                return port
        except NoCallbackError:
            continue
    return other


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """The demo's own environment and folders: what is set for real services is out of its way and stays untouched."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("AUTH0_", "TWILIO_", "MFA_SETUP_")):
            del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="mfa-setup-demo-") as folder:
        os.environ.update(values)
        os.environ.update({"MFA_SETUP_STATE_DIR": f"{folder}/state", "MFA_SETUP_CACHE_DIR": f"{folder}/cache"})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
