"""`mfa-setup sandbox`, as a process of its own."""

import itertools
import os
import re
import signal
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pexpect
import pytest

from mfa_setup.cli import fleet_file
from mfa_setup.render.welcome import export_lines, welcome_lines
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from support.documents import document, other
from support.lab import Lab, Run


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A sandbox in a process of its own, and the line that it prints when it is ready."""
    command = [sys.executable, "-m", "mfa_setup", "sandbox", "--port", "0", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, document(process.stdout.readline())
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
        url = lines[0].split()[-1]
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


# --- for a shell ---------------------------------------------------------------------------------------------------

START = [sys.executable, "-m", "mfa_setup", "sandbox"]


def test_env_prints_only_lines_for_a_shell_and_keeps_serving() -> None:
    with subprocess.Popen(
        [*START, "--port", "0", "--env"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        script = f"{''.join(lines)}env"
        done = subprocess.run(["sh", "-c", script], env={}, capture_output=True, text=True, check=True)  # noqa: S607
        env = dict(line.split("=", 1) for line in done.stdout.splitlines())
        assert httpx.get(f"{env['MFA_SETUP_SANDBOX']}/_sandbox/requests", trust_env=False).json() == []
        assert env["AUTH0_DOMAIN"] in env["MFA_SETUP_SANDBOX"]
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert all(line.startswith("export ") for line in lines)
    assert (process.returncode, out) == (0, "")
    assert f"kill {process.pid}" in err


def test_a_value_that_a_shell_would_split_is_quoted() -> None:
    assert list(export_lines({"SSL_CERT_FILE": "/tmp/a folder/$it's"})) == [  # noqa: S108 no file is opened
        "export SSL_CERT_FILE='/tmp/a folder/$it'\"'\"'s'"
    ]


# --- with a command ------------------------------------------------------------------------------------------------

TELL = "import json, os; print(json.dumps(dict(os.environ)), flush=True)"


def under_sandbox(
    *command: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command that `mfa-setup sandbox` runs, with variables of the caller."""
    whole = [*START, "--", *command]
    caller = {**os.environ, **(env or {})}
    return subprocess.run(whole, env=caller, input=stdin, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.usefixtures("folder")
def test_a_command_has_the_sandbox_in_its_environment_and_no_credentials_of_the_caller() -> None:
    asking = (
        f"{TELL}; from urllib.request import urlopen;"
        "print(urlopen(os.environ['MFA_SETUP_SANDBOX'] + '/_sandbox/requests').read().decode())"
    )
    own = ("AUTH0_DOMAIN", "AUTH0_API_TOKEN", "AUTH0_ACCESS_TOKEN", "AUTH0_CLIENT_SECRET", "TWILIO_API_KEY")
    proxies = {"http_proxy": "http://localhost:9", "no_proxy": "example.com"}
    done = under_sandbox(sys.executable, "-c", asking, env=dict.fromkeys(own, "of-a-real-tenant") | proxies)
    assert (done.returncode, done.stderr) == (0, "")
    told, answer = done.stdout.splitlines()
    env = other(told)
    assert answer == "[]"
    assert "of-a-real-tenant" not in told
    assert {name for name in env if name.startswith(("AUTH0_", "TWILIO_"))} == {
        "AUTH0_DOMAIN",
        "AUTH0_CLIENT_ID",
        "AUTH0_CLIENT_SECRET",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
    }
    assert env["no_proxy"].startswith("example.com,")
    with pytest.raises(httpx.ConnectError):
        httpx.get(env["MFA_SETUP_SANDBOX"], trust_env=False)


def test_a_command_keeps_its_streams_and_its_exit_code() -> None:
    script = "import sys; print(sys.stdin.read()[::-1]); print('err', file=sys.stderr); sys.exit(7)"
    done = under_sandbox(sys.executable, "-c", script, "--json", stdin="abc")
    assert (done.returncode, done.stdout, done.stderr) == (7, "cba\n", "err\n")


def test_a_command_that_is_killed_gives_128_and_the_signal() -> None:
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert under_sandbox(sys.executable, "-c", killed).returncode == 128 + signal.SIGKILL


@pytest.mark.usefixtures("folder")
def test_the_journal_of_a_command_is_thrown_away_with_its_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MFA_SETUP_STATE_DIR")
    env = other(under_sandbox(sys.executable, "-c", TELL, env={"MFA_SETUP_CACHE_DIR": "kept"}).stdout)
    assert not Path(env["MFA_SETUP_STATE_DIR"]).parent.exists()
    assert env["MFA_SETUP_CACHE_DIR"] == "kept"


@pytest.mark.parametrize("command", [["mfa-setup", "status"], ["sh", "-c", "mfa-setup status"]])
@pytest.mark.usefixtures("folder")
def test_a_command_finds_this_mfa_setup_and_keeps_the_callers_python(tmp_path: Path, command: list[str]) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("mfa-setup", "python3"):
        (elsewhere / name).write_text("#!/bin/sh\necho another\n")
        (elsewhere / name).chmod(0o755)
    for path in ("/usr/bin:/bin", f"{elsewhere}:/usr/bin:/bin"):
        done = under_sandbox(*command, env={"PATH": path})
        assert done.returncode == 0, done.stderr
        assert "localhost:" in done.stdout
    assert under_sandbox("python3", env={"PATH": f"{elsewhere}:/usr/bin:/bin"}).stdout == "another\n"


def test_sigterm_is_passed_on_to_the_command() -> None:
    script = (
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(5)); print('up', flush=True)\n"
        "while True: signal.pause()"
    )
    command = [*START, "--", sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "up\n"
            process.terminate()
            assert process.wait(timeout=20) == 5
        finally:
            process.kill()


def test_a_command_that_does_not_exist_is_named(run: Run) -> None:
    result = run("sandbox", "--", "no-such-command", "--flag")
    assert (result.code, result.out) == (3, "")
    assert "The command 'no-such-command' cannot be started: No such file or directory." in result.err


@pytest.mark.parametrize("options", [("--env", "--json"), ("--env", "--", "true"), ("--json", "--", "true")])
def test_two_forms_of_output_are_refused(run: Run, options: tuple[str, ...]) -> None:
    result = run("sandbox", "--port", "0", *options)
    assert result.code == 3
    assert "cannot be used together" in result.out + result.err


@pytest.mark.parametrize("tls", [[], ["--tls"]])
def test_at_60_columns_no_line_is_broken(tls: list[str]) -> None:
    child = pexpect.spawn(
        sys.executable,
        [*START[1:], "--port", "0", *tls],
        env={**os.environ, "TERM": "xterm"},
        encoding="utf-8",
        timeout=20,
        dimensions=(60, 60),
    )
    child.expect("Auth0 Deploy CLI[^\n]*\n")
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", (child.before or "")).splitlines()
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    url = next(line for line in shown if "are served at" in line).split()[-1]
    assert f"  curl -u $TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN {url}/2010-04-01/Accounts.json" in shown
    assert f"Messages: {url}/_sandbox/inbox" in shown
    (secret,) = [line for line in shown if line.startswith("  export AUTH0_CLIENT_SECRET=")]
    assert len(secret) > 60
    assert not [line for line in shown if len(line) > 60 and not line.startswith("  ")]


def test_ctrl_c_reaches_the_command_and_the_sandbox_waits_for_it() -> None:
    script = (
        "import signal, sys; signal.signal(signal.SIGINT, lambda *_: (print('bye', flush=True), sys.exit(4)))\n"
        "print('up', flush=True)\n"
        "while True: signal.pause()"
    )
    child = pexpect.spawn(sys.executable, [*START[1:], "--", sys.executable, "-c", script], timeout=20)
    child.expect("up")
    child.sendintr()
    child.expect("bye")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 4


# --- many tenants --------------------------------------------------------------------------------------------------


def member(path: Path, ready: dict[str, Any], name: str) -> tuple[list[str], dict[str, str]]:
    """The options and the environment that stand for one tenant of a fleet file."""
    fleet = tomllib.loads(path.read_text())
    defaults, tenant = fleet["defaults"], fleet["tenants"][name]
    credentials = defaults["credentials"] | tenant.get("credentials", {})
    env = {key.upper(): ready["env"][reference["env"]] for key, reference in credentials.items()}
    env |= {key: ready["env"][key] for key in ("MFA_SETUP_SANDBOX", "SSL_CERT_FILE") if key in ready["env"]}
    (url,) = tenant["application"]["urls"]
    options = ["--name", tenant["application"]["name"], "--url", url, "--from", defaults["sms"]["from"]]
    return [*options, "--policy", defaults["policy"]["require_mfa"]], env | {"AUTH0_DOMAIN": tenant["domain"]}


@pytest.mark.parametrize("tls", [[], ["--tls"]])
def test_serves_each_tenant_that_its_fleet_file_names(run: Run, tmp_path: Path, tls: list[str]) -> None:
    path = tmp_path / "fleet.toml"
    with served("--tenants", "3", "--fleet-file", str(path), *tls) as (_, ready):
        assert path.stat().st_mode & 0o777 == 0o644
        for name in ("t0001", "t0003"):
            options, env = member(path, ready, name)
            result = run("up", "--yes", "--json", "--test-to", "+14155550123", *options, env=env)
            assert result.code == 0, result.out
            assert result.document["tenant"]["domain"] == env["AUTH0_DOMAIN"]
        verify = tls_trust(ready)
        state = httpx.get(f"{ready['control']}/state", trust_env=False, verify=verify).json()
        asked = httpx.get(f"{ready['control']}/requests", trust_env=False, verify=verify).json()
    assert list(state["tenants"]) == ready["tenants"]
    assert [len(tenant["clients"]) for tenant in state["tenants"].values()] == [2, 1, 2]
    assert (len(state["twilio"]["numbers"]), state["twilio"]["purchases"]) == (1, 0)
    assert {entry["tenant"] for entry in asked} == {ready["tenants"][0], ready["tenants"][2], None}


def tls_trust(ready: dict[str, Any]) -> ssl.SSLContext:
    """The certificates by which a client trusts the sandbox."""
    return ssl.create_default_context(cafile=ready.get("ca_file"))


def test_the_fleet_file_holds_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    with served("--tenants", "2", "--fleet-file", str(path)) as (_, ready):
        secrets = [value for name, value in ready["env"].items() if name not in {"MFA_SETUP_SANDBOX", "AUTH0_DOMAIN"}]
        text = path.read_text()
    assert len(secrets) == 6
    assert not [secret for secret in secrets if secret in text]


def test_a_fleet_file_may_name_one_tenant_and_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    for options in (["--tenants", "2"], []):
        with served("--fleet-file", str(path), *options) as (_, ready):
            domains = [tenant["domain"] for tenant in tomllib.loads(path.read_text())["tenants"].values()]
            assert domains == ready["tenants"]
    assert domains == [ready["env"]["AUTH0_DOMAIN"]]


def test_without_a_fleet_the_account_owns_no_number() -> None:
    with served() as (_, ready):
        state = httpx.get(f"{ready['control']}/state", trust_env=False).json()
    assert state["twilio"]["numbers"] == []
    assert not {"tenants"} & set(ready)


@pytest.mark.parametrize("number", ["0", "-1", "5001", "1.5", "many", ""])
def test_a_number_of_tenants_out_of_range_is_refused(run: Run, number: str) -> None:
    error = run("sandbox", "--json", "--port", "0", "--tenants", number).document["error"]
    assert (error["code"], error["hint"]) == ("invalid_value", "It is a whole number from 1 to 5000.")


@pytest.mark.parametrize(
    "kind",
    [
        "missing/fleet.toml", "folder", "link", "loop/fleet.toml", "settings.toml", "settings.toml/x", "", " ",
        "x" * 300, "x" * 300 + "/fleet.toml", "x/" * 3_000 + "fleet.toml", "~nobody/fleet.toml",
    ],
)  # fmt: skip
def test_a_fleet_file_that_cannot_be_written_is_refused(run: Run, tmp_path: Path, kind: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "settings.toml").write_text("[auth0]\n")
    (tmp_path / "link").symlink_to(tmp_path / "settings.toml")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    path = kind if not kind.strip() or kind.startswith("~") else str(tmp_path / kind)
    result = run("sandbox", "--json", "--port", "0", "--fleet-file", path)
    assert result.code == 3
    assert result.document["error"]["code"] == "invalid_value"
    error = result.document["error"]
    assert "--fleet-file" in error["message"] + error["hint"]
    assert (tmp_path / "settings.toml").read_text() == "[auth0]\n"


def test_a_folder_that_is_removed_meanwhile_is_one_readable_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_file, "checked", Path)
    result = run("sandbox", "--json", "--port", "0", "--fleet-file", str(tmp_path / "gone" / "fleet.toml"))
    assert result.code == 3
    assert "cannot be written: No such file or directory" in result.document["error"]["message"]


def test_tells_a_person_of_a_few_of_many_variables() -> None:
    with Sandbox(SandboxConfig(port=0, tenants=100)) as running:
        lines = list(welcome_lines(running.ready()))
    exports = [line for line in lines if line.startswith("  export ")]
    assert len(exports) == 50
    assert any("and 154 more" in line for line in lines)
    assert any("There are 100 tenants" in line and "t0100.tenants.localhost" in line for line in lines)
