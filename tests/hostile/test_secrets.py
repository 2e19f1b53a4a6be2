"""The secret hunt: no command, in no mode, whatever goes wrong, lets a secret out."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pexpect
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hostile.commands import commands, line, options, serve_nothing
from hostile.hunt import files, found
from hostile.spoiler import HostileLab, Sent
from mfa_setup import compose
from mfa_setup.adapters.auth0 import Auth0Adapter
from mfa_setup.render import sanitize
from mfa_setup.settings.schema import SECRETS, SETTINGS
from support.lab import Result, Run
from support.tally import Count

MODES = ((), ("--json",), ("-v",), ("-q",), ("--json", "-vv"), ("--format", "markdown"))
AWKWARD = {
    "AUTH0_CLIENT_SECRET": 'Zq7"\\/+&=%é<secret>Wn4Kc8Tb2Hx6Jf9',
    "AUTH0_API_TOKEN": "eyJPLANTEDheader.eyJQbGFudGVkUGF5bG9hZDcyOTE.S1gnatureQ8rT5vYx2",
    "AUTH0_ACCESS_TOKEN": "Yb3Nq9Rs5Vd1Lm7Gp2Kz8Wt4Xc6",
    "TWILIO_AUTH_TOKEN": 'Hk4"Pw9/Uf2+Sx7&Jd5=Qv1%Bn8Zr3<Mc6',
    "MFA_SETUP_OLD_TWILIO_AUTH_TOKEN": "Rm2Jx8Vc5Ty9Kq3Ws7Lh4Zn6Bd1Fp",
    "TWILIO_API_SECRET": "Tg8Lw3Fy6Ds1Rk9Nv5Xj2Cp7Mb4Qh",
}
ACCESS = "access token"


@pytest.fixture(scope="session")
def pem() -> str:
    """A private key, as a secret of many lines."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class Hunt:
    """Runs commands, and looks for the secrets of their environment in all that they leave."""

    def __init__(self, run: Run, lab: HostileLab, folder: Path, secrets: dict[str, str], count: Count) -> None:
        self._run, self._lab, self.folder, self._count = run, lab, folder, count
        self.secrets = secrets
        self.arguments: list[str] = []

    def __call__(self, *arguments: str, env: dict[str, str | None] | None = None, stdin: str = "") -> list[str]:
        """What is found after one run."""
        self.last = self._run(*arguments, env={**self._lab.env, **(env or {})}, stdin=stdin)
        self._count("runs of the secret hunt")
        return self.seen(self.last)

    def seen(self, result: Result) -> list[str]:
        """What is found in the output of a run, in the tool's folders, and in what it started."""
        base = self.folder.parent
        kept = files([base / "state", base / "cache", self.folder])
        texts = {"stdout": result.out, "stderr": result.err, "arguments": "\n".join(self.arguments), **kept}
        tokens = {path: text for path, text in kept.items() if Path(path).name.startswith("token-") and "cache" in path}
        for path in tokens:
            assert Path(path).stat().st_mode & 0o777 == 0o600, path
        cached = {
            f"{ACCESS} of {path}": json.loads(text.split("\n")[1])["access_token"] for path, text in tokens.items()
        }
        elsewhere = {place: text for place, text in texts.items() if place not in tokens}
        return found(self.secrets, texts) + found(cached, elsewhere)


Hunting = Callable[..., Hunt]


@pytest.fixture
def hunting(run: Run, hostile: HostileLab, folder: Path, count: Count, monkeypatch: pytest.MonkeyPatch) -> Hunting:
    """A hunt for the sandbox's own secrets and some more; every program that is started is noted."""
    serve_nothing(monkeypatch, play=True)
    (folder / "src").mkdir()

    def start(secrets: dict[str, str] | None = None) -> Hunt:
        own = {name: hostile.env[name] for name in ("AUTH0_CLIENT_SECRET", "TWILIO_AUTH_TOKEN")}
        hunt = Hunt(run, hostile, folder, {**own, **(secrets or {})}, count)

        def note(arguments: Any, *_more: Any, **_named: Any) -> Any:
            hunt.arguments.append(str(arguments))
            raise FileNotFoundError

        monkeypatch.setattr(subprocess, "Popen", note)
        return hunt

    return start


def every_way(few: int) -> list[Any]:
    """Commands and modes: each command in one mode here, all in all of them in a sweep."""
    names = list(commands())
    all_ways = list(product(names, MODES))
    some = {(name, MODES[(index + few) % len(MODES)]) for index, name in enumerate(names)}
    return [
        pytest.param(name, mode, id=f"{name} {' '.join(mode)}", marks=() if (name, mode) in some else pytest.mark.sweep)
        for name, mode in all_ways
    ]


def asked(name: str, mode: tuple[str, ...]) -> list[str]:
    """A command line that asks nothing and waits for little."""
    known = options(name)
    words = [*line(name), *mode, "--yes", "--no-input"]
    if "--timeout" in known:
        words += ["--timeout", "1"]
    if "--write-config" in known:
        words += ["--write-config", "src/auth_config.json"]
    return words + (["--port", "0"] if "--port" in known else [])


