"""`mfa-setup test login`: a real login over HTTP, played as a browser without JavaScript would."""

import signal
import socket
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pytest_mock import MockerFixture

from mfa_setup.adapters.http_policy import HttpSettings
from mfa_setup.adapters.oidc import Issuer
from mfa_setup.cli.commands import prove
from mfa_setup.cli.context import CommandContext
from mfa_setup.demo.player import Page, Player
from mfa_setup.engine.report import Report
from mfa_setup.errors import LoginRefusedError, TokenInvalidError
from mfa_setup.model.login import Attempt, Endpoints
from mfa_setup.model.observed import Application, FactorUse
from mfa_setup.model.post_login import ScopeState
from mfa_setup.prove import login
from mfa_setup.prove.login import Login
from mfa_setup.prove.login import prove as prove_login
from mfa_setup.render.sink import Sink
from mfa_setup.sandbox.login.totp import code_at
from mfa_setup.snapshot.snapshot import Snapshot
from support.lab import Lab, Run
from support.waiting import Waiting, play, started


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    """A free port, for the application's callback URL."""
    return free_port()


@pytest.fixture
def ready(run: Run, lab: Lab, port: int) -> Lab:
    """A tenant that `up` has set up, on each phone stack."""
    result = run("up", "--yes", "--json", "--url", f"http://localhost:{port}", env=lab.env)
    assert result.code == 0, result.out
    return lab


def test_a_login_with_a_code_is_proved_by_its_id_token(ready: Lab, folder: Path) -> None:
    with started(ready, folder) as process:
        waiting = Waiting(process)
        play(ready, waiting.url)
        code, document = waiting.end()
    assert code == 0, document
    proof = document["outputs"]["proof"]
    assert document["command"] == "test login"
    assert proof["amr"] == ["mfa"]
    assert proof["subject"].startswith("auth0|")
    assert proof["factor"] == "sms"
    assert proof["phone"] == "0123"
    assert abs(proof["issued_at"] - time.time()) < 60
    assert proof["seconds"] > 0


class Newcomer(Player):
    """A user who signs up, and keeps the recovery code where there is one."""

    def _submit(self, page: Page, **values: str) -> Page:
        page = super()._submit(page, **values)
        return super()._submit(page, saved="true") if "saved" in page.fields else page


class Member(Newcomer):
    """A user who has an account already, and what answers the page that asks for a second factor."""

    def __init__(self, lab: Lab, **answers: str) -> None:
        super().__init__(lab.sandbox.url, lambda _text: None)
        self._answers = answers

    def __call__(self, url: str) -> None:
        with self._web:
            page = self._open(url)
            page = self._submit(page, username=self.email, password="Correct-Horse-7")
            if "action" in self._answers:
                page = self._submit(page, action=self._answers["action"])
            self._submit(page, code=self._answers["code"])


def logged_in(lab: Lab, folder: Path, player: Player) -> dict[str, Any]:
    """The proof of a login."""
    with started(lab, folder) as process:
        player((waiting := Waiting(process)).url)
        code, document = waiting.end()
    assert code == 0, document
    return dict(document["outputs"]["proof"])


class TestTheFactor:
    """Which factor a login used is told by the tenant's log, or not at all."""

    @pytest.fixture
    def member(self, ready: Lab, folder: Path) -> str:
        """A user of the tenant who has enrolled a phone: the user's ID."""
        ready.auth0("PUT", "guardian/factors/recovery-code", {"enabled": True})
        return str(logged_in(ready, folder, Newcomer(ready.sandbox.url, lambda _text: None))["subject"])

    def test_an_authenticator_app_is_named(self, ready: Lab, folder: Path, member: str) -> None:
        secret = "JBSWY3DPEHPK3PXP"
        app = {"type": "totp", "name": "app", "totp_secret": secret}
        ready.auth0("POST", f"users/{quote(member)}/authentication-methods", app)
        ready.auth0("PUT", "guardian/factors/otp", {"enabled": True})
        proof = logged_in(ready, folder, Member(ready, code=code_at(secret, time.time())))
        assert (proof["amr"], proof["factor"], proof["phone"]) == (["mfa"], "otp", None)

    def test_a_recovery_code_is_named(self, ready: Lab, folder: Path, member: str) -> None:
        code = ready.sandbox.world.tenants[ready.domain].login.recovery[member]
        proof = logged_in(ready, folder, Member(ready, action="use-recovery", code=code))
        assert (proof["factor"], proof["phone"]) == ("recovery-code", None)

    def test_where_the_log_names_none_or_that_of_an_earlier_login_neither_does_the_proof(
        self, mocker: MockerFixture
    ) -> None:
        begun = datetime(2026, 11, 25, 12, tzinfo=UTC)
        earlier = FactorUse(at=begun - timedelta(seconds=1), factor="sms")
        unnamed = FactorUse(at=begun + timedelta(seconds=9))
        for uses, clock in (((), begun), ((earlier,), begun), ((unnamed, earlier), begun), ((earlier,), None)):
            auth0 = mocker.Mock(factor_uses=lambda _user_id, uses=uses: uses)
            assert login._factor_used(auth0, "auth0|1", clock) is None

    def test_where_the_log_cannot_be_read_a_warning_says_so(self, ready: Lab, folder: Path) -> None:
        ready.faults({"method": "GET", "path": "/api/v2/logs", "effect": "status:403", "times": 10})
        with started(ready, folder) as process:
            play(ready, (waiting := Waiting(process)).url)
            code, document = waiting.end()
        assert (code, document["outputs"]["proof"]["factor"]) == (0, None)
        assert [warning["code"] for warning in document["warnings"]] == ["evidence_unseen"]


