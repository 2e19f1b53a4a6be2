"""The application: its commands, how each is run, and how every failure becomes an exit code and one message."""

import inspect
import os
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mfa_setup import __version__
from mfa_setup.cancellation import Cancellation
from mfa_setup.cli import signals
from mfa_setup.cli.completion import in_a_known_shell
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, Common, Group, SectionedCommand
from mfa_setup.errors import InternalError, InterruptedRunError, MfaSetupError
from mfa_setup.model.results import Result, Shows

if TYPE_CHECKING:  # slow to import, and needed only once a command is named
    from mfa_setup.render.sink import Sink
    from mfa_setup.settings import schema

HELP = """SMS multi-factor authentication for an Auth0 tenant, through Twilio.

\b
Without any account:  mfa-setup demo
Set up a tenant:      mfa-setup plan, then mfa-setup up
Explain a command:    mfa-setup help COMMAND

Credentials are read from the environment, from files, or from a profile.
"""
_EXIT_CODES = """Exit codes: 0 done, 1 failed, 2 usage, 3 invalid value, 4 credentials, 5 service not reached,
6 input needed, 7 refused by a guard, 10 changes pending, 130 and 143 stopped.
"""

app = typer.Typer(
    name="mfa-setup",
    cls=Group,
    help=HELP,
    epilog=_EXIT_CODES,
    add_completion=True,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Body = Callable[[Call, CommandContext], int]
"""A command: does its work, adds its findings and changes to the report, and returns the exit code."""


def _version(asked: bool) -> None:  # noqa: FBT001 Typer's form of a callback
    if asked:
        typer.echo(f"mfa-setup {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    del version  # handled by the option's callback


_STOPPING = "Finishing the current request, then stopping. Press Ctrl-C again to quit immediately."


proofs = typer.Typer(
    cls=Group,
    help="Prove that it works by an SMS that arrives or a login with MFA.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(proofs, name="test")

fleets = typer.Typer(
    cls=Group,
    help="Set up, compare and check many tenants from one file.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(fleets, name="fleet")

configs = typer.Typer(
    cls=Group,
    help="Show every setting with its origin, or write a settings file.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(configs, name="config")
_GROUPS = ((proofs, "test"), (fleets, "fleet"), (configs, "config"))

_without_parameters: dict[str, Callable[[], None]] = {}
"""The commands that have no parameters yet: name to the function that adds them."""
_built: list[typer.core.TyperGroup] = []
"""The program once it has been built; empty before."""


def program(words: Iterable[str] | None = None) -> typer.core.TyperGroup:
    """Returns the program with all its commands; only those named in `words`, by default all, get their parameters."""
    given = None if words is None else set(words)
    names = [name for name in _without_parameters if given is None or given.issuperset(name.split())]
    for name in names:
        _without_parameters.pop(name)()
    if names or not _built:
        _built[:] = [_get_program()]
    return _built[0]


def _get_program() -> typer.core.TyperGroup:
    """Builds the program with Typer, including its two options for completion."""
    group = typer.main.get_command(app)
    if not isinstance(group, typer.core.TyperGroup):
        raise TypeError
    install, show = group.params[-2:]
    install.help, show.help = "Install completion for this shell.", "Show the completion script."  # type: ignore[attr-defined]
    for shell_option in (install, show):
        if shell_option.callback:
            shell_option.callback = in_a_known_shell(shell_option.callback)
    return group


def command(
    name: str,
    groups: "tuple[schema.Group, ...]" = (),
    *,
    own: tuple[inspect.Parameter, ...] = (),
    group: typer.Typer = app,
    shows: Shows = Result,
) -> Callable[[Body], Body]:
    """Registers a command with the options of its groups of settings, its own options, and the type of its result."""
    full_name = " ".join([*(prefix for one, prefix in _GROUPS if one is group), name])

    def register(body: Body) -> Body:
        def run(**given: object) -> int:
            from mfa_setup.cli.parameters import read_call  # noqa: PLC0415 listing the commands needs no parameters

            return execute(body, read_call(full_name, given, own), shows)

        def complete() -> None:
            from mfa_setup.cli.parameters import give_parameters  # noqa: PLC0415 slow to import

            give_parameters(full_name, run, groups, own)

        run.__signature__ = inspect.Signature()  # type: ignore[attr-defined]
        _without_parameters[full_name] = complete
        group.command(name, cls=SectionedCommand, help=body.__doc__)(run)
        return body

    return register


def execute(body: Body, call: Call, shows: Shows) -> int:
    """Runs a command, renders its outcome once, even after a failure, and returns the exit code."""
    from mfa_setup.cli import typed  # noqa: PLC0415 not needed for help and version
    from mfa_setup.cli.prompter import Prompter  # noqa: PLC0415
    from mfa_setup.engine.report import Report  # noqa: PLC0415

    common = _debugged(call.common, os.environ)
    call = replace(call, common=common)
    sink = new_sink(common)
    sink.typed += typed.of_call(call, os.environ)
    report = Report(call.command)
    terminal = Prompter(sink, report, yes=common.yes, may_ask=not common.no_input)
    context = CommandContext(sink, terminal, report, Cancellation())
    try:
        signals.watch(context.cancellation, lambda: sink.say(_STOPPING))
        with sink.working():
            code = body(call, context)
        error = None
    except BaseException as raised:  # noqa: BLE001 every failure becomes one message and an exit code
        error = as_ours(raised, verbose=common.verbose > 0, sink=sink)
        code = error.exit_code
    signals.end()
    if error is not None or not report.silent:
        sink.result(shows(report.outcome(error)))
    return code


def _debugged(common: Common, environment: Mapping[str, str]) -> Common:
    """Applies `MFA_SETUP_DEBUG`, which has the same effect as `-vv`, to the options."""
    is_on = environment.get("MFA_SETUP_DEBUG", "").strip().lower() not in {"", "0", "false", "no"}
    return replace(common, verbose=max(common.verbose, 2)) if is_on else common


def new_sink(common: Common) -> "Sink":
    """Creates the sink, which masks every secret of the environment from its first line on."""
    from mfa_setup.cli import step_summary  # noqa: PLC0415 not needed for help and version
    from mfa_setup.render.sink import Sink  # noqa: PLC0415
    from mfa_setup.settings.credentials import secrets_of  # noqa: PLC0415

    sink = Sink(common.format, quiet=common.quiet, verbosity=common.verbose, color=not common.no_color)
    sink.secrets += secrets_of(os.environ)
    sink.summarize = step_summary.append
    return sink


def as_ours(raised: BaseException, *, verbose: bool, sink: "Sink") -> MfaSetupError:
    """Converts any exception to one of our errors; for a defect, `verbose` shows the stack without any values."""
    if isinstance(raised, MfaSetupError):
        return raised
    if isinstance(raised, KeyboardInterrupt):
        return InterruptedRunError("Interrupted.")
    if isinstance(raised, (SystemExit, typer.Exit)):
        raise raised
    if verbose:
        for frame in traceback.extract_tb(raised.__traceback__):
            sink.say(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}")
    return InternalError(f"Something went wrong inside mfa-setup ({type(raised).__name__}).")
