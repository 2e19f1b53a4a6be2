"""The commands that need no account: both services on loopback, and the whole job on them."""

import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import typer

from mfa_setup.cli.app import command
from mfa_setup.cli.commands.prove import log_in
from mfa_setup.cli.options import Call, own_option
from mfa_setup.cli.session import Desk, open_run
from mfa_setup.cli.terminal import Terminal
from mfa_setup.engine.report import Report
from mfa_setup.engine.run import Run
from mfa_setup.engine.task import Task
from mfa_setup.errors import InvalidValueError, PortInUseError, SandboxMissingError
from mfa_setup.model.change import SAFE_ORDER
from mfa_setup.model.observed import Application

LOGIN_SECONDS = 30.0
"""The most that the played login may take."""
DAY_SECONDS = 86_400.0
"""How long the demo waits for somebody to log in by hand."""

if TYPE_CHECKING:  # the sandbox is an extra, and only these two commands import it
    from mfa_setup.sandbox.server import Sandbox


def _choice(name: str, *values: str, text: str) -> Any:
    flag = f"--{name.replace('_', '-')}"
    kind = Literal[values]  # type: ignore[valid-type]
    return own_option(
        name, kind, typer.Option(flag, help=f"{text} (default {values[0]})", show_default=False), values[0]
    )


_STACK = _choice("phone_stack", "unified", "legacy", text="Phone stack of the Auth0 tenant.")
_PLAN = _choice("auth0_plan", "paid", "free", text="Plan of the Auth0 tenant.")
_ACCOUNT = _choice("twilio_account", "full", "trial", "legacy-trial", "suspended", text="Kind of Twilio account.")
_REGISTRATION = _choice(
    "number_registration",
    "registered",
    "unregistered",
    text="Whether US numbers are registered with the carriers.",
)
_RATE = _choice("rate_limit", "none", "free", "enterprise", text="Auth0's rate limit.")
_WORLD = (_STACK, _PLAN, _ACCOUNT, _REGISTRATION, _RATE)


def _number(name: str, default: str, text: str, metavar: str) -> Any:
    option = typer.Option(f"--{name.replace('_', '-')}", metavar=metavar, help=text, show_default=False)
    return own_option(name, str, option, default)


_PORT = _number("port", "4400", "Port on loopback; 0 takes a free one. (default 4400)", "PORT")
_LATENCY = _number("latency_ms", "0", "Milliseconds that every answer waits. (default 0)", "N")
_TLS = own_option(
    "tls",
    bool,
    typer.Option("--tls", help="Serve https, with a certificate of an authority made for this run."),
    default=False,
)


@command("sandbox", own=(_PORT, *_WORLD, _LATENCY, _TLS))
def sandbox(call: Call, desk: Desk) -> int:
    """Serve both services on loopback, with state, until stopped (Ctrl-C).

    A stand-in for an Auth0 tenant and a Twilio account: what it answers comes from recordings of the real
    services and their documentation. With --json it prints one line when it is ready.

    \b
    Examples:
      mfa-setup sandbox
      mfa-setup sandbox --port 0 --json
      mfa-setup sandbox --phone-stack legacy --twilio-account trial
    """
    with _running(call, int(_whole("port", call.own["port"], 65_535))) as server:
        desk.report.silent = True
        server.serve_forever(lambda: _announce(call, desk, server.ready()))
    return 0


