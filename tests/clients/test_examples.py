"""The examples, run as their readers would run them."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from support.lab import Labs

EXAMPLES = Path(__file__).parents[2] / "examples"
PLUGIN = Path(__file__).parents[2] / "pytest-mfa-setup" / "src"


def test_the_tests_of_somebody_elses_code_pass(tmp_path: Path) -> None:
    folder = EXAMPLES / "test-your-own-code"
    # Credentials of real services, as a developer's machine has them: the fixture must keep them out.
    env = os.environ | {"AUTH0_DOMAIN": "acme.eu.auth0.com", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32}
    env |= {"MFA_SETUP_COMMAND": f"{shlex.quote(sys.executable)} -m mfa_setup"}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(PLUGIN), os.environ.get("PYTHONPATH"))))
    options = ["-p", "no:cacheprovider", "-p", "pytest_mfa_setup", f"--basetemp={tmp_path / 'pytest'}"]
    command = [sys.executable, "-m", "pytest", "-q", *options]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_two_tenants_are_set_up_at_once_from_plain_python(labs: Labs, tmp_path: Path) -> None:
    both = [labs.get(phone_stack="unified"), labs.get(phone_stack="legacy")]
    tenants = [
        {
            "domain": lab.env["AUTH0_DOMAIN"],
            "client_id": lab.env["AUTH0_CLIENT_ID"],
            "client_secret": lab.env["AUTH0_CLIENT_SECRET"],
            "account_sid": lab.env["TWILIO_ACCOUNT_SID"],
            "auth_token": lab.env["TWILIO_AUTH_TOKEN"],
            "name": "Acme Portal",
            "url": "https://acme.example.com",
            "sandbox": lab.env["MFA_SETUP_SANDBOX"],
        }
        for lab in both
    ]
    # Nothing of the process: no variable, no home folder, and a working folder that holds a settings file.
    (tmp_path / "mfa-setup.toml").write_text("this is no TOML", encoding="utf-8")
    command = [sys.executable, str(EXAMPLES / "two-tenants" / "set_up.py"), str(tmp_path / "state")]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={},
        input=json.dumps(tenants),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(both)
    for lab in both:
        assert lab.tenant["policies"] == ["all-applications"]
        assert [app["name"] for app in lab.spas] == ["Acme Portal"]
        assert lab.domain in done.stdout
