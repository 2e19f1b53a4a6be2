"""Profiles: the credentials that `login` stores, which run uses them, and that they are nowhere but in the keyring."""

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keyring
import pexpect
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from keyring.backends import fail

from mfa_setup.engine.preconditions import every_scope
from mfa_setup.store import lock
from mfa_setup.store.profiles import SERVICE, Profiles
from support.documents import document
from support.keyring_file import Keyring
from support.lab import Lab, Run
from support.login_questions import QUESTIONS

ROOT = Path(__file__).parents[2]
SECRETS = ("AUTH0_CLIENT_SECRET", "TWILIO_AUTH_TOKEN")
Sit = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture(autouse=True)
def ring(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyring]:
    """The keyring of this process and of those that it starts."""
    monkeypatch.setenv("TEST_KEYRING", str(folder.parent / "keyring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "support.keyring_file.Keyring")
    before = keyring.get_keyring()
    own = Keyring()  # type: ignore[no-untyped-call]
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


@pytest.fixture
def state(folder: Path) -> Path:
    """The state folder."""
    return folder.parent / "state"


@pytest.fixture
def sit(folder: Path, unified: Lab) -> Iterator[Sit]:
    """Sits down at a terminal that has no credentials in its environment, and starts a command."""
    open_terminals: list[pexpect.spawn[str]] = []

    def start(
        *arguments: str, env: dict[str, str] | None = None, within: Callable[..., list[str]] = lambda *words: [*words]
    ) -> "pexpect.spawn[str]":
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), str(ROOT / "tests")]),
            "MFA_SETUP_SANDBOX": unified.env["MFA_SETUP_SANDBOX"],
            "TERM": "xterm",
            "NO_COLOR": "1",
            **(env or {}),
        }
        program, *words = within(sys.executable, "-m", "mfa_setup", *arguments)
        child = pexpect.spawn(
            program,
            words,
            env=environment,
            cwd=str(folder),
            encoding="utf-8",
            timeout=20,
            dimensions=(50, 80),
        )
        open_terminals.append(child)
        return child

    yield start
    for child in open_terminals:
        child.close(force=True)


def ask(child: "pexpect.spawn[str]", lab: Lab, upto: str = "nothing", without: str = "", **other: str) -> str:
    """Answers the questions of `login` until one that begins so; returns what was shown."""
    values, shown = {**lab.env, **other}, ""
    for question, variable in QUESTIONS.items():
        if variable == without:
            continue
        child.expect(question)
        shown += f"{child.before}{child.after}"
        if question.startswith(upto):
            break
        child.sendline(values[variable])
    return shown


def answer(child: "pexpect.spawn[str]", lab: Lab, without: str = "", **other: str) -> tuple[int | None, str]:
    """Answers the questions of `login`; returns its exit code and all that was shown."""
    shown = ask(child, lab, without=without, **other)
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", f"{shown}{child.before}")


def store(lab: Lab, state: Path, name: str = "default", **other: str) -> None:
    """Stores a profile as `login` does, without its questions."""
    names = ("AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "TWILIO_ACCOUNT_SID", *SECRETS)
    Profiles(state).put(name, {key: lab.env[key] for key in names} | other, "keyring")


def sandbox(lab: Lab, **other: str) -> dict[str, str | None]:
    """An environment without credentials."""
    return {"MFA_SETUP_SANDBOX": lab.env["MFA_SETUP_SANDBOX"], **other}


def files_with(folder: Path, text: str) -> list[Path]:
    """The files below a folder that hold a text."""
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_text(encoding="utf-8")]