@pytest.mark.parametrize(("name", "mode"), every_way(0))
def test_a_run_that_works_shows_none(hunting: Hunting, name: str, mode: tuple[str, ...]) -> None:
    hunt = hunting()
    assert hunt("up", "--yes") == []  # so that there is something to look at, to prove and to undo
    assert hunt(*asked(name, mode)) == []


@pytest.mark.parametrize(("name", "mode"), every_way(1))
def test_refused_credentials_show_none(hunting: Hunting, pem: str, name: str, mode: tuple[str, ...]) -> None:
    hunt = hunting({**AWKWARD, "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": pem})
    shown = {variable for secret in SECRETS.values() for variable in secret.variables}
    assert shown == set(hunt.secrets)
    assert hunt(*asked(name, mode), env={**hunt.secrets}) == []
    awkward: dict[str, str | None] = {"AUTH0_CLIENT_SECRET": AWKWARD["AUTH0_CLIENT_SECRET"]}
    assert hunt(*asked(name, mode), env={**awkward, "TWILIO_AUTH_TOKEN": AWKWARD["TWILIO_AUTH_TOKEN"]}) == []


def echo(secrets: dict[str, str]) -> Callable[[Sent], Sent]:
    """A service that refuses everything, and quotes the request's credentials in every form it can think of."""
    said = " ".join(
        f"{value} {quote(value, safe='')} Basic {base64.b64encode(f'{user}:{value}'.encode()).decode()}"
        for value in secrets.values()
        for user in ("AC0", "AC01", "AC012")
    )

    def spoil(sent: Sent) -> Sent:
        if sent.path == "/oauth/token":
            return sent
        body = {"statusCode": 400, "code": 21_211, "error": said, "message": said, "errorCode": said}
        headers = {**sent.headers, "content-type": "application/json", "x-auth0-requestid": quote(said[:200])}
        return Sent(sent.method, sent.path, 400, headers, json.dumps(body).encode())

    return spoil


@pytest.mark.parametrize(("name", "mode"), every_way(2))
def test_a_service_that_quotes_them_is_masked(
    hunting: Hunting, hostile: HostileLab, name: str, mode: tuple[str, ...]
) -> None:
    hunt = hunting()
    hostile.spoiler.spoil = echo(hunt.secrets)
    assert hunt(*asked(name, mode)) == []


@pytest.mark.parametrize("mode", MODES)
def test_the_access_token_is_masked_too(hunting: Hunting, hostile: HostileLab, mode: tuple[str, ...]) -> None:
    hunt = hunting()
    assert hunt("init", "--yes") == []
    (cache,) = (hunt.folder.parent / "cache").glob("token-*.json")
    hostile.spoiler.spoil = echo({ACCESS: json.loads(cache.read_text(encoding="utf-8"))["access_token"]})
    assert hunt("plan", *mode) == []


@pytest.mark.parametrize(("name", "mode"), every_way(3))
def test_a_crash_that_quotes_them_is_masked(
    hunting: Hunting, monkeypatch: pytest.MonkeyPatch, name: str, mode: tuple[str, ...]
) -> None:
    hunt = hunting()

    def crash(*_given: Any, **_named: Any) -> Any:
        raise RuntimeError(" ".join(hunt.secrets.values()))

    monkeypatch.setattr(Auth0Adapter, "settings", crash)
    assert hunt(*asked(name, mode)) == []
    monkeypatch.setattr(compose, "_connect", crash)
    assert hunt(*asked(name, mode)) == []


_BROKEN = """
import os
from mfa_setup.render.sink import Sink
from mfa_setup.__main__ import main

def crash(*_given):
    raise RuntimeError(os.environ["TWILIO_AUTH_TOKEN"])

Sink.{part} = crash
main()
"""


@pytest.mark.parametrize("part", ["result", "working", "_put"])
def test_even_a_crash_of_what_shows_everything_shows_no_traceback(folder: Path, liar: HostileLab, part: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _BROKEN.format(part=part), "plan", "-v"],
        env={**os.environ, **liar.env},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    told = {"stdout": ended.stdout, "stderr": ended.stderr}
    assert "Traceback" not in ended.stderr
    assert found({"TWILIO_AUTH_TOKEN": liar.env["TWILIO_AUTH_TOKEN"]}, told) == []
    assert ended.returncode in {0, 1}


def test_without_the_masks_the_hunt_finds_them(
    hunting: Hunting, hostile: HostileLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sanitize, "_masked", lambda _forms, _windows, text: text)
    hunt = hunting()
    hostile.spoiler.spoil = echo(hunt.secrets)
    assert "TWILIO_AUTH_TOKEN in stderr" in hunt("up", "--yes")
    assert "AUTH0_CLIENT_SECRET in stdout" in hunt("up", "--yes", "--json")


