"""`mfa-setup demo`: it needs no account, reads no settings of the user, and ends with a proof."""

import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pexpect
import pytest

from mfa_setup.demo import play
from mfa_setup.demo.player import Player
from support.lab import Run


@pytest.fixture(autouse=True)
def _own_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives every worker of pytest a port of its own: demos that run at the same time would take it from each other."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    monkeypatch.setattr(play, "_SAMPLE_PORT", 3000 + int(worker))


@pytest.mark.parametrize("options", [[], ["--phone-stack", "legacy"]])
def test_demo_sets_a_tenant_up_and_needs_nothing(run: Run, options: list[str]) -> None:
    result = run("demo", "--json", *options, env={"AUTH0_DOMAIN": "acme.eu.auth0.com", "TWILIO_ACCOUNT_SID": "no"})
    assert result.code == 0
    document = result.document
    assert document["outputs"]["policy"] == "always"
    assert {change["status"] for change in document["changes"]} == {"applied"}


def test_demo_tells_each_step_and_ends_with_the_proof(run: Run) -> None:
    out = run("demo").out
    for step in ("number", "Set the MFA policy to Always", "Signed up", "The SMS to +1", "logged in"):
        assert step in out
    assert "Set up. Every login to this tenant now asks for a code." in out
    assert "Proved: the login asked for a second factor, and got it." in out


@pytest.mark.parametrize("address", ["", "127.0.0.1"])
def test_demo_chooses_another_port_where_the_one_of_the_sample_is_taken(run: Run, address: str) -> None:
    with socket.create_server((address, play._SAMPLE_PORT)):
        result = run("demo", "--json")
    assert result.code == 0
    (application,) = (change for change in result.document["changes"] if change["resource"] == "application")
    (callbacks,) = (field["after"] for field in application["fields"] if field["path"] == "callbacks")
    assert [urlsplit(url).hostname for url in callbacks] == ["localhost"]
    assert urlsplit(callbacks[0]).port != play._SAMPLE_PORT