def test_asks_with_pkce_state_nonce_and_a_new_login_at_the_applications_own_callback(
    ready: Lab, folder: Path, port: int
) -> None:
    with started(ready, folder) as process:
        asked = Waiting(process).parameters
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["prompt"] == "login"
    assert asked["redirect_uri"] == f"http://localhost:{port}"
    assert asked["client_id"] == ready.spas[0]["client_id"]
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32


def test_writes_nothing_to_the_tenant(ready: Lab, folder: Path) -> None:
    before = ready.mark()
    with started(ready, folder) as process:
        play(ready, (waiting := Waiting(process)).url)
        assert waiting.end()[0] == 0
    assert [path for _, path in ready.writes(before) if path.startswith("/api/v2/")] == []


def test_an_application_that_requires_an_organization_is_told_to_name_one(run: Run, ready: Lab) -> None:
    ready.auth0("PATCH", f"clients/{ready.spas[0]['client_id']}", {"organization_usage": "require"})
    mark = ready.mark()
    result = run("test", "login", "--no-browser", "--json", env=ready.env)
    error = result.document["error"]
    assert (result.code, error["code"]) == (6, "value_needed")
    assert "--organization" in error["hint"]
    assert not any("/authorize" in entry["path"] for entry in ready.log(mark))


def test_asks_for_the_organization_that_is_named(ready: Lab, folder: Path) -> None:
    with started(ready, folder, "--organization", "org_abcdefgh12345678") as process:
        assert Waiting(process).parameters["organization"] == "org_abcdefgh12345678"
    with started(ready, folder) as process:
        assert "organization" not in Waiting(process).parameters


def test_a_login_to_the_organization_that_an_application_requires_is_proved(ready: Lab, folder: Path) -> None:
    ready.auth0("PATCH", f"clients/{ready.spas[0]['client_id']}", {"organization_usage": "require"})
    organization = ready.control("organizations", {"name": "acme"})["id"]
    with started(ready, folder, "--organization", organization) as process:
        waiting = Waiting(process)
        play(ready, waiting.url)
        code, document = waiting.end()
    assert code == 0, document
    assert document["outputs"]["proof"]["amr"] == ["mfa"]


@pytest.mark.parametrize(
    ("claims", "organization", "holds"),
    [
        ({"org_id": "org_1"}, "org_1", True),
        ({"org_id": "org_2"}, "org_1", False),
        ({}, "org_1", False),
        ({"org_id": "org_1", "org_name": "acme"}, "Acme", True),
        ({"org_id": "org_1", "org_name": "other"}, "acme", False),
        ({"org_id": "org_1"}, "acme", True),
        ({}, None, True),
    ],
)
def test_a_token_of_a_login_to_another_organization_proves_nothing(
    mocker: MockerFixture, claims: dict[str, str], organization: str | None, *, holds: bool
) -> None:
    issuer, auth0 = mocker.Mock(), mocker.Mock()
    issuer.verify.return_value = {"sub": "auth0|1", "amr": ["mfa"], "iat": 1} | claims
    auth0.phone_of.return_value = auth0.now.return_value = None
    listener = mocker.patch("mfa_setup.prove.login.listening").return_value.__enter__.return_value
    listener.wait.return_value = {"code": "c"}
    asked = Login(issuer, auth0, None, Snapshot(policies=(), scope=ScopeState()), 1, lambda _url: None, organization)
    with nullcontext() if holds else pytest.raises(TokenInvalidError, match="organization"):
        prove_login(asked, Application(client_id="c", name="a"))


