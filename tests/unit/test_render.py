"""Each type of result has its renderer, and what it shows of outcomes that a run against the sandbox seldom has."""

from collections.abc import Iterator

import pytest
from rich.text import Text

from mfa_setup.model.change import Change, FieldChange
from mfa_setup.model.check import Check
from mfa_setup.model.fleet import TenantResult
from mfa_setup.model.outcome import Failure, Notice, Outcome, Outputs, PastRun, Proof, Sms
from mfa_setup.model.results import (
    DemoResult,
    DoctorResult,
    LoginResult,
    PlanResult,
    Result,
    SetupResult,
    SmsResult,
    StatusResult,
    StepResult,
    UndoResult,
)
from mfa_setup.render import people
from mfa_setup.render.error import error_lines
from mfa_setup.render.fleet import note_lines
from mfa_setup.render.parts import run_line, warning_lines
from mfa_setup.render.people import lines_of
from mfa_setup.render.sink import Sink

EMPTY = Outcome(command="up", run_id="r1")
RUN = PastRun(run_id="3f2c9a", time="2026-05-04T10:20:30Z", command="up", changed=("policy",), end=None, undone=False)
FAILED = Failure(code="rate_limited", message="Auth0 is busy.", hint="Wait.", status=429, request_id="req-1")


def kinds(kind: type[Result] = Result) -> Iterator[type[Result]]:
    yield kind
    for smaller in kind.__subclasses__():
        yield from kinds(smaller)


def text(result: Result) -> str:
    return "\n".join(line.plain for line in lines_of(result))


def test_every_type_of_result_has_a_renderer() -> None:
    # A dataclass with slots replaces the class that it is made from, which stays a subclass: names are compared.
    assert {kind.__name__ for kind in people._RENDERERS} == {kind.__name__ for kind in kinds()}


def test_a_bare_result_shows_nothing_but_its_error() -> None:
    assert text(Result(EMPTY)) == ""


def test_a_step_names_the_next_one() -> None:
    assert text(StepResult(EMPTY, "Next: this.")).endswith("Next: this.")


@pytest.mark.parametrize(("policy", "proves"), [("always", True), ("adaptive", True), ("never", False), (None, False)])
def test_a_policy_that_asks_for_codes_is_not_proved_yet(policy: str | None, *, proves: bool) -> None:
    outcome = EMPTY.model_copy(update={"outputs": Outputs(policy=policy)})
    assert ("Not proved yet" in text(SetupResult(outcome))) is proves


@pytest.mark.parametrize(
    ("policy", "says"),
    [("always", "Every login"), ("adaptive", "sees a risk"), ("never", "Done. Logins to this tenant do not")],
)
def test_a_policy_that_was_set_is_told(policy: str, says: str) -> None:
    change = Change(resource="policy", action="update", status="applied", title=policy)
    outcome = EMPTY.model_copy(update={"changed": True, "changes": (change,), "outputs": Outputs(policy=policy)})
    assert says in text(SetupResult(outcome)).splitlines()[0]


def test_what_a_setup_stands_on_is_told() -> None:
    sms = Sms(to="+14155550123", status="delivered")
    checks = (
        Check(id="registration", status="fail", evidence="It is not registered.", fix="", overridden=True),
        Check(id="auth0_plan", status="warn", evidence="The plan is not known.", fix="Look it up."),
    )
    outcome = EMPTY.model_copy(update={"changed": True, "outputs": Outputs(sms=sms), "checks": checks})
    shown = text(SetupResult(outcome))
    assert "An SMS to +14155550123 was delivered." in shown
    assert "Overridden registration: It is not registered." in shown
    assert "auth0_plan: The plan is not known.\n      Look it up." in shown


def test_values_of_every_kind_are_shown_in_words() -> None:
    fields = (
        FieldChange(path="a", before=None, after=None),
        FieldChange(path="b", before=False, after=True),
        FieldChange(path="c", before=[], after=["x", "y"]),
        FieldChange(path="d", before={"k": True}, after={"k": False}),
        FieldChange(path="e", before=None, after=None, sensitive=True),
    )
    update = Change(resource="factor", action="update", status="pending", title="sms", fields=fields)
    create = Change(resource="provider", action="create", status="pending", title="Twilio", fields=fields[-1:])
    unknown = Change(resource="number", action="create", status="unknown", title="")
    shown = text(PlanResult(EMPTY.model_copy(update={"changes": (update, create, unknown)})))
    indent = " " * 18
    for line in ("a: (none)", "b: off -> on", "c: (none) -> x, y", "d: k=on -> k=off", "e: (secret, sent again)"):
        assert f"\n{indent}{line}\n" in shown
    assert "e: (secret)\n" in shown
    assert "  ? Phone number  not decided yet" in shown


