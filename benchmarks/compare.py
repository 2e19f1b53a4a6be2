"""`mfa-setup` compared with the Auth0 Deploy CLI, the Twilio CLI and a plain script: start-up, and one tenant set up.

The Deploy CLI imports exactly the state that `up` leaves, and the state after its import is compared with that one. It
buys no number and checks nothing, and neither does the script. All of them take turns, on sandboxes with TLS (the
Deploy CLI requires it), without latency and with some.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import npm
import startup
from process import ENVIRONMENT, TOOL, Finished, run
from report import SHORT, table, write

from sandbox import control, sandbox

LATENCY = 100
FILE = "FILE"
KINDS = (
    "clients",
    "databases",
    "phoneProviders",
    "guardianFactors",
    "guardianPhoneFactorMessageTypes",
    "guardianPolicies",
)
"""The kinds of resources that the Deploy CLI reads and sets; without this list, it would read more and take longer."""
APPLICATION = (
    "name",
    "app_type",
    "callbacks",
    "allowed_logout_urls",
    "web_origins",
    "oidc_conformant",
    "token_endpoint_auth_method",
    "grant_types",
    "jwt_configuration",
    "refresh_token",
)
UP, AGAIN, PLAN = "`mfa-setup up`, empty tenant", "`mfa-setup up` again", "`mfa-setup plan`, no changes"


@dataclass
class Tenant:
    """A tenant of a sandbox with TLS.

    Attributes:
        ready: The document that the sandbox printed when it was ready.
        folder: The folder for the files of all tools.
        expected: The state of the tenant after `mfa-setup up`.
    """

    ready: dict[str, Any]
    folder: Path
    expected: dict[str, Any] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """The environment of every tool."""
        own = str(self.folder / "own")
        folders = {"MFA_SETUP_STATE_DIR": own, "MFA_SETUP_CACHE_DIR": own}
        env: dict[str, str] = self.ready["env"]
        return ENVIRONMENT | env | folders | {"AUTH0_INCLUDED_ONLY": json.dumps(KINDS)}

    @property
    def file(self) -> Path:
        """The file that the Deploy CLI imports."""
        return self.folder / "tenant.yaml"

    def prepare(self) -> None:
        """Sets the tenant up once, and writes the resulting state to the file that the Deploy CLI imports."""
        run((*TOOL, "up", "--yes", "--json"), self.env)
        self.expected = self.state()
        (provider,) = self.expected["phoneProviders"]
        secrets = {"credentials": {"auth_token": self.ready["env"]["TWILIO_AUTH_TOKEN"]}}
        settings = self.expected | {"phoneProviders": [provider | secrets]}
        self.file.write_text(json.dumps(settings), encoding="utf-8")  # every JSON document is YAML as well

    def control(self, method: str, path: str) -> Any:
        """Sends a request to the sandbox's control API and returns the response."""
        return control(self.ready["url"], method, path, ca_file=self.ready["ca_file"])

    def empty(self) -> None:
        """Resets the tenant and removes the access token and the journal that `mfa-setup` has stored for it."""
        self.control("POST", "reset")
        shutil.rmtree(self.folder / "own", ignore_errors=True)

    def state(self) -> dict[str, Any]:
        """Returns the present state in the Deploy CLI's format, without secrets and values that differ between runs."""
        state = self.control("GET", "state")["tenants"][self.ready["env"]["AUTH0_DOMAIN"]]
        (application,) = (client for client in state["clients"] if client.get("app_type") == "spa")
        databases = [
            {"name": database["name"], "strategy": database["strategy"], "enabled_clients": [application["name"]]}
            for database in state["connections"]
            if application["client_id"] in database["enabled_clients"]
        ]
        provider = {name: state["phone_provider"][name] for name in ("name", "disabled", "configuration")}
        return {
            "clients": [{name: application[name] for name in APPLICATION}],
            "databases": databases,
            "phoneProviders": [provider],
            "guardianFactors": [{"name": name, "enabled": True} for name, on in state["factors"].items() if on],
            "guardianPhoneFactorMessageTypes": {"message_types": state["message_types"]},
            "guardianPolicies": {"policies": state["policies"]},
        }


