"""How the tool shows who it is, and how it keeps the one access token that a run needs."""

import errno
import json
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mfa_setup.cli.prompter import Prompter
from mfa_setup.sandbox.auth0.tokens import SigningKey
from support.lab import Lab, Result, Run
from support.scene import key_pair, rotate_token, token_held

READS = ["read:tenant_settings", "read:clients", "read:connections"]
WRITES = ["create:clients", "update:clients", "update:connections"]

Init = Callable[..., Result]


@pytest.fixture
def init(run: Run, unified: Lab) -> Init:
    """Runs `init`, which needs Auth0 alone."""

    def call(*arguments: str, stdin: str = "", **env: str | None) -> Result:
        return run("init", "--yes", "--json", *arguments, env=unified.env | env, stdin=stdin)

    return call


def asked(lab: Lab, since: int = 0) -> int:
    """How many access tokens were asked for."""
    return sum(entry["path"] == "/oauth/token" for entry in lab.log(since))


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    """A private key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def pem(key: rsa.RSAPrivateKey) -> str:
    """It in PEM form."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def registered(key: rsa.RSAPrivateKey, pem: str, unified: Lab) -> str:
    """The private key, of which the tenant knows the public half."""
    unified.control(f"clients/{unified.env['AUTH0_CLIENT_ID']}/public_key", {"pem": public_pem_of(key)})
    return pem


def public_pem_of(key: rsa.RSAPrivateKey) -> str:
    """The public half of a key in PEM form."""
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*form).decode()


# --- who we are ----------------------------------------------------------------------------------------------------


def test_a_client_id_and_secret_are_enough(init: Init, unified: Lab) -> None:
    assert init().code == 0
    assert asked(unified) == 1


@pytest.mark.parametrize("algorithm", [None, "RS256", "RS384", "PS256"])
def test_a_private_key_stands_for_the_secret(init: Init, registered: str, algorithm: str | None) -> None:
    result = init(
        AUTH0_CLIENT_SECRET=None,
        AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=registered,
        AUTH0_CLIENT_ASSERTION_SIGNING_ALG=algorithm,
    )
    assert result.code == 0, result.out


def pem_of(key: Any, *, password: bytes | None = None) -> str:
    """A private key in PEM form."""
    encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    return str(key.private_bytes(*form, encryption).decode())


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (public_pem_of, "contains a public key"),
        (lambda key: pem_of(key).replace("\n", "\\n"), r"the two characters \n"),
        (lambda key: pem_of(key, password=b"secret"), "is encrypted with a password"),
        (lambda _key: pem_of(ec.generate_private_key(ec.SECP256R1())), "is not an RSA key"),
        (lambda key: pem_of(key)[:200], "cannot be read"),
        (lambda _key: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "contains a certificate"),
    ],
)
def test_what_is_no_private_key_is_named_before_any_request(
    init: Init, unified: Lab, key: Any, spoil: Callable[[Any], str], says: str
) -> None:
    text, mark = spoil(key), unified.mark()
    for result in (
        init(AUTH0_CLIENT_SECRET=None, AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=text),
        init("--private-key-file", "-", stdin=text, AUTH0_CLIENT_SECRET=None),
    ):
        error = result.document["error"]
        assert (result.code, error["code"]) == (3, "invalid_value")
        assert says in error["message"]
        assert "private key" in error["hint"]
        assert not [line for line in re.findall(r"[A-Za-z0-9+/]{30,}", text) if line in result.out]
    assert asked(unified, mark) == 0


def test_a_private_key_goes_before_a_secret(init: Init, registered: str) -> None:
    assert init(AUTH0_CLIENT_SECRET="wrong", AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=registered).code == 0


def test_a_private_key_that_the_tenant_does_not_know_is_refused(init: Init, pem: str, unified: Lab) -> None:
    result = init(AUTH0_CLIENT_SECRET=None, AUTH0_CLIENT_ASSERTION_PRIVATE_KEY=pem)
    assert result.code == 4
    assert result.document["error"]["code"] == "credentials_refused"
    assert unified.writes() == []


