"""One try of a sweep: folders of its own, an environment for a run, and what must hold at its end."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.lab import Lab, Result
from support.nursery import Child, Nursery

DOCUMENT = {
    "schema_version", "command", "ok", "changed", "run_id", "tenant", "changes", "outputs", "checks", "warnings",
    "error",
}  # fmt: skip
STATUSES = {"none", "pending", "applied", "failed", "unknown"}
ERRORS = {
    code: int(number)
    for code, number in re.findall(
        r"^\| `(\w+)` \| (\d+) \|",
        (Path(__file__).parents[2] / "docs/errors.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}
UP = ("up", "--yes", "--json")


@dataclass(frozen=True)
class Place:
    """Where the runs of one machine happen: a folder to work in, and the tool's own folders within."""

    folder: Path
    lab: Lab

    @property
    def env(self) -> dict[str, str]:
        """The environment of a run here."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TERM": "dumb",
            **self.lab.env,
            "MFA_SETUP_STATE_DIR": str(self.folder / "state"),
            "MFA_SETUP_CACHE_DIR": str(self.folder / "cache"),
        }


@dataclass(frozen=True)
class Ground:
    """What a sweep tries its luck on: a sandbox, a folder for places, and processes.

    Attributes:
        lab: The sandbox, as on its first day at the start.
        folder: Where the places are made.
        nurseries: Who starts processes; two, for runs that meet.
        reference: The state that one undisturbed `up` leaves.
        log: The requests of that `up`.
    """

    lab: Lab
    folder: Path
    nurseries: tuple[Nursery, Nursery]
    reference: dict[str, Any]
    log: list[dict[str, Any]]

    def fresh(self, name: object) -> Place:
        """A place that nothing has run in, on a sandbox that nothing has changed."""
        self.lab.reset()
        return Place(self.folder / str(name), self.lab)

    def start(self, place: Place, *arguments: str, dies_at: int = 0) -> Child:
        """Starts a run at a place."""
        return self.nurseries[0].start(*arguments, env=place.env, folder=place.folder, dies_at=dies_at)

    def finish(self, place: Place, *more: str) -> None:
        """The next `up` has to complete the setup, and the one after that to find nothing to do."""
        assert floor_holds(self.lab)
        again = self.start(place, *UP, *more).result()
        assert again.code == 0, again
        check_document(again)
        check_complete(self.lab, self.reference)
        idle = self.start(place, "plan", "--check", "--json", *more).result()
        assert idle.code == 0, idle


def check_document(result: Result) -> dict[str, Any]:
    """The document of a run, which must be whole and agree with its exit code."""
    assert "Traceback" not in result.err
    document = result.document
    assert document.keys() >= DOCUMENT
    assert {change["status"] for change in document["changes"]} <= STATUSES
    error = document["error"]
    assert document["ok"] is (error is None) is (result.code == 0), result
    if error is not None:
        assert ERRORS[error["code"]] == result.code, result
        assert error["message"]
        assert error["hint"]
    return document


def floor_holds(lab: Lab) -> bool:
    """Whether a code could leave, wherever one is asked for; read straight from the sandbox's memory."""
    world = lab.sandbox.world
    tenant = world.first.snapshot()
    if not tenant["policies"]:
        return True
    provider: dict[str, Any] = tenant["phone_provider"] or {}
    settings = provider.get("configuration", provider)
    numbers = {number["phone_number"] for number in world.snapshot()["twilio"]["numbers"]}
    sends = settings.get("mssid") or (settings.get("default_from") or settings.get("from")) in numbers
    return bool(tenant["factors"]["sms"] and tenant["message_types"] and sends and not provider.get("disabled"))


def check_complete(lab: Lab, reference: dict[str, Any]) -> None:
    """The full setup, and nothing twice: the very state that one undisturbed `up` leaves."""
    assert len(lab.spas) == 1
    assert lab.spas[0]["client_id"] in lab.connected()
    assert len(lab.twilio["numbers"]) == 1
    assert lab.twilio["purchases"] == 1
    assert lab.sender() == lab.twilio["numbers"][0]["phone_number"]
    assert floor_holds(lab)
    assert lab.comparable() == reference


def shape(path: str) -> str:
    """A path with `*` in place of ids, which differ from one tenant to the next."""
    return "/".join("*" if re.search(r"\d", part) and len(part) > 12 else part for part in path.split("/"))


def named(log: Sequence[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """The requests of a log by method, shape and occurrence, so that another run's can be told apart by them."""
    found: list[tuple[str, str, int]] = []
    for entry in log:
        method, path = entry["method"], shape(entry["path"])
        found.append((method, path, 1 + sum(one[:2] == (method, path) for one in found)))
    return found
