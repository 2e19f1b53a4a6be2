"""How many requests a command sends, and how long the chain of those that wait for one another is.

Each command runs against a sandbox without latency and one with some, in turn. What the latency adds, divided by it,
is the number of round trips that follow one another: it hardly depends on the machine.
"""

import argparse
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from process import ENVIRONMENT, TOOL, run
from report import table, write

from sandbox import control, sandbox

LATENCY = 200
COMMANDS = {
    "fresh up": ("up", "--yes"),
    "up again": ("up", "--yes"),
    "status": ("status",),
    "doctor": ("doctor",),
    "plan, nothing to do": ("plan",),
    "plan of a fresh up": ("plan",),
}


@dataclass
class Seen:
    """The measurements of the runs of one command.

    Attributes:
        seconds: The time of each run in seconds, by latency in milliseconds.
        requests: The requests that each run sent.
    """

    seconds: dict[int, list[float]] = field(default_factory=lambda: {0: [], LATENCY: []})
    requests: list[list[dict[str, Any]]] = field(default_factory=list)

    @property
    def chain(self) -> float:
        """The number of consecutive round trips."""
        slow, fast = (statistics.median(self.seconds[latency]) for latency in (LATENCY, 0))
        return (slow - fast) / (LATENCY / 1000)

    def row(self, name: str) -> tuple[str, ...]:
        """Formats the measurements as a row of the table."""
        medians = (f"{statistics.median(self.seconds[latency]):.2f} s" for latency in (0, LATENCY))
        return (name, str(max(map(len, self.requests))), f"{self.chain:.1f}", *medians)


@dataclass
class Tenant:
    """A tenant of a sandbox, with the environment in which `mfa-setup` runs against it."""

    url: str
    env: dict[str, str]

    def run(self, *arguments: str) -> float:
        """Runs one command and returns its time in seconds."""
        return run((*TOOL, *arguments, "--json"), self.env).seconds

    def requests(self) -> list[dict[str, Any]]:
        """Returns all requests that the sandbox has received so far."""
        return list(control(self.url, "GET", "requests"))


@contextmanager
def tenants(stack: str) -> Iterator[dict[int, Tenant]]:
    """Serves one tenant for each latency, and yields the tenants by latency in milliseconds."""
    with ExitStack() as opened:
        found = {}
        for latency in (0, LATENCY):
            _, ready, _ = opened.enter_context(sandbox("--phone-stack", stack, "--latency-ms", str(latency)))
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
            own = {"MFA_SETUP_STATE_DIR": str(folder / "state"), "MFA_SETUP_CACHE_DIR": str(folder / "cache")}
            found[latency] = Tenant(ready["url"], ENVIRONMENT | ready["env"] | own)
        yield found


def measure(stack: str, rounds: int) -> dict[str, Seen]:
    """Runs every command `rounds` times at each latency."""
    seen = {name: Seen() for name in COMMANDS}
    with tenants(stack) as there:
        for one in there.values():
            one.run("plan")  # the token is cached from here on
        for _ in range(rounds):
            for latency, one in there.items():
                control(one.url, "POST", "reset")
                for name in ("plan of a fresh up", "fresh up", *(name for name in COMMANDS if "fresh" not in name)):
                    before = len(one.requests())
                    seen[name].seconds[latency].append(one.run(*COMMANDS[name]))
                    seen[name].requests.append(one.requests()[before:])
    return seen


def paths(requests: list[dict[str, Any]]) -> None:
    """Prints each kind of request with the number of times that it was sent."""
    for (method, path), times in Counter((one["method"], one["path"]) for one in requests).items():
        print(f"{times:4} {method:6} {path}")


def main() -> None:
    """Measures every command on both phone stacks and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each command is run at each latency")
    parser.add_argument("--stack", choices=("unified", "legacy"), help="one phone stack only")
    parser.add_argument("--write", action="store_true", help="write the tables into benchmarks/README.md")
    parser.add_argument("--paths", help="print the requests of this command")
    given = parser.parse_args()
    tables = []
    for stack in (given.stack,) if given.stack else ("unified", "legacy"):
        seen = measure(stack, given.rounds)
        rows = [one.row(name) for name, one in seen.items()]
        head = ("command", "requests", "round trips", "without latency", f"at {LATENCY} ms")
        tables.append(table(f"{stack.capitalize()} phone stack, median of {given.rounds}:", head, rows))
        if given.paths:
            paths(seen[given.paths].requests[0])
    if given.write:
        write("runs", tables)


if __name__ == "__main__":
    main()
