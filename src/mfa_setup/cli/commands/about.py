"""The commands about the tool itself: its help and its version."""

from typing import Annotated, Any

import typer

from mfa_setup import __version__
from mfa_setup.cli.app import app, program
from mfa_setup.cli.options import SectionedCommand


def _names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The commands that may follow the words typed so far."""
    command = _named(ctx.find_root(), list(ctx.params.get("words") or ())).command
    names = command.commands if isinstance(command, typer.core.TyperGroup) else ()
    return [name for name in names if name.startswith(incomplete)]


@app.command("help", cls=SectionedCommand)
def show_help(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND]...", help="The command to explain.", autocompletion=_names)
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Explain every option, with its variable and default.")] = False,
) -> None:
    """Explain a command; with --all, every option of it.

    \b
    Examples:
      mfa-setup help
      mfa-setup help up --all
      mfa-setup help test sms
    """
    from mfa_setup.cli.help_page import full_page  # noqa: PLC0415 only a page of help needs it

    context = _named(ctx.find_root(), list(words or ()))
    command = context.command
    typer.echo(full_page(command, context) if every and isinstance(command, SectionedCommand) else context.get_help())


def _named(root: Any, words: list[str]) -> Any:
    """The context of the command that the words name.

    Raises:
        typer.TyperException: There is no such command.
    """
    context: Any = type(root)(program(), info_name=root.info_name)
    context.help_option_names = root.help_option_names
    for word in words:
        if not isinstance(context.command, typer.core.TyperGroup):
            context.fail(f"{context.command_path!r} has no subcommands.")
        name, command, _ = context.command.resolve_command(context, [word])
        context = type(root)(command, info_name=name, parent=context)
    return context


@app.command("version", cls=SectionedCommand)
def show_version() -> None:
    """Show the version of mfa-setup.

    \b
    Examples:
      mfa-setup version
    """
    typer.echo(f"mfa-setup {__version__}")