def test_an_organization_that_cannot_exist_is_refused(run: Run, unified: Lab) -> None:
    result = run("test", "login", "--organization", "Acme Corp", "--no-browser", "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (3, "invalid_value")
    assert unified.log() == []


def test_a_login_without_a_code_fails_where_the_policy_asks_for_one(ready: Lab, folder: Path) -> None:
    with started(ready, folder) as process:
        waiting = Waiting(process)
        ready.auth0("PUT", "guardian/policies", [])
        with pytest.raises(LoginRefusedError):  # it goes through before a phone is asked for
            play(ready, waiting.url)
        code, document = waiting.end()
    assert code == 1
    assert document["error"]["code"] == "login_without_mfa"
    assert "Action" in document["error"]["hint"]
    assert document["outputs"]["proof"] is None


def test_under_the_policy_never_a_login_proves_nothing_and_says_so(run: Run, ready: Lab, folder: Path) -> None:
    assert run("policy", "never", "--yes", "--json", env=ready.env).code == 0
    with started(ready, folder) as process:
        waiting = Waiting(process)
        with pytest.raises(LoginRefusedError):
            play(ready, waiting.url)
        code, document = waiting.end()
    assert (code, document["outputs"]["proof"]) == (0, None)
    assert [warning["code"] for warning in document["warnings"]] == ["mfa_not_asked"]


def test_a_knock_with_another_state_is_turned_away(ready: Lab, folder: Path, port: int) -> None:
    with started(ready, folder) as process:
        waiting = Waiting(process)
        knock = httpx.get(f"http://127.0.0.1:{port}/?code=stolen&state=guessed", trust_env=False)
        assert knock.status_code == 404
        play(ready, waiting.url)
        assert waiting.end()[0] == 0


def test_a_refusal_of_the_tenant_is_told(ready: Lab, folder: Path, port: int) -> None:
    with started(ready, folder) as process:
        waiting = Waiting(process)
        answer = {
            "error": "access_denied",
            "error_description": "\x1b[31mno\x1b[0m",
            "state": waiting.parameters["state"],
        }
        httpx.get(f"http://127.0.0.1:{port}/", params=answer, trust_env=False)
        code, document = waiting.end()
    assert (code, document["error"]["code"]) == (1, "login_refused")
    assert "no" in document["error"]["message"]


def test_nobody_coming_ends_politely(run: Run, ready: Lab) -> None:
    result = run("test", "login", "--no-browser", "--json", "--timeout", "0.2", env=ready.env)
    assert (result.code, result.document["error"]["code"]) == (1, "login_timed_out")


def test_ctrl_c_ends_it(ready: Lab, folder: Path) -> None:
    with started(ready, folder) as process:
        waiting = Waiting(process)
        process.send_signal(signal.SIGINT)
        code, document = waiting.end()
    assert (code, document["error"]["code"]) == (130, "interrupted")


def test_a_port_in_use_and_no_local_callback_say_what_to_do_and_add_nothing(run: Run, unified: Lab, port: int) -> None:
    assert run("init", "--yes", "--json", "--url", f"http://localhost:{port}", env=unified.env).code == 0
    before = unified.spas
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", port))
        busy.listen()
        result = run("test", "login", "--no-browser", "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (6, "no_callback")
    assert "--add-callback" in result.document["error"]["hint"]
    # Not every browser knows the names under localhost.
    away = ["--url", "https://app.example.com", "--url", f"http://app.localhost:{port}"]
    assert run("init", "--yes", "--json", "--name", "Away", *away, env=unified.env).code == 0
    result = run("test", "login", "--name", "Away", "--no-browser", "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (6, "no_callback")
    assert [spa for spa in unified.spas if spa["name"] != "Away"] == before


def test_add_callback_adds_one_for_the_login_and_removes_it_whatever_happens(
    run: Run, unified: Lab, folder: Path
) -> None:
    url = "https://app.example.com"
    assert run("up", "--yes", "--json", "--url", url, env=unified.env).code == 0
    with started(unified, folder, "--add-callback") as process:
        waiting = Waiting(process)
        assert len(unified.spas[0]["callbacks"]) == 2
        play(unified, waiting.url)
        assert waiting.end()[0] == 0
    assert unified.spas[0]["callbacks"] == [url]
    with started(unified, folder, "--add-callback") as process:
        waiting = Waiting(process)
        process.send_signal(signal.SIGTERM)
        assert waiting.end()[0] == 143
    assert unified.spas[0]["callbacks"] == [url]


def test_without_an_application_it_names_up(run: Run, unified: Lab) -> None:
    result = run("test", "login", "--json", env=unified.env)
    assert result.code == 6
    assert "mfa-setup up" in result.document["error"]["hint"]


class TestTheIdToken:
    """What `test login` believes: only a token that is an answer to this very login."""

    @pytest.fixture
    def issuer(self, unified: Lab) -> Issuer:
        return Issuer(unified.sandbox.url, HttpSettings(budget=2))

    @pytest.fixture
    def endpoints(self, issuer: Issuer) -> Endpoints:
        return issuer.discover()

    @pytest.fixture
    def attempt(self) -> Attempt:
        return Attempt("client-1")

    def claims(self, unified: Lab, attempt: Attempt, **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        good = {
            "iss": f"{unified.sandbox.url}/",
            "aud": attempt.client_id,
            "sub": "auth0|1",
            "nonce": attempt.nonce,
            "iat": now,
            "exp": now + 3600,
            "amr": ["mfa"],
        }
        return {name: value for name, value in {**good, **changed}.items() if value is not None}

    def test_a_good_one_is_believed(self, unified: Lab, issuer: Issuer, endpoints: Endpoints, attempt: Attempt) -> None:
        token = unified.sandbox.world.first.key.sign(self.claims(unified, attempt))
        assert issuer.verify(endpoints, attempt, token)["amr"] == ["mfa"]

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"nonce": "another"}, "nonce"),
            ({"nonce": None}, "nonce"),
            ({"aud": "client-2"}, "another application"),
            ({"iss": "https://evil.example.com/"}, "another issuer"),
            ({"exp": 1_000_000_000}, "expired"),
            ({"iat": 4_000_000_000}, "future"),
            ({"sub": None}, "cannot be verified"),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_a_changed_one_is_not(
        self,
        unified: Lab,
        issuer: Issuer,
        endpoints: Endpoints,
        attempt: Attempt,
        changed: dict[str, Any],
        said: str,
    ) -> None:
        token = unified.sandbox.world.first.key.sign(self.claims(unified, attempt, **changed))
        with pytest.raises(TokenInvalidError, match=said):
            issuer.verify(endpoints, attempt, token)

    def test_one_signed_by_another_key_is_not(
        self, unified: Lab, make_lab: Callable[..., Lab], issuer: Issuer, endpoints: Endpoints, attempt: Attempt
    ) -> None:
        stranger = make_lab(phone_stack="legacy").sandbox.world.first.key
        token = stranger.sign(self.claims(unified, attempt))
        with pytest.raises(TokenInvalidError, match=r"signature|does not publish"):
            issuer.verify(endpoints, attempt, token)

    def test_one_that_is_not_signed_is_not(
        self, unified: Lab, issuer: Issuer, endpoints: Endpoints, attempt: Attempt
    ) -> None:
        import jwt  # noqa: PLC0415

        key = unified.sandbox.world.first.key.sign({}).split(".")[0]
        unsigned = jwt.encode(self.claims(unified, attempt), "", algorithm="none").split(".")
        for head in (key, unsigned[0]):
            with pytest.raises(TokenInvalidError):
                issuer.verify(endpoints, attempt, f"{head}.{unsigned[1]}.")

    def test_one_that_is_nested_too_deep_is_not(self, issuer: Issuer, endpoints: Endpoints, attempt: Attempt) -> None:
        nested = urlsafe_b64encode(b"[" * 100_000).decode().rstrip("=")
        with pytest.raises(TokenInvalidError):
            issuer.verify(endpoints, attempt, f"{nested}.{nested}.x")


@pytest.mark.parametrize(("asked", "person", "opens"), [(True, True, True), (False, True, False), (True, False, False)])
def test_opens_a_browser_only_where_a_person_sits_and_wants_one(
    mocker: MockerFixture, capsys: pytest.CaptureFixture[str], *, asked: bool, person: bool, opens: bool
) -> None:
    browser = mocker.patch("webbrowser.open", return_value=True)
    context = CommandContext(Sink(), mocker.Mock(can_ask=person), Report("test login"))
    prove._show(context, "http://localhost:1/authorize", browser=asked)
    assert browser.called is opens
    said = capsys.readouterr().err
    assert "http://localhost:1/authorize" in said
    assert ("open in your browser" in said) is opens
