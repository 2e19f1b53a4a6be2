"""`mfa-setup sandbox`, as a process of its own."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from mfa_setup.render.welcome import welcome_lines
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from support.lab import Lab, Run


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A sandbox in a process of its own, and the line that it prints when it is ready."""
    command = [sys.executable, "-m", "mfa_setup", "sandbox", "--port", "0", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def test_prints_one_line_when_it_is_ready_with_the_environment_of_a_client() -> None:
    with served() as (_, ready):
        url = ready["url"]
        assert ready["control"] == f"{url}/_sandbox"
        assert ready["inbox"] == f"{url}/_sandbox/inbox"
        assert ready["env"]["MFA_SETUP_SANDBOX"] == url
        assert ready["env"]["AUTH0_DOMAIN"] == url.removeprefix("http://")
        assert httpx.get(f"{url}/_sandbox/requests", trust_env=False).json() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_cleanly_when_told_to(number: signal.Signals) -> None:
    with served() as (process, _):
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def until(process: subprocess.Popen[str], last: str) -> list[str]:
    """The lines that a process prints, up to one that starts so."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith(last):
        lines.append(process.stdout.readline().rstrip("\n"))
    return lines


def code_after(lines: list[str], title: str) -> list[str]:
    """The indented lines under a title."""
    rest = lines[lines.index(title) + 1 :]
    return [line.strip() for line in itertools.takewhile(lambda line: line.startswith("  "), rest)]


def test_says_how_to_point_clients_at_it() -> None:
    command = [sys.executable, "-m", "mfa_setup", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = until(process, "Auth0 Deploy CLI")
        url = next(word for word in lines[0].split() if word.startswith("http"))
        exports = dict(line.strip().removeprefix("export ").split("=", 1) for line in lines if "export " in line)
        token = httpx.post(f"{url}/_sandbox/tokens", trust_env=False).json()["access_token"]
        snippets = [*code_after(lines, "Auth0 SDK (Python):"), *code_after(lines, "Twilio SDK (Python):")]
        asking = (
            "print(len(list(auth0.clients.list())), twilio.messages.list(), len(twilio.messaging.v1.services.list()))"
        )
        done = subprocess.run(
            [sys.executable, "-c", "\n".join([f"TOKEN = {token!r}", *snippets, asking])],
            env=os.environ | exports | {"NO_PROXY": "localhost"},
            capture_output=True,
            text=True,
            check=False,
        )
        process.terminate()
    assert done.stdout == "2 [] 1\n", done.stderr
    assert f"  curl -X POST {url}/_sandbox/tokens" in lines
    assert "--tls" in lines[-1]


def test_says_over_tls_how_the_deploy_cli_is_pointed_at_it() -> None:
    with Sandbox(SandboxConfig(port=0, tls=True)) as running:
        lines = list(welcome_lines(running.ready()))
    assert code_after(lines, "Auth0 Deploy CLI:") == ["a0deploy export --format yaml --output_folder tenant"]
    assert any("ManagementClient(" in line for line in code_after(lines, "Auth0 SDK (Python):"))


@pytest.mark.parametrize("options", [[], ["--quiet"]])
def test_names_each_request_that_it_does_not_serve_unless_quiet(options: list[str]) -> None:
    with served(*options) as (process, ready):
        with httpx.Client(base_url=ready["url"], trust_env=False) as http:
            assert http.get("/api/v2/rules").json()["statusCode"] == 404
            assert http.post("/v1/nothing").json()["code"] == 20404
            assert http.get("/api/v2/clients").status_code == 401
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    said = [f"The sandbox does not serve {what}: answered 404." for what in ("GET /api/v2/rules", "POST /v1/nothing")]
    assert (out, err.splitlines()) == ("", [] if options else said)


def test_a_whole_run_works_over_tls(run: Run) -> None:
    with served("--tls") as (_, ready):
        assert ready["url"].startswith("https://localhost:")
        assert os.path.isfile(ready["ca_file"])  # noqa: PTH113
        env = ready["env"]
        assert env["SSL_CERT_FILE"] == env["REQUESTS_CA_BUNDLE"] == env["NODE_EXTRA_CA_CERTS"] == ready["ca_file"]
        assert run("up", "--yes", "--json", env=env).code == 0
        refused = run("status", "--json", "--timeout", "1", "--no-token-cache", env={**env, "SSL_CERT_FILE": None})
        assert refused.code == 5


def test_a_port_in_use_is_one_readable_error(run: Run, unified: Lab) -> None:
    result = run("sandbox", "--json", "--port", str(unified.sandbox.world.config.port))
    assert result.code == 1
    assert result.document["error"]["code"] == "port_in_use"
    assert "--port" in result.document["error"]["hint"]


def test_127_0_0_1_is_the_same_tenant(run: Run, unified: Lab) -> None:
    env = {name: value.replace("localhost", "127.0.0.1") for name, value in unified.env.items()}
    assert run("up", "--yes", "--json", env=env).code == 0
    assert len(unified.spas) == 1
