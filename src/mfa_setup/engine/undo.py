"""Puts back what a run changed: journal, observe, plan, guard, apply, in the order that keeps people able to log in."""

from dataclasses import dataclass

from mfa_setup.engine import preconditions, rerouted
from mfa_setup.engine.delivery_guard import Delivery
from mfa_setup.engine.observe import observe_floor
from mfa_setup.engine.report import status_of
from mfa_setup.engine.run import Run
from mfa_setup.engine.stages import BACKWARDS, Stage, stages_of
from mfa_setup.errors import NotFoundError, ValueNeededError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change
from mfa_setup.model.journal import RunRecord, undoable, undone
from mfa_setup.model.observed import Factor, Provider
from mfa_setup.model.outcome import Notice, PastRun, PhoneStack, Tenant
from mfa_setup.model.types import SAFE_ORDER, ResourceName
from mfa_setup.ports import TwilioPort
from mfa_setup.resources import (
    application,
    application_revert,
    factor,
    number,
    number_revert,
    policy,
    provider,
    provider_revert,
)
from mfa_setup.resources.base import Services
from mfa_setup.resources.reversal import Reversal, Standing


@dataclass(frozen=True, slots=True)
class Asked:
    """What an undo was asked for: which run (None: the last), and what may go for good."""

    run_id: str | None
    release_number: bool
    delete_application: bool


def listed(runs: tuple[RunRecord, ...]) -> tuple[PastRun, ...]:
    """The runs that changed something, the newest first."""
    return tuple(_past(run, runs) for run in reversed(undoable(runs)))


def _past(run: RunRecord, runs: tuple[RunRecord, ...]) -> PastRun:
    return PastRun(
        run_id=run.run_id,
        time=run.time,
        command=run.command,
        changed=run.changed,
        end=run.end,
        undone=run.run_id in undone(runs),
    )


def choose(runs: tuple[RunRecord, ...], run_id: str | None) -> RunRecord | None:
    """The run that is meant: by its id or the beginning of it, else the last that was not put back yet.

    Raises:
        NotFoundError: There is none with this id, or more than one begins so.
    """
    candidates = undoable(runs)
    if run_id is None:
        done = undone(runs)
        return next((run for run in reversed(candidates) if run.run_id not in done), None)
    fitting = [run for run in candidates if run.run_id.startswith(run_id.strip().lower())]
    if len(fitting) != 1 or not run_id.strip():
        raise NotFoundError(
            f"The journal has {len(fitting) or 'no'} runs that changed something with the id {run_id}.",
            hint="`mfa-setup undo --list` shows them.",
        )
    return fitting[0]


def undo(run: Run, asked: Asked) -> None:
    """Goes the whole way back; what is known is in the report, whether this returns or raises.

    Raises:
        GuardRefusedError: The policy, as it would stand then, needs what would be taken away.
        MfaSetupError: Something else stopped it.
    """
    journal, report = run.services.journal, run.report
    record = choose(journal.runs, asked.run_id)
    if record is None:
        report.warn((_NOTHING,))
        return
    journal.undoes, report.undoes = record.run_id, _past(record, journal.runs)
    run.person.doing("Looking at what there is now")
    now = _observe(run, record)
    reversals = _plan(run, record, now, asked)
    report.changes = [reversals[name].change for name in SAFE_ORDER]
    report.warn([warning for name in BACKWARDS for warning in reversals[name].warnings])
    stages = [stage for stage in stages_of(now, reversals, record.run_id) if stage.moves]
    for stage in stages:
        stage.require_safe(stage.after.policies)
    run.require(frozenset[str]().union(*(reversal.scopes for reversal in reversals.values())))
    for stage in stages:
        if stage.after.policies:
            rerouted.require_deliverable(run, stage)
    if stages:
        run.person.confirm(report.outcome())
    journal.begin()  # also where nothing is left to do: the run counts as put back then
    for stage in stages:
        _carry_out(run, stage)


def _observe(run: Run, record: RunRecord) -> Standing:
    """What logins stand on now; a run that touched the application alone says nothing of that."""
    auth0 = run.services.auth0
    run.require(_read_scopes(record, None))
    stack = auth0.phone_stack()
    run.report.tenant = Tenant(domain=run.services.domain, phone_stack=stack)
    run.require(_read_scopes(record, stack))
    if not record.touched - {"application"}:
        return Standing(policies=(), factor=Factor(enabled=False, message_types=()), provider=Provider(stack=stack))
    seen, there = observe_floor(run.services, stack)
    if _texts(record):
        seen = seen.model_copy(update={"templates": auth0.templates(stack)})
    return Standing(policies=auth0.policies(), factor=seen, provider=there)