def test_status_counts_what_is_not_decided_as_different() -> None:
    unknown = Change(resource="number", action="create", status="unknown", title="")
    same = Change(resource="factor", action="none", status="none", title="sms")
    assert "1 of 2 differs" in text(StatusResult(EMPTY.model_copy(update={"changes": (unknown, same)})))
    assert "Everything is up to date." in text(StatusResult(EMPTY.model_copy(update={"changes": (same,)})))


def test_a_plan_to_undo_names_the_run_and_keeps_what_stays() -> None:
    same = Change(resource="factor", action="none", status="none", title="sms")
    shown = text(PlanResult(EMPTY.model_copy(update={"changes": (same,), "undoes": RUN})))
    assert shown.startswith("Plan to undo run 3f2c9a on")
    assert "The run was `mfa-setup up` of 2026-05-04 10:20:30 UTC." in shown
    assert "  = SMS factor    stays as it is" in shown


def test_undo_lists_runs_with_their_ends() -> None:
    runs = (RUN, RUN.model_copy(update={"undone": True}), RUN.model_copy(update={"end": "interrupted"}))
    shown = text(UndoResult(EMPTY.model_copy(update={"runs": runs}))).splitlines()
    assert [line.split()[-2:] for line in shown] == [["off", "policy"], ["undone", "policy"], ["interrupted", "policy"]]
    assert "No run of this machine" in text(UndoResult(EMPTY.model_copy(update={"runs": ()})))


def test_undo_tells_what_was_restored() -> None:
    change = Change(resource="policy", action="update", status="applied", title="never")
    outcome = EMPTY.model_copy(update={"changes": (change,), "undoes": RUN})
    assert "run 3f2c9a" in text(UndoResult(outcome))
    assert "that run" in text(UndoResult(outcome.model_copy(update={"undoes": None})))
    assert text(UndoResult(EMPTY)) == "Nothing to restore."


def test_a_login_without_a_second_factor_proves_nothing() -> None:
    assert "Nothing is proved" in text(LoginResult(EMPTY))
    assert "Nothing is proved" in text(DemoResult(EMPTY))
    proof = Proof(subject="auth0|1", amr=("mfa",), issued_at=0, seconds=1.25)
    shown = text(LoginResult(EMPTY.model_copy(update={"outputs": Outputs(proof=proof)})))
    assert "Issued        1970-01-01 00:00:00 UTC" in shown
    assert "Took          1.2 s" in shown
    assert "Phone" not in shown


def test_an_sms_that_was_not_sent_has_no_result() -> None:
    assert text(SmsResult(EMPTY)) == ""
    sms = Sms(to="+14155550123", via="auth0")
    assert "Sent by       Auth0" in text(SmsResult(EMPTY.model_copy(update={"outputs": Outputs(sms=sms)})))


def test_doctor_counts_checks_by_subject_and_in_total() -> None:
    checks = (
        Check(id="a", status="skip", evidence="Not read.", fix="", subject="tenant"),
        Check(id="b", status="warn", evidence="Slow.", fix="", subject="account"),
        Check(id="d", status="warn", evidence="Low.", fix="", subject="account"),
        Check(id="c", status="pass", evidence="No matter.", fix="", subject="codes", applies=False),
    )
    shown = text(DoctorResult(EMPTY.model_copy(update={"checks": checks})))
    assert "Auth0 tenant: 1 not checked\n" in shown
    assert "Twilio account: 2 warnings\n" in shown
    assert "4 checks: 1 not checked, 2 warnings, 1 not applicable." in shown
    assert "  - c: No matter." in shown


def test_an_error_tells_what_was_done_what_is_uncertain_and_what_is_left() -> None:
    statuses = {"application": "applied", "number": "unknown", "provider": "failed", "factor": "pending"}
    changes = tuple(
        Change.model_validate({"resource": name, "action": "create", "status": status, "title": ""})
        for name, status in statuses.items()
    )
    outcome = EMPTY.model_copy(update={"changed": True, "changes": changes})
    shown = [line.plain for line in error_lines(outcome, FAILED, listed=outcome.checks)]
    assert shown[:3] == ["Completed: application.", "Not certain: phone number.", "Not started: SMS factor."]
    assert shown[3:] == ["Error: Auth0 is busy.", "  Request req-1, HTTP 429.", "  Wait."]


