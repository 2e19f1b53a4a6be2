"""The commands that set something up: the whole job, and each of its steps."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mfa_setup.cli.app import command
from mfa_setup.cli.completion import check_ids
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, argument, option
from mfa_setup.engine.task import Task
from mfa_setup.model.results import SetupResult, Shows, StepResult
from mfa_setup.model.types import SAFE_ORDER, PolicyName, ResourceName

if TYPE_CHECKING:  # slow to import, and needed only once a command is named
    from mfa_setup.settings.schema import Group

EVERYTHING: "tuple[Group, ...]" = (
    "tenant", "identity", "application", "number", "sender", "sms", "users", "policy", "everyone", "limits",
)  # fmt: skip
"""The groups of settings of a command that is about all resources."""
OVERRIDE = option(
    "override",
    list[str] | None,
    "Continue although this check fails (see `mfa-setup doctor`); recorded. Repeatable.",
    metavar="CHECK_ID",
    complete=check_ids,
)
_TEST_TO = option(
    "test_to",
    list[str] | None,
    "Send an SMS to this phone first; no policy unless it is delivered. Repeatable: one for each country.",
    metavar="NUMBER",
)
PLAN = option("plan", str | None, "Apply the plan that `plan --out` saved here.", metavar="FILE")
_REQUIRE = argument("require", PolicyName, "When MFA is required.")


def _set_up(call: Call, context: CommandContext, *resources: ResourceName, may_buy: bool = True) -> int:
    from mfa_setup.cli.guarded import guarded, judge  # noqa: PLC0415 the engine, which help does not need
    from mfa_setup.cli.session import open_run  # noqa: PLC0415

    judge(call)
    task = Task(call.command, resources, may_buy=may_buy, twilio_if_known="policy" in resources)
    with open_run(call, task, context) as run:
        guarded(run, call, context).carry_out()
    return 0


def _step(next_step: str) -> Shows:
    """The result of one step, which names the next one."""
    return partial(StepResult, next_step=next_step)


@command("up", EVERYTHING, own=(OVERRIDE, _TEST_TO, PLAN), shows=SetupResult)
def up(call: Call, context: CommandContext) -> int:
    """Set everything up, from the application to the MFA policy.

    Looks first, shows what would change, asks once, and carries it out in the order that never locks anybody
    out: the policy last, and only when codes can reach the users. With --test-to it first sends an SMS and
    follows it to its delivery. Run it again at any time: what exists is found again, nothing is created or
    bought twice, and only what differs is updated.

    \b
    Examples:
      mfa-setup up
      mfa-setup up --test-to +14155550123
      mfa-setup up --url https://app.example.com --country GB --max-price 3
      mfa-setup up --yes --json                       in a pipeline
      mfa-setup up --plan plan.json --yes             a saved plan
    """
    if call.own["plan"] is not None:
        from mfa_setup.cli.reviewed import apply_plan  # noqa: PLC0415 the engine, which help does not need

        return apply_plan(call, context)
    return _set_up(call, context, *SAFE_ORDER)


@command(
    "init",
    ("tenant", "identity", "application"),
    shows=_step("Next: `mfa-setup buy-number`, or `mfa-setup up` for all the rest."),
)
def init(call: Call, context: CommandContext) -> int:
    """Register the single-page application and its URLs. Also its database connection and the app's config file.

    An application that mfa-setup created is found again and fixed. Of one of the same name that somebody else
    created, only what you give is changed: URLs, the connection, and with --harden its security settings. URLs are
    only added, unless --prune-urls is given.

    \b
    Examples:
      mfa-setup init
      mfa-setup init --name "Acme Web" --url https://app.example.com
      mfa-setup init --app-dir ../auth0-react-samples/Sample-01
      mfa-setup init --app-client-id abcdefghijklmnopqrstuvwxyz012345 --harden
    """
    return _set_up(call, context, "application")


@command(
    "buy-number",
    ("tenant", "number", "sender", "users"),
    own=(OVERRIDE,),
    shows=_step("Next: `mfa-setup enable-sms`."),
)
def buy_number(call: Call, context: CommandContext) -> int:
    """Find a Twilio number that can send SMS, or buy one once.

    Takes the number of --from, else the one that was bought for this tenant before, else the sender that Auth0
    uses already. Where the account has other numbers that could send, you are asked (or pass --from or --buy).
    Else one is bought that can send SMS and needs no regulatory documents; its type and monthly price are shown
    first. A number that needs documents is bought in the Twilio console and passed with --from. Where the account
    has a Messaging Service with a verified campaign, a US local number goes into its pool. A number that another
    program or service uses is put there only with --from and --messaging-service-sid together, or with
    --override number_moves.

    \b
    Examples:
      mfa-setup buy-number
      mfa-setup buy-number --area-code 415 --max-price 2
      mfa-setup buy-number --country GB --yes
    """
    return _set_up(call, context, "number")


@command(
    "enable-sms", ("tenant", "sender", "sms", "users"), own=(OVERRIDE,), shows=_step("Next: `mfa-setup policy always`.")
)
def enable_sms(call: Call, context: CommandContext) -> int:
    """Let Auth0 send codes by SMS through Twilio.

    Works on both phone stacks of Auth0 and says which one it met. The provider serves the whole tenant,
    passwordless logins too: one of another Twilio account is refused, and a custom provider or a phone-message
    hook is kept, so that only factor, message types and texts are set. Both are replaced only with
    --replace-provider, and delivery methods are only added unless --delivery is given. A provider that works
    is replaced only when codes can arrive by the new one.

    \b
    Examples:
      mfa-setup enable-sms
      mfa-setup enable-sms --from +14155550123
      mfa-setup enable-sms --delivery both
      mfa-setup enable-sms --verification-template "{{code}} is your Acme code."
    """
    return _set_up(call, context, "number", "provider", "factor", may_buy=False)


@command("policy", ("tenant", "users", "everyone", "limits"), own=(_REQUIRE, OVERRIDE, _TEST_TO), shows=SetupResult)
def policy(call: Call, context: CommandContext) -> int:
    """Set when MFA is required. It concerns all applications and all users of the tenant, unless you limit it.

    always asks at every login, adaptive when Auth0 sees a risk (an Enterprise add-on), never does not ask.
    The options --only-... limit always to the logins that match one value of every kind that you give. Auth0 has
    no such setting, so a post-login Action asks instead. Without these options, limits in force stay; --everyone
    drops them.
    Refuses always and adaptive (exit code 7) unless codes can reach the users: the SMS factor is on, an enabled
    provider is there, and the Twilio account, its number and its registration let messages through. Auth0 itself
    would accept it, and lock everybody out. It needs the Twilio credentials to look.

    \b
    Examples:
      mfa-setup policy always
      mfa-setup policy always --only-application "Acme Portal" --only-percent 10
      mfa-setup policy always --everyone
      mfa-setup policy always --countries DE --test-to +4915112345678
      mfa-setup policy never --yes
    """
    flags = {**call.flags, "policy": call.own["require"]}
    return _set_up(replace(call, flags=flags), context, "scope", "policy")
