"""The folder of `mfa-setup export deploy-cli`, imported by the Deploy CLI into a fresh tenant."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from clients.conftest import DeployCli, Secure
from support.lab import Run

pytestmark = pytest.mark.node

OF_THE_STACK = {
    "unified": ("phoneProviders", "phoneTemplates"),
    "legacy": ("guardianPhoneFactorSelectedProvider", "guardianFactorProviders", "guardianFactorTemplates"),
}
BOTH = ("clients", "databases", "guardianFactors", "guardianPolicies", "guardianPhoneFactorMessageTypes")
TEXT = ("--verification-template", "Your code is {{code}}. ##PATH## @@PATH@@")
LIMITS = ("--only-percent", "10")
NAME = "Acme ##PATH## @@PATH@@"


def exported(run: Run, secure: Secure, folder: Path, *arguments: str) -> str:
    """Sets a tenant up, exports it into a folder, and returns the number; the tenant is fresh again afterwards."""
    result = run("up", "--yes", "--json", *arguments, env=secure.env)
    assert result.code == 0, result.out + result.err
    phone = str(result.document["outputs"]["phone_number"])
    result = run("export", "deploy-cli", "--name", NAME, "--out", str(folder), "--json", env=secure.env)
    assert result.code == 0, result.out + result.err
    assert result.document["warnings"] == []
    secure.reset()
    secure.own(phone)
    return phone


def left(run: Run, secure: Secure, *arguments: str) -> dict[str, Any]:
    """What `plan` would still change."""
    result = run("plan", "--check", "--json", *arguments, env=secure.env)
    changes = {change["resource"]: change["action"] for change in result.document["changes"]}
    assert (result.code == 0) == (set(changes.values()) == {"none"}), result.out
    return {resource: action for resource, action in changes.items() if action != "none"}


def test_one_import_of_the_folder_leaves_nothing_to_plan(
    run: Run, secure: Secure, deploy_cli: DeployCli, tmp_path: Path
) -> None:
    folder = tmp_path / "tenant"
    phone = exported(run, secure, folder, "--name", NAME, *TEXT)
    only = BOTH + OF_THE_STACK[secure.stack]
    deploy_cli("import", "--input_file", str(folder), only=only)
    assert left(run, secure, "--name", NAME, "--from", phone, *TEXT) == {}


@pytest.mark.parametrize("secure", ["unified"], indirect=True)
def test_its_own_script_imports_limits_and_sets_the_policy_last(run: Run, secure: Secure, tmp_path: Path) -> None:
    folder = tmp_path / "tenant"
    phone = exported(run, secure, folder, "--name", NAME, *LIMITS)
    program = tmp_path / "a0deploy"
    modules = Path(__file__).with_name("deploy_cli") / "node_modules" / "auth0-deploy-cli"
    program.write_text(f'#!/bin/sh\nexec node {json.dumps(str(modules / "lib" / "index.js"))} "$@"\n')
    program.chmod(0o755)
    env = {name: value for name, value in secure.env.items() if value}
    env |= {"PATH": os.environ["PATH"], "A0DEPLOY": str(program)}
    done = subprocess.run([str(folder / "import.sh")], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert left(run, secure, "--name", NAME, "--from", phone, *LIMITS) == {}
    requests = [entry for entry in secure.http.get("/_sandbox/requests").json() if entry["method"] in {"PUT", "POST"}]
    paths = [entry["path"] for entry in requests if entry["service"] == "auth0"]
    policy = max(index for index, path in enumerate(paths) if path.endswith("/guardian/policies"))
    kinds = ("providers", "providers/twilio", "message-types", "factors/sms")
    assert all(index < policy for index, path in enumerate(paths) if path.endswith(kinds))
