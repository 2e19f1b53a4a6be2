"""A token that cannot undo a run is told so before; an undo restores what its scopes allow and names the rest."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.adapters.token import TokenSource
from mfa_setup.engine.preconditions import every_scope
from mfa_setup.model.types import LABELS, ResourceName
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from mfa_setup.store import journal
from mfa_setup.store.journal_file import append_line
from support.lab import Lab, Result, Run
from support.scene import into_pool, is_unified, number, warned

FOR_GOOD = ("--release-number", "--delete-application")
TEXTS = ("--enrollment-template", "Enroll: {{ code }}", "--verification-template", "Your code: {{ code }}")
CODES = re.compile(r"[a-z]+:[a-z_]+")
UNDO = ("undo", "--yes", "--json", *FOR_GOOD)


def standing(lab: Lab) -> dict[str, Any]:
    """The whole state, without what only counts."""
    everything = lab.everything
    del everything["twilio"]["purchases"]
    return everything


def grant_without(lab: Lab, *scopes: str) -> None:
    """The tool's client may do all but this."""
    lab.grant([scope for scope in ALL_SCOPES if scope not in scopes])


def deletions(lab: Lab) -> set[str]:
    """The scopes that undoing an `up` with texts needs besides those of that `up`."""
    return (
        {"delete:clients", "delete:phone_providers", "delete:phone_templates"}
        if is_unified(lab)
        else {"delete:clients"}
    )


def warning(result: Result) -> dict[str, str]:
    """The warning about an undo."""
    return next(item for item in result.document["warnings"] if item["code"] == "undo_scopes")


def owned(lab: Lab) -> str:
    """A number that the account has had for long, in the pool of its verified service."""
    there = number(lab)
    into_pool(lab, lab.control_service_sid(), there["sid"])
    return str(there["phone_number"])


def statuses(result: Result) -> dict[str, str]:
    """What became of each resource."""
    return {change["resource"]: change["status"] for change in result.document["changes"]}


def enforces_what_cannot_be_sent(lab: Lab) -> bool:
    """Whether every user would be locked out."""
    tenant = lab.tenant
    return bool(tenant["policies"]) and not (tenant["factors"]["sms"] and tenant["phone_provider"])


# --- before the run ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["up", "plan"])
def test_a_run_that_the_token_cannot_undo_is_warned_of_with_the_scopes_on_one_line(
    run: Run, lab: Lab, command: str
) -> None:
    grant_without(lab, *deletions(lab))
    result = run(command, "--yes", "--json", *TEXTS, env=lab.env)
    assert result.code == 0, result.out
    told = warning(result)
    assert told["message"].endswith(f"The scopes: {' '.join(sorted(deletions(lab)))}")
    assert "delete the application" in told["message"]
    assert ("delete the phone provider" in told["message"]) is is_unified(lab)
    assert "README.md" in told["hint"]
    assert "Machine to Machine" in told["hint"]


def test_the_warning_takes_no_request(run: Run, lab: Lab, tmp_path: Path) -> None:
    def requests(name: str) -> list[tuple[str, str]]:
        mark = lab.mark()
        env = {**lab.env, "MFA_SETUP_STATE_DIR": str(tmp_path / name), "MFA_SETUP_CACHE_DIR": str(tmp_path / name)}
        result = run("plan", "--json", env=env)
        assert ("undo_scopes" in warned(result)) is (name == "narrow")
        return sorted((entry["method"], entry["path"]) for entry in lab.log(mark))

    whole = requests("whole")
    grant_without(lab, *deletions(lab))
    assert requests("narrow") == whole


def test_what_a_step_could_not_restore_for_lack_of_reading_is_said(run: Run, unified: Lab) -> None:
    phone = owned(unified)
    grant_without(unified, "read:mfa_policies")
    result = run("enable-sms", "--from", phone, "--yes", "--json", env=unified.env)
    assert result.code == 0, result.out
    told = warning(result)["message"]
    assert "restore the provider or restore the factor" in told
    assert told.endswith("The scopes: read:mfa_policies")


@pytest.mark.parametrize("arguments", [("policy", "never"), ("init",), ("status",)])
def test_nothing_is_said_where_the_token_can_undo_it_or_nothing_is_written(
    run: Run, unified: Lab, arguments: tuple[str, ...]
) -> None:
    grant_without(unified, "delete:phone_providers", "delete:phone_templates")
    assert "undo_scopes" not in warned(run(*arguments, "--json", "--yes", env=unified.env))


