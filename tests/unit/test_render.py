"""Each type of result has its renderer, and what it shows of outcomes that a run against the sandbox seldom has."""

from collections.abc import Iterator

import pytest

from mfa_setup.model.change import Change, FieldChange
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Failure, Outcome, Outputs, PastRun, Proof, Sms
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
    [("always", "Every login"), ("adaptive", "sees a risk"), ("never", "Done. No login of this tenant")],
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
    assert "Issued       1970-01-01 00:00:00 UTC" in shown
    assert "Took         1.2 s" in shown
    assert "Phone" not in shown


def test_an_sms_that_was_not_sent_has_no_result() -> None:
    assert text(SmsResult(EMPTY)) == ""
    sms = Sms(to="+14155550123", via="auth0")
    assert "Sent by      Auth0" in text(SmsResult(EMPTY.model_copy(update={"outputs": Outputs(sms=sms)})))


def test_doctor_counts_what_neither_passed_nor_failed() -> None:
    checks = (
        Check(id="a", status="skip", evidence="Not read.", fix="", group="auth0"),
        Check(id="b", status="pass", evidence="Good.", fix="", group="twilio"),
        Check(id="c", status="pass", evidence="No matter.", fix="", group="codes", applies=False),
    )
    shown = text(DoctorResult(EMPTY.model_copy(update={"checks": checks})))
    assert "All checks passed, 1 note." in shown
    assert "  - c: No matter." in shown


def test_an_error_tells_what_was_done_what_is_uncertain_and_what_is_left() -> None:
    statuses = {"application": "applied", "number": "unknown", "provider": "failed", "factor": "pending"}
    changes = tuple(
        Change.model_validate({"resource": name, "action": "create", "status": status, "title": ""})
        for name, status in statuses.items()
    )
    outcome = EMPTY.model_copy(update={"changed": True, "changes": changes})
    shown = [line.plain for line in error_lines(outcome, FAILED, with_checks=True)]
    assert shown[:3] == ["Completed: application.", "Not certain: phone number.", "Not started: SMS factor."]
    assert shown[3:] == ["Error: Auth0 is busy.", "  Request req-1, HTTP 429.", "  Wait."]


def test_the_checks_of_doctor_are_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    check = Check(id="a", status="fail", evidence="It is off.", fix="Turn it on.", group="auth0")
    outcome = EMPTY.model_copy(update={"checks": (check,), "error": FAILED, "ok": False})
    Sink().result(DoctorResult(outcome))
    shown = capsys.readouterr()
    assert (shown.out.count("It is off."), shown.err.count("It is off.")) == (1, 0)
    Sink().result(SetupResult(outcome))
    shown = capsys.readouterr()
    assert (shown.out.count("It is off."), shown.err.count("It is off.")) == (0, 1)