def test_login_stores_what_both_services_accept_and_the_secrets_in_the_keyring_alone(
    sit: Sit, run: Run, unified: Lab, ring: Keyring, folder: Path, state: Path
) -> None:
    code, shown = answer(sit("login"), unified)
    assert code == 0, shown
    assert "Machine to Machine" in shown
    for scopes in every_scope():
        assert " ".join(sorted(scopes)) in shown.splitlines()
    assert list(ring.entries()) == ["mfa-setup/default"]
    for name in SECRETS:
        assert unified.env[name] not in shown
        assert files_with(folder.parent, unified.env[name]) == [folder.parent / "keyring.json"]
    assert stat.S_IMODE((state / "profiles.json").stat().st_mode) == 0o600
    plan = run("plan", "--json", env=sandbox(unified))
    assert plan.code == 0, plan.err
    assert plan.document["settings"]["profile"] == "default"


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_what_login_gives_to_paste_is_not_wrapped_and_its_sentences_are_at_words(
    sit: Sit, unified: Lab, columns: int
) -> None:
    child = sit("login")
    child.setwinsize(50, columns)
    code, shown = answer(child, unified)
    assert code == 0
    lines = shown.splitlines()
    commands = [line for line in lines if line.startswith("auth0 api post ")]
    setup, undo = map(sorted, every_scope())
    pasted = [" ".join(setup), " ".join(undo), *commands]
    assert set(pasted) <= set(lines)
    sentences = [line for line in lines if line not in pasted and not line.startswith("Domain of")]
    assert max(map(len, sentences)) <= columns
    assert "1. Applications > Applications > Create Application. Choose Machine to Machine" in " ".join(
        " ".join(sentences).split()
    )
    bodies = [json.loads(shlex.split(line)[-1]) for line in commands]
    assert [shlex.split(line)[:4] for line in commands] == [
        ["auth0", "api", "post", path] for path in ("clients", "client-grants")
    ]
    assert bodies[0]["app_type"] == "non_interactive"
    assert bodies[1]["scope"] == sorted({*setup, *undo})
    assert bodies[1]["audience"] == f"https://{unified.domain}/api/v2/"


def test_login_stores_a_private_key_in_place_of_a_client_secret(
    sit: Sit, run: Run, unified: Lab, ring: Keyring, folder: Path
) -> None:
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pkcs8, pem = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    key = own.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode()
    public = own.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    unified.control(f"clients/{unified.env['AUTH0_CLIENT_ID']}/public_key", {"pem": public})
    (folder / "key.pem").write_text(key, encoding="utf-8")
    child = sit("login", "--private-key-file", "key.pem", env={"AUTH0_CLIENT_ASSERTION_SIGNING_ALG": "PS256"})
    code, shown = answer(child, unified, without="AUTH0_CLIENT_SECRET")
    assert code == 0, shown
    (folder / "key.pem").write_text("no key", encoding="utf-8")
    entry = json.loads(ring.entries()["mfa-setup/default"])
    assert "AUTH0_CLIENT_SECRET" not in entry
    assert entry["AUTH0_CLIENT_ASSERTION_SIGNING_ALG"] == "PS256"
    assert key.splitlines()[1] not in shown
    assert run("plan", env=sandbox(unified)).code == 0
    refused = run("login", "--private-key-file", "key.pem", "--json")
    assert (refused.code, refused.document["error"]["code"]) == (3, "invalid_value")


def test_login_reports_both_problems_at_once_and_stores_nothing(
    sit: Sit, unified: Lab, ring: Keyring, state: Path
) -> None:
    wrong = {"AUTH0_CLIENT_SECRET": "w" * 40, "TWILIO_AUTH_TOKEN": "0" * 32}
    code, shown = answer(sit("login"), unified, **wrong)
    assert code == 4
    assert "Auth0" in shown.split("Warning:")[0] or "Auth0" in shown.split("Error:")[1]
    assert "Twilio" in shown.split("Warning:")[1]
    assert (ring.entries(), (state / "profiles.json").exists()) == ({}, False)
    assert not any(secret in shown for secret in wrong.values())


def test_login_checks_the_secret_itself_although_a_token_is_cached(
    sit: Sit, run: Run, unified: Lab, ring: Keyring, state: Path
) -> None:
    store(unified, state)
    assert run("plan", env=sandbox(unified)).code == 0
    code, _ = answer(sit("login", "--profile", "other"), unified, AUTH0_CLIENT_SECRET="w" * 40)
    assert code == 4
    assert list(ring.entries()) == ["mfa-setup/default"]


