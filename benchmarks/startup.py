"""How long `mfa-setup` takes to start, compared with a bare Python, one that imports typer, and two tools from npm.

The commands take turns, so that other load on the machine affects them all alike; what counts is the ratios.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

import npm
from process import TOOL
from report import table, write

from sandbox import sandbox

BARE, TYPER, HELP = "python -c pass", 'python -c "import typer"', "mfa-setup --help"
PYTHON: dict[str, tuple[str, ...]] = {
    BARE: (sys.executable, "-c", "pass"),
    TYPER: (sys.executable, "-c", "import typer"),
    "mfa-setup --version": (*TOOL, "--version"),
    HELP: (*TOOL, "--help"),
    "mfa-setup up --help": (*TOOL, "up", "--help"),
    "mfa-setup status": (*TOOL, "status", "--json"),
}


def commands() -> dict[str, tuple[str, ...]]:
    """Returns the commands by their names in the table; the tools from npm only if they are installed."""
    found = {name: path for name in (npm.DEPLOY_CLI, npm.TWILIO_CLI) if (path := npm.find(name))}
    options = ("--version", "--help")
    return PYTHON | {f"{name} {option}": (path, option) for name, path in found.items() for option in options}


def took(command: tuple[str, ...], env: Mapping[str, str]) -> float:
    """Runs a command once and returns its time in milliseconds."""
    began = time.perf_counter()
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000


def measure(rounds: int) -> dict[str, float]:
    """Runs every command `rounds` times and returns the median time of each in milliseconds."""
    started = commands()
    times: dict[str, list[float]] = {name: [] for name in started}
    with sandbox() as (_pid, ready, _), tempfile.TemporaryDirectory() as folder:
        env = npm.ENVIRONMENT | ready["env"]
        env |= {"MFA_SETUP_STATE_DIR": folder, "MFA_SETUP_CACHE_DIR": folder}
        for command in started.values():
            took(command, env)  # this first run compiles the modules and fills the token cache
        for _ in range(rounds):
            for name, command in started.items():
                times[name].append(took(command, env))
    return {name: statistics.median(found) for name, found in times.items()}


def report(medians: Mapping[str, float], rounds: int) -> str:
    """Prints the times as a table, and returns the table."""
    rows = [
        (f"`{name}`", f"{median:.0f} ms", *(f"{median / medians[other]:.1f}" for other in (BARE, TYPER, HELP)))
        for name, median in medians.items()
    ]
    head = ("command", "time", f"x `{BARE}`", "x `import typer`", f"x `{HELP}`")
    return table(f"Start-up, median of {rounds}:", head, rows)


def main() -> None:
    """Measures the times and prints them as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often each command is started")
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/README.md")
    given = parser.parse_args()
    text = report(measure(given.rounds), given.rounds)
    if given.write:
        write("startup", [text])


if __name__ == "__main__":
    main()
