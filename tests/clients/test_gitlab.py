"""The example pipeline for GitLab: every script in it, run as the file says, against the sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.gitlab import PROJECT, GitLab, serving
from support.lab import Lab
from support.scene import application

EXAMPLES = Path(__file__).parents[2] / "examples"
HEAD, MERGE = "1" * 40, "2" * 40
REQUEST = {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": str(PROJECT)}


@pytest.fixture
def gitlab(tmp_path: Path, unified: Lab) -> Iterator[GitLab]:
    """A project with the example's files and the settings of a new tenant."""
    with serving(tmp_path, EXAMPLES / "gitlab" / ".gitlab-ci.yml", unified.env) as gitlab:
        (gitlab.checkout / "artifact.py").write_bytes((EXAMPLES / "gitlab" / "artifact.py").read_bytes())
        settings = EXAMPLES / "config" / "new-tenant.toml"
        (gitlab.checkout / "mfa-setup.toml").write_bytes(settings.read_bytes())
        yield gitlab


@pytest.fixture
def merged(gitlab: GitLab) -> GitLab:
    """The same with a merge request that was planned and merged."""
    plan = gitlab.run("merge_request_event", HEAD, **REQUEST)["plan"]
    assert plan.code == 0, plan.log
    gitlab.merge(MERGE)
    return gitlab


def test_the_plan_of_a_merge_request_is_applied_by_its_merge_and_undone_from_a_wiped_runner(
    merged: GitLab, unified: Lab
) -> None:
    (plan,) = merged.jobs.values()
    shown = (plan.artifacts / "plan.md").read_text(encoding="utf-8")
    assert unified.domain in shown
    assert "https://portal.example.com" in shown
    assert merged.run("schedule", MERGE)["doctor"].code in {0, 1}
    assert [spa["name"] for spa in unified.spas] == []

    ran = merged.run("push", MERGE)
    assert list(ran) == ["apply"]
    assert ran["apply"].code == 0, ran["apply"].log
    assert unified.tenant["policies"] == ["all-applications"]
    assert [spa["name"] for spa in unified.spas] == ["Acme Portal"]
    mark = unified.mark()
    assert merged.run("schedule", MERGE)["doctor"].code == 0
    assert unified.writes(mark) == []

    assert merged.run("web", MERGE) == {}, "nothing is undone unless JOURNAL_JOB names the run"
    refused = merged.run("web", MERGE, JOURNAL_JOB=str(plan.number))["undo"]
    assert "did not apply a plan on the default branch" in refused.log, "everyone can make a job on a branch"
    undone = merged.run("web", MERGE, JOURNAL_JOB=str(ran["apply"].number))["undo"]
    assert undone.code == 0, undone.log
    assert unified.tenant["policies"] == []
    assert unified.tenant["phone_provider"] is None


def test_a_change_by_hand_between_plan_and_merge_stops_the_merge(merged: GitLab, unified: Lab) -> None:
    application(unified, name="Acme Portal")
    mark = unified.mark()
    applied = merged.run("push", MERGE)["apply"]
    assert applied.code == 7, applied.log
    assert "plan_outdated" in applied.log
    assert unified.writes(mark) == []


def test_only_a_plan_of_the_last_commit_of_a_merge_request_of_the_project_is_applied(
    gitlab: GitLab, unified: Lab
) -> None:
    mark = unified.mark()
    assert gitlab.run("merge_request_event", HEAD, CI_MERGE_REQUEST_SOURCE_PROJECT_ID="99") == {}
    assert "so there is no reviewed plan" in gitlab.run("push", "3" * 40)["apply"].log
    gitlab.merge("4" * 40, project=99)
    assert "so there is no reviewed plan" in gitlab.run("push", "4" * 40)["apply"].log
    gitlab.merge(MERGE)
    unplanned = gitlab.run("push", MERGE)["apply"]
    assert (unplanned.code, "without a plan of its last commit" in unplanned.log) == (1, True)
    planned = gitlab.run("merge_request_event", HEAD, **REQUEST)["plan"]
    (planned.artifacts / "plan.json").unlink()
    assert "A plan is deleted after 30 days" in gitlab.run("push", MERGE)["apply"].log
    gitlab.variables["production"]["MFA_SETUP_GITLAB_TOKEN"] = "expired"
    assert "GitLab answered 401" in gitlab.run("push", MERGE)["apply"].log
    assert "must be the number of an `apply` job" in gitlab.run("web", MERGE, JOURNAL_JOB="1/../2")["undo"].log
    assert unified.writes(mark) == []


def test_the_jobs_that_write_run_one_at_a_time_and_keep_artifacts_for_members_only(gitlab: GitLab) -> None:
    jobs = {name: job for name, job in gitlab.file.items() if isinstance(job, dict) and "script" in job}
    writing = {name for name, job in jobs.items() if job["environment"]["name"] == "production"}
    assert (
        writing == {name for name, job in jobs.items() if job.get("resource_group") == "mfa-setup"} == {"apply", "undo"}
    )
    kept = [job["artifacts"] for job in jobs.values() if "artifacts" in job]
    assert [(one["access"], one["expire_in"]) for one in kept] == [("developer", "30 days"), ("developer", "90 days")]
