"""`mfa-setup export`: the present setup for other tools, complete, without secrets and safe to run."""

import json
import os
import shlex
import shutil
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from support import documents
from support.lab import READS, Lab, Run
from support.scene import application, is_unified, number, warned

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


def leak(text: str, lab: Lab) -> list[str]:
    """The names of the credentials that a text contains."""
    secret = ("AUTH0_CLIENT_SECRET", "TWILIO_AUTH_TOKEN")
    return [name for name in secret if lab.env[name] in text]


def start_over(lab: Lab, phone: str) -> None:
    """A fresh tenant, and the number on the Twilio account outside of any pool."""
    lab.reset()
    number(lab, phone)


def require_programs() -> None:
    """Skips a test of the script where the programs that it needs are missing; `.ci/run` installs them."""
    missing = [name for name in ("curl", "jq") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed")


def run_script(folder: Path, lab: Lab, **changed: str) -> subprocess.CompletedProcess[str]:
    """Runs the exported script in an environment of its own; no program may get a secret as an argument."""
    require_programs()
    programs, arguments = folder.parent / "programs", folder.parent / "arguments"
    programs.mkdir(exist_ok=True)
    for name in ("curl", "jq"):
        program = programs / name
        real = shlex.quote(str(shutil.which(name)))
        program.write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(arguments))}\nexec {real} "$@"\n')
        program.chmod(0o755)
    env = lab.env | {"PATH": f"{programs}:{os.environ['PATH']}"}
    script = str(folder / "mfa-setup.sh")
    done = subprocess.run([script], env=env | changed, capture_output=True, text=True, check=False)
    assert leak(done.stdout + done.stderr + arguments.read_text(encoding="utf-8"), lab) == []
    return done


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
    mark = lab.mark()
    done = run_script(folder, lab)
    assert done.returncode == 0, done.stderr
    assert lab.writes(mark)[-1] == ("PUT", "/api/v2/guardian/policies")
    assert pending(run, lab, "--from", phone, "--verification-template", TEXT) == {}
    before, mark = lab.comparable(), lab.mark()
    assert run_script(folder, lab).returncode == 0
    assert lab.comparable() == before
    assert ("POST", "/api/v2/clients") not in lab.writes(mark)
    assert lab.twilio["purchases"] == 0


def test_the_script_limits_the_policy_with_the_same_action(run: Run, lab: Lab, export: Callable[..., Path]) -> None:
    phone = set_up(run, lab, *LIMITED)
    folder = export("curl")
    start_over(lab, phone)
    done = run_script(folder, lab)
    assert done.returncode == 0, done.stderr
    assert pending(run, lab, "--from", phone, *LIMITED) == {}
    assert lab.tenant["policies"] == []


@pytest.mark.parametrize("failing", ["*/guardian/factors/sms", "*/message-types", "*/providers*", "*/clients"])
def test_the_script_sets_no_policy_after_a_failure(
    run: Run, lab: Lab, export: Callable[..., Path], failing: str
) -> None:
    phone = set_up(run, lab)
    folder = export("curl")
    start_over(lab, phone)
    methods = ("POST", "PUT", "PATCH")
    lab.faults(*({"method": one, "path": failing, "effect": "status:500", "applied": False} for one in methods))
    done = run_script(folder, lab)
    assert done.returncode == 1
    assert "was answered with 500" in done.stderr
    assert lab.tenant["policies"] == []


def test_the_script_buys_nothing_and_names_what_is_missing(run: Run, lab: Lab, export: Callable[..., Path]) -> None:
    set_up(run, lab)
    folder = export("curl")
    lab.reset()
    mark = lab.mark()
    done = run_script(folder, lab)
    assert done.returncode == 1
    assert "does not own" in done.stderr
    done = run_script(folder, lab, TWILIO_AUTH_TOKEN="")
    assert done.stderr == "Error: TWILIO_AUTH_TOKEN is not set.\n"
    assert lab.writes(mark) == []


def test_no_export_contains_a_secret_and_every_export_reads_only(
    run: Run, lab: Lab, export: Callable[..., Path]
) -> None:
    set_up(run, lab, *LIMITED)
    before, mark = lab.everything, lab.mark()
    for target in TARGETS:
        folder = export(target)
        assert leak(texts_of(folder), lab) == []
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o002 == 0 for path in folder.rglob("*"))
    sent = {entry["method"] for entry in lab.log(mark) if entry["path"] != "/oauth/token"}
    assert sent <= READS
    assert lab.everything == before


