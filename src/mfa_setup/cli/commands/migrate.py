"""`mfa-setup migrate`: moves a tenant from the legacy phone settings to the Unified Phone Experience."""

from dataclasses import replace

from mfa_setup.cli.app import command
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, option
from mfa_setup.engine.task import Task
from mfa_setup.model.results import MigrateResult

_TEST_TO = option(
    "test_to",
    list[str] | None,
    "Send an SMS to this phone before the switch and after it. Repeatable.",
    metavar="NUMBER",
)
_ACCEPT = option("accept_texts", bool, "Use the proposed texts where a text cannot be converted with certainty.")
_REPLACE = option("replace_provider", bool, "Overwrite a different provider that is already under Branding.")


@command("migrate", ("tenant", "account"), own=(_TEST_TO, _ACCEPT, _REPLACE), shows=MigrateResult)
def migrate(call: Call, context: CommandContext) -> int:
    """Move a legacy tenant to the Unified Phone Experience. The switch comes last, and is taken back if a check fails.

    Reads and records the legacy settings, proves the Twilio auth token, and prepares the provider and the texts
    while the old ones still send. Then it switches, and checks the tenant. With --test-to it sends an SMS before
    the switch and one after it. A tenant that has moved already needs nothing. `mfa-setup undo` moves it back.

    \b
    Examples:
      mfa-setup migrate
      mfa-setup migrate --test-to +14155550123
      mfa-setup migrate --yes --accept-texts --json
    """
    from mfa_setup.cli.guarded import guarded, judge  # noqa: PLC0415 the engine, which help does not need
    from mfa_setup.cli.session import open_run  # noqa: PLC0415
    from mfa_setup.engine.migrate import migrate as move  # noqa: PLC0415
    from mfa_setup.model.desired import DesiredMove  # noqa: PLC0415

    judge(call)
    with open_run(call, Task("migrate", ("phone_stack",), twilio_if_known=True), context) as run:
        desired = run.desired.model_copy(update={"move": DesiredMove(accept_texts=call.own["accept_texts"])})
        move(guarded(replace(run, desired=desired), call, context))
    return 0
