"""The commands that only look: what would change, what is there, and whether codes can arrive."""

from mfa_setup.cli.app import command
from mfa_setup.cli.commands.setup import EVERYTHING
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, option
from mfa_setup.engine.task import Task
from mfa_setup.model.results import DoctorResult, PlanResult, StatusResult
from mfa_setup.model.types import SAFE_ORDER

PENDING = 10
"""The exit code of `plan --check` where something would change."""


def _look(call: Call, context: CommandContext, *, lenient: bool) -> None:
    from mfa_setup.cli.session import open_run  # noqa: PLC0415 the engine, which help does not need

    task = Task(call.command, SAFE_ORDER, read_only=True, lenient=lenient, in_full=lenient)
    with open_run(call, task, context) as run:
        run.carry_out()


CHECK = option("check", bool, "Exit with 10 where something would change.")


@command("plan", EVERYTHING, own=(CHECK,), shows=PlanResult)
def plan(call: Call, context: CommandContext) -> int:
    """Show what `mfa-setup up` would change. Writes nothing: its connections refuse everything but reads.

    \b
    Examples:
      mfa-setup plan
      mfa-setup plan --check --json        exit code 10 where something differs
      mfa-setup plan --format markdown     for a comment on a pull request
    """
    _look(call, context, lenient=False)
    pending = any(change.pending for change in context.report.changes)
    return PENDING if pending and call.own["check"] else 0


@command("status", EVERYTHING, shows=StatusResult)
def status(call: Call, context: CommandContext) -> int:
    """Show what is set up now, compared with the configuration. Writes nothing.

    \b
    Examples:
      mfa-setup status
      mfa-setup status --json
    """
    _look(call, context, lenient=True)
    return 0


@command("doctor", ("tenant", "identity", "sender", "users"), shows=DoctorResult)
def doctor(call: Call, context: CommandContext) -> int:
    """Check everything that decides whether users can log in. Shows the evidence and the fix of each check.

    Reads only: it sends nothing and costs nothing. A tenant that is not set up yet is no failure. Exit code 7 where
    something would lock users out, 4 where a service refuses the credentials, 5 where one cannot be reached.

    \b
    Examples:
      mfa-setup doctor
      mfa-setup doctor --countries US,CA
      mfa-setup doctor --json
      mfa-setup doctor --format markdown
    """
    from mfa_setup.cli.session import open_run  # noqa: PLC0415 the engine, which help does not need
    from mfa_setup.engine.diagnosis import examine  # noqa: PLC0415

    with open_run(call, Task("doctor", (), read_only=True, twilio_if_known=True), context) as run:
        context.terminal.doing("Reading the tenant and the account")
        examine(run)
    return 0
