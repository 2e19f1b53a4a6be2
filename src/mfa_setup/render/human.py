"""Outcomes as people read them; every text that may come from a service is cleaned on its way."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal

from rich.text import Text

from mfa_setup.model.change import Change, FieldChange
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Failure, Notice, Outcome, PastRun
from mfa_setup.render.sanitize import one_line

_SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "delete": ("-", "red"), "none": ("=", "dim")}
_STACKS = {"unified": "Unified Phone Experience", "legacy": "legacy phone stack"}
_POLICY_NOTE = "This concerns all applications and all users of the tenant."
_NAMES = {
    "application": "Application",
    "number": "Number",
    "provider": "Provider",
    "factor": "Factor",
    "policy": "Policy",
}
INDENT = "      "


def tenant_line(outcome: Outcome) -> Text:
    """Which tenant this is about."""
    line = Text().append("Tenant ", style="bold")
    if outcome.tenant:
        line.append(one_line(outcome.tenant.domain))
        if outcome.tenant.phone_stack:
            line.append(f"  ({_STACKS[outcome.tenant.phone_stack]})", style="dim")
    return line


def plan_lines(outcome: Outcome) -> Iterator[Text]:
    """What would change, and what stays."""
    yield tenant_line(outcome)
    if outcome.undoes:
        yield Text().append("Undoes ", style="bold").append_text(_run_line(outcome.undoes))
    for change in outcome.changes:
        yield from change_lines(change, same="as asked for" if outcome.undoes is None else "stays as it is")


def change_lines(change: Change, *, same: str = "as asked for") -> Iterator[Text]:
    """One resource, and under it each field that differs."""
    sign, style = _SIGNS[change.action]
    line = Text().append(f"  {sign} ", style=style)
    line.append(f"{_NAMES[change.resource]:<12}", style="bold" if change.pending else "")
    line.append(_headline(change, same), style="" if change.pending else "dim")
    yield line
    for field in change.fields:
        yield _field_line(change, field)
    if change.resource == "policy" and change.pending:
        yield Text(INDENT + _POLICY_NOTE, style="yellow")


def _headline(change: Change, same: str) -> str:
    title = one_line(change.title)
    if change.status == "unknown":
        return "not decided yet"
    if not change.pending:
        return f"{title}  {same}".strip()
    if change.status == "applied":
        return f"{title}  {verb(change, 'done')}".strip()
    return f"{title}  to be {verb(change, 'done')}".strip()


def verb(change: Change, form: Literal["doing", "done"]) -> str:
    """What a change does, as a word: `Buying` or `bought`."""
    words = {
        "create": ("Making", "made"),
        "update": ("Changing", "changed"),
        "delete": ("Removing", "removed"),
        "none": ("Checking", "checked"),
    }
    bought = change.resource == "number" and change.action == "create"
    doing, done = ("Buying", "bought") if bought else words[change.action]
    return doing if form == "doing" else done


def _field_line(change: Change, field: FieldChange) -> Text:
    line = Text().append(f"{INDENT}{field.path}: ", style="dim")
    if field.sensitive:
        return line.append("(secret, sent again)" if change.action == "update" else "(secret)", style="dim")
    if field.before is not None:
        line.append(_value(field.before), style="red").append(" -> ", style="dim")
    return line.append(_value(field.after), style="green")


def _value(value: object) -> str:
    match value:
        case None:
            return "(none)"
        case bool():
            return "on" if value else "off"
        case list():
            return ", ".join(_value(item) for item in value) or "(none)"
        case dict():
            return ", ".join(f"{one_line(str(key))}={_value(item)}" for key, item in value.items())
        case _:
            return one_line(str(value))


def result_lines(outcome: Outcome) -> Iterator[Text]:
    """How a command that sets something up ended: what there is now, where, and what comes next."""
    yield Text(_verdict(outcome), style="bold green")
    outputs = outcome.outputs
    rows = (
        ("Tenant", outputs.domain),
        ("Client ID", outputs.client_id),
        ("Config file", outputs.config_file),
        ("Number", _with_sid(outputs.phone_number, outputs.number_sid)),
        ("In service", outputs.messaging_service_sid),
        ("Policy", outputs.policy),
    )
    for label, value in rows:
        if value:
            yield Text().append(f"  {label:<13}", style="dim").append(one_line(value))
    yield from _notes(outcome)
    yield from _next_steps(outcome)


def _notes(outcome: Outcome) -> Iterator[Text]:
    """The SMS that arrived, the checks that somebody went on without, and those that are no more than a warning."""
    sms = outcome.outputs.sms
    if sms is not None and sms.status == "delivered":
        yield Text(f"  An SMS to {one_line(sms.to)} was delivered.", style="green")
    for check in outcome.checks:
        if check.overridden:
            yield Text().append(f"  Overridden {check.id}: ", style="bold yellow").append(one_line(check.evidence))
    if outcome.outputs.proof is None and outcome.changed:
        yield from check_lines(check for check in outcome.checks if check.status == "warn")


def undo_lines(outcome: Outcome) -> Iterator[Text]:
    """What was put back, or the runs that could be."""
    if outcome.runs is not None:
        yield from _run_lines(outcome.runs)
        return
    done = [change for change in outcome.changes if change.status == "applied"]
    if not done:
        yield Text("Nothing to put back.", style="bold green")
        return
    undone = f"run {one_line(outcome.undoes.run_id)}" if outcome.undoes else "that run"
    yield Text(f"Put back to what {undone} found.", style="bold green")
    for change in done:
        yield from change_lines(change)


def _run_lines(runs: tuple[PastRun, ...]) -> Iterator[Text]:
    if not runs:
        yield Text("No run of this machine has changed anything in this tenant.")
    for run in runs:
        state = "undone" if run.undone else one_line(run.end or "cut off")
        yield _run_line(run).append(f"{state:<10}  {', '.join(run.changed)}")


def _run_line(run: PastRun) -> Text:
    line = Text().append(one_line(run.run_id)).append(f"  {one_line(run.time)[:19]} UTC  ", style="dim")
    return line.append(f"{one_line(run.command):<12}")


def proof_lines(outcome: Outcome) -> Iterator[Text]:
    """What a login has proved."""
    proof = outcome.outputs.proof
    if proof is None:
        yield Text("The login succeeded. Nothing is proved about a second factor.", style="bold yellow")
        return
    yield Text("Proved: the login asked for a second factor, and got it.", style="bold green")
    issued = datetime.fromtimestamp(proof.issued_at, tz=UTC)
    rows = (
        ("User", proof.subject),
        ("amr", ", ".join(proof.amr)),
        ("Factor", proof.factor),
        ("Phone", f"ends in {proof.phone}" if proof.phone else None),
        ("Issued", f"{issued:%Y-%m-%d %H:%M:%S} UTC"),
        ("Took", f"{proof.seconds:.1f} s"),
    )
    for label, value in rows:
        if value:
            yield Text().append(f"  {label:<13}", style="dim").append(one_line(value))


def sms_lines(outcome: Outcome) -> Iterator[Text]:
    """What a test SMS has proved."""
    sms = outcome.outputs.sms
    if sms is None:
        return
    yield Text("Proved: the SMS was delivered.", style="bold green")
    rows = (
        ("To", sms.to),
        ("From", sms.sender),
        ("By service", sms.messaging_service_sid),
        ("Sent by", {"twilio": "Twilio, with the tenant's text", "auth0": "Auth0"}[sms.via]),
        ("Message", sms.sid),
        ("Took", None if sms.seconds is None else f"{sms.seconds:.1f} s"),
    )
    for label, value in rows:
        if value:
            yield Text().append(f"  {label:<13}", style="dim").append(one_line(value))


def _with_sid(number: str | None, sid: str | None) -> str | None:
    return f"{number}  ({sid})" if number and sid else number


def _verdict(outcome: Outcome) -> str:
    if not outcome.changed:
        return "Nothing to do: everything is as asked for."
    asked = {
        "always": "Every login of this tenant now asks for a code.",
        "adaptive": "Logins of this tenant now ask for a code where Auth0 sees a risk.",
        "never": "No login of this tenant asks for a code now.",
    }
    applied = any(change.resource == "policy" and change.status == "applied" for change in outcome.changes)
    return f"Set up. {asked.get(outcome.outputs.policy or '', '')}".strip() if applied else "Set up."


def _next_steps(outcome: Outcome) -> Iterator[Text]:
    steps = {
        "init": "Next: `mfa-setup buy-number`, or `mfa-setup up` for all the rest.",
        "buy-number": "Next: `mfa-setup enable-sms`.",
        "enable-sms": "Next: `mfa-setup policy always`.",
    }
    if outcome.command in steps:
        yield Text(steps[outcome.command], style="dim")
    elif outcome.command in {"up", "policy"} and outcome.outputs.policy in {"always", "adaptive"}:
        yield Text(
            "Not proved yet. Next: `mfa-setup test login`, which logs in and shows whether a code was asked for.",
            style="dim",
        )


def status_lines(outcome: Outcome) -> Iterator[Text]:
    """What is there, beside what is asked for."""
    yield from plan_lines(outcome)
    pending = sum(change.pending for change in outcome.changes)
    unknown = sum(change.status == "unknown" for change in outcome.changes)
    if pending or unknown:
        yield Text(
            f"{pending + unknown} of {len(outcome.changes)} differ from what is asked for. "
            "`mfa-setup plan` tells more; `mfa-setup up` mends it."
        )
    else:
        yield Text("Everything is as asked for.", style="green")


def plan_summary(outcome: Outcome) -> Text:
    """The last line of `plan`."""
    pending = [change for change in outcome.changes if change.pending]
    if not pending:
        return Text("Nothing to do: everything is as asked for.", style="green")
    made = sum(change.action == "create" for change in pending)
    return Text(f"{made} to make, {len(pending) - made} to change. `mfa-setup up` carries it out.")


def warning_lines(warnings: tuple[Notice, ...]) -> Iterator[Text]:
    """Warnings with their hints."""
    for warning in warnings:
        yield Text().append("Warning: ", style="yellow").append(one_line(warning.message))
        if warning.hint:
            yield Text(f"  {one_line(warning.hint)}", style="dim")


_MARKS = {"fail": ("x", "bold red"), "skip": ("?", "yellow"), "warn": ("!", "yellow"), "pass": ("=", "green")}
_GROUPS = {"auth0": "The Auth0 tenant", "codes": "How codes are sent", "twilio": "The Twilio account"}


def check_lines(checks: Iterable[Check]) -> Iterator[Text]:
    """Checks: what each has seen, and under it what mends it."""
    for check in checks:
        mark, style = _MARKS[check.status] if check.applies else ("-", "dim")
        line = Text().append(f"  {mark} ", style=style).append(f"{check.id}: ", style="bold")
        yield line.append(one_line(check.evidence), style="dim" if check.status == "pass" or not check.applies else "")
        if check.fix:
            yield Text(f"{INDENT}{one_line(check.fix)}", style="dim")


def doctor_lines(outcome: Outcome) -> Iterator[Text]:
    """All checks by group; those that fail go before those that pass."""
    if not outcome.checks:
        return
    yield tenant_line(outcome)
    for group, title in _GROUPS.items():
        yield Text(title, style="bold")
        yield from check_lines(check for check in outcome.checks if check.group == group)


def doctor_summary(outcome: Outcome) -> Text:
    """The last line of `doctor`, where nothing fails."""
    open_ones = sum(check.status in {"warn", "skip"} for check in outcome.checks)
    told = f" {open_ones} to know of." if open_ones else ""
    return Text(f"Nothing fails.{told} Proof is a delivered SMS: `mfa-setup test sms --to NUMBER`.", style="green")


def error_lines(failure: Failure, outcome: Outcome) -> Iterator[Text]:
    """An error: what was done before it, what is left to do, what failed, and the fix as the last line."""
    done = [change for change in outcome.changes if change.status == "applied"]
    if done:
        yield Text("Done before: " + ", ".join(change.resource for change in done) + ".")
    unclear = [change for change in outcome.changes if change.status == "unknown" and outcome.changed]
    if unclear:
        yield Text("Not certain: " + ", ".join(change.resource for change in unclear) + ".")
    left = [change for change in outcome.changes if change.status == "pending"]
    if left and outcome.changed:
        yield Text("Left: " + ", ".join(change.resource for change in left) + ".")
    if outcome.command != "doctor":
        failing = [check for check in outcome.checks if check.status in {"fail", "skip"} and not check.overridden]
        yield from check_lines(check for check in failing if check.evidence != failure.message)
    yield Text().append("Error: ", style="bold red").append(one_line(failure.message))
    if failure.request_id:
        yield Text().append(f"  Request {one_line(failure.request_id)}, HTTP {failure.status}.", style="dim")
    if failure.hint:
        yield Text(f"  {one_line(failure.hint)}")