def test_the_checks_of_doctor_are_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    check = Check(id="a", status="fail", evidence="It is off.", fix="Turn it on.", subject="tenant")
    outcome = EMPTY.model_copy(update={"checks": (check,), "error": FAILED, "ok": False})
    Sink().result(DoctorResult(outcome))
    shown = capsys.readouterr()
    assert (shown.out.count("It is off."), shown.err.count("It is off.")) == (1, 0)
    Sink().result(SetupResult(outcome))
    shown = capsys.readouterr()
    assert (shown.out.count("It is off."), shown.err.count("It is off.")) == (0, 1)


@pytest.mark.parametrize("shown_before", [False, True])
def test_a_refusal_does_not_repeat_the_checks_that_it_stands_on(*, shown_before: bool) -> None:
    checks = (
        Check(id="a", status="fail", evidence="It is off.", fix="Turn it on.", group="auth0"),
        Check(id="b", status="fail", evidence="It is far.", fix="Go there.", group="auth0"),
        Check(id="c", status="warn", evidence="It is late.", fix="Hurry.", group="auth0"),
    )
    refused = Failure(
        code="guard_refused",
        message="Nobody could log in: It is off. It is far.",
        hint="Turn it on. To continue anyway: --override a --override b.",
    )
    outcome = EMPTY.model_copy(update={"checks": checks})
    *listed, message, hint = error_lines(outcome, refused, listed=() if shown_before else checks)
    assert message.plain == "Error: Nobody could log in."
    assert hint.plain == "  See the fix under each check. To continue anyway: --override a --override b."
    evidence = [line.plain for line in listed]
    assert evidence == (
        [] if shown_before else ["  x a: It is off.", "      Turn it on.", "  x b: It is far.", "      Go there."]
    )


def test_a_warning_does_not_repeat_the_checks_that_failed() -> None:
    check = Check(id="a", status="fail", evidence="It is off.", fix="Turn it on.", group="auth0")
    warning = Notice(code="guard_refused", message="Nobody could log in: It is off.", hint="Turn it on.")
    shown = [line.plain for line in warning_lines([warning], [check])]
    assert shown == ["Warning: Nobody could log in.", "  Turn it on."]
    passed = check.model_copy(update={"status": "pass"})
    assert next(warning_lines([warning], [passed])).plain == "Warning: Nobody could log in: It is off."


def tenant(name: str, status: str, evidence: str) -> TenantResult:
    check = Check(id="registration", status=status, evidence=evidence, fix="Register it.", group="twilio")  # type: ignore[arg-type]
    outcome = EMPTY.model_copy(update={"checks": (check,)})
    return TenantResult.of(name, outcome.model_dump(mode="json"), "", exit_code=0)


def test_a_warning_that_tenants_word_differently_is_shown_once_with_all_of_them() -> None:
    group = [tenant(name, "warn", f"The number of {name} is new.") for name in ("one", "two", "three")]
    first, hint = (line.plain for line in note_lines(group))
    assert first == "  ! registration: The number of one is new. (one; similar for two, three)"
    assert hint == "      Register it."
    same = [tenant(name, "warn", "It is new.") for name in ("one", "two")]
    assert [line.plain for line in note_lines(same)] == ["  ! registration: It is new.", "      Register it."]


def test_each_failed_check_of_a_fleet_is_shown_in_its_own_words() -> None:
    group = [tenant(name, "fail", f"The number of {name} is new.") for name in ("one", "two")]
    assert [line.plain for line in note_lines(group)][::2] == [
        "  x registration: The number of one is new. (one)",
        "  x registration: The number of two is new. (two)",
    ]


def test_a_run_is_named_by_the_beginning_of_its_id() -> None:
    run = RUN.model_copy(update={"run_id": "0123456789abcdef" * 2})
    assert run_line(run).plain == "0123456789ab  2026-05-04 10:20:30 UTC  up          "


def test_at_a_terminal_a_wrapped_line_keeps_its_indent_and_stays_clear_of_its_mark(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "24")
    lines = ("  = plan: The plan has it.", "", "      Fix: Do this and then that.", "A line that is wrapped.")
    Sink(color=False).texts(Text(line) for line in lines)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "  = plan: The plan has",
        "    it.",
        "",
        "      Fix: Do this and",
        "      then that.",
        "A line that is wrapped.",
    ]