def test_demo_logs_in_though_another_program_has_taken_its_port_meanwhile(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://localhost:{taken.getsockname()[1]}"
        monkeypatch.setattr(play, "_callback", lambda: url)
        result = run("demo", "--json")
    assert (result.code, result.document["warnings"]) == (0, [])
    assert result.document["outputs"]["proof"]["amr"] == ["mfa"]


@pytest.mark.parametrize("stack", ["unified", "legacy"])
def test_demo_proves_the_login_in_json_too(run: Run, stack: str) -> None:
    proof = run("demo", "--json", "--phone-stack", stack).document["outputs"]["proof"]
    assert proof["amr"] == ["mfa"]
    assert (proof["factor"], proof["phone"]) == ("sms", "0123")


@pytest.mark.parametrize(
    ("options", "code", "error"),
    [
        (["--number-registration", "unregistered"], 7, "guard_refused"),
        (["--twilio-account", "trial"], 7, "guard_refused"),
        (["--twilio-account", "suspended"], 4, "forbidden"),
        (["--auth0-plan", "free"], 4, "plan_refused"),
    ],
)
def test_demo_shows_how_what_goes_wrong_in_life_is_stopped(run: Run, options: list[str], code: int, error: str) -> None:
    result = run("demo", "--json", *options)
    assert (result.code, result.document["error"]["code"]) == (code, error)
    assert result.document["outputs"]["proof"] is None


def test_demo_leaves_the_environment_and_the_folders_of_the_caller_alone(run: Run) -> None:
    before = dict(os.environ)
    assert run("demo", "--json").code == 0
    assert dict(os.environ) == before
    assert not os.path.exists(os.environ["MFA_SETUP_STATE_DIR"])  # noqa: PTH110


@pytest.mark.parametrize(
    "content",
    [
        "[application]\nwrite_config = 'auth_config.json'\n",
        "[application]\nno_app = true\n",
        "[application]\nname = 'Acme Portal'\n",
        "[auth0]\ndomain = 'acme.eu.auth0.com'\n",
        "[sms]\nfrom = '+14155550123'\n",
        "[sms]\nmessaging_service_sid = 'MG0123456789abcdef0123456789abcdef'\n",
        "[number]\ncountry = 'GB'\n",
        "[policy]\nrequire_mfa = 'never'\n",
        "[unknown]\nkey = 1\n",
        "not TOML",
    ],
)
def test_demo_reads_no_settings_file(run: Run, folder: Path, content: str) -> None:
    (folder / "mfa-setup.toml").write_text(content, encoding="utf-8")
    (folder / "auth_config.json").write_text('{"domain": "acme.eu.auth0.com", "clientId": "mine"}', encoding="utf-8")
    document = run("demo", "--json").document
    assert (document["ok"], document["warnings"]) == (True, [])
    assert (document["outputs"]["policy"], document["outputs"]["config_file"]) == ("always", None)
    assert document["outputs"]["phone_number"].startswith("+1")
    assert "Acme" not in str(document["changes"])
    assert "mine" in (folder / "auth_config.json").read_text(encoding="utf-8")


def test_demo_does_not_warn_about_a_settings_file_that_others_can_write_to(run: Run, folder: Path) -> None:
    path = folder / "mfa-setup.toml"
    path.write_text("[number]\ncountry = 'US'\n", encoding="utf-8")
    path.chmod(0o666)
    assert run("demo", "--json").document["warnings"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MFA_SETUP_WRITE_CONFIG", "auth_config.json"),
        ("MFA_SETUP_POLICY", "never"),
        ("MFA_SETUP_NO_APP", "true"),
        ("MFA_SETUP_FROM", "+14155550123"),
        ("MFA_SETUP_SANDBOX", "https://sandbox.example.com"),
        ("AUTH0_API_TOKEN", "ready"),
        ("TWILIO_REGION", "ie1"),
    ],
)
def test_demo_reads_no_setting_of_the_environment(run: Run, folder: Path, name: str, value: str) -> None:
    document = run("demo", "--json", env={name: value}).document
    assert (document["ok"], document["warnings"], document["outputs"]["policy"]) == (True, [], "always")
    assert list(folder.iterdir()) == []


def test_demo_refuses_a_settings_file_that_is_named(run: Run, folder: Path) -> None:
    (folder / "mine.toml").write_text("[policy]\nrequire_mfa = 'never'\n", encoding="utf-8")
    result = run("demo", "--json", "--config", "mine.toml")
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert "--config" in result.document["error"]["hint"]


class Colleague(Player):
    """Somebody who logs in to the demo's tenant after the demo has done so."""

    email = "grace@example.com"


@pytest.fixture
def terminal(folder: Path) -> Iterator["pexpect.spawn[str]"]:
    """The demo at a terminal."""
    env = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mfa_setup", "demo"],
        env=env,
        cwd=str(folder),
        encoding="utf-8",
        timeout=60,
        dimensions=(50, 200),
    )
    yield child
    child.close(force=True)


def invitation(terminal: "pexpect.spawn[str]") -> tuple[str, str]:
    """The URL of the login that the demo offers, and the URL of its sandbox."""
    found = []
    for line in (r"Login: (http[^\s\x1b]+)", r"Inbox: (http[^\s\x1b]+)/_sandbox/inbox"):
        terminal.expect(line)
        assert isinstance(terminal.match, re.Match)
        found.append(str(terminal.match.group(1)))
    return found[0], found[1]


def test_demo_at_a_terminal_offers_one_login_after_another_until_ctrl_c(terminal: "pexpect.spawn[str]") -> None:
    terminal.expect("Proved: the login asked for a second factor")
    login, sandbox = invitation(terminal)
    Colleague(sandbox, lambda _text: None)(login)
    terminal.expect("Proved: the login asked for a second factor")
    invitation(terminal)
    terminal.sendintr()
    terminal.expect("Stopped.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
