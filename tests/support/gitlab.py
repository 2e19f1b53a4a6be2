"""A small GitLab: it runs the jobs of a `.gitlab-ci.yml` as the file says, and serves what they read from its API."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from ruamel.yaml import YAML

from support.runner import Machine

PROJECT = 42
TOKEN = "of the project"
_RESERVED = {"stages", "default", "variables"}


@dataclass
class Job:
    """A job that ran.

    Attributes:
        name: Its name in the file.
        number: Its number, by which its artifacts are found.
        code: The exit code of its script.
        log: What it printed.
        artifacts: The folder of the files that it keeps.
        ref: The branch that it ran on, or the ref of its merge request.
    """

    name: str
    number: int
    code: int
    log: str
    artifacts: Path
    ref: str


class GitLab:
    """A project with its merge requests, pipelines and artifacts.

    Attributes:
        checkout: The folder that each job starts with.
        variables: The variables of each environment; a job without an environment has none.
        requests: The merge requests by the commit that they became.
        pipelines: The jobs of each pipeline of a merge request.
    """

    def __init__(self, root: Path, pipeline: Path, environment: Mapping[str, str], address: str) -> None:
        self.checkout = root / "repository"
        self.checkout.mkdir()
        self.file: dict[str, Any] = YAML(typ="safe").load(pipeline)
        production = dict(environment) | {"MFA_SETUP_GITLAB_TOKEN": TOKEN}
        self.variables = {"mfa-plan": dict(environment), "production": production}
        self.requests: dict[str, list[dict[str, Any]]] = {}
        self.pipelines: dict[int, list[Job]] = {}
        self.jobs: dict[int, Job] = {}
        self._address = address
        self._root = root
        self._machine = Machine(root / "machine")

    def run(self, source: str, commit: str, **variables: str) -> dict[str, Job]:
        """Runs every job that a pipeline of this kind has; the results by the names of the jobs."""
        predefined = {
            "CI_PIPELINE_SOURCE": source,
            "CI_COMMIT_SHA": commit,
            "CI_PROJECT_ID": str(PROJECT),
            "CI_API_V4_URL": self._address,
            "CI_DEFAULT_BRANCH": "main",
            "GITLAB_CI": "true",
        }
        if source != "merge_request_event":
            predefined["CI_COMMIT_BRANCH"] = "main"
        known = {**self.file["variables"], **predefined, **variables}
        jobs = {name: job for name, job in self.file.items() if name not in _RESERVED}
        ran = {
            name: self._job(name, job, known)
            for name, job in jobs.items()
            if any(_holds(rule["if"], known) for rule in job["rules"])
        }
        if source == "merge_request_event":
            self.pipelines[len(self.pipelines) + 1] = list(ran.values())
        return ran

    def merge(self, commit: str, project: int = PROJECT) -> None:
        """Merges the merge request as this commit."""
        request = {"iid": 7, "state": "merged", "sha": "1" * 40, "source_project_id": project}
        self.requests[commit] = [{**request, "merge_commit_sha": commit, "squash_commit_sha": None}]

    def answer(self, path: str) -> bytes | None:
        """The answer of the API to a GET of a path of the project."""
        if found := re.fullmatch(r"jobs/(\d+)/artifacts/([\w.]+)", path):
            job = self.jobs.get(int(found[1]))
            file = job.artifacts / found[2] if job else Path("none")
            return file.read_bytes() if file.is_file() else None
        if (found := re.fullmatch(r"jobs/(\d+)", path)) and (job := self.jobs.get(int(found[1]))):
            return json.dumps({"id": job.number, "name": job.name, "ref": job.ref, "tag": False}).encode()
        if found := re.fullmatch(r"repository/commits/(\w+)/merge_requests", path):
            return json.dumps(self.requests.get(found[1], [])).encode()
        if path == "merge_requests/7/pipelines":
            return json.dumps([{"id": number} for number in self.pipelines]).encode()
        if found := re.fullmatch(r"pipelines/(\d+)/jobs", path):
            listed = [(job, "failed" if job.code else "success") for job in self.pipelines[int(found[1])]]
            return json.dumps(
                [{"id": job.number, "name": job.name, "status": status} for job, status in listed]
            ).encode()
        return None

    def _job(self, name: str, job: Mapping[str, Any], variables: Mapping[str, str]) -> Job:
        machine = self._machine
        machine.wipe()
        shutil.copytree(self.checkout, machine.work, dirs_exist_ok=True)
        env = {**variables, **self.variables.get(job.get("environment", {}).get("name"), {})}
        code = machine.bash("\n".join([*self.file["default"]["before_script"], *job["script"]]), env)
        if "after_script" in job:
            machine.bash("\n".join(job["after_script"]), env)
        kept = self._root / "artifacts" / str(machine.jobs)
        kept.mkdir(parents=True)
        artifacts = job.get("artifacts", {})
        if code == 0 or artifacts.get("when") == "always":
            for path in artifacts.get("paths", []):
                if (machine.work / path).exists():
                    shutil.copy(machine.work / path, kept)
        ref = variables.get("CI_COMMIT_BRANCH", "refs/merge-requests/7/head")
        self.jobs[machine.jobs] = Job(name, machine.jobs, code, machine.log, kept, ref)
        return self.jobs[machine.jobs]


@contextmanager
def serving(root: Path, pipeline: Path, environment: Mapping[str, str]) -> Iterator[GitLab]:
    """A GitLab whose API can be reached on loopback, with a token only."""
    here: list[GitLab] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix(f"/projects/{PROJECT}/").partition("?")[0]
            allowed = self.headers["PRIVATE-TOKEN"] == TOKEN
            body = here[0].answer(path) if allowed else None
            self.send_response(401 if not allowed else 404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_arguments: object) -> None:
            """Prints nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.append(GitLab(root, pipeline, environment, f"http://127.0.0.1:{server.server_port}"))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield here[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _holds(rule: str, variables: Mapping[str, str]) -> bool:
    def value(word: str) -> str:
        return variables.get(word[1:], "") if word.startswith("$") else word.strip('"')

    for part in rule.split("&&"):
        left, equals, right = part.strip().partition(" == ")
        if not (value(left) == value(right) if equals else value(left)):
            return False
    return True
