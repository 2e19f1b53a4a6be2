"""`mfa-setup plan`, which can save its plan, and `mfa-setup up --plan`, which applies a saved plan."""

from dataclasses import replace
from functools import partial

from mfa_setup.cli import plan_file
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.guarded import guarded, judge
from mfa_setup.cli.options import Call
from mfa_setup.cli.session import open_with
from mfa_setup.cli.sources import read_sources, settings_file_of
from mfa_setup.engine.task import UP, Task
from mfa_setup.model.plan_file import PlanFile, TenantPlan
from mfa_setup.settings import settings
from mfa_setup.settings.credentials import tenant_key
from mfa_setup.settings.reviewed import (
    given_settings,
    present_settings,
    require_no_secret,
    require_settings,
    require_tenant,
    settings_for,
)


def make_plan(call: Call, context: CommandContext, task: Task) -> None:
    """Shows the plan, puts its digest into the report, and saves it with `--out`.

    Raises:
        MfaSetupError: The plan cannot be made or saved.
    """
    path, report = plan_file.target(call), context.report
    source, asked = read_sources(call, context, settings_file_of(call), partial(settings.load, call.flags))
    with open_with(call, task, context, source, asked) as run:
        run.carry_out()
    if report.planned is None:
        return
    plan = TenantPlan(settings=given_settings(asked), planned=report.planned)
    saved = PlanFile.of("plan", {plan.planned.domain: plan})
    report.digest = saved.digest
    if path:
        context.sink.free_texts.append(str(path))  # the result shows it, even if it is a misplaced secret
        require_no_secret(saved, context.sink.secrets)
        plan_file.OUT.write(path, saved.text)
        report.outputs = report.outputs.model_copy(update={"plan_file": str(path)})


def apply_plan(call: Call, context: CommandContext) -> int:
    """Applies the saved plan of `--plan` if nothing differs from it, like `mfa-setup up` applies its own.

    Raises:
        PlanUnusableError: The file is not a plan of one tenant, or was modified.
        PlanOutdatedError: Something differs from the plan; nothing was changed.
    """
    judge(call)
    plan_file.refuse_settings(call)
    (plan,) = plan_file.read(call).plans.values()
    source, present = read_sources(call, context, settings_file_of(call), partial(present_settings, plan.settings))
    asked = settings_for(plan, present, str(call.own["plan"]))
    require_tenant(plan.planned, asked.domain or "", tenant_key(source, asked.domain or ""))
    require_settings(plan.settings, present)
    with open_with(call, UP, context, source, asked) as run:
        replace(guarded(run, call, context), reviewed=plan.planned).carry_out()
    return 0
