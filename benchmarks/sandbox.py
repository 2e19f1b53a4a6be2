"""How many requests a second the sandbox answers, whether its memory stays flat, and how fast it starts.

Starts `mfa-setup sandbox` as a process of its own and loads it from a second one, as a user's tests would.
"""

import argparse
import http.client
import json
import ssl
import statistics
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from report import table

STARTS = 5
SAMPLES = 10


@dataclass(frozen=True)
class Request:
    """One request, and its name in the table."""

    name: str
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass
class Load:
    """The measurements of the clients: the statuses and times of the responses, and the total time in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """The number of requests per second."""
        return len(self.milliseconds) / self.seconds

    @property
    def failed(self) -> int:
        """The number of responses whose status is not 2xx."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)  # noqa: PLR2004

    def slowest(self, percent: int) -> float:
        """Returns the time in milliseconds within which this percentage of the responses arrived."""
        return statistics.quantiles(self.milliseconds, n=100)[percent - 1]


@contextmanager
def sandbox(*options: str) -> Iterator[tuple[int, dict[str, Any], float]]:
    """Runs a sandbox as a separate process.

    Yields:
        The ID of the process, the document that it printed when it was ready, and the time until then in seconds.
    """
    command = [sys.executable, "-m", "mfa_setup", "sandbox", "--port", "0", "--json", "--quiet", *options]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101
        try:
            ready = json.loads(process.stdout.readline())
            yield process.pid, ready, time.perf_counter() - began
        finally:
            process.terminate()


def memory(pid: int) -> float:
    """Returns the resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        return int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout) / 1024


def control(url: str, method: str, path: str, body: object = None, ca_file: str | None = None) -> Any:
    """Sends a request to the control API of a sandbox and returns the response.

    Args:
        url: The URL of the sandbox.
        method: The HTTP method.
        path: The path under `/_sandbox/`.
        body: The body of the request, sent as JSON.
        ca_file: For a sandbox with TLS, the `ca_file` that the sandbox printed.
    """
    place = urlsplit(url)
    if place.scheme == "https":
        trust = ssl.create_default_context(cafile=ca_file)
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(place.netloc, timeout=30, context=trust)
    else:
        connection = http.client.HTTPConnection(place.netloc, timeout=30)
    connection.request(method, f"/_sandbox/{path}", json.dumps(body) if body is not None else None)
    return json.loads(connection.getresponse().read())


def mix(ready: dict[str, Any]) -> list[Request]:
    """Returns typical requests of `mfa-setup up` and of users' own tests: reads and writes at both services."""
    env = ready["env"]
    bearer = {"authorization": f"Bearer {control(ready['url'], 'POST', 'tokens', {})['access_token']}"}
    send_json = bearer | {"content-type": "application/json"}
    sid, secret = env["TWILIO_ACCOUNT_SID"], env["TWILIO_AUTH_TOKEN"]
    basic = {"authorization": "Basic " + b64encode(f"{sid}:{secret}".encode()).decode()}
    send_form = {"content-type": "application/x-www-form-urlencoded"}
    account = f"/2010-04-01/Accounts/{sid}"
    grant = {"grant_type": "client_credentials", "client_id": env["AUTH0_CLIENT_ID"]}
    grant |= {"client_secret": env["AUTH0_CLIENT_SECRET"], "audience": f"https://{env['AUTH0_DOMAIN']}/api/v2/"}
    enable = json.dumps({"enabled": True})
    return [
        Request("Auth0: token", "POST", "/oauth/token", send_form, urlencode(grant)),
        Request("Auth0: list clients", "GET", "/api/v2/clients?page=0&per_page=50&include_totals=true", bearer),
        Request("Auth0: set a factor", "PUT", "/api/v2/guardian/factors/sms", send_json, enable),
        Request("Auth0: policies", "GET", "/api/v2/guardian/policies", bearer),
        Request("Auth0: tenant settings", "GET", "/api/v2/tenants/settings", bearer),
        Request("Twilio: account", "GET", f"{account}.json", basic),
        Request("Twilio: numbers on sale", "GET", f"{account}/AvailablePhoneNumbers/US/Local.json", basic),
        Request("Twilio: own numbers", "GET", f"{account}/IncomingPhoneNumbers.json", basic),
        Request("Twilio: services", "GET", "/v1/Services", basic),
    ]


def hammer(url: str, requests: list[Request], count: int, clients: int) -> Load:
    """Sends `count` requests in total from `clients` concurrent clients, each of which sends one at a time."""
    load, lock = Load(), threading.Lock()
    shares = [count // clients + (index < count % clients) for index in range(clients)]

    def client(offset: int, share: int) -> None:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        statuses: Counter[int] = Counter()
        times: list[float] = []
        for index in range(share):
            one = requests[(offset + index) % len(requests)]
            began = time.perf_counter()
            connection.request(one.method, one.path, one.body, one.headers)
            answer = connection.getresponse()
            answer.read()
            times.append((time.perf_counter() - began) * 1000)
            statuses[answer.status] += 1
        connection.close()
        with lock:
            load.statuses += statuses
            load.milliseconds += times

    threads = [threading.Thread(target=client, args=(index, share)) for index, share in enumerate(shares)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - began
    return load


def row(name: str, load: Load) -> tuple[str, ...]:
    """Formats the measurements as a row of the table of speeds."""
    times = (f"{load.slowest(percent):.1f} ms" for percent in (50, 99))
    return (name, f"{len(load.milliseconds):,}", f"{load.rate:,.0f}", *times, str(load.failed))


def speed(url: str, requests: list[Request]) -> None:
    """Prints how fast the sandbox answers: each kind of request alone, then all kinds from one and more clients."""
    rows = [row(one.name, hammer(url, [one], 500, 1)) for one in requests]
    rows += [row(f"all of them, {clients} clients", hammer(url, requests, 5000, clients)) for clients in (1, 4, 50)]
    table("Speed", ("requests", "sent", "a second", "median", "99 %", "failed"), rows)


def growth(url: str, pid: int, requests: list[Request], total: int) -> None:
    """Prints the sandbox's memory at intervals while it answers `total` requests."""
    rows = [("0", f"{memory(pid):.1f} MiB", "")]
    sent = 0
    while sent < total:
        load = hammer(url, requests, total // SAMPLES, 4)
        sent += len(load.milliseconds)
        rows.append((f"{sent:,}", f"{memory(pid):.1f} MiB", f"{load.rate:,.0f}"))
    table("Memory", ("requests", "resident", "a second"), rows)


def starts() -> None:
    """Prints the time until the sandbox is ready."""
    rows = []
    for options in ((), ("--tls",)):
        seconds = []
        for _ in range(STARTS):
            with sandbox(*options) as (_pid, _ready, took):
                seconds.append(took)
        rows.append((" ".join(("sandbox", *options)), f"{statistics.median(seconds):.2f} s", f"{max(seconds):.2f} s"))
    table(f"Start until ready, {STARTS} times", ("command", "median", "slowest"), rows)


def main() -> None:
    """Measures everything and prints it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="how many the memory is watched over")
    total = parser.parse_args().requests
    starts()
    with sandbox() as (pid, ready, _):
        requests = mix(ready)
        speed(ready["url"], requests)
    with sandbox() as (pid, ready, _):
        growth(ready["url"], pid, mix(ready), total)


if __name__ == "__main__":
    main()
