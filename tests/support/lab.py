"""A sandbox as the tests use it: its state, its log, hand-made changes, and commands run against it."""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from support import documents

READS = {"GET", "HEAD"}


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document of standard output."""
        assert self.out.count("\n") == 1, f"not one document: {self.out!r} {self.err!r}"
        return documents.document(self.out)

    def change(self, resource: str) -> dict[str, Any]:
        """One resource's change."""
        return next(change for change in self.document["changes"] if change["resource"] == resource)


class Lab:
    """One sandbox, and hands to change it with."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        ca_file = sandbox.world.site.ca_file
        verify = ssl.create_default_context(cafile=ca_file) if ca_file else True
        self._http = httpx.Client(base_url=sandbox.url, trust_env=False, timeout=10, verify=verify)
        self._token = ""

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def reset(self) -> None:
        """Back to the first day."""
        self._post("/_sandbox/reset")
        self._token = ""

    @property
    def env(self) -> dict[str, str]:
        """The environment of a client of this sandbox."""
        return dict(self.sandbox.ready()["env"])

    @property
    def domain(self) -> str:
        """The tenant's domain."""
        return self.env["AUTH0_DOMAIN"]

    @property
    def tenant(self) -> dict[str, Any]:
        """The tenant's state."""
        return dict(self._http.get("/_sandbox/state").json()["tenants"][self.domain])

    @property
    def twilio(self) -> dict[str, Any]:
        """The Twilio account's state."""
        return dict(self._http.get("/_sandbox/state").json()["twilio"])

    @property
    def everything(self) -> dict[str, Any]:
        """The whole state, to compare."""
        return dict(self._http.get("/_sandbox/state").json())

    @property
    def spas(self) -> list[dict[str, Any]]:
        """The single-page applications."""
        return [client for client in self.tenant["clients"] if client["app_type"] == "spa"]

    def connected(self) -> set[str]:
        """The applications on the database connection."""
        name = "Username-Password-Authentication"
        connection = self.auth0("GET", f"connections?name={name}&strategy=auth0")[0]
        return {item["client_id"] for item in self.auth0("GET", f"connections/{connection['id']}/clients")["clients"]}

    def sender(self) -> str | None:
        """The number that Auth0 sends from."""
        provider = self.tenant["phone_provider"] or {}
        found = provider.get("from") or provider.get("configuration", {}).get("default_from")
        return None if found is None else str(found)

    def delivery_methods(self) -> list[str] | None:
        """The provider's delivery methods; the legacy stack has none."""
        found = (self.tenant["phone_provider"] or {}).get("configuration", {}).get("delivery_methods")
        return None if found is None else list(found)

    def control_service_sid(self) -> str:
        """The Messaging Service with the verified campaign that a registered account has."""
        return str(self.twilio["services"][0]["sid"])

    def comparable(self) -> dict[str, Any]:
        """The state without what the services invent: ids and times."""
        return dict(_without_inventions({"auth0": self.tenant, "twilio": self.twilio}))

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        """The requests after a number."""
        return [entry for entry in self._http.get("/_sandbox/requests").json() if entry["n"] > since]

    def mark(self) -> int:
        """The number of the last request so far."""
        return max((entry["n"] for entry in self.log()), default=0)

    def writes(self, since: int = 0) -> list[tuple[str, str]]:
        """Method and path of every request that is no read and asks for no token."""
        return [
            (entry["method"], entry["path"])
            for entry in self.log(since)
            if entry["method"] not in READS and entry["path"] != "/oauth/token"
        ]

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """Lets the next matching requests fail."""
        self._post("/_sandbox/faults", list(faults))

    def grant(self, scopes: Sequence[str]) -> None:
        """Narrows what the tool's own client may do."""
        self._post("/_sandbox/grants", {"scope": list(scopes)})

    def token(self, **options: Any) -> str:
        """A ready access token."""
        return str(self._post("/_sandbox/tokens", options).json()["access_token"])

    def auth0(self, method: str, path: str, body: Any = None) -> Any:
        """A hand-made call of the Management API."""
        self._token = self._token or self.token()
        answer = self._http.request(
            method, f"/api/v2/{path}", json=body, headers={"Authorization": f"Bearer {self._token}"}
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def auth0_of(self, domain: str) -> Callable[[str, str, Any], httpx.Response]:
        """Hand-made calls of the Management API of one of several tenants."""
        token = str(self._post(f"/_sandbox/tokens?tenant={domain}", {}).json()["access_token"])
        headers = {"Authorization": f"Bearer {token}", "Host": domain}

        def call(method: str, path: str, body: Any) -> httpx.Response:
            answer = self._http.request(method, f"/api/v2/{path}", json=body, headers=headers)
            assert answer.is_success, answer.text
            return answer

        return call

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All SMS so far, newest first."""
        return list(self._http.get("/_sandbox/messages").json())

    def control(self, path: str, body: Any = None) -> Any:
        """A control call."""
        return self._post(f"/_sandbox/{path}", body).json()

    def _post(self, path: str, body: Any = None) -> httpx.Response:
        answer = self._http.post(path, json=body)
        assert answer.is_success, answer.text
        return answer


class Labs:
    """Sandboxes by their options, each started once for all tests."""

    def __init__(self) -> None:
        self._labs: dict[SandboxConfig, Lab] = {}

    def get(self, **options: Any) -> Lab:
        """A sandbox with these options, as on its first day."""
        config = SandboxConfig(port=0, **options)
        if config not in self._labs:
            self._labs[config] = Lab(Sandbox(config).start())
        lab = self._labs[config]
        lab.reset()
        return lab

    def close(self) -> None:
        """Stops them all."""
        for lab in self._labs.values():
            lab.close()
            lab.sandbox.stop()


_INVENTED = {
    "client_id", "client_secret", "id", "sid", "number_sid", "phone_number_sid", "phone_numbers", "uri",
    "subresource_uris", "date_created", "date_updated", "created_at", "updated_at", "signing_keys",
    "enabled_clients", "logs", "mfa_setup_run",
}  # fmt: skip


def _without_inventions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_inventions(item) for key, item in value.items() if key not in _INVENTED}
    if isinstance(value, list):
        return [_without_inventions(item) for item in value]
    return value


Run = Callable[..., Result]
"""Runs a command line: `run("up", "--yes", env={…}, stdin="…")`."""