def test_a_plan_that_the_token_may_not_apply_says_nothing_of_undoing_it(run: Run, unified: Lab) -> None:
    unified.grant([scope for scope in ALL_SCOPES if scope.startswith("read:")])
    result = run("plan", "--json", env=unified.env)
    assert (result.code, "undo_scopes" in warned(result)) == (0, False)


def test_a_token_that_does_not_tell_its_scopes_is_not_judged(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant_without(unified, "delete:phone_providers")
    monkeypatch.setattr(TokenSource, "scopes", lambda _self: None)
    assert "undo_scopes" not in warned(run("plan", "--json", env=unified.env))


def test_doctor_names_what_undo_lacks_on_this_phone_stack(run: Run, lab: Lab) -> None:
    grant_without(lab, "delete:clients", "delete:phone_providers", "delete:phone_templates")
    result = run("doctor", "--json", env=lab.env)
    (check,) = [check for check in result.document["checks"] if check["id"] == "auth0_scopes"]
    assert check["status"] == "warn"
    expected = "delete:clients, delete:phone_providers" if is_unified(lab) else "delete:clients"
    assert f"`mfa-setup undo` needs {expected}." in check["evidence"]
    assert "`mfa-setup undo` cannot delete the application" in check["evidence"]


def test_a_fleet_warns_of_the_tenants_that_it_could_not_undo_and_sets_them_all_up(
    run: Run, make_lab: Callable[..., Lab], folder: Path
) -> None:
    lab = make_lab(tenants=2)
    first, second = (str(domain) for domain in lab.sandbox.ready()["tenants"])
    scopes = [scope for scope in ALL_SCOPES if scope != "delete:phone_providers"]
    lab.control(f"grants?tenant={second}", {"scope": scopes})
    (folder / "fleet.toml").write_text(lab.sandbox.fleet_file(), encoding="utf-8")
    result = run("fleet", "up", "fleet.toml", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    told = {
        document["tenant"]["domain"]: {notice["code"] for notice in document["warnings"]}
        for document in result.document["tenants"].values()
    }
    assert ("undo_scopes" in told[first], "undo_scopes" in told[second]) == (False, True)


# --- an undo with too few scopes -----------------------------------------------------------------------------------

RESTS: list[tuple[str, set[ResourceName], set[ResourceName]]] = [
    # The scope that is missing, what is left for lack of it, and what waits for that.
    ("delete:phone_providers", {"provider"}, {"number"}),
    ("delete:phone_templates", {"factor"}, set()),
    ("delete:clients", {"application"}, set()),
    ("update:guardian_factors", {"factor"}, {"provider", "number"}),
    ("update:mfa_policies", {"policy"}, {"factor", "provider", "number"}),
    ("read:mfa_policies", {"policy", "factor", "provider", "number"}, set()),
    ("read:phone_templates", {"factor"}, {"provider", "number"}),
    ("read:clients", {"application"}, set()),
    ("read:connections", {"application"}, set()),
]


@pytest.mark.parametrize(("scope", "left", "waiting"), RESTS, ids=[scope for scope, _, _ in RESTS])
def test_an_undo_restores_what_its_scopes_allow_and_the_next_one_the_rest(
    run: Run,
    unified: Lab,
    scope: str,
    left: set[ResourceName],
    waiting: set[ResourceName],
) -> None:
    before = standing(unified)
    run_id = run("up", "--yes", "--json", *TEXTS, env=unified.env).document["run_id"]
    grant_without(unified, scope)
    mark = unified.mark()
    result = run(*UNDO, "--no-token-cache", env=unified.env)
    first, error = unified.writes(mark), result.document["error"]
    assert (result.code, error["code"], result.document["ok"], result.document["changed"]) == (
        4, "scope_missing", False, True,
    )  # fmt: skip
    assert set(CODES.findall(error["message"])) == {scope}
    for name in left:
        assert f"the {LABELS[name]} (needs {scope})" in error["message"]
    for name in waiting:
        assert f"the {LABELS[name]} (waits for the " in error["message"]
    assert f"`mfa-setup undo --run {run_id} --release-number --delete-application`" in error["hint"]
    assert "undo_scopes" not in warned(result)
    found = statuses(result)
    assert {name for name, status in found.items() if status == "pending"} == left | waiting
    assert {status for name, status in found.items() if name not in left | waiting} == {"applied"}
    assert not enforces_what_cannot_be_sent(unified)

    unified.grant(ALL_SCOPES)
    mark = unified.mark()
    again = run(*UNDO, env=unified.env)
    assert again.code == 0, again.out
    assert again.document["undoes"]["run_id"] == run_id
    assert set(unified.writes(mark)).isdisjoint(first)
    assert standing(unified) == before
    assert warned(run(*UNDO, env=unified.env)) == ["nothing_to_undo"]


def test_the_policy_goes_first_also_where_the_rest_stays(run: Run, unified: Lab) -> None:
    run("up", "--yes", "--json", env=unified.env)
    mine = {"read:tenant_settings", "read:guardian_factors", "read:phone_providers", "read:mfa_policies"}
    unified.grant([*mine, "update:mfa_policies"])
    mark = unified.mark()
    result = run(*UNDO, "--no-token-cache", env=unified.env)
    assert result.code == 4, result.out
    assert unified.writes(mark) == [("PUT", "/api/v2/guardian/policies")]
    assert unified.tenant["policies"] == []
    assert set(statuses(result).values()) == {"applied", "pending"}


def test_the_texts_alone_stay_where_they_alone_lack_a_scope(run: Run, unified: Lab) -> None:
    run("up", "--yes", "--json", *TEXTS, env=unified.env)
    grant_without(unified, "delete:phone_templates")
    result = run(*UNDO, "--no-token-cache", env=unified.env)
    assert "a part of the SMS factor (needs delete:phone_templates)" in result.document["error"]["message"]
    assert unified.tenant["factors"]["sms"] is False
    assert unified.tenant["phone_provider"] is None
    assert len(unified.auth0("GET", "branding/phone/templates")["templates"]) == 2


def test_a_policy_that_stays_keeps_all_that_it_stands_on(run: Run, lab: Lab) -> None:
    run("up", "--yes", "--json", env=lab.env)
    there = lab.tenant
    grant_without(lab, "update:mfa_policies")
    result = run(*UNDO, "--no-token-cache", env=lab.env)
    assert result.code == 4, result.out
    assert statuses(result)["application"] == "applied"
    now = lab.tenant
    assert [now[name] for name in ("policies", "factors", "message_types", "phone_provider")] == [
        there[name] for name in ("policies", "factors", "message_types", "phone_provider")
    ]
    assert len(lab.twilio["numbers"]) == 1


@pytest.mark.parametrize("scope", ["update:mfa_policies", "read:mfa_policies"])
def test_where_nothing_can_be_restored_it_refuses_before_any_write(run: Run, lab: Lab, scope: str) -> None:
    run("up", "--yes", "--json", env=lab.env)
    run("policy", "never", "--yes", "--json", env=lab.env)
    grant_without(lab, scope)
    before, mark = lab.everything, lab.mark()
    result = run(*UNDO, "--no-token-cache", env=lab.env)
    assert (result.code, result.document["error"]["code"]) == (4, "scope_missing")
    assert scope in result.document["error"]["message"]
    assert result.document["changed"] is False
    assert (lab.writes(mark), lab.everything) == ([], before)
    lab.grant(ALL_SCOPES)
    assert run(*UNDO, env=lab.env).code == 0
    assert lab.tenant["policies"] == ["all-applications"]


def test_message_types_stay_while_the_provider_that_must_carry_them_cannot_be_written(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", "--json", "--delivery", "voice", env=unified.env).code == 0
    before = standing(unified)
    assert run("enable-sms", "--yes", "--json", "--delivery", "sms", env=unified.env).code == 0
    grant_without(unified, "update:phone_providers")
    there = standing(unified)
    result = run(*UNDO, "--no-token-cache", env=unified.env)
    assert result.code == 4, result.out
    assert (
        "the SMS factor (waits for the provider); the provider (needs update:phone_providers)"
        in (result.document["error"]["message"])
    )
    assert standing(unified) == there
    unified.grant(ALL_SCOPES)
    assert run(*UNDO, env=unified.env).code == 0
    now = standing(unified)
    for state in (now, before):
        state["tenants"][unified.domain]["phone_provider"].pop("updated_at")
    assert now == before


def test_a_cached_token_is_replaced_once_the_scopes_are_granted(run: Run, unified: Lab) -> None:
    before = standing(unified)
    grant_without(unified, "delete:clients", "delete:phone_providers")
    run("up", "--yes", "--json", env=unified.env)
    assert run(*UNDO, env=unified.env).code == 4
    unified.grant(ALL_SCOPES)
    assert run(*UNDO, env=unified.env).code == 0
    assert standing(unified) == before


def test_the_guard_judges_an_undo_with_too_few_scopes_as_any_other(run: Run, unified: Lab) -> None:
    sender = ("--from", owned(unified))
    assert run("enable-sms", "--yes", "--json", *sender, *TEXTS, env=unified.env).code == 0
    unified.auth0("PUT", "guardian/policies", ["all-applications"])
    grant_without(unified, "delete:phone_templates")
    before = unified.everything
    assert run(*UNDO, "--no-token-cache", env=unified.env).code == 7
    assert unified.everything == before


def test_an_error_in_the_middle_names_itself_and_warns_of_the_rest(run: Run, unified: Lab) -> None:
    before = standing(unified)
    run("up", "--yes", "--json", env=unified.env)
    grant_without(unified, "delete:phone_providers")
    unified.faults({"method": "PUT", "path": "/api/v2/guardian/factors/sms", "effect": "status:400"})
    result = run(*UNDO, "--no-token-cache", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (1, "service_refused")
    assert "the provider (needs delete:phone_providers)" in warning(result)["message"]
    assert (statuses(result)["policy"], statuses(result)["factor"]) == ("applied", "failed")
    assert (statuses(result)["provider"], statuses(result)["number"]) == ("pending", "pending")
    unified.grant(ALL_SCOPES)
    assert run(*UNDO, env=unified.env).code == 0
    assert standing(unified) == before


def test_without_an_answer_to_the_question_nothing_is_written_and_the_rest_is_named(run: Run, unified: Lab) -> None:
    run("up", "--yes", "--json", env=unified.env)
    grant_without(unified, "delete:phone_providers")
    mark = unified.mark()
    result = run("undo", "--json", "--no-token-cache", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (6, "confirmation_needed")
    assert "provider (will not be restored: needs delete:phone_providers)" in result.document["error"]["message"]
    assert "the provider (needs delete:phone_providers)" in warning(result)["message"]
    assert unified.writes(mark) == []


@pytest.mark.parametrize("cut", range(1, 6))
def test_one_that_was_killed_after_any_line_of_its_journal_is_finished_by_the_next(
    run: Run, unified: Lab, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = standing(unified)
    run("up", "--yes", "--json", env=unified.env)
    grant_without(unified, "delete:phone_providers")
    written: list[str] = []

    def append(path: Path, line: str) -> None:
        if len(written) == cut:
            raise KeyboardInterrupt
        written.append(line)
        append_line(path, line)

    with monkeypatch.context() as patch:
        patch.setattr(journal, "append_line", append)
        run(*UNDO, "--no-token-cache", env=unified.env)
    assert len(written) == cut
    assert not enforces_what_cannot_be_sent(unified)
    assert run(*UNDO, "--no-token-cache", env=unified.env).code == 4
    unified.grant(ALL_SCOPES)
    assert run(*UNDO, env=unified.env).code == 0
    assert standing(unified) == before


# --- the list of the README ----------------------------------------------------------------------------------------


def listed() -> list[str]:
    """The block of scopes of the README."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    return CODES.findall(text.split("<!-- scopes -->")[1].split("<!-- /scopes -->")[0])


def test_with_the_scopes_of_the_readme_up_and_undo_do_all_of_their_work(run: Run, lab: Lab) -> None:
    lab.grant(listed())
    before = standing(lab)
    done = run("up", "--yes", "--json", *TEXTS, env=lab.env)
    assert (done.code, set(warned(done)) - {"legacy_phone_stack"}) == (0, set()), done.out
    undone = run(*UNDO, env=lab.env)
    assert (undone.code, warned(undone)) == (0, []), undone.out
    assert set(statuses(undone).values()) == {"applied"}
    if is_unified(lab):  # the legacy stack cannot be without texts
        assert standing(lab) == before


def test_with_the_first_line_of_login_up_works_and_undo_restores_all_but_what_was_created(run: Run, lab: Lab) -> None:
    lab.grant(sorted(every_scope()[0]))
    done = run("up", "--yes", "--json", *TEXTS, env=lab.env)
    assert (done.code, set(warned(done)) - {"legacy_phone_stack"}) == (0, {"undo_scopes"}), done.out
    undone = run(*UNDO, env=lab.env)
    assert undone.code == 4, undone.out
    assert set(CODES.findall(undone.document["error"]["message"])) == deletions(lab)
    assert lab.tenant["policies"] == []
