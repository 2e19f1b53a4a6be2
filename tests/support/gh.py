"""A stand-in for `gh api`: it reads and changes one JSON file with the answers of a repository, by path."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jq


def main() -> int:
    """Answers one request, and returns 1 if there is no such thing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("api", choices=["api"])
    parser.add_argument("path")
    parser.add_argument("--method", default="GET")
    parser.add_argument("--jq", default=".")
    parser.add_argument("--field", default="")
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--silent", action="store_true")
    asked = parser.parse_args()
    if not os.environ.get("GH_TOKEN"):
        return 4
    file = Path(os.environ["FAKE_GITHUB"])
    github = json.loads(file.read_text(encoding="utf-8"))
    answer = respond(
        github, asked.method, asked.path.removeprefix(f"repos/{os.environ['GITHUB_REPOSITORY']}/"), asked.field
    )
    file.write_text(json.dumps(github), encoding="utf-8")
    if answer is None:
        sys.stderr.write("gh: Not Found (HTTP 404)\n")
        return 1
    if not asked.silent:
        for value in jq.compile(asked.jq).input_value(answer).all():
            sys.stdout.write(f"{value if isinstance(value, str) else json.dumps(value)}\n")
    return 0


def respond(github: dict[str, Any], method: str, path: str, field: str) -> Any:
    """The answer to one request, and its effect on the repository."""
    comments: list[dict[str, Any]] = github["comments"]
    parts = urlsplit(path)
    if parts.path.startswith("actions/workflows/mfa-setup.yml/runs"):
        head = parse_qs(parts.query)["head_sha"][0]
        return {"workflow_runs": [run for run in github["runs"] if run["head_sha"] == head]}
    if parts.path.startswith("actions/runs/"):
        named = parts.path.rsplit("/", 1)[1]
        return next((run for run in github["runs"] if str(run["id"]) == named), None)
    if parts.path.startswith(("commits/", "compare/")):
        return _commits(github, parts.path)
    issue = parts.path.split("/")[1]
    if method == "GET":
        return [comment for comment in comments if comment["issue"] == issue]
    name, _, source = field.partition("=@")
    body = {name: Path(source).read_text(encoding="utf-8")}
    if method == "POST":
        comments.append({"id": len(comments) + 1, "issue": issue, "user": {"login": "github-actions[bot]"}, **body})
        return comments[-1]
    found = next((comment for comment in comments if str(comment["id"]) == parts.path.rsplit("/", 1)[1]), None)
    if found is not None:
        found.update(body)
    return found


def _commits(github: dict[str, Any], path: str) -> Any:
    """The pull requests that became a commit, or how two commits are ordered; only the same one is on the branch."""
    kind, named = path.split("/")[:2]
    if kind == "commits":
        return github["pulls"].get(named, [])
    first, second = named.split("...")
    return {"status": "identical" if first == second else "diverged"}


if __name__ == "__main__":
    sys.exit(main())
