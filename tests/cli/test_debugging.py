"""`-v`, `-vv` and `MFA_SETUP_DEBUG`: each attempt of a request on standard error, and no secret in it."""

import json
import re
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from pytest_mock import MockerFixture

from hostile.hunt import found
from mfa_setup.adapters import http_policy, twilio_refusals
from mfa_setup.adapters.http import client
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings
from mfa_setup.cli.commands import prove
from mfa_setup.demo.player import Player
from mfa_setup.errors import UnavailableError
from mfa_setup.model.exchange import Exchange
from mfa_setup.render.exchange import lines
from mfa_setup.render.sink import Sink
from support.lab import Lab, Result, Run

SETTINGS = "/api/v2/tenants/settings"
LINE = re.compile(
    r"(?P<tenant>[\w-]+: )?(?P<service>auth0|twilio) (?P<method>[A-Z]+) (?P<path>/[^ ?]*)(?P<query>\?\S+)?"
    r" -> (?P<result>.+) in \d+ ms(, request ID (?P<id>\S+))?"
)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_policy.HttpPolicy, "_backoff", staticmethod(lambda _attempt: 0.0))


def shown(result: Result) -> list[dict[str, str | None]]:
    """The requests that a run has shown."""
    return [match.groupdict() for line in result.err.splitlines() if (match := LINE.fullmatch(line))]


def requests(result: Result) -> Counter[tuple[str, ...]]:
    return Counter(
        (f"{one['service']}", f"{one['method']}", f"{one['path']}", f"{one['result']}") for one in shown(result)
    )


# --- what is shown -------------------------------------------------------------------------------------------------


def test_each_request_is_one_line_and_standard_output_holds_one_document(run: Run, lab: Lab) -> None:
    before = lab.mark()
    result = run("up", "--yes", "--json", "-v", env=lab.env)
    assert result.document["ok"]
    log = lab.log(before)
    assert requests(result) == Counter((one["service"], one["method"], one["path"], str(one["status"])) for one in log)
    assert ("auth0", "POST", "/oauth/token", "200") in requests(result)
    assert all(one["id"] for one in shown(result) if one["service"] == "twilio")
    assert "  > " not in result.err


@pytest.mark.parametrize(
    ("effect", "failed"), [("status:503", "503"), ("reset", "the connection was lost"), ("html", "502")]
)
def test_a_retried_request_is_shown_once_for_each_attempt(run: Run, lab: Lab, effect: str, failed: str) -> None:
    lab.faults({"method": "GET", "path": SETTINGS, "effect": effect, "times": 2})
    result = run("status", "-v", env=lab.env)
    assert result.code == 0, result.err
    told = [one["result"] for one in shown(result) if one["path"] == SETTINGS]
    assert told[:3] == [failed, failed, "200"]


def test_without_the_option_no_request_is_shown(run: Run, lab: Lab) -> None:
    assert shown(run("status", env=lab.env)) == []


@pytest.mark.parametrize(
    ("value", "options", "requests_shown", "details"),
    [
        ("1", (), True, True),
        ("1", ("-v",), True, True),
        ("0", (), False, False),
        ("", (), False, False),
        ("0", ("-v",), True, False),
        ("", ("-vv",), True, True),
        ("", ("-v", "--verbose"), True, True),
    ],
)
def test_the_variable_does_the_same_as_the_option_given_twice(
    run: Run,
    unified: Lab,
    value: str,
    options: tuple[str, ...],
    requests_shown: bool,  # noqa: FBT001
    details: bool,  # noqa: FBT001
) -> None:
    result = run("status", "--json", *options, env={**unified.env, "MFA_SETUP_DEBUG": value})
    assert result.document["ok"]
    assert bool(shown(result)) is requests_shown
    assert ("  > authorization: ********" in result.err) is details
    assert ("  < {" in result.err) is details