_TYPED = [setting for setting in SETTINGS if setting.kind not in {"choice", "boolean"}]
PLACES = [
    *(pytest.param((setting.flag, None), id=setting.flag) for setting in _TYPED),
    *(
        pytest.param((None, name), id=name)
        for name in (
            *(setting.variable for setting in _TYPED if setting.variable),
            "AUTH0_CLIENT_ID", "AUTH0_AUDIENCE", "AUTH0_CLIENT_ASSERTION_SIGNING_ALG",
            "TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "MFA_SETUP_SANDBOX", "SSL_CERT_FILE",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", ["{}", "https://user:{}@app.example.com/", "my {} app", "a{}.json"])
def test_a_misplaced_secret_is_refused_or_masked_and_never_sent_or_kept(
    hunting: Hunting, liar: HostileLab, place: tuple[str | None, str | None], form: str
) -> None:
    hunt = hunting()
    secret = form.format(hunt.secrets["AUTH0_CLIENT_SECRET"])
    flag, variable = place
    arguments = ["up", "--yes", "--timeout", "1", *([flag, secret] if flag else [])]
    assert hunt(*arguments, env={variable: secret} if variable else {}) == []
    assert hunt.last.code in {2, 3}
    assert liar.writes() == []


@pytest.mark.parametrize(
    "text",
    [
        "{} = 1",
        '[application]\n"{}" = 1',
        'application = "{}"',
        '["{}"]\na = 1',
        '[application]\nname = ["{}"]',
        '[application]\nurls = ["https://u:{}@h.example/"]',
        '[number]\narea_code = "{}"',
        '[auth0]\nclient_secret = "{}"',
        '[application]\nname = "{}" oops',
    ],
)
@pytest.mark.parametrize("secret", ["0123456789abcdef0123456789abcdef", "Zq7" * 22, "eyJhbGciOi" * 5])
def test_a_secret_in_the_settings_file_is_not_shown_though_nobody_has_named_it(
    hunting: Hunting, folder: Path, text: str, secret: str
) -> None:
    hunt = hunting({"planted": secret})
    (folder / "mfa-setup.toml").write_text(text.format(secret), encoding="utf-8")
    hunt("up", "--yes", "--json")
    assert hunt.last.code == 3
    assert found(hunt.secrets, {"stdout": hunt.last.out, "stderr": hunt.last.err}) == []


@pytest.mark.parametrize("name", list(SECRETS))
def test_a_secret_from_a_file_or_standard_input_is_masked_like_any_other(
    hunting: Hunting, liar: HostileLab, tmp_path: Path, name: str
) -> None:
    secret = "Vt6Rq2Yd9Lk4Wm8Xs1Jf5Nb7Hc3Pz"
    hunt = hunting({name: secret})
    liar.spoiler.spoil = echo({name: secret})
    option = f"--{name.replace('_', '-')}-file"
    path = tmp_path / "secret"
    path.write_text(secret, encoding="utf-8")
    path.chmod(0o600)
    assert hunt("up", "--yes", option, str(path), "--name", f"<{secret}>") == []
    assert hunt("up", "--yes", option, "-", stdin=secret) == []
    assert hunt("up", "--yes", "--json", option, str(path)) == []


def test_what_the_services_give_back_is_not_kept(hunting: Hunting, hostile: HostileLab) -> None:
    secret = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
    hunt = hunting({"given back": secret})

    def plant(sent: Sent) -> Sent:
        if not sent.body or "json" not in sent.headers.get("content-type", "") or sent.path == "/oauth/token":
            return sent
        document = json.loads(sent.body)
        for item in document if isinstance(document, list) else [document]:
            item.update(dict.fromkeys(("auth_token", "client_secret", "signing_keys"), secret))
        return sent.with_body(json.dumps(document).encode())

    hostile.spoiler.spoil = plant
    for command in (["up", "--yes"], ["up", "--yes", "--json"], ["status", "-v"], ["plan", "--json", "-v"]):
        assert hunt(*command) == []


def test_a_terminal_shows_no_secret_that_is_typed_or_quoted(liar: HostileLab, folder: Path) -> None:
    secret = liar.env["TWILIO_AUTH_TOKEN"]
    environment = {**os.environ, **liar.env, "TERM": "xterm"}
    del environment["TWILIO_AUTH_TOKEN"]
    liar.spoiler.spoil = echo({"TWILIO_AUTH_TOKEN": secret})
    child = pexpect.spawn(
        sys.executable, ["-m", "mfa_setup", "up", "-v"], env=environment, cwd=str(folder), encoding="utf-8", timeout=20
    )
    child.expect("not shown")
    child.sendline(secret)
    child.expect(pexpect.EOF)
    child.close()
    assert "Error" in (child.before or "")
    assert found({"TWILIO_AUTH_TOKEN": secret}, {"terminal": child.before or ""}) == []
