"""Sends recorded requests to the sandbox in their order and says how the answers differ."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

from mfa_setup.sandbox.auth0.routes import routes
from mfa_setup.sandbox.server import Sandbox
from support.assumed import Assumed
from support.compare import differences

_SERVED = [(next(iter(route.methods - {"HEAD"})), route.path_regex) for route in routes() if route.methods]
_HOST = "TENANT.example.auth0.com"
_IDS = ("client_id", "id", "user_id")


class Replay:
    """One file of recordings on one sandbox.

    Attributes:
        checked: How many exchanges were compared.
        unserved: How many are on paths that the sandbox does not serve.
        incomplete: How many requests the recorder has shortened, so that they cannot be sent.
    """

    def __init__(self, api: httpx.Client, running: Sandbox, *, independent: bool) -> None:
        self._api = api
        self._running = running
        self._independent = independent
        self._ids: dict[str, str] = {}
        self._assumed = Assumed(running.world, [])
        self.checked = self.unserved = self.incomplete = 0

    def run(self, exchanges: list[dict[str, Any]]) -> Iterator[tuple[int, str]]:
        """The differences, each with the number of its exchange."""
        self._assumed = Assumed(self._running.world, exchanges)
        for number, exchange in enumerate(exchanges):
            asked = exchange["request"]
            if not any(method == asked["method"] and path.match(asked["path"]) for method, path in _SERVED):
                self.unserved += 1
            elif asked["body"] == "(trimmed)":
                self.incomplete += 1
            else:
                self.checked += 1
                yield from ((number, difference) for difference in sorted(set(self._exchange(exchange))))

    def _exchange(self, exchange: dict[str, Any]) -> Iterator[str]:
        if self._independent:
            self._running.world.reset()
            self._assumed = Assumed(self._running.world, [exchange])
            self._ids.clear()
        exchange = self._translated(exchange)
        asked, recorded = exchange["request"], exchange["response"]
        headers = self._assumed.before(exchange, set(self._ids.values()))
        answer = self._api.request(
            asked["method"],
            asked["path"].removeprefix("/api/v2"),
            params=asked["query"] or {},
            json=asked["body"],
            headers=headers,
        )
        self._assumed.after(exchange)
        if answer.status_code != recorded["status"]:
            said = f" {answer.text[:200]}" if answer.is_error else ""
            yield f"status: recorded {recorded['status']}, answered {answer.status_code}{said}"
        if answer.is_error == (recorded["status"] >= 400) and "scrubbing" not in recorded.get("note", ""):
            body = answer.json() if answer.content else None
            self._learn(recorded["body"], body)
            yield from differences(_in_order(recorded["body"]), _in_order(_cut(body, recorded)))

    def _learn(self, recorded: Any, answer: Any) -> None:
        """Which id of the sandbox stands for which recorded one."""
        if isinstance(recorded, dict) and isinstance(answer, dict):
            for name in _IDS:
                if name in recorded and name in answer and recorded[name] != answer[name]:
                    self._ids.setdefault(recorded[name], answer[name])

    def _translated(self, exchange: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(exchange)
        for recorded, own in self._ids.items():
            text = text.replace(recorded, own).replace(recorded.replace("|", "%7C"), own.replace("|", "%7C"))
        world = self._running.world
        tenant = world.first
        text = text.replace(f"https://{_HOST}/api/v2/", tenant.audiences[0])
        found: dict[str, Any] = json.loads(text.replace('"TENANT"', json.dumps(tenant.name)))
        return found


def _in_order(body: Any) -> Any:
    """The triggers of Actions in one order: that of the service differs from one answer to the next."""
    if not isinstance(body, dict) or "triggers" not in body:
        return body
    return body | {"triggers": sorted(body["triggers"], key=lambda one: (one["id"], one["version"]))}


def _cut(body: Any, recorded: dict[str, Any]) -> Any:
    """The answer, with its list cut as the recorder has cut the recorded one."""
    if "list truncated" not in recorded.get("note", ""):
        return body
    kept = len(recorded["body"]["clients"])
    return body | {"clients": body["clients"][:kept], "total": recorded["body"]["total"]}