def test_an_export_that_would_contain_a_secret_is_refused(run: Run, unified: Lab, tmp_path: Path) -> None:
    application(unified, description=f"token {unified.env['TWILIO_AUTH_TOKEN']}")
    folder = tmp_path / "out"
    result = run("export", "terraform", "--out", str(folder), "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (7, "secret_in_export")
    assert leak(result.out + result.err, unified) == []
    assert not folder.exists()


def test_terraform_and_the_script_go_to_standard_output_without_a_folder(run: Run, unified: Lab) -> None:
    set_up(run, unified)
    result = run("export", "terraform", env=unified.env)
    assert result.code == 0
    assert documents.other(result.out)["resource"].keys() >= {"auth0_client", "auth0_phone_provider", "auth0_guardian"}
    assert run("export", "curl", env=unified.env).out.startswith("#!/usr/bin/env bash\n")
    for arguments in (("deploy-cli",), ("terraform", "--json")):
        refused = run("export", *arguments, env=unified.env)
        assert refused.code == 6
        assert "--out DIR" in refused.out + refused.err


def test_nothing_is_overwritten(run: Run, unified: Lab, tmp_path: Path) -> None:
    set_up(run, unified)
    taken, empty, link = tmp_path / "taken", tmp_path / "empty", tmp_path / "link"
    taken.mkdir()
    (taken / "own.txt").write_text("mine")
    empty.mkdir()
    link.symlink_to(empty)
    for folder in (taken, link, taken / "own.txt"):
        result = run("export", "curl", "--out", str(folder), "--json", env=unified.env)
        assert (result.code, result.document["error"]["code"]) == (3, "export_exists")
    assert [path.name for path in taken.iterdir()] == ["own.txt"]
    assert run("export", "curl", "--out", str(empty), env=unified.env).code == 0
    assert [path.name for path in empty.iterdir()] == ["mfa-setup.sh"]
    missing = run("export", "curl", "--out", str(tmp_path / "no" / "such"), "--json", env=unified.env)
    assert (missing.code, missing.document["error"]["code"]) == (3, "invalid_value")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".mfa-setup-")]


def test_a_fresh_tenant_has_nothing_to_export(run: Run, lab: Lab, tmp_path: Path) -> None:
    result = run("export", "terraform", "--out", str(tmp_path / "out"), "--json", env=lab.env)
    assert (result.code, result.document["error"]["code"]) == (1, "nothing_to_export")


def test_a_policy_without_a_sender_of_ours_is_left_out(run: Run, lab: Lab, export: Callable[..., Path]) -> None:
    set_up(run, lab)
    lab.auth0("PUT", "guardian/factors/sms", {"enabled": False})
    result = run("export", "terraform", "--json", "--out", "there", env=lab.env)
    assert "export_incomplete" in warned(result)
    module = json.loads(Path("there/main.tf.json").read_text())
    assert "auth0_guardian" not in module["resource"]
    folder = export("deploy-cli")
    assert not (folder / "guardian" / "policies.json").exists()


def test_without_twilio_credentials_the_number_is_left_out(run: Run, unified: Lab) -> None:
    set_up(run, unified)
    env = {**unified.env, "TWILIO_ACCOUNT_SID": None, "TWILIO_AUTH_TOKEN": None}
    result = run("export", "terraform", "--json", "--out", "there", env=env)
    assert result.code == 0
    assert "no Twilio credentials were given" in result.document["warnings"][0]["message"]
    module = json.loads(Path("there/main.tf.json").read_text())
    assert "twilio" not in module["provider"]


def check(value: Any, attributes: Any, where: str) -> list[str]:
    """What differs between a block and its schema: unknown attributes, missing ones and other types."""
    problems = [
        f"{where}.{name} is missing" for name, one in attributes.items() if one["required"] and name not in value
    ]
    for name, item in value.items():
        if name in {"lifecycle", "depends_on"}:
            continue
        if name not in attributes:
            problems.append(f"{where}.{name} is unknown")
            continue
        kind = attributes[name]["type"]
        if isinstance(kind, dict):
            problems += check(item, kind, f"{where}.{name}")
        else:
            expected = {"string": str, "boolean": bool, "number": int, "list": list, "map": dict}[kind]
            problems += [] if isinstance(item, expected) else [f"{where}.{name} is not a {kind}"]
    return problems


