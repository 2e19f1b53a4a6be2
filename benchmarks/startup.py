"""How long `mfa-setup` takes to say something, beside a bare Python and beside one that imports typer.

The commands take turns, so that whatever else the machine does meets them all alike; what counts is the ratios.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

from report import table

from sandbox import sandbox

TOOL = ("-m", "mfa_setup")
COMMANDS: dict[str, tuple[str, ...]] = {
    "python -c pass": ("-c", "pass"),
    'python -c "import typer"': ("-c", "import typer"),
    "mfa-setup --version": (*TOOL, "--version"),
    "mfa-setup --help": (*TOOL, "--help"),
    "mfa-setup up --help": (*TOOL, "up", "--help"),
    "mfa-setup status": (*TOOL, "status", "--json"),
}
BARE, TYPER = list(COMMANDS)[:2]


def took(arguments: tuple[str, ...], env: Mapping[str, str]) -> float:
    """The milliseconds of one call."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=env, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each command is started")
    rounds = parser.parse_args().rounds
    with sandbox() as (_pid, ready, _), tempfile.TemporaryDirectory() as folder:
        env = os.environ | ready["env"] | {"MFA_SETUP_STATE_DIR": folder, "MFA_SETUP_CACHE_DIR": folder}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # else every start would compile the modules again
        times: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for arguments in COMMANDS.values():
            took(arguments, env)  # compiled modules and the token cache are there from now on
        for _ in range(rounds):
            for name, arguments in COMMANDS.items():
                times[name].append(took(arguments, env))
    medians = {name: statistics.median(found) for name, found in times.items()}
    rows = [
        (name, f"{median:.0f} ms", f"{median / medians[BARE]:.1f}", f"{median / medians[TYPER]:.1f}")
        for name, median in medians.items()
    ]
    table(f"Start-up, median of {rounds}", ("command", "median", f"x {BARE}", "x import typer"), rows)


if __name__ == "__main__":
    main()
