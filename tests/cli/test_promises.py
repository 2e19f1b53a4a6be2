"""The promises that stand above every feature, where the services protect nobody."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mfa_setup.appconfig import ConfigFile
from support.lab import Lab, Run


def _provider(lab: Lab, **configuration: object) -> None:
    """Changes the configuration of the unified provider manually."""
    there = lab.tenant["phone_provider"]
    body = {
        "name": "twilio",
        "disabled": False,
        "configuration": {**there["configuration"], **configuration},
        "credentials": {"auth_token": lab.env["TWILIO_AUTH_TOKEN"]},
    }
    lab.auth0("PATCH", f"branding/phone/providers/{there['id']}", body)


def test_the_policy_is_refused_where_the_provider_does_not_carry_the_message_type(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", "--json", "--policy", "never", env=unified.env).code == 0
    _provider(unified, delivery_methods=["voice"])
    result = run("policy", "always", "--yes", "--json", env=unified.env)
    assert result.code == 7
    assert [check["id"] for check in result.document["checks"] if check["status"] == "fail"] == ["message_type_carried"]
    assert unified.tenant["policies"] == []


@pytest.mark.parametrize(("first", "then"), [("sms", "voice"), ("both", "sms"), ("both", "voice")])
def test_under_always_a_change_of_delivery_never_asks_for_what_cannot_be_sent(
    run: Run, unified: Lab, first: str, then: str
) -> None:
    assert run("up", "--yes", "--json", "--delivery", first, env=unified.env).code == 0
    unified.faults({"method": "PUT", "path": "*message-types", "effect": "status:500", "applied": False, "times": 99})
    assert run("up", "--yes", "--json", "--delivery", then, "--timeout", "1", env=unified.env).code == 5
    needed = {{"sms": "text", "voice": "voice"}[kind] for kind in unified.tenant["message_types"]}
    assert needed <= set(unified.delivery_methods() or ())
    unified.sandbox.world.faults.clear()
    assert run("up", "--yes", "--json", "--delivery", then, env=unified.env).code == 0
    assert unified.delivery_methods() == [{"sms": "text", "voice": "voice"}[then]]
    assert unified.tenant["message_types"] == [then]
    assert run("plan", "--check", "--json", "--delivery", then, env=unified.env).code == 0


def test_a_provider_that_sends_by_our_numbers_service_is_left_as_it_is(run: Run, lab: Lab) -> None:
    sid = lab.control_service_sid()
    assert run("up", "--yes", "--json", "--messaging-service-sid", sid, env=lab.env).code == 0
    assert run("plan", "--check", "--json", env=lab.env).code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_hanging_read_does_not_hold_back_who_interrupts(
    unified: Lab, folder: Path, number: signal.Signals, code: int
) -> None:
    import os  # noqa: PLC0415

    unified.faults({"method": "GET", "path": "/api/v2/clients", "effect": "hang", "applied": False, "times": 9})
    command = [sys.executable, "-m", "mfa_setup", "up", "--yes", "--json"]
    with subprocess.Popen(
        command,
        env={**os.environ, **unified.env},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not any(entry["path"] == "/api/v2/guardian/policies" for entry in unified.log()):
            assert process.poll() is None
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert time.monotonic() - began < 5
    assert out.count("\n") == 1
    assert "Traceback" not in err


def test_an_env_file_keeps_its_line_ends_and_its_export(tmp_path: Path) -> None:
    path = tmp_path / ".env.local"
    path.write_bytes(b"# mine\r\nexport VITE_AUTH0_DOMAIN=old\r\nOTHER=1\r\n")
    ConfigFile(path, "acme.auth0.com").write("abc")
    assert path.read_bytes() == (
        b"# mine\r\nexport VITE_AUTH0_DOMAIN=acme.auth0.com\r\nOTHER=1\r\nVITE_AUTH0_CLIENT_ID=abc\r\n"
    )


def test_a_json_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "auth_config.json"
    path.write_text('\ufeff{"domain": "old", "audience": "api"}', encoding="utf-8")
    ConfigFile(path, "acme.auth0.com").write("abc")
    assert '"audience": "api"' in path.read_text(encoding="utf-8")
