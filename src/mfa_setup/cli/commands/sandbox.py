"""The commands that need no account: both services on loopback, and the whole job on them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import typer

from mfa_setup.cli.app import command
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, own_option
from mfa_setup.errors import InvalidValueError, PortInUseError, SandboxMissingError

if TYPE_CHECKING:  # the sandbox is an extra, and only these two commands import it
    from mfa_setup.render.sink import Sink
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
WORLD = (_STACK, _PLAN, _ACCOUNT, _REGISTRATION, _RATE)


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


@command("sandbox", own=(_PORT, *WORLD, _LATENCY, _TLS))
def sandbox(call: Call, context: CommandContext) -> int:
    """Serve both services on loopback, with state, until stopped (Ctrl-C).

    A stand-in for an Auth0 tenant and a Twilio account: what it answers comes from recordings of the real
    services and their documentation. With --json it prints one line when it is ready.

    \b
    Examples:
      mfa-setup sandbox
      mfa-setup sandbox --port 0 --json
      mfa-setup sandbox --phone-stack legacy --twilio-account trial
    """
    with running(call, int(_whole("port", call.own["port"], 65_535))) as server, _telling(call, context.sink):
        context.report.silent = True
        server.serve_forever(lambda: _announce(call, context, server.ready()))
    return 0


class _Teller(logging.Handler):
    """Says what the sandbox logs, such as a request that it does not serve."""

    def __init__(self, sink: "Sink") -> None:
        super().__init__(logging.WARNING)
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        """One line for each record."""
        self._sink.say(record.getMessage())


@contextmanager
def _telling(call: Call, sink: "Sink") -> Iterator[None]:
    if call.common.quiet:
        yield
        return
    log, teller = logging.getLogger("mfa_setup.sandbox"), _Teller(sink)
    log.addHandler(teller)
    try:
        yield
    finally:
        log.removeHandler(teller)


def _announce(call: Call, context: CommandContext, ready: dict[str, Any]) -> None:
    if call.common.json:
        context.sink.document(ready)
    else:
        from mfa_setup.render.welcome import welcome_lines  # noqa: PLC0415 only for people

        context.sink.lines(welcome_lines(ready))


@contextmanager
def running(call: Call, port: int) -> "Iterator[Sandbox]":
    """A sandbox set up by the command's options, until the block ends.

    Raises:
        SandboxMissingError: The extra is not installed.
        PortInUseError: The port is taken.
    """
    try:
        from mfa_setup.sandbox.config import SandboxConfig  # noqa: PLC0415 an extra
        from mfa_setup.sandbox.server import Sandbox  # noqa: PLC0415
    except ImportError as absent:
        raise SandboxMissingError("The sandbox is not installed.") from absent
    world = {parameter.name: call.own[parameter.name] for parameter in WORLD}
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