def test_in_a_fleet_each_line_names_its_tenant(run: Run, make_lab: Callable[..., Lab], folder: Path) -> None:
    lab = make_lab(tenants=3)
    (folder / "fleet.toml").write_text(lab.sandbox.fleet_file(), encoding="utf-8")
    before = lab.mark()
    result = run("fleet", "status", "fleet.toml", "--json", "-vv", env=lab.env)
    assert result.out.count("\n") == 1
    tenants = set(result.document["tenants"])
    assert {f"{one['tenant']}".removesuffix(": ") for one in shown(result)} == tenants
    assert len(shown(result)) == len(lab.log(before))
    details = [line for line in result.err.splitlines() if re.match(r"[\w-]+:   [<>] ", line)]
    assert {line.partition(":")[0] for line in details} == tenants
    secrets = {name: value for name, value in lab.env.items() if "SECRET" in name or "TOKEN" in name}
    assert secrets
    assert found(secrets, {"stderr": result.err}) == []


# --- what is not ---------------------------------------------------------------------------------------------------


def test_setting_up_and_logging_in_show_no_secret_no_code_and_no_user(
    run: Run, lab: Lab, folder: Path, mocker: MockerFixture
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://localhost:{probe.getsockname()[1]}"
    player = Player(lab.sandbox.url, lambda _text: None)
    urls: list[str] = []

    def log_in(_context: object, url: str, *, browser: bool) -> None:
        del browser
        urls.append(url)
        player(url)

    mocker.patch.object(prove, "_show", log_in)
    results = [
        run("up", "--yes", "-vv", "--url", url, env=lab.env),
        run("test", "login", "--no-browser", "-vv", "--json", env=lab.env),
        run("doctor", "-vv", env=lab.env),
    ]
    assert [result.code for result in results] == [0, 0, 0], results[1].err
    text = "\n".join(result.out + result.err for result in results)
    secrets = {name: lab.env[name] for name in ("AUTH0_CLIENT_SECRET", "TWILIO_AUTH_TOKEN")}
    tokens = list((folder.parent / "cache").rglob("token-*"))
    secrets |= {f"access token {at}": json.loads(path.read_text())["access_token"] for at, path in enumerate(tokens)}
    assert tokens
    assert found(secrets, {"output": text}) == []
    assert not re.findall(r"eyJ[\w-]+\.[\w-]+\.", text)
    assert player.email not in text
    codes = [code for message in lab.twilio["messages"] for code in re.findall(r"\b\d{6}\b", message["body"])]
    assert codes
    assert not [code for code in codes if re.search(rf"\b{code}\b", text)]
    bodies = [json.loads(line[4:]) for line in results[1].err.splitlines() if line.startswith("  > {")]
    exchanged = next(body for body in bodies if body.get("grant_type") == "authorization_code")
    assert {exchanged["code"], exchanged["code_verifier"]} == {"********"}
    assert exchanged["redirect_uri"].startswith("http://localhost:")


def scrubbed(sent: str = "", kind: str = "application/json", **more: Any) -> str:
    exchange = Exchange("auth0", "GET", more.pop("path", "/api/v2/things"), more.pop("query", ""), 0.01, 200,
                        sent=sent, sent_headers={"content-type": kind, **more})  # fmt: skip
    return "\n".join(lines(exchange, lambda text: text.replace("Known-secret", "********"), detailed=True))


@pytest.mark.parametrize(
    "name",
    ["client_secret", "auth_token", "AuthToken", "access_token", "id_token", "client_assertion", "password", "otp",
     "code", "code_verifier", "recovery_code", "secrets", "credentials", "signing_keys", "Body", "ticket",
     "totp_secret"],
)  # fmt: skip
def test_a_field_with_the_name_of_a_secret_is_not_shown(name: str) -> None:
    assert "Hidden" not in scrubbed(json.dumps({"list": [{name: "Hidden"}]}))
    assert "Hidden" not in scrubbed(json.dumps({name: {"inner": ["Hidden"]}}))
    assert "Hidden" not in scrubbed(f"{name}=Hidden&other=1", "application/x-www-form-urlencoded")
    assert "Hidden" not in scrubbed(json.dumps({"link": f"https://example.com/?{name}=Hidden"}))
    assert "Hidden" not in scrubbed(query=f"{name}=Hidden&page=1")


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "Set-Cookie", "Proxy-Authorization", "X-Api-Key"])
def test_a_header_that_holds_a_secret_is_not_shown(name: str) -> None:
    assert "Hidden" not in scrubbed(**{name: "Hidden"})


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Known-secret", "Known-secret"),
        ("Bearer abc.def", "abc"),
        ("a token eyJhbGciOi.eyJzdWIi.c2ln here", "eyJ"),
        ("Text to +14155550123 failed", "4155550"),
        ("ada@example.com signed up", "ada"),
        ("\x1b[31mred\x07", "\x1b"),
    ],
)
def test_texts_are_scrubbed_wherever_they_stand(text: str, hidden: str) -> None:
    assert hidden not in scrubbed(json.dumps({"message": text}))
    assert hidden not in scrubbed(**{"x-note": text})
    assert hidden not in scrubbed(path=f"/v1/{text}")


