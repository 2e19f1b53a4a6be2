"""One tenant under two names has one lock, one journal, one mark and one number; two tenants never share any."""

import json
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import jwt
import pytest
from pydantic import SecretStr

from mfa_setup.errors import InvalidValueError
from mfa_setup.settings.credentials import SecretSource, audiences_of, tenant_key
from mfa_setup.store.folders import Folders
from mfa_setup.store.lock import tenant_lock
from support.lab import Lab, Run

Environment = dict[str, str | None]


def audience(lab: Lab) -> str:
    """The audience of the tenant, which its tokens name."""
    return f"https://{lab.domain}/api/v2/"


@pytest.fixture
def proxy(unified: Lab) -> Iterator[str]:
    """Another name of the tenant, as a custom domain is: a port that leads to the sandbox."""
    target = ("127.0.0.1", unified.sandbox.world.config.port or int(unified.domain.rpartition(":")[2]))
    server = socket.create_server(("127.0.0.1", 0))

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                peer = server.accept()[0]
                there = socket.create_connection(target)
                opened.extend((peer, there))
                for pair in ((peer, there), (there, peer)):
                    threading.Thread(target=copy, args=pair, daemon=True).start()

    opened: list[socket.socket] = []
    threading.Thread(target=serve, daemon=True).start()
    yield f"localhost:{server.getsockname()[1]}"
    server.close()
    for one in opened:
        one.close()


def alias(lab: Lab) -> str:
    """The sandbox by its address."""
    return lab.domain.replace("localhost", "127.0.0.1")


def under(lab: Lab, domain: str, *, token: bool) -> Environment:
    """The environment of a client that reaches the tenant by another name."""
    env: Environment = {**lab.env, "AUTH0_DOMAIN": domain, "AUTH0_AUDIENCE": audience(lab)}
    if token:
        env |= {"AUTH0_CLIENT_ID": None, "AUTH0_CLIENT_SECRET": None, "AUTH0_API_TOKEN": lab.token()}
    return env


@pytest.fixture(params=["alias", "proxy"])
def other(request: pytest.FixtureRequest, unified: Lab) -> str:
    """The tenant's other name."""
    return alias(unified) if request.param == "alias" else str(request.getfixturevalue("proxy"))


@pytest.mark.parametrize("token", [False, True], ids=["client", "token"])
def test_one_tenant_under_two_names_has_one_number_one_mark_and_one_journal(
    run: Run, unified: Lab, other: str, *, token: bool
) -> None:
    assert run("buy-number", "--yes", "--json", env=unified.env).code == 0
    again = run("up", "--yes", "--json", env=under(unified, other, token=token))
    assert again.code == 0, again.out
    assert unified.twilio["purchases"] == 1
    assert again.change("number")["status"] == "none"
    assert len(list(Path(os.environ["MFA_SETUP_STATE_DIR"]).glob("journal-*"))) == 1
    for env in (unified.env, under(unified, other, token=token)):
        listed = run("undo", "--list", "--json", env=env).document["runs"]
        assert sorted(item["command"] for item in listed) == ["buy-number", "up"]


@pytest.mark.parametrize("token", [False, True], ids=["client", "token"])
def test_one_tenant_under_two_names_has_one_lock(run: Run, unified: Lab, other: str, *, token: bool) -> None:
    mark = unified.mark()
    with tenant_lock(Folders.of(os.environ), audience(unified), "up"):
        result = run("up", "--yes", "--json", env=under(unified, other, token=token))
    assert (result.code, result.document["error"]["code"]) == (1, "lock_held")
    assert unified.log(mark) == []


@pytest.mark.parametrize("command", ["up --yes", "plan", "status", "doctor", "undo --yes", "undo --list", "init --yes"])
@pytest.mark.parametrize(
    "named", [None, "https://other.eu.auth0.com/api/v2/"], ids=["without AUTH0_AUDIENCE", "with another one"]
)
def test_a_ready_token_of_another_tenant_is_refused_before_any_request(
    run: Run, unified: Lab, command: str, named: str | None
) -> None:
    assert run("init", "--yes", "--json", env=unified.env).code == 0
    token, mark = unified.token(audience="https://acme.eu.auth0.com/api/v2/"), unified.mark()
    env = unified.env | {"AUTH0_API_TOKEN": token, "AUTH0_AUDIENCE": named}
    result = run(*command.split(), "--json", env=env)
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert "AUTH0_AUDIENCE" in result.document["error"]["hint"]
    assert unified.log(mark) == []
    assert len(list(Path(os.environ["MFA_SETUP_STATE_DIR"]).glob("journal-*"))) == 1


