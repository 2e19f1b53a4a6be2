"""How many tenants a second `mfa-setup fleet up` sets up, and how much CPU time and memory it takes.

Each run starts a sandbox with so many empty tenants, and one process sets all of them up. The sandbox shares the cores
with it, so the CPU time of the sandbox is in the table as well.
"""

import argparse
import json
import resource
import tempfile
from dataclasses import dataclass

from process import ENVIRONMENT, TOOL, Finished, run
from report import table, write

from sandbox import sandbox

SIZES = (1, 10, 100, 1000)
BASELINE = 100
"""The size of the fleet whose time per tenant is the baseline for the other sizes."""
COMMAND = (*TOOL, "fleet", "up")


@dataclass(frozen=True)
class Fleet:
    """One run of `mfa-setup fleet up`.

    Attributes:
        tenants: The number of tenants.
        process: The process that set the tenants up.
        sandbox_cpu: The CPU time of the sandbox in seconds, including its start.
    """

    tenants: int
    process: Finished
    sandbox_cpu: float

    @property
    def seconds_each(self) -> float:
        """The time per tenant, in seconds."""
        return self.process.seconds / self.tenants


def children() -> float:
    """Returns the CPU time in seconds of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(tenants: int, latency: int, options: list[str]) -> Fleet:
    """Sets up this number of empty tenants.

    Raises:
        SystemExit: Some of the tenants were not set up.
    """
    before = children()
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/fleet.toml"
        served = ("--tenants", str(tenants), "--fleet-file", file, "--rate-limit", "none", "--latency-ms", str(latency))
        with sandbox(*served) as (_pid, ready, _):
            own = {"MFA_SETUP_STATE_DIR": f"{folder}/state", "MFA_SETUP_CACHE_DIR": f"{folder}/cache"}
            process = run((*COMMAND, file, "--yes", "--json", *options), ENVIRONMENT | ready["env"] | own)
    summary = json.loads(process.output)["summary"]
    if (summary["ok"], summary["changed"]) != (tenants, tenants):
        raise SystemExit(f"Not all of {tenants} tenants were set up: {summary}")
    return Fleet(tenants, process, children() - before - process.cpu)


def row(fleet: Fleet, baseline: Fleet | None) -> tuple[str, ...]:
    """Formats a run as a row of the table."""
    process, tenants = fleet.process, fleet.tenants
    return (
        f"{tenants:,}",
        f"{process.seconds:.1f} s",
        f"{tenants / process.seconds:.1f}",
        f"{fleet.seconds_each / baseline.seconds_each:.2f}" if baseline else "",
        f"{process.cpu:.1f} s",
        f"{1000 * process.cpu / tenants:.0f} ms",
        f"{process.peak:.0f} MiB",
        f"{process.peak / tenants:.2f} MiB",
        f"{fleet.sandbox_cpu:.1f} s",
    )


def main() -> None:
    """Measures every size of fleet and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="the numbers of tenants")
    parser.add_argument("--rounds", type=int, default=3, help="how often each size is measured")
    parser.add_argument("--latency-ms", type=int, default=0, help="how long every answer of the sandbox waits")
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/README.md")
    parser.add_argument("options", nargs="*", help="options of `fleet up`, after `--`")
    given = parser.parse_args()
    medians: dict[int, Fleet] = {}
    for tenants in given.sizes:
        runs = [measure(tenants, given.latency_ms, given.options) for _ in range(given.rounds)]
        medians[tenants] = sorted(runs, key=lambda fleet: fleet.process.seconds)[len(runs) // 2]
    head = (
        "tenants",
        "time",
        "a second",
        f"time per tenant, x {BASELINE}",
        "CPU",
        "per tenant",
        "peak memory",
        "per tenant",
        "CPU of the sandbox",
    )
    title = f"`{' '.join(('mfa-setup fleet up', *given.options))}` at {given.latency_ms} ms, median of {given.rounds}:"
    text = table(title, head, [row(fleet, medians.get(BASELINE)) for fleet in medians.values()])
    if given.write:
        write("fleet", [text])


if __name__ == "__main__":
    main()
