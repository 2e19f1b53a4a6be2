"""The commands that need no account: both services on loopback, and the whole job on them."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import Parameter
from typing import TYPE_CHECKING, Any, Literal

from mfa_setup.cli.app import command
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.numbers import whole
from mfa_setup.cli.options import Call, argument, option
from mfa_setup.errors import InvalidValueError, PortInUseError, SandboxMissingError

if TYPE_CHECKING:  # the sandbox is an extra, and only these two commands import it
    from mfa_setup.render.sink import Sink
    from mfa_setup.sandbox.server import Sandbox


def _choice(name: str, *values: str, text: str) -> Parameter:
    kind = Literal[values]  # type: ignore[valid-type]
    return option(name, kind, f"{text} (default {values[0]})", default=values[0])


WORLD = (
    _choice("phone_stack", "unified", "legacy", text="Phone stack of the Auth0 tenant."),
    _choice("auth0_plan", "paid", "free", text="Plan of the Auth0 tenant."),
    _choice("twilio_account", "full", "trial", "legacy-trial", "suspended", text="Kind of Twilio account."),
    _choice(
        "number_registration", "registered", "unregistered", text="Whether US numbers are registered with the carriers."
    ),
    _choice("rate_limit", "none", "free", "enterprise", text="Auth0's rate limit."),
)
_PORT = option(
    "port",
    str | None,
    "Port on loopback; 0 takes a free one. (default 4400, and a free one for a COMMAND)",
    metavar="PORT",
)
_ENV = option("env", bool, "Print only the variables on standard output, as lines of `export`.")
_COMMAND = argument(
    "command_line",
    list[str] | None,
    "Command to run against a new sandbox, after `--`; the sandbox stops when it ends.",
    metavar="COMMAND",
    default=None,
)
_LATENCY = option("latency_ms", str, "Milliseconds that every answer waits. (default 0)", metavar="N", default="0")
_TLS = option("tls", bool, "Serve https, with a certificate of an authority made for this run.")
_TENANTS = option(
    "tenants", str, "Number of Auth0 tenants; they share one Twilio phone number (default 1).", metavar="N"
)
_FLEET_FILE = option("fleet_file", str, "Write a fleet file that names the tenants to PATH.", metavar="PATH")


@command("sandbox", own=(_COMMAND, _PORT, _ENV, *WORLD, _LATENCY, _TENANTS, _FLEET_FILE, _TLS))
def sandbox(call: Call, context: CommandContext) -> int:
    """Serve both services on this machine until stopped (Ctrl-C).

    A stand-in for an Auth0 tenant and a Twilio account: what it answers comes from recordings of the real
    services and their documentation. With a COMMAND, it serves that command alone and exits with its exit code.
    With --env or --json, it prints the variables for a shell or a program when it is ready, and keeps serving.

    \b
    Examples:
      mfa-setup sandbox -- pytest tests
      mfa-setup sandbox --env > sandbox.env &
      mfa-setup sandbox --phone-stack legacy --twilio-account trial
      mfa-setup sandbox --tenants 100 --fleet-file fleet.toml
    """
    from mfa_setup.cli import fleet_file  # noqa: PLC0415 only this command writes one

    command_line = call.own["command_line"] or ()
    _judge_output(call, command_line)
    path = call.own["fleet_file"]
    file = None if path is None else fleet_file.checked(path)
    port = call.own["port"]
    if port is None:
        port = "0" if command_line else "4400"
    with running(call, int(whole("port", port, 65_535))) as server, _telling(call, context.sink):
        if file is not None:
            fleet_file.write(file, server.fleet_file())
        context.sink.stop_progress()
        if command_line:
            from mfa_setup.cli.sandboxed import run_command  # noqa: PLC0415 only this form needs it

            code = run_command(command_line, server.ready()["env"])
            context.report.silent = True
            return code
        context.report.silent = True
        server.serve_forever(lambda: _announce(call, context, server.ready()))
    return 0


def _judge_output(call: Call, command_line: Sequence[str]) -> None:
    """Judges what standard output is for.

    Raises:
        InvalidValueError: Two forms of output were chosen.
    """
    chosen = {"--env": call.own["env"], "--json": call.common.format == "json", "a COMMAND": bool(command_line)}
    names = [name for name, is_chosen in chosen.items() if is_chosen]
    if len(names) > 1:
        raise InvalidValueError(
            f"{' and '.join(names)} cannot be used together: each has standard output for itself.",
            hint="Leave one of them out.",
        )


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
    if call.common.quiet or (call.own["command_line"] and not call.common.verbose):  # the command has the terminal
        yield
        return
    log, teller = logging.getLogger("mfa_setup.sandbox"), _Teller(sink)
    log.addHandler(teller)
    try:
        yield
    finally:
        log.removeHandler(teller)


def _announce(call: Call, context: CommandContext, ready: dict[str, Any]) -> None:
    from mfa_setup.render.welcome import export_lines, welcome_lines  # noqa: PLC0415 only this command needs it

    if call.common.format == "json":
        from mfa_setup.model.sandbox import SandboxReady  # noqa: PLC0415 only needed here

        context.sink.document(SandboxReady.model_validate(ready).model_dump(mode="json", exclude_unset=True))
    elif call.own["env"]:
        context.sink.unwrapped(export_lines(ready["env"]))
        if not call.common.quiet:
            context.sink.say(f"Auth0 and Twilio are served at {ready['url']}")
            context.sink.say(f"Messages: {ready['inbox']}")
            context.sink.say(f"Press Ctrl-C to stop, or run: kill {os.getpid()}")
    elif not call.common.quiet:
        context.sink.unwrapped(welcome_lines(ready))


@contextmanager
def running(call: Call, port: int) -> "Iterator[Sandbox]":
    """A sandbox set up by the command's options, until the block ends.

    Raises:
        SandboxMissingError: The extra is not installed.
        PortInUseError: The port is taken.
    """
    try:
        from mfa_setup.sandbox.config import MOST_TENANTS, SandboxConfig  # noqa: PLC0415 an extra
        from mfa_setup.sandbox.server import Sandbox  # noqa: PLC0415
    except ImportError as absent:
        raise SandboxMissingError("The sandbox is not installed.") from absent
    world = {parameter.name: call.own[parameter.name] for parameter in WORLD}
    latency = int(whole("latency_ms", call.own.get("latency_ms", "0"), 60_000))
    tenants = _tenants(call, MOST_TENANTS)
    tls = bool(call.own.get("tls"))
    server = Sandbox(SandboxConfig(port=port, latency_ms=latency, tls=tls, tenants=tenants, **world))
    try:
        server.start()
    except OSError as taken:
        raise PortInUseError(f"Port {port} is in use.") from taken
    try:
        yield server
    finally:
        server.stop()


def _tenants(call: Call, most: int) -> int | None:
    """The number of tenants; a fleet file without one names a single tenant."""
    number = call.own.get("tenants")
    if number is None:
        return None if call.own.get("fleet_file") is None else 1
    return whole("tenants", number, most, least=1)