@dataclass
class Row:
    """A command that is measured, and its runs.

    Attributes:
        name: The name of the command in the table.
        command: The command; `FILE` stands for the file that the Deploy CLI imports.
        fresh: Whether the tenant is emptied before each run.
        baseline: The name of the row by whose time the time of this row is divided.
        runs: The runs, by latency in milliseconds.
        requests: The number of requests in the last run.
    """

    name: str
    command: tuple[str, ...]
    fresh: bool = False
    baseline: str | None = None
    runs: dict[int, list[Finished]] = field(default_factory=lambda: {0: [], LATENCY: []})
    requests: int = 0

    def run(self, latency: int, tenant: Tenant) -> None:
        """Runs the command once.

        Raises:
            SystemExit: The Deploy CLI left another state than `mfa-setup up`.
        """
        if self.fresh:
            tenant.empty()
        before = len(tenant.control("GET", "requests"))
        command = [str(tenant.file) if part == FILE else part for part in self.command]
        self.runs[latency].append(run(command, tenant.env))
        self.requests = len(tenant.control("GET", "requests")) - before
        if FILE in self.command and (state := tenant.state()) != tenant.expected:
            raise SystemExit(f"{self.name} left another state than `mfa-setup up`: {state}")

    def seconds(self, latency: int) -> float:
        """Returns the median time of a run at this latency, in seconds."""
        return statistics.median(finished.seconds for finished in self.runs[latency])

    @property
    def cpu(self) -> float:
        """The median CPU time of the runs at both latencies, in seconds."""
        return statistics.median(finished.cpu for runs in self.runs.values() for finished in runs)

    @property
    def round_trips(self) -> str:
        """The number of consecutive round trips: the time that the latency adds to a run, divided by the latency.

        The text is empty if the number is not reliable: a round trip takes less than a hundredth of a run, so that runs
        differ from each other by more, or the number is impossible because the machine was busy.
        """
        trip = LATENCY / 1000
        count = round((self.seconds(LATENCY) - self.seconds(0)) / trip)
        return str(count) if trip > self.seconds(LATENCY) / 100 and 0 <= count <= self.requests else ""


def rows() -> list[Row]:
    """Returns the commands to compare, in the order in which they run."""
    script = str(Path(__file__).with_name("sequential.py"))
    compared = [
        Row(UP, (*TOOL, "up", "--yes", "--json"), fresh=True),
        Row(AGAIN, (*TOOL, "up", "--yes", "--json")),
        Row(PLAN, (*TOOL, "plan", "--json")),
        Row("plain script with both SDKs, empty tenant", (sys.executable, script), fresh=True, baseline=UP),
    ]
    if deploy_cli := npm.find(npm.DEPLOY_CLI):
        command = (deploy_cli, "import", "--input_file", FILE)
        compared.append(Row("`a0deploy import`, empty tenant", command, fresh=True, baseline=UP))
        compared.append(Row("`a0deploy import` again", command, baseline=AGAIN))
    return compared


@contextmanager
def tenants() -> Iterator[dict[int, Tenant]]:
    """Serves one tenant for each latency, and yields the tenants by latency in milliseconds."""
    with ExitStack() as opened:
        served = {}
        for latency in (0, LATENCY):
            _, ready, _ = opened.enter_context(sandbox("--tls", "--latency-ms", str(latency)))
            served[latency] = Tenant(ready, Path(opened.enter_context(tempfile.TemporaryDirectory())))
        yield served


def measure(rounds: int) -> list[Row]:
    """Runs every command `rounds` times at each latency."""
    compared = rows()
    with tenants() as served:
        for tenant in served.values():
            tenant.prepare()
        for _ in range(rounds):
            for latency, tenant in served.items():
                for row in compared:
                    row.run(latency, tenant)
    return compared


def report(compared: list[Row], rounds: int) -> str:
    """Prints the measurements as a table, and returns the table."""
    slow = {row.name: row.seconds(LATENCY) for row in compared}
    cells = [
        (
            row.name,
            str(row.requests),
            row.round_trips,
            f"{row.cpu:.1f} s",
            f"{row.seconds(0):.1f} s",
            f"{row.seconds(LATENCY):.1f} s",
            f"{slow[row.name] / slow[row.baseline]:.1f}" if row.baseline else "",
        )
        for row in compared
    ]
    head = ("", "requests", "round trips", "CPU", "no latency", f"{LATENCY} ms", "x `mfa-setup up`")
    title = f"One tenant, without latency and with {LATENCY} ms for each answer, median of {rounds}:"
    return table(title, head, cells)


def sentence(starts: Mapping[str, float]) -> str:
    """Describes the start-up times in one sentence."""
    own = starts[startup.HELP]
    text = f"`{startup.HELP}` takes {own:.0f} ms, {own / starts[startup.BARE]:.1f} times as long as `{startup.BARE}`"
    for name in (npm.DEPLOY_CLI, npm.TWILIO_CLI):
        if time := starts.get(f"{name} --help"):
            text += f"; `{name} --help` ({npm.version(name)}) takes {time / own:.1f} times as long"
    return f"{text}."


def main() -> None:
    """Measures the times and prints them as tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each command is run at each latency")
    parser.add_argument("--starts", type=int, default=15, help="how often each command is started")
    parser.add_argument("--write", action="store_true", help="write the tables into benchmarks/README.md and README.md")
    given = parser.parse_args()
    starts = startup.measure(given.starts)
    started = startup.report(starts, given.starts)
    compared = report(measure(given.rounds), given.rounds)
    print(f"\n{sentence(starts)}")
    if given.write:
        write("startup", [started])
        write("compare", [compared])
        write("benchmarks", [sentence(starts), compared], SHORT)


if __name__ == "__main__":
    main()
