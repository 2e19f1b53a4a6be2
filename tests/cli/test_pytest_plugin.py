"""The pytest plugin in `pytest-mfa-setup/`, in a pytest of its own."""

import ast
import os
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

FOLDER = Path(__file__).parents[2] / "pytest-mfa-setup"
MODULE = FOLDER / "src" / "pytest_mfa_setup" / "__init__.py"
PLUGINS = ("-p", "no:cacheprovider", "-p", "pytest_mfa_setup")


@pytest.fixture
def plugged(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder of tests, with the plugin on the path of modules and a command that starts this checkout."""
    path = [str(FOLDER / "src"), os.environ.get("PYTHONPATH")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    monkeypatch.setenv("MFA_SETUP_COMMAND", f"{shlex.quote(sys.executable)} -m mfa_setup")
    return pytester


def test_the_fixture_takes_other_options_and_starts_each_test_afresh(
    plugged: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTH0_API_TOKEN", "of a real tenant")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    plugged.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session", params=["unified", "legacy"])
        def mfa_sandbox_options(request):
            return ["--phone-stack", request.param, "--twilio-account", "legacy-trial"]
        """
    )
    plugged.makepyfile(
        """
        import os
        import pytest

        @pytest.mark.parametrize("turn", [1, 2])
        def test_afresh(mfa_sandbox, turn, request):
            assert mfa_sandbox.requests() == mfa_sandbox.messages() == []
            assert mfa_sandbox.state()["twilio"]["account"]["kind"] == "legacy-trial"
            assert mfa_sandbox.tenant()["phone_stack"] in request.node.name
            assert {name: os.environ[name] for name in mfa_sandbox.env} == mfa_sandbox.env
            assert "AUTH0_API_TOKEN" not in os.environ and "TWILIO_REGION" not in os.environ
            assert mfa_sandbox.domain and mfa_sandbox.token and mfa_sandbox.new_token(scope=["read:clients"])
            assert mfa_sandbox.add_number("+14155550100").startswith("PN")
            with pytest.raises(ValueError, match="effect"):
                mfa_sandbox.faults({"path": "/", "effect": "explode"})
            with pytest.raises(TimeoutError):
                mfa_sandbox.wait_for_message("+14155550123", timeout=0.1)
            mfa_sandbox.reset()
            assert mfa_sandbox.state()["twilio"]["numbers"] == []
        """
    )
    plugged.makeini("[pytest]\nfilterwarnings = error")
    result = plugged.runpytest_subprocess(*PLUGINS)
    result.assert_outcomes(passed=4)


def test_a_request_that_is_not_served_is_logged(plugged: pytest.Pytester) -> None:
    plugged.makepyfile(
        """
        import logging
        import queue
        import httpx

        def test_it(mfa_sandbox):
            records = queue.Queue()
            handler = logging.Handler()
            handler.emit = records.put
            logging.getLogger("pytest_mfa_setup").addHandler(handler)
            assert httpx.get(f"{mfa_sandbox.auth0_url}/nothing").status_code == 404
            assert "does not serve GET /api/v2/nothing" in records.get(timeout=10).getMessage()
        """
    )
    plugged.runpytest_subprocess(*PLUGINS).assert_outcomes(passed=1)


def test_a_missing_command_is_named_with_what_to_do(plugged: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MFA_SETUP_COMMAND", "no-such-command --flag")
    plugged.makepyfile("def test_it(mfa_sandbox): pass")
    result = plugged.runpytest_subprocess(*PLUGINS)
    result.assert_outcomes(errors=1)
    text = " ".join(result.outlines)
    assert "the command 'no-such-command' cannot be run (No such file or directory)" in text
    assert "set MFA_SETUP_COMMAND" in text


@pytest.mark.parametrize(
    ("options", "command", "reason"),
    [
        (["--latency-ms", "soon"], None, "--latency-ms"),
        ([], "-c 'import sys; sys.exit(\"out of order\")'", "out of order"),
        ([], "-c 'print(1)'", "It printed no addresses"),
    ],
)
def test_a_sandbox_that_does_not_start_fails_with_its_reason(
    plugged: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: list[str], command: str | None, reason: str
) -> None:
    if command is not None:
        monkeypatch.setenv("MFA_SETUP_COMMAND", f"{shlex.quote(sys.executable)} {command}")
    plugged.makeconftest(
        f"""
        import pytest

        @pytest.fixture(scope="session")
        def mfa_sandbox_options():
            return {options!r}
        """
    )
    plugged.makepyfile("def test_it(mfa_sandbox): pass")
    result = plugged.runpytest_subprocess(*PLUGINS)
    result.assert_outcomes(errors=1)
    assert any("The sandbox did not start." in line and reason in line for line in result.outlines)


def test_it_depends_on_pytest_alone_and_is_loaded_by_its_entry_point() -> None:
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dependencies"] == ["pytest>=8.4"]
    assert project["entry-points"] == {"pytest11": {"pytest_mfa_setup": "pytest_mfa_setup"}}
    assert (MODULE.parent / "py.typed").exists()
    nodes = list(ast.walk(ast.parse(MODULE.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names == {"pytest"}
