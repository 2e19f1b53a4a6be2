"""A tenant that the tool has set up, and an example application that it has configured, served beside it."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from support import scene
from support.documents import document
from support.lab import Lab

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def installed(folder: Path) -> Path:
    """The Node packages of a folder; a test that needs them fails where nobody has installed them."""
    found = folder / "node_modules"
    assert found.is_dir(), f"run `npm ci` in {folder.relative_to(ROOT)} first"
    return found


class Site:
    """One sandbox and one application on a port of its own.

    Attributes:
        lab: The sandbox.
        url: Where the application is served.
        folder: The application: a copy of the example.
        client_id: The application in Auth0, once `configure` has made it.
    """

    def __init__(self, lab: Lab, url: str, folder: Path) -> None:
        self.lab = lab
        self.url = url
        self.folder = folder
        self.client_id = ""

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Starts a command as its users do, in a process of its own, in the application's folder."""
        own = {name: str(self.folder.parent / name) for name in ("MFA_SETUP_STATE_DIR", "MFA_SETUP_CACHE_DIR")}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUTH0_", "TWILIO_"))}
        return subprocess.Popen(
            [sys.executable, "-m", "mfa_setup", *arguments, "--yes", "--json"],
            cwd=self.folder,
            env=kept | self.lab.env | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> dict[str, Any]:
        """Runs a command to its end; its document."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0, (out, err)
        return document(out)

    def configure(self, command: str = "up", *more: str) -> None:
        """Sets everything up, or with `init` the application alone."""
        outputs = self.run(command, "--url", self.url, "--app-dir", ".", *more)["outputs"]
        self.client_id = outputs["client_id"]

    def set_up_by_hand(self) -> None:
        """Does what `up` would do where it refuses to: a number, the provider, the factor, the policy."""
        sender = scene.number(self.lab)["phone_number"]
        scene.provider(self.lab, sender=sender)
        self.lab.auth0("PUT", "guardian/factors/sms", {"enabled": True})
        self.lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["sms"]})
        self.lab.auth0("PUT", "guardian/policies", ["all-applications"])

    def messages_to(self, phone: str) -> list[dict[str, Any]]:
        """What was sent to a phone, newest first."""
        return [message for message in self.lab.messages if message["to"] == phone]

    def log(self, *kinds: str) -> list[dict[str, Any]]:
        """The tenant's log as `GET /api/v2/logs` answers it, newest first: the events of these types."""
        return [event for event in self.lab.auth0("GET", "logs?take=100") if event["type"] in kinds]

    @contextmanager
    def policy(self, policy: str, *limits: str) -> Iterator[None]:
        """Another policy for a while, or limits of Always, set by the command."""
        self.run("policy", policy, *limits)
        try:
            yield
        finally:
            self.run("policy", "always", "--everyone")

    @contextmanager
    def richer(self) -> Iterator[None]:
        """A tenant with more to ask, for a while: calls beside texts, recovery codes, an application to consent to."""

        def tell(types: list[str], *, on: bool) -> None:
            self.lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": types})
            self.lab.auth0("PUT", "guardian/factors/recovery-code", {"enabled": on})
            self.lab.auth0("PATCH", f"clients/{self.client_id}", {"is_first_party": not on})

        tell(["sms", "voice"], on=True)
        try:
            yield
        finally:
            tell(["sms"], on=False)


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


@contextmanager
def serve(folder: Path, port: int = 0) -> Iterator[str]:
    """Serves a folder that may not exist yet, by default on a free port, and gives its origin."""
    with ThreadingHTTPServer(("127.0.0.1", port), partial(_Files, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, name="example", daemon=True).start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()


def copied(example: str, folder: Path) -> Path:
    """A copy of an example, with its packages and without what was built or configured in it."""
    source, copy = EXAMPLES / example, folder / example
    packages = installed(source)
    shutil.copytree(
        source, copy, ignore=shutil.ignore_patterns("node_modules", "dist", ".env.local", "auth_config.json")
    )
    (copy / "node_modules").symlink_to(packages)
    return copy


def build(copy: Path) -> None:
    """Builds the React example, once it is configured."""
    vite = ["node", str(copy / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"]
    subprocess.run(vite, cwd=copy, check=True, timeout=60)


@contextmanager
def new_site(folder: Path, example: str = "react-spa", **options: Any) -> Iterator[Site]:
    """A site that `up` has set up, or where that would be refused `init` and a hand; its options are the sandbox's."""
    copy = copied(example, folder)
    built = copy / "dist" if example == "react-spa" else copy
    with Sandbox(SandboxConfig(port=0, **options)) as sandbox, serve(built) as url:
        lab = Lab(sandbox)
        site = Site(lab, url, copy)
        if options.keys() <= {"phone_stack"}:
            site.configure()
        else:
            site.configure("init")
            site.set_up_by_hand()
        if built != copy:
            build(copy)
        yield site
        lab.close()
