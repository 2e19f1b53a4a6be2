"""The example workflow and the action: every script in them, run as the files say, against the sandbox."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support.expressions import filled
from support.github import REPOSITORY, GitHub, Ran
from support.lab import Lab
from support.runner import Machine
from support.scene import application, client

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "examples" / "github" / "mfa-setup.yml"
SETTINGS = ROOT / "examples" / "config" / "new-tenant.toml"
HEAD, MERGE = "1" * 40, "2" * 40
FIRST = {"journal_attempt": "1"}
FORK = {"number": 8, "head": {"sha": HEAD, "repo": {"full_name": "stranger/infrastructure"}}}
PULL = {"number": 7, "head": {"sha": HEAD, "repo": {"full_name": REPOSITORY}}}


@pytest.fixture
def github(tmp_path: Path, unified: Lab) -> GitHub:
    """A repository with the example workflow and the settings of a new tenant."""
    github = GitHub(tmp_path, WORKFLOW, unified.env)
    (github.checkout / "mfa-setup.toml").write_bytes(SETTINGS.read_bytes())
    return github


@pytest.fixture
def merged(github: GitHub, unified: Lab) -> GitHub:
    """The same with a pull request that was planned by a client that can only read, and merged."""
    unified.grant([scope for scope in ALL_SCOPES if scope.startswith("read:")])
    assert github.trigger("pull_request", pull_request=PULL)["plan"].succeeded, github.machine.log
    unified.grant(ALL_SCOPES)
    github.merge(PULL, MERGE)
    return github


def test_the_plan_of_a_pull_request_is_applied_by_its_merge_and_undone_from_a_wiped_runner(
    merged: GitHub, unified: Lab
) -> None:
    before = unified.comparable()
    applied = merged.trigger("push", MERGE)["apply"]
    assert applied.succeeded, applied.log
    assert unified.tenant["policies"] == ["all-applications"]
    assert [spa["name"] for spa in unified.spas] == ["Acme Portal"]
    assert unified.domain in applied.summary
    run = str(merged.last_run)

    assert merged.trigger("pull_request", pull_request=PULL)["plan"].succeeded
    again = json.loads((merged.artifacts / str(merged.last_run) / "mfa-setup-plan" / "plan.json").read_text("utf-8"))
    assert [plan["planned"]["writes"] for plan in again["plans"].values()] == [[]], "nothing is left to do"

    refused = merged.trigger("workflow_dispatch", MERGE, {"journal_run": str(merged.last_run), **FIRST})["undo"]
    assert "did not apply a plan on main" in refused.log, "everyone can make a run with a journal on a branch"
    refused = merged.trigger("workflow_dispatch", "9" * 40, {"journal_run": run, **FIRST})["undo"]
    assert "is not on main" in refused.log, "a tag can have the name of the branch"
    assert refused.outcomes["Undo"] == "skipped"
    undone = merged.trigger("workflow_dispatch", MERGE, {"journal_run": run, **FIRST})["undo"]
    assert undone.succeeded, undone.log
    assert unified.tenant["policies"] == []
    assert unified.comparable()["auth0"]["phone_provider"] == before["auth0"]["phone_provider"]


def test_each_push_to_a_pull_request_updates_its_one_comment(github: GitHub, unified: Lab) -> None:
    mark = unified.mark()
    github.state["comments"] = [
        {"id": 1, "issue": "7", "user": {"login": "somebody"}, "body": "<!-- mfa-setup plan -->"}
    ]
    first = github.trigger("pull_request", pull_request=PULL)["plan"]
    assert first.succeeded, first.log
    _by_somebody, comment = github.state["comments"]
    plan = github.artifacts / "1" / "mfa-setup-plan" / "plan.json"
    assert unified.domain in comment["body"]
    assert "https://portal.example.com" in comment["body"]
    assert comment["body"].rstrip().endswith(f"SHA-256 of the plan: {sha256(plan.read_bytes()).hexdigest()}")
    assert unified.writes(mark) == []

    settings = github.checkout / "mfa-setup.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("https://portal", "https://login"), encoding="utf-8"
    )
    assert github.trigger("pull_request", pull_request=PULL)["plan"].succeeded
    assert len(github.state["comments"]) == 2
    assert "https://login.example.com" in github.state["comments"][1]["body"]

    settings.write_text("no settings", encoding="utf-8")
    broken = github.trigger("pull_request", pull_request=PULL)["plan"]
    assert broken.codes["Plan"] == 3
    assert broken.outcomes["Keep the plan for the merge"] == "skipped"
    assert "SHA-256" not in github.state["comments"][1]["body"]


def test_a_change_by_hand_between_plan_and_merge_stops_the_merge(merged: GitHub, unified: Lab) -> None:
    by_hand = application(unified, name="Acme Portal")
    before, mark = client(unified, by_hand), unified.mark()
    applied = merged.trigger("push", MERGE)["apply"]
    assert applied.codes["Apply"] == 7, applied.log
    assert "plan_outdated" in applied.log
    assert "open another pull request" in applied.log
    assert unified.writes(mark) == []
    assert client(unified, by_hand) == before

    unified.auth0("DELETE", f"clients/{by_hand}")
    again = merged.rerun(2, "push", MERGE)["apply"]
    assert again.succeeded, again.log
    journals = [merged.artifacts / str(merged.last_run) / f"mfa-setup-journal-{attempt}" for attempt in (1, 2)]
    assert [len(json.loads((one / "journal.json").read_text("utf-8"))["runs"]) for one in journals] == [0, 1]
    given = {"journal_run": str(merged.last_run), "journal_attempt": "2"}
    assert merged.trigger("workflow_dispatch", MERGE, given)["undo"].succeeded
    assert unified.tenant["policies"] == []


def test_a_plan_that_cannot_be_had_is_explained(merged: GitHub, unified: Lab) -> None:
    mark, plan = unified.mark(), merged.artifacts / "1" / "mfa-setup-plan"
    plan.rename(plan.with_name("expired"))
    assert "cannot be downloaded" in merged.trigger("push", MERGE)["apply"].log
    (comment,) = merged.state["comments"]
    comment["body"] = comment["body"].partition("SHA-256")[0]
    assert "has no plan" in merged.trigger("push", MERGE)["apply"].log
    assert unified.writes(mark) == []


def test_only_the_plan_that_was_reviewed_is_applied(merged: GitHub, unified: Lab) -> None:
    mark = unified.mark()
    direct = merged.trigger("push", "3" * 40)["apply"]
    assert (direct.outcomes["Find the reviewed plan"], direct.outcomes["Apply"]) == ("failure", "skipped")
    assert "::error title=mfa-setup::No pull request" in direct.log

    merged.merge({**PULL, "head": {"sha": "4" * 40, "repo": {"full_name": REPOSITORY}}}, "5" * 40)
    unplanned = merged.trigger("push", "5" * 40)["apply"]
    assert "was merged without a plan of its last commit" in unplanned.log

    merged.merge(FORK, "6" * 40)
    assert "No pull request of this repository" in merged.trigger("push", "6" * 40)["apply"].log

    plan = merged.artifacts / "1" / "mfa-setup-plan" / "plan.json"
    plan.write_text(plan.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    replaced = merged.trigger("push", MERGE)["apply"]
    assert replaced.outcomes["Compare the plan with the one in the comment"] == "failure"
    assert replaced.outcomes["Apply"] == replaced.outcomes["Keep the journal for the undo"] == "skipped"
    assert unified.writes(mark) == []


def test_a_fork_gets_a_notice_and_neither_secrets_nor_a_plan(github: GitHub, unified: Lab) -> None:
    mark = unified.mark()
    ran = github.trigger("pull_request", pull_request=FORK)
    assert list(ran) == ["fork"]
    assert "::notice title=mfa-setup::" in ran["fork"].log
    assert unified.mark() == mark
    assert "pull_request_target:" not in WORKFLOW.read_text(encoding="utf-8")


def test_the_nightly_doctor_shows_its_checks_on_the_page_of_the_run(merged: GitHub, unified: Lab) -> None:
    merged.trigger("push", MERGE)
    mark = unified.mark()
    ran = merged.trigger("schedule")
    assert list(ran) == ["doctor"]
    assert ran["doctor"].succeeded, ran["doctor"].log
    assert unified.domain in ran["doctor"].summary
    assert unified.writes(mark) == []


def test_each_job_has_few_permissions_pinned_actions_and_no_expression_in_a_script() -> None:
    workflow = YAML(typ="safe").load(WORKFLOW)
    action = YAML(typ="safe").load(ROOT / "action.yml")
    assert workflow["permissions"] == {}
    written = {
        name: access
        for job in workflow["jobs"].values()
        for name, access in job["permissions"].items()
        if access != "read"
    }
    assert written == {"pull-requests": "write"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]] + action["runs"]["steps"]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    used = [step["uses"] for step in steps if "uses" in step]
    assert [use for use in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", use)] == []
    tenant = {
        name
        for name, job in workflow["jobs"].items()
        if job["concurrency"]["group"] == "mfa-setup-${{ vars.AUTH0_DOMAIN }}"
    }
    assert tenant == {name for name, job in workflow["jobs"].items() if job.get("environment") == "production"}


Act = Callable[..., Ran]


@pytest.fixture
def act(tmp_path: Path, unified: Lab) -> Act:
    """Uses the action in a step, with the credentials in the step's environment."""
    action = YAML(typ="safe").load(ROOT / "action.yml")
    github = GitHub(tmp_path, WORKFLOW, unified.env)

    def call(**inputs: str) -> Ran:
        machine: Machine = github.machine
        machine.wipe()
        (machine.work / "mfa-setup.toml").write_bytes(SETTINGS.read_bytes())
        given = {name: one.get("default", "") for name, one in action["inputs"].items()} | inputs
        context: dict[str, Any] = {"inputs": given, "github": {"action_path": str(ROOT)}}
        # The installation itself is a step of `.ci/run`; here the command of this checkout takes its place.
        (machine.temp / "mfa-setup").mkdir()
        (machine.temp / "mfa-setup" / "bin").symlink_to(machine.root / "bin")
        steps = [step for step in action["runs"]["steps"] if step["name"] != "Install mfa-setup"]
        ran = github.steps(steps, context, dict(unified.env))
        results = {"steps": {name: {"outputs": one} for name, one in ran.outputs.items()}}
        ran.outputs["action"] = {name: filled(one["value"], results) for name, one in action["outputs"].items()}
        return ran

    return call