@pytest.mark.parametrize("variable", ["AUTH0_API_TOKEN", "AUTH0_ACCESS_TOKEN"])
def test_a_ready_token_needs_no_client_and_none_is_asked_for(init: Init, unified: Lab, variable: str) -> None:
    token = unified.token()
    result = init(AUTH0_CLIENT_ID=None, AUTH0_CLIENT_SECRET=None, **{variable: token})
    assert result.code == 0, result.out
    assert asked(unified) == 0
    assert token not in result.out + result.err


def test_a_ready_token_goes_before_client_and_secret(init: Init, unified: Lab) -> None:
    assert init(AUTH0_API_TOKEN=unified.token(), AUTH0_CLIENT_SECRET="wrong").code == 0


@pytest.mark.parametrize(
    ("options", "code", "error", "says"),
    [
        ({"expires_in": -10}, 4, "credentials_refused", "expired"),
        ({"audience": "https://other/api/v2/"}, 3, "invalid_value", "another API"),
    ],
)
def test_a_ready_token_that_is_no_good_is_refused_and_no_other_asked_for(
    init: Init, unified: Lab, options: dict[str, Any], code: int, error: str, says: str
) -> None:
    result = init(AUTH0_API_TOKEN=unified.token(**options))
    assert result.code == code
    assert result.document["error"]["code"] == error
    assert says in result.document["error"]["message"]
    assert asked(unified) == 0


def test_a_ready_token_that_lacks_scopes_is_told_all_of_them_before_any_write(init: Init, unified: Lab) -> None:
    result = init(AUTH0_API_TOKEN=unified.token(scope=READS))
    assert result.code == 4
    assert result.document["error"]["code"] == "scope_missing"
    assert "create:clients" in result.document["error"]["message"]
    assert "update:connections" in result.document["error"]["message"]
    assert unified.writes() == []


def test_a_wrong_secret_is_refused_by_the_name_of_its_service(init: Init) -> None:
    result = init(AUTH0_CLIENT_SECRET="wrong")
    assert result.code == 4
    assert result.document["error"]["service"] == "auth0"
    assert "AUTH0_CLIENT_SECRET" in result.document["error"]["hint"]


# --- secrets from files --------------------------------------------------------------------------------------------


def secret_of(lab: Lab, name: str, private_key: str) -> str:
    """One of the secrets."""
    return {
        "client-secret": lab.env["AUTH0_CLIENT_SECRET"],
        "api-token": lab.token(),
        "private-key": private_key,
        "twilio-auth-token": lab.env["TWILIO_AUTH_TOKEN"],
    }[name]


VARIABLES = {
    "client-secret": "AUTH0_CLIENT_SECRET",
    "api-token": "AUTH0_CLIENT_SECRET",
    "private-key": "AUTH0_CLIENT_SECRET",
    "twilio-auth-token": "TWILIO_AUTH_TOKEN",
}
"""Each option for a secret, and the variable that is not set while it is used."""


@pytest.mark.parametrize("name", VARIABLES)
def test_a_secret_may_come_from_a_file(run: Run, unified: Lab, folder: Path, registered: str, name: str) -> None:
    (folder / "secret").write_text(secret_of(unified, name, registered) + "\n", encoding="utf-8")
    env = unified.env | {VARIABLES[name]: None}
    result = run("up", "--yes", "--json", f"--{name}-file", "secret", env=env)
    assert result.code == 0, result.out
    assert token_held(unified) == unified.env["TWILIO_AUTH_TOKEN"]


@pytest.mark.parametrize("name", VARIABLES)
def test_a_secret_may_come_from_standard_input(run: Run, unified: Lab, registered: str, name: str) -> None:
    env = unified.env | {VARIABLES[name]: None}
    stdin = secret_of(unified, name, registered) + "\n"
    result = run("up", "--yes", "--json", f"--{name}-file", "-", env=env, stdin=stdin)
    assert result.code == 0, result.out