def _texts(record: RunRecord) -> bool:
    return bool(record.of("create_template", "update_template", "set_templates"))


def _read_scopes(record: RunRecord, stack: PhoneStack | None) -> frozenset[str]:
    """The scopes that looking needs; those of one stack only, once it is known which."""
    scopes = {"read:tenant_settings"}
    if "application" in record.touched:
        scopes |= application.READ_SCOPES
    if record.touched - {"application"}:
        scopes |= factor.READ_SCOPES | policy.READ_SCOPES | (provider.READ_SCOPES[stack] if stack else frozenset())
    if stack == "unified" and _texts(record):
        scopes |= factor.TEMPLATE_SCOPES
    return frozenset(scopes)


def _plan(run: Run, record: RunRecord, now: Standing, asked: Asked) -> dict[ResourceName, Reversal]:
    """Each resource's part; every one stands on what those before it leave."""
    services = run.services
    account_sid = services.twilio.account_sid if services.twilio else None
    keys = provider_revert.Keys(account_sid, services.token, services.old_token)
    found: dict[ResourceName, Reversal] = {}
    for name in BACKWARDS:
        if name not in record.touched:
            found[name] = Reversal(Change(resource=name), now)
        elif name == "policy":
            found[name] = policy.revert(record, now)
        elif name == "factor":
            found[name] = factor.revert(record, now, now.provider.stack)
        elif name == "provider":
            found[name] = provider_revert.revert(record, now, keys)
        elif name == "number":
            account = number.observe(_account(services))
            preconditions.require_active(account)
            gone = frozenset[JsonValue]().union(*(one.gone() for one in services.journal.runs))
            found[name] = number_revert.revert(record, now, account, gone, release=asked.release_number)
        else:
            found[name] = application_revert.revert(
                record, now, _applications(services, record), delete=asked.delete_application
            )
        now = found[name].then
    return found


def _account(services: Services) -> TwilioPort:
    if services.twilio is None:
        raise ValueNeededError(
            "That run concerned a Twilio number, so the Twilio credentials are needed.",
            hint="Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or --twilio-auth-token-file PATH).",
        )
    return services.twilio


def _applications(services: Services, record: RunRecord) -> application_revert.Tenant:
    connected = {found: _connected(services, found) for found in application_revert.connections_of(record)}
    return application_revert.Tenant(services.auth0.applications(), connected)


def _connected(services: Services, connection_id: str) -> frozenset[str]:
    try:
        return services.auth0.connection(connection_id, connection_id).client_ids
    except NotFoundError:  # somebody removed it, and so nobody is on it
        return frozenset()


def _carry_out(run: Run, stage: Stage) -> None:
    services, report, resource = run.services, run.report, stage.change.resource
    run.person.starting(stage.change)
    try:
        # Read again, not remembered: what stands now decides whether people can log in.
        if resource == "policy" and stage.after.policies:
            delivery = Delivery(services, report, run.person, run.desired.countries, set(run.overrides))
            delivery.at_policy(stage.after.provider.stack, stands=False)
        elif stage.loses:
            stage.require_safe(services.auth0.policies())
        elif rerouted.is_rerouted(stage) and not stage.after.policies and services.auth0.policies():
            rerouted.require_deliverable(run, stage)
    except BaseException as error:
        report.mark(resource, status_of(error))
        raise
    with services.cancellation.shielded():  # the outcome of a request that is answered is noted before the run stops
        _send(run, stage)
    run.person.finished(report.change(resource))


def _send(run: Run, stage: Stage) -> None:
    services, report, resource = run.services, run.report, stage.change.resource
    try:
        for move in stage.moves:
            with services.journal.write(resource, move.action, move.target, move.before, move.after):
                move.send(services)
            report.changed = True
    except BaseException as error:
        report.mark(resource, status_of(error))
        report.changed = report.changed or status_of(error) == "unknown"
        raise
    report.mark(resource, "applied")


_NOTHING = Notice(
    code="nothing_to_undo",
    message="The journal of this tenant holds no run that changed something and was not put back yet.",
    hint="`mfa-setup undo --list` shows the runs. The journal is this machine's own.",
)