def test_what_cannot_be_read_field_by_field_is_not_shown_and_the_rest_is_limited() -> None:
    assert scrubbed("<p>Hidden</p>", "text/html").endswith("(13 characters, text/html, not shown)")
    assert "Hidden" not in scrubbed('{"access_token": "Hidden')
    assert "not shown" in scrubbed("[" * 100_000 + "]" * 100_000)
    assert len(scrubbed(json.dumps({"text": "a b " * 40_000})).splitlines()[-1]) < 2_100


def test_what_a_maintainer_needs_is_shown() -> None:
    body = {"code": 20003, "errorCode": "insufficient_scope", "token_endpoint_auth_method": "none", "name": "Portal"}
    assert scrubbed(json.dumps(body)).endswith(json.dumps(body))
    assert "?page=0&per_page=100&name=…&flag=true ->" in scrubbed(query="page=0&per_page=100&name=Ada&flag=true")


@pytest.mark.parametrize("gone", [BrokenPipeError, OSError, RuntimeError])
def test_a_log_that_cannot_be_written_loses_no_answer(mocker: MockerFixture, gone: type[Exception]) -> None:
    write = mocker.patch("sys.stderr.write", side_effect=gone)
    Sink(verbosity=2).exchanged(Exchange("twilio", "POST", "/", "", 0.0, 201))
    assert write.called


# --- hosts that are not reached ------------------------------------------------------------------------------------


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch, unified: Lab) -> None:
    """No name can be resolved, once the sandbox has been reset (which needs `localhost`)."""
    del unified

    def unknown(*_given: Any, **_named: Any) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.mark.usefixtures("no_names")
@pytest.mark.parametrize("option", [True, False])
def test_an_unknown_domain_is_named_with_the_place_that_it_comes_from(run: Run, unified: Lab, option: bool) -> None:  # noqa: FBT001
    domain = "nobody.eu.auth0.com"
    env: dict[str, str | None] = {**unified.env, "MFA_SETUP_SANDBOX": None, "AUTH0_DOMAIN": None if option else domain}
    result = run("status", "--json", "--timeout", "0.1", *(["--domain", domain] if option else []), env=env)
    error = result.document["error"]
    assert result.code == 5, result.out
    assert error["message"] == f"Auth0 could not be reached at {domain}: the host name cannot be resolved."
    assert error["hint"].startswith("Check --domain, then" if option else "Check AUTH0_DOMAIN, then")


@pytest.mark.usefixtures("no_names")
def test_twilio_is_named_with_its_host() -> None:
    policy = HttpPolicy("twilio", twilio_refusals.classify, settings=HttpSettings(0.1))
    with client(policy) as http, pytest.raises(UnavailableError) as raised:
        http.get("https://api.twilio.com/2010-04-01")
    assert raised.value.message == "Twilio could not be reached at api.twilio.com: the host name cannot be resolved."
    assert "proxy" in raised.value.hint


def test_a_certificate_that_is_not_trusted_is_named_as_the_reason(run: Run, make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(tls=True)
    result = run("status", "--json", "--timeout", "0.1", env={**lab.env, "SSL_CERT_FILE": None})
    error = result.document["error"]
    assert error["message"] == f"Auth0 could not be reached at {lab.domain}: its certificate is not trusted."
