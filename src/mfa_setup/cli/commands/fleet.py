"""The commands for many tenants that one file names."""

from mfa_setup.cli.app import command, fleets
from mfa_setup.cli.commands.look import CHECK
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, argument, option
from mfa_setup.engine.task import UP, Task
from mfa_setup.model.types import SAFE_ORDER

_FILE = argument("file", str, "The fleet file (docs/fleet.md).")
_SELECT = option(
    "select",
    list[str] | None,
    "Only tenants whose names match this pattern, such as 'acme-*'. Repeatable.",
    metavar="GLOB",
)
_CONCURRENCY = option(
    "concurrency", str, "How many tenants are worked at at the same time. (default 10)", metavar="N", default="10"
)
_FAIL_FAST = option("fail_fast", bool, "Start no other tenant after a failure.")
_ALLOW = option(
    "allow_domain",
    list[str] | None,
    "Send credentials to this domain although it is not under auth0.com. Repeatable.",
    metavar="HOST",
)
_JSONL = option("jsonl", bool, "Print one JSON document a line: one for each tenant as it ends, then the summary.")
_CANARY = option(
    "canary",
    str,
    "Set up the first N tenants first; the rest begins only if they pass `doctor`. (default 0)",
    metavar="N",
    default="0",
)
_PURCHASES = option(
    "max_purchases", str, "How many numbers may be bought in all. (default 0)", metavar="N", default="0"
)
_OWN = (_FILE, _SELECT, _CONCURRENCY, _FAIL_FAST, _ALLOW, _JSONL)


def _carry_out(call: Call, context: CommandContext, task: Task) -> int:
    from mfa_setup.cli.fleet_session import FleetSession  # noqa: PLC0415 the engine, which help does not need

    return FleetSession(call, context, task).carry_out()


@command("plan", own=(*_OWN, CHECK, _PURCHASES), group=fleets)
def plan(call: Call, context: CommandContext) -> int:
    """Show what `mfa-setup fleet up` would change. Writes nothing.

    Tenants with the same changes are grouped. Common values are shown once; where values differ, the most
    frequent ones are shown, with -v all of them.

    \b
    Examples:
      mfa-setup fleet plan fleet.toml
      mfa-setup fleet plan fleet.toml --select 'acme-*' --check
      mfa-setup fleet plan fleet.toml --format markdown
    """
    return _carry_out(call, context, Task("plan", SAFE_ORDER, read_only=True))


@command("up", own=(*_OWN, _CANARY, _PURCHASES), group=fleets)
def up(call: Call, context: CommandContext) -> int:
    """Set up every tenant of a file, many at the same time.

    A tenant that fails stops no other one. Without --yes it shows the plans first and asks once. Run it again after a
    failure or an interrupt: what is set up already stays as it is. It buys no number unless --max-purchases allows it.
    The exit code is 0 if every tenant succeeded, otherwise that of the first failure in the order of the file.

    \b
    Examples:
      mfa-setup fleet up fleet.toml
      mfa-setup fleet up fleet.toml --canary 3 --yes --json
      mfa-setup fleet up fleet.toml --select acme-eu --max-purchases 1
    """
    return _carry_out(call, context, UP)


@command("status", own=_OWN, group=fleets)
def status(call: Call, context: CommandContext) -> int:
    """Show how many tenants are set up as the file says. Writes nothing.

    \b
    Examples:
      mfa-setup fleet status fleet.toml
      mfa-setup fleet status fleet.toml --jsonl
    """
    return _carry_out(call, context, Task("status", SAFE_ORDER, read_only=True, lenient=True))


@command("doctor", own=_OWN, group=fleets)
def doctor(call: Call, context: CommandContext) -> int:
    """Check in every tenant what decides whether people can log in. Writes nothing.

    \b
    Examples:
      mfa-setup fleet doctor fleet.toml
      mfa-setup fleet doctor fleet.toml --json
    """
    return _carry_out(call, context, Task("doctor", (), read_only=True, twilio_if_known=True))
