"""`mfa-setup undo`: restores the values that a run changed."""

from mfa_setup.cli.app import command
from mfa_setup.cli.commands.setup import OVERRIDE
from mfa_setup.cli.completion import run_ids
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, option
from mfa_setup.engine.task import Task
from mfa_setup.model.results import UndoResult

_RUN = option("run", str | None, "Undo this run instead of the last one.", metavar="ID", complete=run_ids)
_LIST = option("list", bool, "Show the runs that changed something.")
_EXPORT = option("export", str | None, "Write the journal to a file, for use on another machine.", metavar="FILE")
_JOURNAL = option("journal", str | None, "Undo a run of this exported journal.", metavar="FILE")
_RELEASE = option("release_number", bool, "Release the number that the run bought. This cannot be undone.")
_DELETE = option("delete_application", bool, "Delete the application that the run created. This cannot be undone.")


@command(
    "undo", ("tenant", "account"), own=(_RUN, _LIST, _EXPORT, _JOURNAL, _RELEASE, _DELETE, OVERRIDE), shows=UndoResult
)
def undo(call: Call, context: CommandContext) -> int:
    """Restore what the last run changed. That is policy, factor, provider, number, application and config file.

    Shows what it would do, asks once, and works in an order that never locks anybody out: the policy first. What
    somebody else changed since is left alone and named. A number that the run bought and an application that it
    made stay, unused, unless --release-number and --delete-application are given. Run it again for the run before.
    The journal is this machine's own. A pipeline exports it with --export, and another machine undoes its runs with
    --journal.

    \b
    Examples:
      mfa-setup undo --list
      mfa-setup undo
      mfa-setup undo --run 3f2c9a --release-number --delete-application
      mfa-setup undo --export journal.json
      mfa-setup undo --journal journal.json
    """
    from mfa_setup.cli.guarded import guarded, judge  # noqa: PLC0415 the engine, which help does not need
    from mfa_setup.cli.journals import export, list_runs  # noqa: PLC0415
    from mfa_setup.cli.session import open_run  # noqa: PLC0415
    from mfa_setup.engine.undo import Asked  # noqa: PLC0415
    from mfa_setup.engine.undo import undo as put_back  # noqa: PLC0415

    judge(call)
    if call.own["export"] is not None:
        export(call, context)
        return 0
    if call.own["list"]:
        list_runs(call, context)
        return 0
    asked = Asked(call.own["run"], call.own["release_number"], call.own["delete_application"])
    with open_run(call, Task("undo", ("policy",), twilio_if_known=True), context) as run:
        put_back(guarded(run, call, context), asked)
    return 0