def test_the_terraform_module_fits_the_schema_and_imports_every_resource(
    run: Run, lab: Lab, export: Callable[..., Path]
) -> None:
    set_up(run, lab, *LIMITED, "--verification-template", TEXT)
    module = json.loads((export("terraform") / "main.tf.json").read_text())
    schema = json.loads((Path(__file__).parents[1] / "support" / "terraform_schema.json").read_text())["resources"]
    resources = [(kind, name) for kind, named in module["resource"].items() for name in named]
    for kind, name in resources:
        assert check(module["resource"][kind][name], schema[kind], f"{kind}.{name}") == []
    assert sorted(one["to"] for one in module["import"]) == sorted(f"{kind}.{name}" for kind, name in resources)
    assert len(resources) == (10 if is_unified(lab) else 8)
    guardian = module["resource"]["auth0_guardian"]["mfa"]
    assert "twilio_api_accounts_incoming_phone_numbers.sender" in guardian["depends_on"]
    assert module["variable"]["twilio_auth_token"]["sensitive"] is True


def test_the_folders_script_stops_before_the_policy_when_an_import_fails(
    run: Run, unified: Lab, tmp_path: Path
) -> None:
    set_up(run, unified)
    folder, log, program = tmp_path / "tenant", tmp_path / "log", tmp_path / "a0deploy"
    assert run("export", "deploy-cli", "--out", str(folder), env=unified.env).code == 0
    program.write_text(
        f'#!/bin/sh\necho "$AUTH0_ALLOW_DELETE $AUTH0_INCLUDED_ONLY $@" >> {log}\ncase $3 in 2-*) exit 1 ;; esac\n'
    )
    program.chmod(0o755)
    env = {name: value for name, value in unified.env.items() if value} | {"AUTH0_INCLUDED_ONLY": '["tenant"]'}
    env |= {"PATH": os.environ["PATH"], "A0DEPLOY": str(program)}
    done = subprocess.run([str(folder / "import.sh")], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    ran = [f"false  import --config_file {name}.json --input_file ." for name in ("1-sender", "2-factor")]
    assert log.read_text().splitlines() == ran
    kinds = [json.loads((folder / f"{name}.json").read_text()) for name in ("1-sender", "2-factor", "3-policy")]
    assert [("guardianPolicies" in one["AUTH0_INCLUDED_ONLY"]) for one in kinds] == [False, False, True]
    assert not any(one["AUTH0_ALLOW_DELETE"] for one in kinds)


def test_texts_of_the_services_are_no_placeholders_and_no_templates(run: Run, unified: Lab, tmp_path: Path) -> None:
    name = "Acme ${HOME} ##HOME## @@HOME@@ $(id) `id`"
    set_up(run, unified, "--name", name)
    for target in TARGETS:
        folder = tmp_path / target
        assert run("export", target, "--name", name, "--out", str(folder), env=unified.env).code == 0
    module = json.loads((tmp_path / "terraform" / "main.tf.json").read_text())
    assert module["resource"]["auth0_client"]["app"]["name"] == name.replace("${", "$${")
    text = (tmp_path / "deploy-cli" / "clients" / "application.json").read_text()
    assert "##HOME##" not in text
    assert "@@HOME@@" not in text
    assert json.loads(text)["name"] == name
    syntax = ["bash", "-n", str(tmp_path / "curl" / "mfa-setup.sh")]
    assert subprocess.run(syntax, capture_output=True, check=False).returncode == 0


def test_an_application_whose_name_is_shared_is_exported_with_a_warning(run: Run, unified: Lab) -> None:
    set_up(run, unified)
    application(unified, name="Twilio MFA Test")
    result = run("export", "curl", "--out", "there", "--json", env=unified.env)
    assert result.code == 0
    assert warned(result) == ["export_name_shared"]


def test_the_placeholder_of_the_token_counts_in_the_field_of_the_token_alone(
    run: Run, unified: Lab, tmp_path: Path
) -> None:
    text = "{{code}} ##TWILIO_AUTH_TOKEN##"
    set_up(run, unified, "--verification-template", text)
    (spa,) = unified.spas
    there = {"description": text, "client_metadata": {"auth_token": "##TWILIO_AUTH_TOKEN##"}}
    unified.auth0("PATCH", f"clients/{spa['client_id']}", there)
    folder = tmp_path / "tenant"
    assert run("export", "deploy-cli", "--out", str(folder), env=unified.env).code == 0
    files = {path.name: path.read_text() for path in folder.rglob("*.json")}
    assert {name for name, content in files.items() if "##TWILIO_AUTH_TOKEN##" in content} == {"provider.json"}
    assert json.loads(files["application.json"])["description"] == text
    assert json.loads(files["verification.json"])["content"]["body"]["text"] == text


def test_a_secret_is_found_in_whatever_way_a_tool_quotes_it(run: Run, unified: Lab, tmp_path: Path) -> None:
    secret = 'sec"ret\\${x}##Y##-é'
    application(unified, description=f"it is {secret}.")
    env = {**unified.env, "TWILIO_AUTH_TOKEN": secret}
    for target in TARGETS:
        run("export", target, "--out", str(tmp_path / target), "--json", env=env)
        assert not (tmp_path / target).exists(), target


def test_a_provider_that_cannot_send_is_not_exported(run: Run, lab: Lab, export: Callable[..., Path]) -> None:
    set_up(run, lab)
    if is_unified(lab):
        (provider,) = lab.auth0("GET", "branding/phone/providers")["providers"]
        lab.auth0("PATCH", f"branding/phone/providers/{provider['id']}", {"disabled": True})
    else:
        lab.auth0("PUT", "guardian/factors/phone/selected-provider", {"provider": "auth0"})
    folder = export("curl")
    settings = json.loads((folder / "mfa-setup.sh").read_text().split("MFA_SETUP_DATA")[1].split("\n", 1)[1])
    assert (settings["provider"], settings["twilio"], settings["policies"]) == (None, None, None)
    assert not any("rovider" in path.name for path in export("deploy-cli").rglob("*.json"))


def test_a_policy_whose_limits_cannot_be_read_is_left_out(run: Run, unified: Lab) -> None:
    set_up(run, unified, *LIMITED)
    unified.faults({"method": "GET", "path": "/api/v2/actions/actions", "effect": "status:403", "times": 99})
    result = run("export", "curl", "--json", "--out", "there", env=unified.env)
    assert result.code == 0, result.out
    assert any("may be limited" in one["message"] for one in result.document["warnings"])
    assert '"policies": null' in Path("there/mfa-setup.sh").read_text()


def test_the_script_leaves_what_is_somebody_elses_in_the_tenant(
    run: Run, lab: Lab, export: Callable[..., Path]
) -> None:
    phone = set_up(run, lab)
    folder = export("curl")
    start_over(lab, phone)
    application(lab, name="Twilio MFA Test", app_type="regular_web")
    mark = lab.mark()
    done = run_script(folder, lab)
    assert done.returncode == 1
    assert "another application" in done.stderr
    assert [path for method, path in lab.writes(mark) if "clients" in path and method != "GET"] == []
    start_over(lab, phone)
    other = "AC" + "9" * 32
    if is_unified(lab):
        settings = {"sid": other, "default_from": "+14155550199", "delivery_methods": ["text"]}
        body = {"name": "twilio", "configuration": settings, "credentials": {"auth_token": "0" * 32}}
        lab.auth0("POST", "branding/phone/providers", body)
    else:
        twilio = {"sid": other, "from": "+14155550199", "messaging_service_sid": None, "auth_token": "0" * 32}
        lab.auth0("PUT", "guardian/factors/phone/providers/twilio", twilio)
        lab.auth0("PUT", "guardian/factors/phone/selected-provider", {"provider": "twilio"})
    mark = lab.mark()
    done = run_script(folder, lab)
    assert done.returncode == 1
    assert f"another Twilio account ({other})" in done.stderr
    assert not any("provider" in path or "policies" in path for _, path in lab.writes(mark))


def test_the_script_never_sets_message_types_that_the_provider_does_not_carry(
    run: Run, unified: Lab, tmp_path: Path
) -> None:
    set_up(run, unified, "--delivery", "voice")
    folder = tmp_path / "curl"
    assert run("export", "curl", "--out", str(folder), env=unified.env).code == 0
    assert run("up", "--yes", "--json", "--delivery", "sms", env=unified.env).code == 0
    mark = unified.mark()
    done = run_script(folder, unified)
    assert done.returncode == 0, done.stderr
    assert unified.delivery_methods() == ["voice"]
    order = [path.rsplit("/", 2)[-2:] for _, path in unified.writes(mark) if "providers" in path or "message" in path]
    assert [("providers" in names) for names in order] == [True, False, True]
