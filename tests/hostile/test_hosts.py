"""Where requests go: this machine is this machine, Twilio is Twilio, and nobody else gets the credentials."""

import json
import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from hostile.spoiler import HostileLab, Sent
from mfa_setup.adapters.twilio_http import REAL_HOSTS
from mfa_setup.sandbox.world import is_loopback as is_loopback_host
from mfa_setup.settings import parsers
from mfa_setup.settings.endpoints import is_loopback, sandbox_url
from support.lab import Lab, Run

HERE = (
    "localhost", "LOCALHOST", "127.0.0.1", "127.8.9.10", "::1", "[::1]", "0:0:0:0:0:0:0:1",
    "beta.localhost", "T0002.Tenants.LOCALHOST",
)  # fmt: skip
ELSEWHERE = (
    "", ".", "localhost.", "localhost.evil.example", "127.0.0.1.evil.example", "localhost@evil", "evil@localhost",
    "beta.localhost.", ".localhost", "a..localhost", "-a.localhost", "a_b.localhost", "a@b.localhost",
    f"{'a' * 64}.localhost", f"{'a.' * 130}localhost", "localhost.localdomain",
    "127.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.1",
    "0177.0.0.1", "017700000001", "::ffff:127.0.0.1", "[::ffff:7f00:1]", "::1%lo", "::", "10.0.0.1",
    "169.254.169.254",
    "\uff4cocalhost", "localho\u017ft", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021",
    "localhost\t", " localhost", "localhost\x00",
    "localhost#", "localhost/", "local\u00adhost",
)  # fmt: skip


@pytest.mark.parametrize("host", HERE)
def test_this_machine_is_known_by_its_usual_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", [*ELSEWHERE, "0.0.0.0"], ids=ascii)  # noqa: S104 it must not count
def test_nothing_else_passes_for_this_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "host", [host for host in ELSEWHERE if host not in {"localhost.evil.example", "127.0.0.1.evil.example"}], ids=ascii
)
def test_no_form_of_this_machine_is_a_tenants_domain(host: str) -> None:
    with pytest.raises(parsers.MalformedError):
        parsers.domain(host)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost.evil.example:4400",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "http://localhost:4400@evil.example",
        "http://localhost\\@evil.example",
        "http://evil.example\\@localhost",
        "http://evil.example#@localhost",
        "http://evil.example?@localhost",
        "http://localhost.:4400",
        "http://127.1:4400",
        "http://2130706433",
        "http://0x7f000001",
        "http://0177.0.0.1",
        "http://[::ffff:127.0.0.1]",
        "http://[::1%25lo]",
        "http://0.0.0.0:4400",
        "http:localhost",
        "//localhost",
        "ftp://localhost",
        "http://localhost:99999",
        "http://[localhost]",
    ],
)
def test_a_sandbox_elsewhere_is_refused_before_any_request(run: Run, unified: Lab, url: str) -> None:
    mark = unified.mark()
    result = run("up", "--yes", "--json", env={**unified.env, "MFA_SETUP_SANDBOX": url})
    assert result.code == 3
    assert result.document["error"]["code"] in {"invalid_value", "sandbox_mixed"}
    assert unified.log(mark) == []
    with pytest.raises(Exception, match="MFA_SETUP_SANDBOX"):
        sandbox_url(url)


@pytest.mark.parametrize(
    "addresses", [["203.0.113.7"], ["127.0.0.1", "203.0.113.7"], ["::ffff:127.0.0.1"], ["fe80::1"]]
)
@pytest.mark.parametrize("command", ["up", "plan", "status", "test login"])
def test_a_localhost_that_leads_elsewhere_is_refused_before_any_request(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch, addresses: list[str], command: str
) -> None:
    mark = unified.mark()

    def resolve(_host: object, port: object, *_more: object, **_named: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 0)) for address in addresses]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        result = run(*command.split(), "--yes", "--json", env=unified.env)
    assert result.code == 3
    assert result.document["error"]["code"] == "sandbox_mixed"
    assert "another machine" in result.document["error"]["message"]
    assert unified.log(mark) == []


