"""The sandbox against recorded exchanges with the real API: same status, same keys, same types, same errors."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.auth0.routes import routes
from mfa_setup.sandbox.server import Sandbox

_FOLDER = Path(__file__).parents[3] / "shared" / "recordings" / "auth0"
_FILES = sorted(_FOLDER.glob("*.json"))
_LEGACY = re.compile(r"/guardian/factors/(phone|sms)/(selected-provider|providers|templates)")
_ID = re.compile(r"[A-Za-z0-9_]{20,}|(?:con|cgr|pro|tem)_\w+")
_SERVED = [(next(iter(route.methods - {"HEAD"})), route.path_regex) for route in routes() if route.methods]
_NOT_OF_THE_REQUEST = ("Bearer", "insufficient_scope", "too_many_requests")

pytestmark = pytest.mark.skipif(not _FILES, reason="the recordings are not beside the project (../shared/recordings)")


class Replay:
    """Sends recorded requests in their order, with the ids that the sandbox gave in place of the recorded ones."""

    def __init__(self, api: httpx.Client, running: Sandbox) -> None:
        self.api = api
        self.tenant = running.world.tenants[running.world.domain]
        self.ids: dict[str, str] = {}
        self.checked = 0

    def run(self, exchange: dict[str, Any]) -> None:
        """Send one request and compare, where that says something."""
        asked, recorded = exchange["request"], exchange["response"]
        method, path = asked["method"], asked["path"]
        if not self._comparable(exchange):
            return
        body = self._translate(asked["body"])
        answer = self.api.request(
            method, self._translate(path.removeprefix("/api/v2")), params=asked["query"] or {}, json=body
        )
        where = f"{method} {path} {json.dumps(asked['body'])[:300]}\n-> {answer.status_code} {answer.text[:600]}"
        assert answer.status_code == recorded["status"], where
        self.checked += 1
        if recorded["status"] != 204:
            # Of a tenant or connection that is older than the recording, other keys depend on its history.
            partial = method == "GET" or path.endswith(("/tenants/settings", "/connections"))
            compare(recorded["body"], answer.json(), where, partial=partial)
            self._learn(recorded["body"], answer.json())

    def _comparable(self, exchange: dict[str, Any]) -> bool:
        asked, recorded = exchange["request"], exchange["response"]
        method, path = asked["method"], asked["path"]
        if not any(verb == method and pattern.match(path) for verb, pattern in _SERVED):
            return False
        if self._incomplete(exchange) or self._unlike(exchange):
            return False
        known = all(found in self.ids for found in _ID.findall(path.removeprefix("/api/v2")))
        return known or recorded["status"] == 404

    def _incomplete(self, exchange: dict[str, Any]) -> bool:
        asked, recorded = exchange["request"], exchange["response"]
        if "scrubbing" in recorded.get("note", "") or asked["body"] == "(trimmed)":
            return True  # destroyed or shortened by the recorder
        return isinstance(recorded["body"], dict) and recorded["body"].get("errorCode") in _NOT_OF_THE_REQUEST

    def _unlike(self, exchange: dict[str, Any]) -> bool:
        asked, recorded = exchange["request"], exchange["response"]
        path = asked["path"]
        if path.endswith("/connections") and recorded["status"] == 400:
            return True  # rules about options, which the sandbox keeps as they are sent
        if path.endswith("/sms/templates") and asked["method"] == "GET" and not self.tenant.legacy.templates:
            return True  # recorded as 200 {} and as 204
        # An API of the tenant's own; the sandbox has the Management API only.
        return path.endswith("/client-grants") and "uat.tf" in str(asked["body"])

    def _learn(self, recorded: Any, answer: Any) -> None:
        if isinstance(recorded, dict):
            for name in ("client_id", "id"):
                if name in recorded and name in answer:
                    self.ids.setdefault(recorded[name], answer[name])

    def _translate(self, value: Any) -> Any:
        if value is None:
            return None
        text = json.dumps(value)
        for recorded, own in self.ids.items():
            text = text.replace(recorded, own)
        return json.loads(text.replace("https://TENANT.example.auth0.com/api/v2/", self.tenant.audiences[0]))


def compare(recorded: Any, answer: Any, where: str, *, partial: bool) -> None:
    """Every recorded key is there with the same type; of a read (`partial`) the sandbox may hold less."""
    if isinstance(recorded, dict) and "statusCode" in recorded:
        assert answer == recorded, where
    elif isinstance(recorded, dict):
        assert isinstance(answer, dict), where
        missing = [] if partial else [name for name in recorded if name not in answer and name != "tenant"]
        assert not missing, f"missing {missing}: {where}"
        for name in recorded.keys() & answer.keys():
            compare(recorded[name], answer[name], f"{name} in {where}", partial=partial)
    elif isinstance(recorded, list):
        assert isinstance(answer, list), where
        for old, new in zip(recorded, answer, strict=False):
            compare(old, new, where, partial=partial)
    elif recorded is not None and answer is not None:
        number = isinstance(recorded, (int, float)) and isinstance(answer, (int, float))
        assert number or type(recorded) is type(answer), where


@pytest.mark.parametrize("file", _FILES, ids=lambda path: path.stem)
def test_the_sandbox_answers_as_recorded(file: Path, sandbox: Sandbox, api: httpx.Client) -> None:
    """The sandbox answers as recorded."""
    exchanges = json.loads(file.read_text())
    replay = Replay(api, sandbox)
    if any(_LEGACY.search(exchange["request"]["path"]) for exchange in exchanges):
        replay.tenant.settings.pop("phone_consolidated_experience")
    for exchange in exchanges:
        replay.run(exchange)
