"""Runs the demo: sets up a sandbox tenant, logs in to prove that MFA works, and offers the login to the user."""

import socket
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from mfa_setup.cli.commands.prove import log_in
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call
from mfa_setup.cli.prompter import Prompter
from mfa_setup.cli.session import http_settings
from mfa_setup.cli.values import DEFAULT_TIMEOUT
from mfa_setup.compose import Access, Options, compose
from mfa_setup.demo.player import Player
from mfa_setup.engine.report import Report
from mfa_setup.engine.run import Run
from mfa_setup.engine.task import Task
from mfa_setup.errors import InterruptedRunError, NoCallbackError, ProofFailedError
from mfa_setup.model.desired import Desired
from mfa_setup.model.results import DemoResult, LoginResult
from mfa_setup.model.types import SAFE_ORDER
from mfa_setup.prove.callback import listening
from mfa_setup.prove.login import added_callback
from mfa_setup.settings.credentials import Auth0Credentials, TwilioCredentials
from mfa_setup.settings.settings import load
from mfa_setup.store.folders import Folders

LOGIN_SECONDS = 30.0
"""How long the automatic login may take, in seconds."""
DAY_SECONDS = 86_400.0
"""How long the demo waits for the user to log in, in seconds."""
_SAMPLE_PORT = 3000
"""The port of Auth0's React sample application."""


def play(call: Call, context: CommandContext, ready: dict[str, Any]) -> None:
    """Sets up the tenant of a running sandbox and logs in to it; at a terminal, then offers the login to the user.

    The demo does not read settings files or the environment variables for the real services.

    Args:
        call: The command line of the demo.
        context: The context of the command; its report receives the outcome.
        ready: The document that the sandbox prints when it is ready: the URLs of the sandbox and of its inbox, and the
            environment for its clients.

    Raises:
        MfaSetupError: A step failed in a way in which it could also fail with the real services.
    """
    by_hand = context.terminal.can_ask
    context = replace(context, terminal=Prompter(context.sink, context.report, yes=True, may_ask=False))
    context.sink.narrating = not call.common.quiet
    context.sink.done(f"A sandbox of Auth0 and Twilio runs at {ready['url']}")
    desired = load({"urls": [_callback()]}, {}).desired
    with tempfile.TemporaryDirectory(prefix="mfa-setup-demo-") as folder:
        compose_demo = partial(_compose, desired, ready["env"], Path(folder))
        with compose_demo(Task("demo", SAFE_ORDER), context) as run:
            run.carry_out()
            _log_in(run, context, context, Player(ready["url"], context.sink.done), LOGIN_SECONDS)
        context.sink.show(DemoResult(context.report.outcome()))
        context.report.silent = call.common.format == "text"
        if by_hand:
            _offer_logins(compose_demo, context, ready["inbox"])


Composed = Callable[[Task, CommandContext], AbstractContextManager[Run]]


def _compose(
    desired: Desired, env: Mapping[str, str], folder: Path, task: Task, context: CommandContext
) -> AbstractContextManager[Run]:
    """Composes a run on the sandbox with the sandbox's credentials and temporary folders, and reads no user data."""
    domain, secret = env["AUTH0_DOMAIN"], SecretStr(env["AUTH0_CLIENT_SECRET"])
    auth0 = Auth0Credentials.of(domain, env["AUTH0_CLIENT_ID"], secret)
    token = SecretStr(env["TWILIO_AUTH_TOKEN"])
    twilio = TwilioCredentials(account_sid=env["TWILIO_ACCOUNT_SID"], auth_token=token)
    access = Access.to(domain, auth0, twilio, sandbox=env["MFA_SETUP_SANDBOX"])
    context.sink.secrets += access.secrets
    options = Options(
        Folders(folder / "state", folder / "cache"),
        http_settings(context, DEFAULT_TIMEOUT),
        learned=context.sink.secrets.append,
        person=context.terminal,
    )
    return compose(task, desired, access, options, report=context.report)


def _log_in(
    run: Run, demo: CommandContext, context: CommandContext, show: Callable[[str], None], seconds: float
) -> None:
    """Logs in to the application that the demo created; the report of `context` receives the proof.

    If another program (often the user's own app) has taken the application's port since the demo chose it, the
    application gets an additional callback URL on a free port for this login.
    """
    client_id = demo.report.outputs.client_id
    application = next(item for item in run.services.auth0.applications() if item.client_id == client_id)
    try:
        log_in(run, context, application, show, seconds)
    except NoCallbackError:
        with added_callback(run.services, application) as reachable:
            log_in(run, context, reachable, show, seconds)


def _offer_logins(compose_demo: Composed, context: CommandContext, inbox: str) -> None:
    """Waits for the user's own logins until Ctrl-C."""
    task = Task("test login", ("application",), twilio_if_known=True)
    try:
        while True:
            login = replace(context, report=Report("test login"))
            with compose_demo(task, login) as run:
                try:
                    _log_in(run, context, login, partial(_invite, context, inbox), DAY_SECONDS)
                except ProofFailedError as failed:
                    context.sink.say(failed.message)
                    continue
            context.sink.show(LoginResult(login.report.outcome()))
    except InterruptedRunError as stopped:
        if stopped.exit_code != InterruptedRunError.exit_code:
            raise
        context.sink.say("Stopped.")


def _invite(context: CommandContext, inbox: str, url: str) -> None:
    context.sink.say("")
    context.sink.say(
        "Try it yourself: sign up on the first page with any e-mail address and phone number, and read the code on the "
        "second one. Press Ctrl-C to end the demo."
    )
    context.sink.say(f"  Login: {url}")
    context.sink.say(f"  Inbox: {inbox}")
    context.sink.doing("Waiting for a login")


def _callback() -> str:
    """Returns the URL of the React sample if its port is free, otherwise a URL with another free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        ports = (_SAMPLE_PORT, probe.getsockname()[1])
    with listening([f"http://localhost:{port}" for port in ports], "") as listener:
        return listener.url
