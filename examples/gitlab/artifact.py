"""Downloads an artifact of an earlier job into the working folder, with nothing but Python.

`artifact.py plan`: `plan.json` of the merge request that was merged as this commit.
`artifact.py journal`: `journal.json` of the job JOURNAL_JOB.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any


class NotFoundError(Exception):
    """The artifact cannot be had; the message says why."""


def get(path: str) -> bytes:
    """Reads one path of this project's API.

    Raises:
        NotFoundError: GitLab refuses the request or cannot be reached.
    """
    address = f"{os.environ['CI_API_V4_URL']}/projects/{os.environ['CI_PROJECT_ID']}/{path}"
    headers = {"PRIVATE-TOKEN": os.environ["MFA_SETUP_GITLAB_TOKEN"]}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:  # noqa: S310 GitLab sets the address
            return bytes(answer.read())
    except urllib.error.HTTPError as refused:
        raise NotFoundError(f"GitLab answered {refused.code} to a request for {path}.") from None
    except OSError:
        raise NotFoundError("GitLab cannot be reached.") from None


def listed(path: str) -> list[dict[str, Any]]:
    """Reads a list of objects, up to 100 of them."""
    return list(json.loads(get(f"{path}?per_page=100")))


def merged_request() -> int:
    """Returns the number of the merge request that became this commit.

    Raises:
        NotFoundError: The commit did not come from a merge request of this project.
    """
    commit, project = os.environ["CI_COMMIT_SHA"], int(os.environ["CI_PROJECT_ID"])
    for request in listed(f"repository/commits/{commit}/merge_requests"):
        became = {request["merge_commit_sha"], request["squash_commit_sha"], request["sha"]}
        if request["state"] == "merged" and request["source_project_id"] == project and commit in became:
            return int(request["iid"])
    raise NotFoundError(f"No merge request of this project was merged as {commit}, so there is no reviewed plan.")


def plan_job() -> int:
    """Returns the job that made the plan of the last commit of the merge request.

    Raises:
        NotFoundError: The last pipeline of the merge request has no plan.
    """
    request = merged_request()
    pipelines = [int(pipeline["id"]) for pipeline in listed(f"merge_requests/{request}/pipelines")]
    # A push starts a new pipeline: the last one is that of the last commit, also if merged results are tested.
    for job in listed(f"pipelines/{max(pipelines)}/jobs") if pipelines else []:
        if job["name"] == "plan" and job["status"] == "success":
            return int(job["id"])
    raise NotFoundError(f"Merge request !{request} was merged without a plan of its last commit. Open another one.")


def journal_job() -> int:
    """Returns the job named by JOURNAL_JOB.

    Raises:
        NotFoundError: It is not a number, or not a job that applied a plan on this branch.
    """
    named = os.environ.get("JOURNAL_JOB", "")
    if not re.fullmatch(r"[0-9]{1,18}", named):
        raise NotFoundError("JOURNAL_JOB must be the number of an `apply` job.")
    job = json.loads(get(f"jobs/{named}"))
    # Everyone who can push a branch can make a job with an artifact of this name.
    if job["name"] != "apply" or job["ref"] != os.environ["CI_DEFAULT_BRANCH"] or job["tag"]:
        raise NotFoundError(f"The job {named} did not apply a plan on the default branch, so its journal is not used.")
    return int(named)


def artifact(job: int, name: str) -> bytes:
    """Reads a file that a job kept.

    Raises:
        NotFoundError: It cannot be had.
    """
    try:
        return get(f"jobs/{job}/artifacts/{name}")
    except NotFoundError as missing:
        expiry = "A plan is deleted after 30 days and a journal after 90. To plan again, open another merge request."
        raise NotFoundError(f"{name} of the job {job} cannot be downloaded. {missing} {expiry}") from None


def main() -> int:
    """Saves the artifact and returns the exit code."""
    what = sys.argv[1]
    try:
        job = {"plan": plan_job, "journal": journal_job}[what]()
        Path(f"{what}.json").write_bytes(artifact(job, f"{what}.json"))
    except NotFoundError as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
