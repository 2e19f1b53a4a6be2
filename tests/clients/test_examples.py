"""The examples, run as their readers would run them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.lab import Labs

pytest_plugins = ["pytester"]

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_tests_of_somebody_elses_code_pass(tmp_path: Path) -> None:
    folder = EXAMPLES / "test-your-own-code"
    # Credentials of real services, as a developer's machine has them: the fixture must keep them out.
    env = os.environ | {"AUTH0_DOMAIN": "acme.eu.auth0.com", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'pytest'}"]
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


def test_the_fixture_takes_other_options_and_starts_each_test_afresh(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTH0_API_TOKEN", "of a real tenant")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    pytester.makeconftest(
        """
        import pytest
        from mfa_setup.sandbox.testing import SandboxConfig

        pytest_plugins = ["mfa_setup.sandbox.testing"]

        @pytest.fixture(scope="session", params=["unified", "legacy"])
        def mfa_sandbox_config(request):
            return SandboxConfig(phone_stack=request.param, twilio_account="legacy-trial")
        """
    )
    pytester.makepyfile(
        """
        import os
        import pytest

        @pytest.mark.parametrize("turn", [1, 2])
        def test_afresh(mfa_sandbox, turn, request):
            assert mfa_sandbox.requests() == mfa_sandbox.messages() == []
            assert mfa_sandbox.state()["twilio"]["account"]["kind"] == "legacy-trial"
            assert mfa_sandbox.tenant()["phone_stack"] in request.node.name
            assert {name: os.environ[name] for name in mfa_sandbox.env} == mfa_sandbox.env
            assert "AUTH0_API_TOKEN" not in os.environ and "TWILIO_REGION" not in os.environ
            assert mfa_sandbox.domain and mfa_sandbox.token and mfa_sandbox.new_token(scope=["read:clients"])
            assert mfa_sandbox.add_number("+14155550100").startswith("PN")
            with pytest.raises(ValueError, match="effect"):
                mfa_sandbox.faults({"path": "/", "effect": "explode"})
            with pytest.raises(TimeoutError):
                mfa_sandbox.wait_for_message("+14155550123", timeout=0.1)
            mfa_sandbox.reset()
            assert mfa_sandbox.state()["twilio"]["numbers"] == []
        """
    )
    pytester.makeini("[pytest]\nfilterwarnings = error")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=4)


def test_a_request_that_is_not_served_is_among_the_captured_log_lines(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["mfa_setup.sandbox.testing"]')
    pytester.makepyfile(
        """
        import httpx

        def test_it(mfa_sandbox, caplog):
            assert httpx.get(f"{mfa_sandbox.auth0_url}/nothing").status_code == 404
            assert "does not serve GET /api/v2/nothing" in caplog.text
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