@command("demo", own=_WORLD)
def demo(call: Call, desk: Desk) -> int:
    """Play the whole job through, on the sandbox and without any account, to the proof.

    Starts the sandbox, sets everything up as `mfa-setup up` does, and logs in: signs up, enrols a phone, reads
    the SMS, enters its code, and shows what the ID token proves. At a terminal it then stays up and offers the
    link to do it by hand. Options show what goes wrong in life.

    \b
    Examples:
      mfa-setup demo
      mfa-setup demo --phone-stack legacy
      mfa-setup demo --number-registration unregistered      the code never arrives
    """
    from mfa_setup.prove.player import Player  # noqa: PLC0415 it brings httpx along

    by_hand = desk.terminal.can_ask
    desk = replace(desk, terminal=Terminal(desk.sink, yes=True, may_ask=False))
    desk.sink.narrating = not call.common.quiet
    with _running(call, 0) as server, _environment(server.ready()["env"]):
        desk.sink.done(f"A sandbox of Auth0 and Twilio runs at {server.url}")
        call = replace(call, flags={"urls": [f"http://localhost:{_free_port()}"]})
        with open_run(call, Task("demo", SAFE_ORDER), desk) as run:
            run.carry_out()
            log_in(run, desk, _made(run, desk), Player(server.url, desk.sink.done), LOGIN_SECONDS)
        desk.sink.outcome(desk.report.outcome())
        desk.report.silent = not call.common.json
        if by_hand:
            _stay(call, desk, server.ready())
    return 0


def _stay(call: Call, desk: Desk, ready: dict[str, Any]) -> None:
    """Offers the login by hand, one after another, until Ctrl-C."""
    try:
        while True:
            again = replace(desk, report=Report("test login"))
            with open_run(call, Task("test login", ("application",), twilio_if_known=True), again) as run:
                log_in(run, again, _made(run, desk), partial(_offer, desk, ready["inbox"]), DAY_SECONDS)
            desk.sink.outcome(again.report.outcome())
    except KeyboardInterrupt:
        desk.sink.say("Stopped.")


def _made(run: Run, desk: Desk) -> Application:
    """The application that this demo has made."""
    listed = run.services.auth0.applications()
    return next(item for item in listed if item.client_id == desk.report.made.client_id)


def _offer(desk: Desk, inbox: str, url: str) -> None:
    desk.sink.say("")
    desk.sink.say("Do it by hand: log in here, and read the code in the inbox beside it. Ctrl-C ends the demo.")
    desk.sink.say(f"  Login: {url}")
    desk.sink.say(f"  Inbox: {inbox}")
    desk.sink.doing("Waiting for a login")


def _free_port() -> int:
    """The port of the React sample, if it is free, so that the demo looks like life; else any."""
    for port in (3000, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AssertionError("port 0 is always free")


def _announce(call: Call, desk: Desk, ready: dict[str, Any]) -> None:
    if call.common.json:
        desk.sink.document(ready)
    else:
        desk.sink.lines(_welcome(ready))


@contextmanager
def _running(call: Call, port: int) -> "Iterator[Sandbox]":
    try:
        from mfa_setup.sandbox.config import SandboxConfig  # noqa: PLC0415 an extra
        from mfa_setup.sandbox.server import Sandbox  # noqa: PLC0415
    except ImportError as absent:
        raise SandboxMissingError("The sandbox is not installed.") from absent
    world = {parameter.name: call.own[parameter.name] for parameter in _WORLD}
    latency = int(_whole("latency_ms", call.own.get("latency_ms", "0"), 60_000))
    config = SandboxConfig(port=port, latency_ms=latency, tls=bool(call.own.get("tls")), **world)
    server = Sandbox(config)
    try:
        server.start()
    except OSError as taken:
        raise PortInUseError(f"Port {port} is in use.") from taken
    try:
        yield server
    finally:
        server.stop()


def _whole(name: str, text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or int(text) > most:
        raise InvalidValueError(
            f"--{name.replace('_', '-')} is {text!r}.", hint=f"It is a whole number from 0 to {most}."
        )
    return int(text)


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


def _welcome(ready: dict[str, Any]) -> list[str]:
    return [
        f"Auth0 and Twilio are served at {ready['url']} until you press Ctrl-C.",
        f"Messages: {ready['inbox']}",
        "",
        "Point mfa-setup (and anything else) at it:",
        *(f"  export {name}={value}" for name, value in ready["env"].items()),
        "",
        "Then: mfa-setup up",
    ]
