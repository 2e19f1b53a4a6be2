"""Whatever stands in the settings file, on the command line and in the environment: no defect, no write."""

import json
import os
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile.commands import commands, line, options, serve_nothing
from hostile.judge import judge
from hostile.test_spoilt_answers import FEW, FEWEST_AT_RANDOM
from mfa_setup.settings.schema import SECRETS, SETTINGS
from mfa_setup.settings.schema import VARIABLES as OTHERS
from support.lab import Lab, Result, Run
from support.tally import Count

TIMES = [pytest.param(15, id="some"), pytest.param(400, id="many", marks=pytest.mark.sweep)]
VARIABLES = sorted(
    {setting.variable for setting in SETTINGS if setting.variable}
    | {name for secret in SECRETS.values() for name in secret.variables}
    | set(OTHERS)
    | {
        "MFA_SETUP_UNKNOWN", "TWILIO_REGION", "TWILIO_EDGE", "CI", "NO_COLOR", "TERM", "COLUMNS", "LINES", "LANG",
        "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "BROWSER",
    }
)  # fmt: skip
_TRICKS = (
    "", " ", "\t\n", "\x1b[2J", "\u202e", "\ud800", "-", "--", "--yes", "-1", "1e999", "nan", "0x10", "~", "~nobody/x",
    "é", "日本", "ﬁ", "x" * 3_000, "a,b", "{{code}}", "{{ code }} [/b]", "{}", "null", "true", "[]", "localhost",
    "localhost.evil.example", "127.0.0.1.evil.example", "localhost@evil", "http://localhost@evil/", "127.1",
    "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "localhost.", "http://[", "//", "a/../b",
    "0.0.0.0:1", "https://u:p@h/", "http://localhost:99999", "us", "US", "DE", "415", "+14155550123", "2.50", "always",
)  # fmt: skip
TEXTS = st.sampled_from(_TRICKS) | st.text(max_size=30)
# Nothing may be written outside of the test's own folder, for any user.
NEARBY = st.sampled_from(
    ["a.json", ".env", ".env.local", ".", "a", "b.json", "no/a.json", "", "\x00", "x" * 300, "a.toml"]
)
VALUES = st.recursive(
    TEXTS.filter(lambda text: "\ud800" not in text) | st.integers() | st.booleans() | st.floats() | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    serve_nothing(monkeypatch)
    (folder / "a").mkdir()


class Tried:
    """Runs commands against one sandbox and judges each."""

    def __init__(self, run: Run, lab: Lab, count: Count, kind: str) -> None:
        self._run, self._lab, self._count, self._kind = run, lab, count, kind

    def __call__(self, *arguments: str, env: dict[str, str | None] | None = None) -> Result:
        """One run; where its input was refused, nothing has been written."""
        mark = self._lab.mark()
        result = self._run(*arguments, "--json", "--timeout", "1", env={**self._lab.env, **(env or {})})
        self._count(self._kind)
        document = judge(result)
        if result.code in {2, 3}:
            assert self._lab.writes(mark) == [], result
            assert document["error"]["hint"], result
        return result


@pytest.mark.parametrize("times", TIMES)
def test_any_bytes_as_the_settings_file(run: Run, unified: Lab, folder: Path, count: Count, times: int) -> None:
    tried = Tried(run, unified, count, "settings files of bytes")
    pieces = [
        *(f"[{setting.section}]".encode() for setting in SETTINGS),
        *(f"{setting.key} = ".encode() for setting in SETTINGS),
    ]
    odd = [b"\xff", b"\x00", b"\r", b"\xef\xbb\xbf", b"'''", b"[[", b"=", b'"', b"\\u", b"1e999", b"nan", b"[" * 2_000]

    @settings(FEW, max_examples=times, derandomize=times < FEWEST_AT_RANDOM)
    @given(content=st.binary(max_size=200) | st.lists(st.sampled_from(pieces + odd), max_size=8).map(b"\n".join))
    def each(content: bytes) -> None:
        (folder / "mfa-setup.toml").write_bytes(content)
        tried("up", "--yes")

    each()


@pytest.mark.parametrize("times", TIMES)
def test_any_document_as_the_settings_file(run: Run, unified: Lab, folder: Path, count: Count, times: int) -> None:
    tried = Tried(run, unified, count, "settings files of TOML")
    names = st.sampled_from([setting.key for setting in SETTINGS]) | st.text("abc-_", min_size=1, max_size=5)
    near = {"write_config", "app_dir"}

    @settings(FEW, max_examples=times, derandomize=times < FEWEST_AT_RANDOM)
    @given(
        st.dictionaries(
            st.sampled_from(sorted({setting.section for setting in SETTINGS})),
            st.dictionaries(names, VALUES, max_size=4) | VALUES,
            max_size=3,
        ),
        NEARBY,
    )
    def each(document: dict[str, Any], path: str) -> None:
        document = {
            name: value for name, value in document.items() if name.partition(".")[0] not in {*document} - {name}
        }
        text = "".join(f"{name} = {_toml(_nearby(value, near, path))}\n" for name, value in document.items())
        assert isinstance(tomllib.loads(text), dict)
        (folder / "mfa-setup.toml").write_text(text, encoding="utf-8")
        tried("up", "--yes")

    each()


def _nearby(value: Any, near: set[str], path: str) -> Any:
    return {key: path if key in near else item for key, item in value.items()} if isinstance(value, dict) else value


def _toml(value: Any) -> str:
    """A value as TOML writes it, inline."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_toml(item) for item in value) + "]"
        case bool() | str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case datetime():
            return value.isoformat()
        case _:
            return repr(value)


@pytest.mark.parametrize("times", TIMES)
def test_any_option_with_any_value(run: Run, unified: Lab, count: Count, times: int) -> None:
    tried = Tried(run, unified, count, "command lines")
    asks = sorted(commands())

    @settings(FEW, max_examples=times, derandomize=times < FEWEST_AT_RANDOM)
    @given(st.data())
    def each(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(asks))
        words = line(name)
        known = options(name)
        for option in data.draw(st.lists(st.sampled_from(sorted(known)), max_size=4) if known else st.just([])):
            if option == "--port":
                continue  # another program's port is none to play with
            words.append(option)
            if not (known[option].is_flag or known[option].count):  # `-- WORD` would be a command for `sandbox` to run
                is_path = option.endswith(("-file", "-dir", "-config", "--config"))
                words.append(data.draw(NEARBY if is_path else TEXTS))
        # `sandbox` takes further words for a command, and runs it.
        extra = data.draw(st.lists(TEXTS, max_size=0 if name == "sandbox" else 1))
        ask = ["--no-input"] if "--no-input" in known else []
        tried(*words, *ask, *[word for word in extra if word != "-h"])

    each()


@pytest.mark.parametrize("times", TIMES)
def test_any_variable_with_any_value(run: Run, unified: Lab, count: Count, times: int) -> None:
    tried = Tried(run, unified, count, "environments")
    paths = {"MFA_SETUP_APP_DIR", "MFA_SETUP_WRITE_CONFIG"}
    texts = st.dictionaries(st.sampled_from(VARIABLES), st.none() | TEXTS.filter(_fits), min_size=1, max_size=3)

    @settings(FEW, max_examples=times, derandomize=times < FEWEST_AT_RANDOM)
    @given(texts, NEARBY.filter(_fits), st.sampled_from(["up", "plan"]))
    def each(environment: dict[str, str | None], path: str, command: str) -> None:
        tried(command, "--yes", env={name: path if name in paths else text for name, text in environment.items()})

    each()


def _fits(text: str) -> bool:
    """Whether it can stand in an environment at all."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
