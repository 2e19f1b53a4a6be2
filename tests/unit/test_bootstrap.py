"""`bootstrap.py`, as a process, with fake programs in the place of uv and of the Python that installs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDER = """#!/bin/sh
# Notes how it was called; creates what `uv venv` and `python -m venv` would; fails or hangs where it was told to.
echo "$(basename "$0") $*" >> "$CALLS"
last= ; for last in "$@"; do :; done
case "$*" in
  *"import ensurepip"*) exit "${ENSUREPIP:-0}" ;;
  venv*|*"-m venv"*) mkdir -p "$last/bin" && cp "$0" "$last/bin/python"; exit "${VENV_FAILS:-0}" ;;
  *install*) exit "${INSTALL_FAILS:-0}" ;;
  *"import pip"*) exit "${NO_PIP:-0}" ;;
esac
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake programs are shell scripts")


class Checkout:
    """A folder with `bootstrap.py` and `pyproject.toml`, and a PATH with the fake programs alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.programs = folder / "programs"
        self.folder.mkdir()
        self.programs.mkdir()
        self.venv = self.folder / ".venv"
        self._calls = folder / "calls"
        for name in ("bootstrap.py", "pyproject.toml"):
            shutil.copy(ROOT / name, self.folder)
        self.add_program("python3")
        for name in ("basename", "cp", "mkdir"):
            (self.programs / name).symlink_to(str(shutil.which(name)))

    def add_program(self, name: str) -> Path:
        """Puts a fake program on the PATH."""
        path = self.programs / name
        path.write_text(RECORDER, encoding="utf-8")
        path.chmod(0o755)
        return path

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Runs the script, which takes the fake python3 for the interpreter that runs it."""
        start = (
            "import runpy, sys; script, sys.executable, *sys.argv[1:] = sys.argv[1:]; sys.argv[0] = script;"
            "runpy.run_path(script, run_name='__main__')"
        )
        script = str(self.folder / "bootstrap.py")
        return subprocess.run(
            [sys.executable, "-c", start, script, str(self.programs / "python3"), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            env={"PATH": str(self.programs), "CALLS": str(self._calls), **env},
        )

    def calls(self) -> list[str]:
        """The calls of the fake programs so far."""
        return self._calls.read_text(encoding="utf-8").splitlines()

    @property
    def is_clean(self) -> bool:
        """Whether nothing of an unfinished installation is left."""
        return not self.venv.exists() and not (self.folder / ".venv-incomplete").exists()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout on a machine without uv."""
    return Checkout(tmp_path)


def test_the_first_run_installs_and_runs_the_demo_and_says_where_the_tool_is(checkout: Checkout) -> None:
    done = checkout.run("demo", "--phone-stack", "legacy")
    assert done.returncode == 0
    assert any(call.endswith("checkout[sandbox]") for call in checkout.calls())
    assert checkout.calls()[-1] == "python -m mfa_setup demo --phone-stack legacy"
    assert done.stderr.splitlines()[0] == "Installing .venv/bin/mfa-setup (only once, about a minute)"
    assert done.stderr.splitlines()[-1] == "mfa-setup is installed at .venv/bin/mfa-setup"
    assert not (checkout.folder / ".venv-incomplete").exists()


def test_the_second_run_installs_nothing(checkout: Checkout) -> None:
    checkout.run("demo")
    before = len(checkout.calls())
    done = checkout.run("demo")
    assert checkout.calls()[before:] == ["python -m mfa_setup demo"]
    assert "Installing" not in done.stderr


def test_changed_dependencies_are_installed_into_the_same_environment(checkout: Checkout) -> None:
    checkout.run("demo")
    before = len(checkout.calls())
    (checkout.folder / "pyproject.toml").write_text("# changed\n", encoding="utf-8")
    checkout.run("demo")
    calls = checkout.calls()[before:]
    assert any(" install " in call for call in calls)
    assert not any("venv " in call for call in calls)


def test_the_standard_library_is_used_although_uv_is_there(checkout: Checkout) -> None:
    checkout.add_program("uv")
    assert checkout.run("demo").returncode == 0
    assert not [call for call in checkout.calls() if call.startswith("uv ")]
    assert any(" -m pip install " in f" {call}" for call in checkout.calls())


def test_uv_is_used_where_python_has_no_ensurepip(checkout: Checkout) -> None:
    checkout.add_program("uv")
    assert checkout.run("test", "-k", "x", ENSUREPIP="1").returncode == 0
    assert [call.split()[:2] for call in checkout.calls() if call.startswith("uv ")] == [["uv", "venv"], ["uv", "pip"]]
    assert not any(" -m pip install " in f" {call}" for call in checkout.calls())
    assert checkout.calls()[-1] == "python -m pytest -n auto --maxprocesses 8 -k x"


def test_an_environment_of_uv_that_has_no_pip_is_kept(checkout: Checkout) -> None:
    checkout.add_program("uv")
    checkout.run("demo", ENSUREPIP="1")
    (checkout.venv / "mine").touch()
    (checkout.folder / "pyproject.toml").write_text("# changed\n", encoding="utf-8")
    assert checkout.run("demo", NO_PIP="1").returncode == 0
    assert (checkout.venv / "mine").exists()


def test_an_environment_that_has_pip_is_kept_where_python_has_no_ensurepip(checkout: Checkout) -> None:
    checkout.run("demo")
    (checkout.venv / "mine").touch()
    assert checkout.run("test", ENSUREPIP="1").returncode == 0
    assert (checkout.venv / "mine").exists()


def test_without_ensurepip_and_uv_it_names_the_packages_and_leaves_nothing(checkout: Checkout) -> None:
    done = checkout.run("demo", ENSUREPIP="1")
    assert (done.returncode, checkout.is_clean) == (1, True)
    for text in ("ensurepip", "sudo apt install python3-venv", "sudo dnf install", "uv"):
        assert text in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("failing", ["VENV_FAILS", "INSTALL_FAILS"])
def test_a_failed_installation_leaves_nothing_and_the_next_run_works(checkout: Checkout, failing: str) -> None:
    done = checkout.run("demo", **{failing: "3"})
    assert (done.returncode, checkout.is_clean) == (1, True)
    assert "Run this again to retry." in done.stderr
    assert "Traceback" not in done.stderr
    assert checkout.run("demo").returncode == 0


def test_the_rest_of_a_run_that_was_killed_is_removed(checkout: Checkout) -> None:
    checkout.run("demo")
    (checkout.folder / ".venv-incomplete").touch()
    (checkout.venv / "half-made").touch()
    done = checkout.run("demo")
    assert done.returncode == 0
    assert "Removing an incomplete .venv" in done.stderr
    assert not (checkout.venv / "half-made").exists()


def test_an_environment_without_pip_is_replaced(checkout: Checkout) -> None:
    """A Python without `ensurepip` leaves such an environment behind."""
    (checkout.venv / "bin").mkdir(parents=True)
    (checkout.venv / "bin" / "python").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (checkout.venv / "bin" / "python").chmod(0o755)
    assert checkout.run("demo").returncode == 0
    assert checkout.calls()[-1] == "python -m mfa_setup demo"


def test_an_environment_that_works_is_kept(checkout: Checkout) -> None:
    (checkout.venv / "bin").mkdir(parents=True)
    shutil.copy(checkout.programs / "python3", checkout.venv / "bin" / "python")
    (checkout.venv / "mine").touch()
    assert checkout.run("demo").returncode == 0
    assert (checkout.venv / "mine").exists()


def test_an_installation_that_fails_in_an_environment_that_works_keeps_it(checkout: Checkout) -> None:
    checkout.run("demo")
    assert checkout.run("test", INSTALL_FAILS="1").returncode == 1
    assert (checkout.venv / "bin" / "python").exists()
    assert checkout.run("demo").returncode == 0


@pytest.mark.parametrize("arguments", [(), ("nonsense",)])
def test_anything_else_shows_how_it_is_used(checkout: Checkout, arguments: tuple[str, ...]) -> None:
    done = checkout.run(*arguments)
    assert (done.returncode, checkout.is_clean) == (2, True)
    assert done.stderr.startswith("Usage: python3 bootstrap.py demo")
