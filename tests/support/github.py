"""A small GitHub: it runs the jobs of a workflow as the file says, on a machine that is wiped after each of them."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from support.expressions import filled, is_true
from support.runner import Machine, lines

REPOSITORY = "acme/infrastructure"


@dataclass
class Ran:
    """What became of one job.

    Attributes:
        outcomes: The outcome of each step by its name: `success`, `failure` or `skipped`.
        log: What the steps printed.
        summary: What the steps wrote to the page of the run.
        outputs: The outputs of the steps by their `id`.
        codes: The exit codes of the scripts by the names of the steps.
    """

    outcomes: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether no step failed."""
        return "failure" not in self.outcomes.values()


class GitHub:
    """A repository with its settings, pull requests, runs and artifacts.

    Attributes:
        checkout: The folder that `actions/checkout` copies.
        variables: The variables of the repository.
        secrets: The secrets of each environment.
    """

    def __init__(self, root: Path, workflow: Path, environment: Mapping[str, str]) -> None:
        self.checkout = root / "repository"
        self.checkout.mkdir()
        self.variables = {"AUTH0_DOMAIN": environment["AUTH0_DOMAIN"]}
        secrets = {name: value for name, value in environment.items() if name.startswith(("AUTH0_CLIENT", "TWILIO_"))}
        self.secrets = {"mfa-plan": dict(secrets), "production": dict(secrets)}
        self.sandbox = {"MFA_SETUP_SANDBOX": environment["MFA_SETUP_SANDBOX"]}
        self.workflow = YAML(typ="safe").load(workflow)
        self.machine = Machine(root / "machine")
        self.artifacts = root / "artifacts"
        self._file = root / "github.json"
        self.state: dict[str, Any] = {"comments": [], "runs": [], "pulls": {}}
        self.last_run = 0

    def trigger(
        self, event: str, sha: str = "0" * 40, inputs: Mapping[str, str] | None = None, **payload: Any
    ) -> dict[str, Ran]:
        """Runs every job of the workflow that the event starts; the results by the names of the jobs."""
        self.last_run += 1
        return self._attempt(1, event, sha, inputs, **payload)

    def rerun(self, attempt: int, event: str, sha: str) -> dict[str, Ran]:
        """Runs all jobs of the last run again, which keeps its number and its artifacts."""
        return self._attempt(attempt, event, sha, None)

    def _attempt(
        self, attempt: int, event: str, sha: str, inputs: Mapping[str, str] | None, **payload: Any
    ) -> dict[str, Ran]:
        github = {"event_name": event, "repository": REPOSITORY, "sha": sha, "token": "of this run", "event": payload}
        github["run_attempt"] = str(attempt)
        ran: dict[str, Ran] = {}
        for name, job in self.workflow["jobs"].items():
            if is_true(job.get("if", "always()"), {"github": github, "success()": True}):
                ran[name] = self._job(job, github, inputs or {})
        head = payload.get("pull_request", {}).get("head", {}).get("sha", sha)
        conclusion = "success" if all(one.succeeded for one in ran.values()) else "failure"
        branch = "main" if event == "push" else "change"
        self.state["runs"].append(
            {"id": self.last_run, "event": event, "head_branch": branch, "head_sha": head, "conclusion": conclusion}
        )
        return ran

    def merge(self, pull: Mapping[str, Any], sha: str) -> None:
        """Merges a pull request: its commit on the default branch is `sha`."""
        self.state["pulls"][sha] = [{**pull, "merged_at": "2026-11-27T12:00:00Z", "merge_commit_sha": sha}]

    def _job(self, job: Mapping[str, Any], github: Mapping[str, Any], inputs: Mapping[str, str]) -> Ran:
        self.machine.wipe()
        secrets = self.secrets.get(str(job.get("environment")), {})
        context = {"github": github, "vars": self.variables, "secrets": secrets, "inputs": inputs}
        base = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_SHA": str(github["sha"])}
        return self.steps(job["steps"], context, {**base, **self.sandbox, **self.workflow["env"]})

    def steps(self, steps: list[dict[str, Any]], context: Mapping[str, Any], env: Mapping[str, str]) -> Ran:
        """Runs steps in order; after a failure only those whose `if` says so."""
        ran, states = Ran(), dict[str, dict[str, Any]]()
        for step in steps:
            ok = ran.succeeded
            now = {
                **context,
                "steps": states,
                "success()": ok,
                "failure()": not ok,
                "always()": True,
                "cancelled()": False,
            }
            outcome, outputs = "skipped", dict[str, str]()
            if is_true(step.get("if", "success()"), now):
                own = {name: filled(value, now) for name, value in step.get("env", {}).items()}
                outcome, outputs = self._step(step, now, {**env, **own}, ran)
            ran.outcomes[step["name"]] = outcome
            states[step.get("id", step["name"])] = {"outcome": outcome, "outputs": outputs}
            ran.outputs[step.get("id", step["name"])] = outputs
        ran.log = self.machine.log
        return ran

    def _step(
        self, step: Mapping[str, Any], context: Mapping[str, Any], env: Mapping[str, str], ran: Ran
    ) -> tuple[str, dict[str, str]]:
        if "uses" in step:
            given = {name: filled(value, context) for name, value in step.get("with", {}).items()}
            return ("success" if self._use(step["uses"].split("@")[0], given) else "failure"), {}
        output, summary = self.machine.temp / "output", self.machine.temp / "summary"
        for file in (output, summary):
            file.write_text("", encoding="utf-8")
        self._file.write_text(json.dumps(self.state), encoding="utf-8")
        files = {"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": summary, "FAKE_GITHUB": self._file}
        folder = self.machine.work / filled(step.get("working-directory", "."), context)
        code = self.machine.bash(step["run"], {**env, **{name: str(path) for name, path in files.items()}}, folder)
        self.state = json.loads(self._file.read_text(encoding="utf-8"))
        ran.codes[step["name"]] = code
        ran.summary += summary.read_text(encoding="utf-8")
        return ("failure" if code else "success"), dict(lines(output))

    def _use(self, action: str, given: Mapping[str, str]) -> bool:
        if action == "actions/checkout":
            assert given["persist-credentials"] == "false"
            shutil.copytree(self.checkout, self.machine.work, dirs_exist_ok=True)
        elif action == "actions/upload-artifact":
            kept = self.artifacts / str(self.last_run) / given["name"]
            if kept.exists() and given.get("overwrite") != "true":
                return False
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.machine.work / given["path"], kept)
        elif action == "actions/download-artifact":
            kept = self.artifacts / given["run-id"] / given["name"]
            if not kept.is_dir():
                return False
            shutil.copytree(kept, self.machine.work, dirs_exist_ok=True)
        else:
            assert action == "actions/setup-python"
        return True