def test_the_secret_of_an_api_key_may_come_from_standard_input(run: Run, unified: Lab) -> None:
    pair = key_pair(unified)
    env = unified.env | {"TWILIO_AUTH_TOKEN": None, "TWILIO_API_KEY": pair["TWILIO_API_KEY"]}
    result = run(
        "buy-number", "--yes", "--json", "--twilio-api-secret-file", "-", env=env, stdin=pair["TWILIO_API_SECRET"]
    )
    assert result.code == 0, result.out


def test_a_file_goes_before_the_environment(init: Init, unified: Lab, folder: Path) -> None:
    (folder / "secret").write_text(unified.env["AUTH0_CLIENT_SECRET"], encoding="utf-8")
    assert init("--client-secret-file", "secret", AUTH0_CLIENT_SECRET="wrong").code == 0


# --- the token of an earlier run -----------------------------------------------------------------------------------


@pytest.fixture
def cache(init: Init) -> Path:
    """The file in which a first run has kept its token."""
    assert init().code == 0
    (file,) = Path(os.environ["MFA_SETUP_CACHE_DIR"]).iterdir()
    return file


def edit(cache: Path, **changes: object) -> None:
    """Changes what the file says."""
    mode = stat.S_IMODE(cache.stat().st_mode)
    cache.write_text(json.dumps(json.loads(cache.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    cache.chmod(mode)


def kept(cache: Path) -> str:
    """The token in the file."""
    return str(json.loads(cache.read_text(encoding="utf-8"))["access_token"])


def forged(cache: Path) -> str:
    """The token with another signature: one that has been revoked, as far as Auth0 is concerned."""
    head, _, signature = kept(cache).rpartition(".")
    return f"{head}.{signature[::-1]}"


def test_only_its_owner_can_read_the_file_and_its_folder(cache: Path) -> None:
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.parent.stat().st_mode) == 0o700


@pytest.mark.usefixtures("cache")
def test_the_next_run_uses_it(init: Init, run: Run, unified: Lab) -> None:
    mark = unified.mark()
    assert init().code == 0
    assert run("status", "--json", env=unified.env).code == 0
    assert asked(unified, mark) == 0


def test_one_run_asks_once_whatever_it_does(run: Run, lab: Lab) -> None:
    assert run("up", "--yes", "--json", "--no-token-cache", env=lab.env).code == 0
    assert asked(lab) == 1


@pytest.mark.usefixtures("cache")
def test_another_client_does_not_use_it(init: Init, unified: Lab) -> None:
    mark = unified.mark()
    assert init(AUTH0_CLIENT_ID="another").code == 4
    assert asked(unified, mark) == 1


@pytest.mark.parametrize("seconds", [-1, 30])
def test_one_that_has_expired_or_is_about_to_is_not_used(init: Init, unified: Lab, cache: Path, seconds: float) -> None:
    edit(cache, expires_at=time.time() + seconds)
    mark = unified.mark()
    assert init().code == 0
    assert asked(unified, mark) == 1
    assert init().code == 0
    assert asked(unified, mark) == 1


def test_one_that_is_refused_is_dropped_and_asked_for_once_more(init: Init, unified: Lab, cache: Path) -> None:
    edit(cache, access_token=forged(cache))
    refused, mark = kept(cache), unified.mark()
    assert init().code == 0
    assert asked(unified, mark) == 1
    assert kept(cache) != refused
    assert init().code == 0
    assert asked(unified, mark) == 1


@pytest.mark.parametrize("revoked", [False, True], ids=["used from the cache", "renewed as well"])
def test_one_that_another_run_has_renewed_meanwhile_stays_in_the_file(
    run: Run, unified: Lab, cache: Path, monkeypatch: pytest.MonkeyPatch, *, revoked: bool
) -> None:
    if revoked:
        edit(cache, access_token=forged(cache))
    newer = unified.token(expires_in=90000)  # a token of the same second and lifetime would be the same one

    def doing(_terminal: Prompter, text: str) -> None:
        if text.startswith("Checking"):  # after the reads, with which this run has renewed its own
            edit(cache, access_token=newer, expires_at=time.time() + 90000)

    monkeypatch.setattr(Prompter, "doing", doing)
    mark = unified.mark()
    assert run("plan", "--json", env=unified.env).code == 0
    assert asked(unified, mark) == revoked
    assert kept(cache) == newer


def test_what_a_run_has_learned_is_kept_with_the_token_that_it_has_renewed(run: Run, unified: Lab, cache: Path) -> None:
    edit(cache, access_token=forged(cache), stack=None)
    refused = kept(cache)
    assert run("plan", "--json", env=unified.env).code == 0
    assert kept(cache) != refused
    assert json.loads(cache.read_text(encoding="utf-8"))["stack"] == "unified"


@pytest.mark.usefixtures("cache")
def test_one_that_is_revoked_under_several_reads_at_once_is_asked_for_once(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doing(_terminal: Prompter, text: str) -> None:
        if text.startswith("Reading the tenant"):
            monkeypatch.setattr(unified.sandbox.world.first, "key", SigningKey())

    monkeypatch.setattr(Prompter, "doing", doing)
    mark = unified.mark()
    result = run("plan", "--json", env=unified.env)
    assert result.code == 0, result.out
    assert sum(entry["status"] == 401 for entry in unified.log(mark)) >= 1
    assert asked(unified, mark) == 1


def test_a_wrong_secret_is_refused_while_a_token_of_the_right_one_is_cached(run: Run, unified: Lab) -> None:
    assert run("plan", "--json", env=unified.env).code == 0
    result = run("doctor", "--json", env={**unified.env, "AUTH0_CLIENT_SECRET": "x" * 64})
    assert (result.code, result.document["error"]["code"]) == (4, "credentials_refused")
    mark = unified.mark()
    assert run("plan", "--json", env=unified.env).code == 0
    assert asked(unified, mark) == 0


def test_a_new_one_that_is_refused_is_not_asked_for_again(init: Init, unified: Lab) -> None:
    unified.faults({"method": "GET", "path": "/api/v2/tenants/settings", "effect": "status:401", "times": 9})
    result = init()
    assert result.code == 4
    assert result.document["error"]["code"] == "credentials_refused"
    assert asked(unified) == 1


def _no_longer_valid(unified: Lab, patch: pytest.MonkeyPatch, moment: str) -> None:
    """Lets the tenant accept no token of before any more, from a moment of the run on."""
    left = [moment]

    def doing(_terminal: Prompter, text: str) -> None:
        if left and text.startswith(left[0]):
            left.clear()
            patch.setattr(unified.sandbox.world.first, "key", SigningKey())

    patch.setattr(Prompter, "doing", doing)


def test_one_that_ends_under_several_reads_of_the_run_that_asked_for_it_is_renewed_once(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    _no_longer_valid(unified, monkeypatch, "Reading the tenant")
    result = run("plan", "--json", "--no-token-cache", env=unified.env)
    assert result.code == 0, result.out
    assert sum(entry["status"] == 401 for entry in unified.log()) >= 1
    assert asked(unified) == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/v2/clients"), ("POST", "/api/v2/branding/phone/providers"), ("PUT", "/api/v2/guardian/policies")],
)
def test_a_write_that_meets_its_end_is_sent_again_with_a_new_one(
    run: Run, unified: Lab, method: str, path: str
) -> None:
    unified.faults({"method": method, "path": path, "effect": "status:401"})
    result = run("up", "--yes", "--json", env=unified.env)
    assert result.code == 0, result.out
    assert asked(unified) == 2
    assert sum(write == (method, path) for write in unified.writes()) == 2
    assert run("plan", "--check", "--json", env=unified.env).code == 0


def test_one_that_keeps_ending_is_renewed_once_in_a_run(run: Run, unified: Lab) -> None:
    unified.faults({"method": "PUT", "path": "/api/v2/guardian/*", "effect": "status:401", "times": 9})
    result = run("up", "--yes", "--json", env=unified.env)
    assert result.document["error"]["code"] == "credentials_refused"
    assert asked(unified) == 2


def test_a_ready_one_that_ends_is_no_more_asked_for(init: Init, unified: Lab) -> None:
    unified.faults({"method": "POST", "path": "/api/v2/clients", "effect": "status:401"})
    result = init(AUTH0_API_TOKEN=unified.token())
    assert result.document["error"]["code"] == "credentials_refused"
    assert asked(unified) == 0


def test_one_that_lacks_a_scope_is_asked_for_once_more_and_does_when_it_has_been_granted(
    init: Init, unified: Lab
) -> None:
    unified.grant(READS)
    assert init().document["error"]["code"] == "scope_missing"
    unified.grant(READS + WRITES)
    mark = unified.mark()
    assert init().code == 0
    assert asked(unified, mark) == 1


def test_one_that_still_lacks_it_ends_the_run_after_one_more(init: Init, unified: Lab) -> None:
    unified.grant(READS)
    init()
    mark = unified.mark()
    result = init()
    assert result.code == 4
    assert "create:clients" in result.document["error"]["message"]
    assert asked(unified, mark) == 1
    assert unified.writes() == []


def test_no_token_cache_keeps_none(init: Init, unified: Lab) -> None:
    folder = Path(os.environ["MFA_SETUP_CACHE_DIR"])
    assert init("--no-token-cache").code == 0
    assert not folder.exists() or not list(folder.iterdir())
    assert init("--no-token-cache").code == 0
    assert asked(unified) == 2


def test_no_token_cache_does_not_use_or_touch_the_one_that_is_there(init: Init, unified: Lab, cache: Path) -> None:
    before, mark = cache.read_bytes(), unified.mark()
    assert init("--no-token-cache").code == 0
    assert asked(unified, mark) == 1
    assert cache.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_not_used_and_is_closed_to_them(
    init: Init, unified: Lab, cache: Path, mode: int
) -> None:
    cache.chmod(mode)
    mark = unified.mark()
    assert init().code == 0
    assert asked(unified, mark) == 1
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"access_token": 1}', "\x00"])
def test_a_file_that_is_spoilt_is_not_used(init: Init, unified: Lab, cache: Path, text: str) -> None:
    cache.write_text(text, encoding="utf-8")
    mark = unified.mark()
    assert init().code == 0
    assert asked(unified, mark) == 1


def test_a_folder_that_cannot_be_made_is_no_obstacle(init: Init, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").touch()
    monkeypatch.setenv("MFA_SETUP_CACHE_DIR", str(folder / "file" / "cache"))
    assert init().code == 0


def test_a_ready_token_is_not_kept(init: Init, unified: Lab) -> None:
    assert init(AUTH0_API_TOKEN=unified.token()).code == 0
    folder = Path(os.environ["MFA_SETUP_CACHE_DIR"])
    assert not folder.exists() or not list(folder.iterdir())


def test_no_output_holds_a_secret_or_a_token(init: Init, unified: Lab, cache: Path) -> None:
    result = init("-v")
    for secret in (unified.env["AUTH0_CLIENT_SECRET"], kept(cache)):
        assert secret not in result.out + result.err


# --- folders that cannot be used -----------------------------------------------------------------------------------


def read_only(patch: pytest.MonkeyPatch) -> None:
    """Lets the cache folder be on a file system that cannot be written to."""
    folder = os.environ["MFA_SETUP_CACHE_DIR"]
    refused = OSError(errno.EROFS, os.strerror(errno.EROFS))

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        if str(path).startswith(folder):
            raise refused
        real_unlink(path, missing_ok=missing_ok)

    def mkstemp(*arguments: Any, **named: Any) -> Any:
        if str(named.get("dir")).startswith(folder):
            raise refused
        return real(*arguments, **named)

    real, real_unlink = tempfile.mkstemp, Path.unlink
    patch.setattr(Path, "unlink", unlink)
    patch.setattr(tempfile, "mkstemp", mkstemp)


def test_one_that_lacks_a_scope_and_cannot_be_removed_is_replaced_for_this_run(
    init: Init, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    unified.grant(READS)
    assert init().document["error"]["code"] == "scope_missing"
    unified.grant(READS + WRITES)
    mark = unified.mark()
    read_only(monkeypatch)
    result = init()
    assert result.code == 0, result.out
    assert asked(unified, mark) == 1


def test_one_that_is_revoked_and_cannot_be_removed_is_replaced_for_this_run(
    init: Init, unified: Lab, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(cache, access_token=forged(cache))
    mark = unified.mark()
    read_only(monkeypatch)
    result = init()
    assert result.code == 0, result.out
    assert asked(unified, mark) == 1


PLACES: dict[str, tuple[dict[str, str | None], int]] = {
    "a cache folder below a file": ({"MFA_SETUP_CACHE_DIR": "file/cache"}, 0),
    "a cache folder with an endless name": ({"MFA_SETUP_CACHE_DIR": "x" * 300}, 0),
    "a state folder below a file": ({"MFA_SETUP_STATE_DIR": "file/state"}, 3),
    "a state folder with an endless name": ({"MFA_SETUP_STATE_DIR": "x" * 300}, 3),
    "a home that is not there": ({"MFA_SETUP_STATE_DIR": None, "MFA_SETUP_CACHE_DIR": None, "HOME": "file/home"}, 3),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("command", ["plan", "up", "status", "doctor", "undo --list", "undo"])
def test_a_folder_that_cannot_be_made_is_no_defect(
    run: Run, unified: Lab, folder: Path, place: str, command: str
) -> None:
    (folder / "file").touch()
    for variable in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        os.environ.pop(variable, None)
    environment, code = PLACES[place]
    places = {name: value and str(folder / value) for name, value in environment.items()}
    result = run(*command.split(), "--yes", "--json", env=unified.env | places)
    error = result.document["error"]
    assert (error or {}).get("code") != "internal_error"
    if command == "up":
        assert result.code == code
    if command == "up" and code:
        assert error["code"] == "config_unreadable"
        assert "MFA_SETUP_STATE_DIR" in error["hint"]


def test_a_user_without_a_home_is_told_what_to_set(
    run: Run, unified: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless(_name: str) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr("platformdirs.user_cache_path", homeless)
    monkeypatch.setattr("platformdirs.user_state_path", homeless)
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    env = unified.env | {"MFA_SETUP_CACHE_DIR": None, "MFA_SETUP_STATE_DIR": str(folder)}
    result = run("up", "--yes", "--json", env=env)
    assert (result.code, result.document["error"]["code"]) == (3, "config_unreadable")
    assert "MFA_SETUP_CACHE_DIR" in result.document["error"]["hint"]


@pytest.mark.parametrize("command", ["policy always", "up"])
def test_a_refusal_by_twilio_keeps_its_status_and_request_id_on_the_way_through_the_guard(
    run: Run, lab: Lab, command: str
) -> None:
    rotate_token(lab)
    error = run(*command.split(), "--yes", "--json", env=lab.env).document["error"]
    assert (error["code"], error["service"], error["status"]) == ("credentials_refused", "twilio", 401)
    assert error["request_id"]


def test_a_check_that_a_service_kept_from_being_made_keeps_its_request_too(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", "--policy", "never", env=unified.env).code == 0
    unified.faults({"method": "GET", "path": "*/Balance.json", "effect": "status:400", "times": 9})
    error = run("policy", "always", "--yes", "--json", env=unified.env).document["error"]
    assert (error["service"], error["status"]) == ("twilio", 400)


def test_a_guard_that_refuses_for_a_services_answer_keeps_its_request_too(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", "--policy", "never", env=unified.env).code == 0
    unified.faults({"method": "GET", "path": "/2010-04-01/Accounts/*.json", "effect": "status:403", "times": 99})
    error = run("policy", "always", "--yes", "--json", env=unified.env).document["error"]
    assert (error["service"], error["status"]) == ("twilio", 403)