def test_the_action_reports_the_exit_code_the_digest_and_whether_something_changed(act: Act, unified: Lab) -> None:
    planned = act(command="plan", args="--out\nplan.json")
    assert planned.succeeded, planned.log
    outputs = planned.outputs["action"]
    document = json.loads(Path(outputs["document"]).read_text(encoding="utf-8"))
    assert (outputs["exit-code"], outputs["changed"], outputs["digest"]) == ("0", "false", document["digest"])
    assert document["digest"]

    pending = act(command="plan", args="--check")
    assert (pending.succeeded, pending.outputs["action"]["exit-code"]) == (False, "10")
    applied = act(command="up", args="--yes").outputs["action"]
    assert applied["document"] != pending.outputs["action"]["document"], "a job may use the action twice"
    assert (applied["exit-code"], applied["changed"], applied["digest"]) == ("0", "true", "")
    assert unified.tenant["policies"] == ["all-applications"]


def test_an_argument_of_the_action_is_one_word_and_never_run(act: Act, tmp_path: Path, unified: Lab) -> None:
    mark, name = unified.mark(), 'Acme "$(touch bait)" `touch bait`; touch bait #'
    ran = act(command="plan", args=f"--name\n{name}\n\n--no-color\r\n")
    document = json.loads(Path(ran.outputs["action"]["document"]).read_text(encoding="utf-8"))
    assert document["changes"][0]["title"] == name
    assert act(command="plan; touch bait").outputs["action"]["exit-code"] == "2"
    assert list(tmp_path.rglob("bait")) == []
    assert unified.writes(mark) == []
