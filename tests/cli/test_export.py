"""`mfa-setup export`: the present setup for other tools, complete, without secrets and safe to run."""

import json
import os
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.lab import READS, Lab, Result, Run
from support.scene import application, client, is_unified, number, provider, stock, warned

TARGETS = ("terraform", "deploy-cli", "curl")
LIMITED = ("--only-percent", "10")
TEXT = "Code {{code}} $(id) `id` ${HOME} %{if} 'x' \"y\" ##HOME## @@HOME@@ \\ €"


@pytest.fixture
def export(run: Run, lab: Lab, tmp_path: Path) -> Callable[..., Path]:
    """Exports into a new folder and returns it."""

    def call(target: str, *arguments: str) -> Path:
        folder = tmp_path / target
        result = run("export", target, "--out", str(folder), "--json", *arguments, env=lab.env)
        assert result.code == 0, result.out + result.err
        found = sorted(str(path) for path in folder.rglob("*") if path.is_file())
        assert sorted(result.document["outputs"]["files"]) == found
        return folder

    return call


def set_up(run: Run, lab: Lab, *arguments: str) -> str:
    """Sets everything up and returns the number."""
    result = run("up", "--yes", "--json", *arguments, env=lab.env)
    assert result.code == 0, result.out
    return str(result.document["outputs"]["phone_number"])


def start_over(lab: Lab, phone: str) -> None:
    """A fresh tenant, and the number on the Twilio account outside of any pool."""
    lab.reset()
    number(lab, phone)


def run_script(folder: Path, lab: Lab, **changed: str) -> subprocess.CompletedProcess[str]:
    """Runs the exported script in an environment of its own."""
    url = lab.env["MFA_SETUP_SANDBOX"]
    env = {name: value for name, value in lab.env.items() if name.startswith(("AUTH0_", "TWILIO_"))}
    env |= {"PATH": os.environ["PATH"], "AUTH0_URL": url, "TWILIO_API_URL": url, "TWILIO_MESSAGING_URL": url}
    script = str(folder / "mfa-setup.sh")
    return subprocess.run([script], env=env | changed, capture_output=True, text=True, check=False)


def pending(run: Run, lab: Lab, *arguments: str) -> Mapping[str, Any]:
    """The changes that `plan` still finds."""
    result = run("plan", "--check", "--json", *arguments, env=lab.env)
    changes = {change["resource"]: change["action"] for change in result.document["changes"]}
    assert (result.code == 0) == (set(changes.values()) == {"none"})
    return {resource: action for resource, action in changes.items() if action != "none"}


def texts_of(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())


def test_the_script_sets_up_a_fresh_tenant_and_changes_nothing_when_run_again(
    run: Run, lab: Lab, export: Callable[..., Path]
) -> None:
    phone = set_up(run, lab, "--verification-template", TEXT)
    folder = export("curl")
    start_over(lab, phone)
    done = run_script(folder, lab)
    assert done.returncode == 0, done.stderr
    assert pending(run, lab, "--from", phone, "--verification-template", TEXT) == {}
    before, mark = lab.comparable(), lab.mark()
    assert run_script(folder, lab).returncode == 0
    assert lab.comparable() == before
    assert not [path for method, path in lab.writes(mark) if (method, path) == ("POST", "/api/v2/clients")]
    assert lab.twilio["purchases"] == 0


def test_the_script_limits_the_policy_with_the_same_action(run: Run, lab: Lab, export: Callable[..., Path]) -> None:
    phone = set_up(run, lab, *LIMITED)
    folder = export("curl")
    start_over(lab, phone)
    done = run_script(folder, lab)
    assert done.returncode == 0, done.stderr
    assert pending(run, lab, "--from", phone, *LIMITED) == {}
    assert lab.tenant["policies"] == []
