"""An undo on another machine than the one that set the tenant up: the marks, the export, and the exported journal."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.store.journal_file import read_journal
from support.elsewhere import FILE, FOR_GOOD, Machines, new_machines, read_file, standing, write_file
from support.lab import Lab, Run
from support.legacy import memory
from support.scene import actions, is_unified, number, warned

SECRETS = ("AUTH0_CLIENT_SECRET", "TWILIO_AUTH_TOKEN")
UNSEEN = ("--override", "provider_token")
"""A machine that did not send the Twilio token to Auth0 cannot tell which one Auth0 has."""
NO_TWILIO: dict[str, str | None] = {"TWILIO_ACCOUNT_SID": None, "TWILIO_AUTH_TOKEN": None}


@pytest.fixture
def new(run: Run, lab: Lab, tmp_path: Path) -> Machines:
    """New machines for the tenant on each phone stack."""
    return new_machines(run, lab, tmp_path)


@pytest.fixture
def another(run: Run, unified: Lab, tmp_path: Path) -> Machines:
    """New machines for what does not depend on the phone stack."""
    return new_machines(run, unified, tmp_path)


# --- without the journal -------------------------------------------------------------------------------------------


def test_without_the_journal_undo_changes_nothing_and_lists_the_marks(new: Machines, lab: Lab) -> None:
    outputs = new()("up").document["outputs"]
    before, mark, runner = standing(lab), lab.mark(), new()
    for more in ((), FOR_GOOD, ("--run", "abc")):
        result = runner("undo", *more)
        error = result.document["error"]
        assert (result.code, error["code"], result.document["changed"]) == (6, "journal_missing", False), result.out
        for part in (outputs["client_id"], outputs["number_sid"], "+1 415 864 0347", "phone provider", "Always"):
            assert part in error["message"]
        assert "`mfa-setup undo --journal FILE`" in error["hint"]
        assert "`mfa-setup policy never`" in error["hint"]
        found = result.document["outputs"]
        assert {found[name] for name in ("client_id", "phone_number", "policy")} == {
            outputs["client_id"], outputs["phone_number"], "always",
        }  # fmt: skip
    assert lab.writes(mark) == []
    assert standing(lab) == before


def test_the_way_out_without_the_journal_works(new: Machines, lab: Lab) -> None:
    new()("up")
    runner = new()
    assert runner("policy", "never").code == 0
    assert lab.tenant["policies"] == []
    assert actions(runner("undo"))["policy"] == "update"  # that run is this machine's own


def test_a_journal_of_runs_that_changed_nothing_counts_as_none(another: Machines, unified: Lab) -> None:
    another()("up")
    runner = another()
    unified.faults({"method": "PUT", "path": "/api/v2/guardian/policies", "effect": "status:400"})
    assert runner("policy", "never").code != 0
    result = runner("undo")
    assert (result.code, result.document["error"]["code"]) == (6, "journal_missing"), result.out


def test_the_action_of_limits_is_a_mark_too(another: Machines, unified: Lab) -> None:
    another()("up", "--only-percent", "10")
    message = another()("undo").document["error"]["message"]
    assert f'"mfa-setup: who is asked for MFA" ({unified.tenant["actions"][0]["id"]})' in message


def test_what_may_not_be_read_is_named(another: Machines, unified: Lab) -> None:
    client_id = another()("up").document["outputs"]["client_id"]
    unified.grant(["read:clients"])
    result = another()("undo", **NO_TWILIO)
    message = result.document["error"]["message"]
    assert (result.code, result.document["error"]["code"]) == (6, "journal_missing")
    assert client_id in message
    unread = "the phone provider, the post-login Actions, the MFA policy, the numbers of the Twilio account"
    assert f"Could not be checked: {unread}." in message


def test_without_marks_there_is_nothing_to_undo(new: Machines, lab: Lab) -> None:
    number(lab, name="mfa-setup:0123456789abcdef")  # another tenant's
    runner = new()
    result = runner("undo")
    assert (result.code, warned(result)) == (0, ["nothing_to_undo"]), result.out
    lab.grant(["read:tenant_settings", "read:clients"])
    result = runner("undo", "--no-token-cache")
    assert (result.code, warned(result)) == (0, ["marks_unseen", "nothing_to_undo"]), result.out
    assert lab.writes() == []


def test_a_service_that_does_not_answer_is_not_taken_for_one_without_marks(another: Machines, unified: Lab) -> None:
    unified.faults({"method": "GET", "path": "/api/v2/clients", "effect": "status:500", "times": 99})
    result = another()("undo", "--timeout", "0.1")
    assert (result.code, result.document["error"]["code"]) == (5, "service_unavailable"), result.out


def test_the_list_without_the_journal_is_empty_and_says_so_without_a_request(new: Machines, lab: Lab) -> None:
    new()("up")
    mark = lab.mark()
    result = new().lists()
    assert (result.code, result.document["runs"], warned(result)) == (0, [], ["no_journal"])
    assert lab.mark() == mark


# --- with the exported journal -------------------------------------------------------------------------------------


def test_with_the_exported_journal_another_machine_restores_every_byte(new: Machines, lab: Lab, folder: Path) -> None:
    before, runner = standing(lab), new()
    runner("up")
    run_id = runner("up", "--url", "https://app.example.com").document["run_id"]
    mark = lab.mark()
    exported = runner.exports()
    assert exported.document["journal_export"] == {"file": FILE, "runs": 2, "sealed": True}
    text = (folder / FILE).read_text(encoding="utf-8")
    assert not any(lab.env[name] in text for name in SECRETS)
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    laptop = new()
    listed = laptop.lists("--journal", FILE)
    assert next(one["run_id"] for one in listed.document["runs"]) == run_id
    assert lab.mark() == mark  # neither the export nor the list sends a request
    for _ in range(2):
        result = laptop.undoes(*FOR_GOOD)
        assert result.code == 0, result.out
        assert result.document["warnings"] == []
    assert standing(lab) == before
    mark = lab.mark()
    assert warned(laptop.undoes()) == ["nothing_to_undo"]
    assert [one["undone"] for one in laptop.lists("--journal", FILE).document["runs"]] == [True, True]
    third = new().undoes("--run", run_id)
    assert (third.code, third.document["changed"]) == (0, False), third.out
    assert lab.writes(mark) == []


def decisive(lab: Lab) -> dict[str, Any]:
    """What decides who is asked for a code, and how it is sent."""
    tenant = lab.tenant
    names = ("phone_provider", "phone_templates", "policies", "factors", "message_types")
    codes = [(action["name"], action["code"]) for action in tenant["actions"]]
    return {"actions": codes, **{name: tenant[name] for name in names}}


def test_limits_and_a_move_to_the_other_phone_stack_go_back_elsewhere(new: Machines, lab: Lab) -> None:
    runner = new()
    assert runner("up", "--only-percent", "10").code == 0
    state = decisive if is_unified(lab) else memory
    before = state(lab)
    last = runner("up", "--only-percent", "20") if is_unified(lab) else runner("migrate")
    assert last.code == 0, last.out
    runner.exports()
    result = new().undoes(*UNSEEN)
    assert result.code == 0, result.out
    assert state(lab) == before


def test_a_run_that_failed_can_be_exported_and_undone_elsewhere(new: Machines, lab: Lab) -> None:
    before, runner = standing(lab), new()
    lab.faults({"method": "PUT", "path": "/api/v2/guardian/policies", "effect": "status:400"})
    assert runner("up").code != 0
    runner.exports()
    assert new().undoes(*FOR_GOOD).code == 0
    assert standing(lab) == before


def test_what_was_changed_since_is_left_alone_there_too(new: Machines, lab: Lab) -> None:
    runner = new()
    client_id = runner("up").document["outputs"]["client_id"]
    runner.exports()
    lab.auth0("PATCH", f"clients/{client_id}", {"description": "somebody else's"})
    result = new().undoes(*FOR_GOOD)
    assert result.code == 0, result.out
    assert warned(result) == ["changed_since"]
    assert [spa["client_id"] for spa in lab.spas] == [client_id]


def test_a_later_run_of_this_machine_counts(new: Machines, lab: Lab) -> None:
    runner, laptop = new(), new()
    run_id = runner("up").document["run_id"]
    runner.exports()
    for policy in ("never", "always"):
        assert laptop("policy", policy, *UNSEEN).code == 0
    refused = laptop.undoes("--run", run_id)
    assert "changed_since" in warned(refused), refused.out
    assert lab.tenant["policies"] == ["all-applications"]


def test_hints_name_the_exported_journal(another: Machines) -> None:
    runner = another()
    run_id = runner("up").document["run_id"]
    runner.exports()
    result = another().undoes()
    hints = " ".join(one["hint"] for one in result.document["warnings"])
    for option in FOR_GOOD:
        assert f"`mfa-setup undo --run {run_id} --journal {FILE} {option}`" in hints


def test_the_undo_is_in_the_journal_of_the_machine_that_ran_it(another: Machines, unified: Lab) -> None:
    runner, laptop = another(), another()
    run_id = runner("up").document["run_id"]
    runner.exports()
    laptop.undoes()
    (path,) = (laptop.home / "state").glob("journal-*.jsonl")
    (own,) = read_journal(path, f"https://{unified.domain}/api/v2/").runs
    assert (own.command, own.undoes, own.end) == ("undo", run_id, "done")


def test_the_config_file_of_the_app_goes_back_by_a_sealed_journal_only(another: Machines, folder: Path) -> None:
    (folder / "app").mkdir()
    (folder / "app" / "vite.config.js").touch()
    runner, written = another(), folder / "app" / ".env.local"
    assert runner("init", "--app-dir", "app").code == 0
    runner.exports()
    whole = read_file(folder / FILE)
    write_file(folder / FILE, whole | {"seal": None})
    assert another().undoes("--override", "journal_seal").code == 0
    assert written.exists()
    write_file(folder / FILE, whole)
    assert another().undoes().code == 0
    assert not written.exists()


# --- the export ----------------------------------------------------------------------------------------------------


def test_an_export_without_a_run_succeeds_and_says_so(another: Machines, unified: Lab) -> None:
    runner = another()
    result = runner.exports()
    assert warned(result) == ["nothing_to_export"]
    assert result.document["journal_export"]["runs"] == 0
    assert warned(another().undoes()) == ["nothing_to_undo"]
    runner("up")
    assert another().undoes().document["error"]["code"] == "journal_missing"
    assert runner.exports().document["journal_export"]["runs"] == 1  # an earlier export is replaced
    assert unified.connected()


def test_an_export_goes_to_a_new_file_or_an_earlier_export_only(another: Machines, folder: Path) -> None:
    runner = another()
    (folder / "mine.json").write_text("{}", encoding="utf-8")
    (folder / "link.json").symlink_to("new.json")
    (folder / "away").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    for target in ("mine.json", "link.json", "away", "pipe", ".", "none/j.json", "/proc/j.json", "x" * 300, "-", ""):
        result = runner("undo", "--export", target)
        assert (result.code, result.document["journal_export"]) == (3, None), (target, result.out)
        assert result.document["error"]["code"] == "invalid_value", target
    assert (folder / "mine.json").read_text(encoding="utf-8") == "{}"
    assert not (folder / "new.json").exists()


def test_an_export_needs_the_credentials_and_no_other_option(another: Machines) -> None:
    runner = another()
    result = runner("undo", "--export", FILE, AUTH0_CLIENT_SECRET=None)
    assert (result.code, result.document["error"]["code"]) == (6, "value_needed")
    for more in (("--list",), ("--journal", FILE), ("--run", "a"), *((one,) for one in FOR_GOOD)):
        result = runner("undo", "--export", FILE, *more)
        assert result.code == 3, result.out
        assert more[0] in result.document["error"]["message"]
    assert not Path(FILE).exists()


def test_people_are_told_where_the_journal_went(run: Run, another: Machines) -> None:
    runner = another()
    runner("up")
    shown = run("undo", "--export", FILE, env=runner.env)
    assert shown.code == 0
    assert f"Exported the journal of this tenant (1 run) to {FILE}." in shown.out + shown.err


# --- the seal ------------------------------------------------------------------------------------------------------


def test_a_journal_without_a_seal_is_refused_unless_it_is_trusted_by_name(new: Machines, lab: Lab) -> None:
    before, runner, laptop = standing(lab), new(), new()
    runner("up")
    exported = runner.exports(AUTH0_API_TOKEN=lab.token())
    assert warned(exported) == ["journal_unsealed"]
    assert exported.document["journal_export"]["sealed"] is False
    assert warned(laptop.lists("--journal", FILE)) == ["journal_unsealed"]
    mark = lab.mark()
    refused = laptop.undoes()
    assert (refused.code, refused.document["error"]["code"]) == (7, "journal_unsealed")
    assert [check["id"] for check in refused.document["checks"]] == ["journal_seal"]
    assert lab.writes(mark) == []
    agreed = laptop.undoes("--override", "journal_seal", *FOR_GOOD)
    assert agreed.code == 0, agreed.out
    assert {check["id"]: check["overridden"] for check in agreed.document["checks"]}["journal_seal"] is True
    assert standing(lab) == before
    (path,) = (laptop.home / "state").glob("journal-*.jsonl")
    assert "journal_seal" in [json.loads(line).get("check") for line in path.read_text("utf-8").splitlines()]


def test_a_seal_by_other_credentials_is_as_good_as_none(another: Machines, unified: Lab) -> None:
    runner = another()
    runner("up")
    runner.exports(AUTH0_CLIENT_SECRET="rotated" * 9)  # the export sends no request, so nobody refuses it
    mark = unified.mark()
    result = another().undoes()
    assert (result.code, result.document["error"]["code"]) == (7, "journal_unsealed")
    runner.exports()
    result = another().undoes(AUTH0_API_TOKEN=unified.token())
    assert (result.code, result.document["error"]["code"]) == (7, "journal_unsealed")
    assert unified.writes(mark) == []