def test_a_name_under_localhost_is_reached_without_the_resolver(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, port, asked = unified.mark(), unified.sandbox.world.config.port, []
    real = socket.getaddrinfo

    def resolve(host: Any, *more: Any, **named: Any) -> list[Any]:
        asked.append(host)
        return list(real(host, *more, **named))

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        result = run("status", "--json", env={**unified.env, "AUTH0_DOMAIN": f"beta.localhost:{port}"})
    assert result.document["error"]["code"] != "unreachable"
    assert [entry["path"] for entry in unified.log(mark)][:1] == ["/oauth/token"]
    assert not any(isinstance(host, str) and "beta" in host for host in asked)


@pytest.mark.parametrize(
    "name", ["api.twilio.com", "messaging.twilio.com", "api.ashburn.us1.twilio.com", "api.twilio.com:443"]
)
def test_twilios_hosts_are_known(name: str) -> None:
    assert REAL_HOSTS.fullmatch(name)


@pytest.mark.parametrize(
    "name",
    [
        "twilio.com", "evil.example", "api.twilio.com.evil.example", "evil.example\\.twilio.com", "x@api.twilio.com",
        "api.twilio.com@evil.example", "api.twilio.com:8443", "eviltwilio.com", ".twilio.com",
        "evil.example\t.twilio.com",
    ],
)  # fmt: skip
def test_no_other_host_gets_twilios_credentials(name: str) -> None:
    assert not REAL_HOSTS.fullmatch(name)


class Trap(BaseHTTPRequestHandler):
    """Records every visitor."""

    came: list[str]

    def parse_request(self) -> bool:
        """Notes the visitor, and goes no further."""
        self.came.append(self.client_address[0])
        return False


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "path", ["/oauth/token", "/api/v2/clients", "/2010-04-01/Accounts/*/IncomingPhoneNumbers.json"]
)
def test_a_redirect_is_not_followed(run: Run, liar: HostileLab, status: int, path: str) -> None:
    Trap.came = []
    with HTTPServer(("127.0.0.1", 0), Trap) as trap:
        Thread(target=trap.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        target = f"http://localhost:{trap.server_port}/"

        def away(sent: Sent) -> Sent:
            end = path.rpartition("*")[2]
            if not sent.path.endswith(end):
                return sent
            return Sent(sent.method, sent.path, status, {**sent.headers, "location": target}, b"")

        liar.spoiler.spoil = away
        result = run("up", "--yes", "--json", "--timeout", "1", env=liar.env)
        trap.shutdown()
    assert result.code in {1, 4}
    assert result.document["error"]["status"] == status
    assert result.document["error"]["request_id"]
    assert Trap.came == []


def test_a_list_that_does_not_end_is_an_error(run: Run, liar: HostileLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mfa_setup.adapters.answers.MOST_PAGES", 20)

    def endless(sent: Sent) -> Sent:
        page = {"incoming_phone_numbers": [], "next_page_uri": sent.path}
        return sent.with_body(json.dumps(page).encode()) if "IncomingPhoneNumbers" in sent.path else sent

    liar.spoiler.spoil = endless
    result = run("plan", "--json", env=liar.env)
    assert result.document["error"]["code"] == "unreadable_answer"
    assert "a list of more than" in result.document["error"]["message"]


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("localhost:4400", None, 200),
        ("127.0.0.1", None, 200),
        ("[::1]:4400", None, 200),
        ("localhost", "http://localhost:3000", 200),
        ("evil.example", None, 403),
        ("localhost.evil.example:4400", None, 403),
        ("127.0.0.1.evil.example", None, 403),
        ("localhost.", None, 403),
        ("[::1].evil.example", None, 403),
        ("localhost:evil.example", None, 403),
        ("[::ffff:203.0.113.7]", None, 403),
        ("", None, 403),
        ("localhost", "https://evil.example", 403),
        ("localhost", "http://localhost.evil.example", 403),
        ("localhost", "null", 403),
    ],
)
@pytest.mark.parametrize("call", ["state", "requests", "messages"])
def test_the_sandboxs_control_calls_answer_to_this_machine_alone(
    unified: Lab, host: str, origin: str | None, status: int, call: str
) -> None:
    headers = {"Host": host} | ({"Origin": origin} if origin else {})
    assert httpx.get(f"{unified.sandbox.url}/_sandbox/{call}", headers=headers, trust_env=False).status_code == status


def test_the_sandbox_reads_a_host_as_a_browser_writes_it() -> None:
    assert is_loopback_host("LocalHost:1")
    assert is_loopback_host("::1")
    assert not is_loopback_host(None)