def test_login_warns_of_scopes_that_are_missing(sit: Sit, unified: Lab, ring: Keyring) -> None:
    unified.grant(sorted(every_scope()[0] - {"read:users"}))
    code, shown = answer(sit("login"), unified)
    words = " ".join(shown.split())
    assert code == 0
    assert "`mfa-setup up` may fail or skip a check: the application lacks read:users." in words
    assert (
        f"`mfa-setup undo` may fail or skip a check: the application lacks {' '.join(sorted(every_scope()[1]))}."
        in words
    )
    assert ring.entries()


def test_a_malformed_answer_asks_again(sit: Sit, unified: Lab) -> None:
    child = sit("login")
    child.expect("Domain of the Auth0 tenant.*: ")
    child.sendline("https://acme.eu.auth0.com/")
    child.expect("it is a URL")
    assert answer(child, unified)[0] == 0


@pytest.mark.parametrize("arguments", [("login",), ("login", "--no-input"), ("login", "--json")])
def test_login_off_a_terminal_names_the_variables_and_the_files(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.code == 6
    for name in ("AUTH0_CLIENT_SECRET", "TWILIO_AUTH_TOKEN", "--client-secret-file", "--twilio-auth-token-file"):
        assert name in result.out + result.err


@pytest.mark.parametrize("backend", ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring"])
def test_without_a_keyring_login_names_the_other_ways_and_stores_nothing(
    sit: Sit, unified: Lab, state: Path, backend: str
) -> None:
    child = sit("login", env={"PYTHON_KEYRING_BACKEND": backend})
    if "null" in backend:
        code, shown = answer(child, unified)
    else:
        child.expect(pexpect.EOF)
        child.close()
        code, shown = child.exitstatus, child.before or ""
    words = " ".join(shown.split())
    assert code == 4
    for name in ("--insecure-storage", "AUTH0_CLIENT_SECRET", "--client-secret-file"):
        assert name in words
    assert not (state / "profiles.json").exists()


def test_insecure_storage_is_a_file_for_its_owner_alone_and_works(
    sit: Sit, run: Run, unified: Lab, state: Path, ring: Keyring
) -> None:
    env = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    assert answer(sit("login", "--insecure-storage", env=env), unified)[0] == 0
    (file,) = state.glob("credentials-*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ring.entries() == {}
    assert run("plan", env=sandbox(unified)).code == 0
    file.chmod(0o644)
    assert run("plan", env=sandbox(unified)).code == 6
    assert run("logout").code == 0
    assert list(state.glob("credentials-*")) == []


def test_a_locked_keyring_is_told_when_a_run_needs_it(run: Run, unified: Lab, state: Path) -> None:
    store(unified, state)
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    result = run("plan", "--json", env=sandbox(unified))
    assert (result.code, result.document["error"]["code"]) == (4, "keyring_unavailable")


def test_the_default_profile_is_not_used_where_a_run_has_its_own_credentials(
    run: Run, unified: Lab, state: Path
) -> None:
    store(unified, state, AUTH0_DOMAIN="acme.eu.auth0.com")
    result = run("plan", "--json", env=dict(unified.env))
    assert (result.code, result.document["settings"]["profile"]) == (0, None)


def test_a_variable_outranks_the_profile(run: Run, unified: Lab, state: Path) -> None:
    store(unified, state, TWILIO_AUTH_TOKEN="0" * 32)
    right = {key: unified.env[key] for key in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")}
    assert run("plan", env=sandbox(unified)).code == 4
    assert run("plan", env=sandbox(unified, **right)).code == 0
    assert run("plan", "--profile", "default", env=sandbox(unified, AUTH0_API_TOKEN=unified.token(), **right)).code == 0


@pytest.mark.parametrize("place", ["flag", "variable", "file"])
def test_a_profile_is_not_used_for_another_domain(
    run: Run, unified: Lab, state: Path, folder: Path, place: str
) -> None:
    store(unified, state)
    mark, arguments, env = unified.mark(), ["plan"], sandbox(unified)
    if place == "flag":
        arguments += ["--domain", "localhost:1"]
    elif place == "variable":
        env["AUTH0_DOMAIN"] = "localhost:1"
    else:
        (folder / "mfa-setup.toml").write_text('[auth0]\ndomain = "localhost:1"\n', encoding="utf-8")
    result = run(*arguments, env=env)
    assert result.code == 3
    assert "profile default is for" in result.err
    assert unified.mark() == mark


def test_a_profile_confirms_the_domain_of_a_file(run: Run, unified: Lab, state: Path, folder: Path) -> None:
    (folder / "mfa-setup.toml").write_text('[auth0]\ndomain = "login.acme.com"\n', encoding="utf-8")
    refused = run("undo", "--list")
    store(unified, state, AUTH0_DOMAIN="login.acme.com", AUTH0_AUDIENCE="https://acme.eu.auth0.com/api/v2/")
    assert run("plan", "--timeout", "x").code == 3  # judged after the domain
    assert "is not under auth0.com" not in run("plan", "--timeout", "x").err
    assert refused.code == 0


def test_a_sandbox_gets_no_credentials_of_another_tenant(run: Run, unified: Lab, state: Path) -> None:
    mark = unified.mark()
    for domain in ("acme.eu.auth0.com", "localhost:1"):
        store(unified, state, AUTH0_DOMAIN=domain)
        result = run("plan", "--json", env=sandbox(unified))
        assert (result.code, result.document["error"]["code"]) == (3, "sandbox_mixed")
    assert unified.mark() == mark


def test_profiles_lists_them_and_chooses_the_default(run: Run, unified: Lab, state: Path) -> None:
    assert "No profile is stored" in run("profiles").out
    store(unified, state, "acme")
    store(unified, state, "beta", AUTH0_DOMAIN="beta.eu.auth0.com")
    assert run("profiles", "use", "beta").code == 0
    listed = run("profiles", "--json").document["profiles"]
    assert [(one["name"], one["domain"], one["default"]) for one in listed] == [
        ("acme", unified.domain, False),
        ("beta", "beta.eu.auth0.com", True),
    ]
    assert re.search(r"beta\s+beta\.eu\.auth0\.com.*default", run("profiles").out)
    assert run("plan", "--profile", "acme", env=sandbox(unified)).code == 0
    assert run("profiles", "use", "gamma").code == 3
    assert run("profiles", "drop", "acme").code == 2


def test_logout_removes_both_entries_and_the_cached_token(
    run: Run, unified: Lab, state: Path, ring: Keyring, folder: Path
) -> None:
    store(unified, state)
    assert run("plan", env=sandbox(unified)).code == 0
    assert list((folder.parent / "cache").glob("token-*"))
    assert run("logout").code == 0
    assert (ring.entries(), json.loads((state / "profiles.json").read_text())["profiles"]) == ({}, {})
    assert list((folder.parent / "cache").glob("token-*")) == []
    assert run("logout").code == 6
    assert run("logout", "--profile", "gamma").code == 3


def test_logout_of_the_default_says_that_there_is_none_now(run: Run, state: Path) -> None:
    for name in ("acme", "beta"):
        Profiles(state).put(name, {"AUTH0_DOMAIN": f"{name}.eu.auth0.com"}, "file")
    assert "There is no default" not in run("logout", "--profile", "beta").err
    Profiles(state).put("beta", {"AUTH0_DOMAIN": "beta.eu.auth0.com"}, "file")
    assert "There is no default profile now. Choose one: `mfa-setup profiles use beta`." in run("logout").err


def test_two_logins_at_once_keep_both_profiles(unified: Lab, state: Path) -> None:
    readers = [Profiles(state) for _ in range(8)]  # each has read the list before any of them changes it
    values = {"AUTH0_DOMAIN": unified.domain}

    def put(number: int) -> None:
        readers[number].put(f"p{number}", values, "file")

    with ThreadPoolExecutor(len(readers)) as pool:
        list(pool.map(put, range(len(readers))))
    assert list(Profiles(state).all) == [f"p{number}" for number in range(len(readers))]
    readers[0].use("p7")
    readers[1].remove("p3")
    assert Profiles(state).default == "p7"
    assert "p3" not in Profiles(state).all


def test_a_change_waits_for_another_one_and_gives_up_in_the_end(
    run: Run, unified: Lab, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(unified, state, "acme")
    store(unified, state, "beta")
    monkeypatch.setattr(lock, "PATIENCE", 0)
    with lock.profiles_lock(state):
        result = run("profiles", "use", "beta", "--json")
    assert (result.code, result.document["error"]["code"]) == (1, "lock_held")
    assert Profiles(state).default == "acme"
    assert run("profiles", "use", "beta").code == 0


def test_a_list_that_others_can_write_is_refused(run: Run, unified: Lab, state: Path) -> None:
    store(unified, state)
    (state / "profiles.json").chmod(0o666)
    assert run("plan", env=sandbox(unified)).code == 3


def test_credentials_are_not_used_for_a_domain_that_the_list_alone_names(run: Run, unified: Lab, state: Path) -> None:
    store(unified, state)
    file = state / "profiles.json"
    file.write_text(file.read_text().replace(unified.domain, "localhost:1"), encoding="utf-8")
    result = run("plan")
    assert result.code == 3
    assert "another domain" in result.err


def test_the_scopes_are_those_of_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.split("<!-- scopes -->")[1].split("<!-- /scopes -->")[0]
    assert frozenset().union(*every_scope()) == set(block.split()) - {"```text", "```"}


def test_the_fleet_takes_no_profile(run: Run) -> None:
    assert run("fleet", "plan", "fleet.toml", "--profile", "default").code == 2


@pytest.fixture
def gnome(tmp_path: Path) -> Callable[..., list[str]]:
    """Puts a command into a D-Bus session with an unlocked GNOME Keyring, whose files outlive the session."""
    if not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")):
        pytest.skip("needs dbus-run-session and gnome-keyring")
    home = tmp_path / "gnome"
    (home / "runtime").mkdir(parents=True, mode=0o700)
    env = [f"HOME={home}", f"XDG_DATA_HOME={home}", f"XDG_RUNTIME_DIR={home / 'runtime'}"]
    unlocked = 'printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'

    def wrapped(*command: str) -> list[str]:
        backend = "PYTHON_KEYRING_BACKEND=keyring.backends.SecretService.Keyring"
        return ["dbus-run-session", "--", "env", *env, backend, "sh", "-c", unlocked, "sh", *command]

    return wrapped


def test_a_real_keyring_keeps_the_credentials_until_logout(
    sit: Sit, unified: Lab, gnome: Callable[..., list[str]], state: Path, tmp_path: Path
) -> None:
    def run_in(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | {"MFA_SETUP_SANDBOX": unified.env["MFA_SETUP_SANDBOX"]}
        whole = gnome(sys.executable, "-m", "mfa_setup", *arguments)
        return subprocess.run(whole, env=env, capture_output=True, text=True, check=False, timeout=60)

    code, shown = answer(sit("login", within=gnome), unified)
    assert code == 0, shown
    assert Profiles(state).get("default").storage == "keyring"
    for secret in SECRETS:
        assert not [
            path for path in tmp_path.rglob("*") if path.is_file() and unified.env[secret].encode() in path.read_bytes()
        ]
    plan = run_in("plan", "--json")
    assert (plan.returncode, document(plan.stdout)["settings"]["profile"]) == (0, "default"), plan.stderr
    assert run_in("logout").returncode == 0
    assert run_in("plan").returncode == 6
    script = f"import keyring, sys; sys.exit(keyring.get_password({SERVICE!r}, 'default') is not None)"
    subprocess.run(gnome(sys.executable, "-c", script), check=True, timeout=60)


def test_no_secret_is_in_the_arguments_or_the_environment_of_a_process(sit: Sit, unified: Lab) -> None:
    if not Path("/proc/self/environ").exists():
        pytest.skip("needs /proc")
    child = sit("login")
    shown = ask(child, unified, upto="Twilio auth token")
    own = Path("/proc") / str(child.pid)
    listed = (own / "cmdline").read_bytes() + (own / "environ").read_bytes()
    assert b"mfa_setup" in listed
    assert unified.env["AUTH0_CLIENT_SECRET"].encode() not in listed
    assert unified.env["AUTH0_CLIENT_SECRET"] not in shown
    assert not any(path.read_text() for path in own.glob("task/*/children"))  # it starts none that could show one