def test_a_custom_domain_with_a_ready_token_needs_the_audience(run: Run, unified: Lab, proxy: str) -> None:
    env = under(unified, proxy, token=True)
    assert run("plan", "--json", env=env).code == 0
    result = run("plan", "--json", env=env | {"AUTH0_AUDIENCE": None})
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")


def token_for(**claims: object) -> SecretStr:
    """An access token with these claims."""
    return SecretStr(jwt.encode(claims, "x" * 32))


OWN, OTHER = "https://acme.eu.auth0.com/api/v2/", "https://other.eu.auth0.com/api/v2/"


def key_of(domain: str, token: SecretStr | None = None, named: str | None = None) -> str:
    """The key of a tenant, from the domain and what the environment holds."""
    environment = {"AUTH0_AUDIENCE": named, "AUTH0_API_TOKEN": token and token.get_secret_value()}
    given = {name: value for name, value in environment.items() if value}
    return tenant_key(SecretSource({}, given, str, lambda _label: None), domain)


def test_the_key_is_the_audience_of_the_token() -> None:
    assert key_of("acme.eu.auth0.com") == OWN
    assert key_of("login.acme.com") == "https://login.acme.com/api/v2/"
    assert key_of("login.acme.com", named=OWN) == OWN
    assert key_of("login.acme.com", token_for(aud=OWN), OWN) == OWN
    assert key_of("login.acme.com", token_for(aud=["https://api.acme.com", OWN]), OWN) == OWN
    assert key_of("acme.eu.auth0.com", token_for(aud=[OTHER, OWN])) == OWN
    assert key_of("login.acme.com", token_for(aud="https://login.acme.com/api/v2/"), OWN).startswith("https://login")


@pytest.mark.parametrize(
    "token", [SecretStr("opaque"), token_for(sub="x"), token_for(aud=[]), token_for(aud=[7]), SecretStr("a.b.c")]
)
def test_a_token_that_does_not_say_what_it_is_for_cannot_be_checked(token: SecretStr) -> None:
    assert audiences_of(token) == frozenset()
    assert key_of("acme.eu.auth0.com", token) == OWN


@pytest.mark.parametrize("aud", [OTHER, [OTHER], [OTHER, "https://api.acme.com"]])
def test_a_token_of_another_tenant_is_refused(aud: object) -> None:
    with pytest.raises(InvalidValueError, match="AUTH0_API_TOKEN"):
        key_of("acme.eu.auth0.com", token_for(aud=aud))


def test_an_audience_of_another_tenant_than_the_domain_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="does not belong to the tenant"):
        key_of("acme.eu.auth0.com", named=OTHER)
    with pytest.raises(InvalidValueError, match="does not belong to the tenant"):
        key_of("acme.eu.auth0.com", token_for(aud=OTHER), OTHER)


def test_a_cached_token_is_used_for_its_own_tenant_alone(run: Run, unified: Lab) -> None:
    assert run("init", "--yes", "--json", env=unified.env).code == 0
    (cached,) = Path(os.environ["MFA_SETUP_CACHE_DIR"]).iterdir()
    document = json.loads(cached.read_text(encoding="utf-8"))
    foreign = unified.token(audience="https://acme.eu.auth0.com/api/v2/")
    kept = cached.with_suffix(".kept")
    shutil.copy2(cached, kept)
    kept.write_text(json.dumps(document | {"access_token": foreign}), encoding="utf-8")
    kept.replace(cached)
    mark = unified.mark()
    assert run("init", "--yes", "--json", env=unified.env).code == 0
    assert [entry["status"] for entry in unified.log(mark)].count(401) == 0
    assert json.loads(cached.read_text(encoding="utf-8"))["access_token"] != foreign


def test_an_issued_token_of_another_tenant_is_not_used(run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "mfa_setup.sandbox.auth0.oauth.mint", lambda *_given, **_named: token_for(aud=OTHER).get_secret_value()
    )
    result = run("up", "--yes", "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (5, "unreadable_answer")
    assert audience(unified) in result.document["error"]["message"]
    assert unified.writes() == []


def test_the_list_of_runs_refuses_a_token_file_of_another_tenant(run: Run, unified: Lab, folder: Path) -> None:
    file = folder / "token"
    file.write_text(unified.token(audience="https://acme.eu.auth0.com/api/v2/"), encoding="utf-8")
    file.chmod(0o600)
    result = run("undo", "--list", "--json", "--api-token-file", str(file), env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
