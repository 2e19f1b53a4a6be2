from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox


def types(api: httpx.Client, **query: Any) -> list[str]:
    return [event["type"] for event in api.get("/logs", params=query).json()]


@pytest.fixture
def busy(api: httpx.Client) -> httpx.Client:
    """A client of a tenant in which something has happened."""
    api.post("/clients", json={"name": "x", "app_type": "spa"})
    api.post("/clients", json={})
    api.put("/guardian/policies", json=["all-applications"])
    return api


def test_writes_are_logged_newest_first_and_reads_are_not(busy: httpx.Client) -> None:
    busy.get("/clients")
    assert types(busy) == ["sapi", "fapi", "sapi"]
    newest = busy.get("/logs").json()[0]
    assert newest["description"] == "Update multi-factor authentication policies"
    assert newest["client_name"] == "mfa-setup"
    assert newest["details"]["request"] == {"method": "put", "path": "/api/v2/guardian/policies"}
    assert newest["details"]["response"] == {"statusCode": 200}
    assert newest["log_id"] == newest["_id"]
    assert busy.get(f"/logs/{newest['log_id']}").json() == newest
    assert busy.get("/logs/0").status_code == 404


def test_a_checkpoint_gives_what_came_later_oldest_first(busy: httpx.Client) -> None:
    first = busy.get("/logs").json()[-1]["log_id"]
    assert types(busy, **{"from": first}) == ["fapi", "sapi"]
    assert types(busy, **{"from": first, "take": 1}) == ["fapi"]
    assert types(busy, take=2) == ["sapi", "fapi"]


def test_events_are_searched_sorted_cut_and_paged(busy: httpx.Client) -> None:
    assert types(busy, search="type:fapi") == ["fapi"]
    assert types(busy, search='type:"SAPI" AND application:MFA') == ["sapi", "sapi"]
    assert types(busy, q="type:fap*") == ["fapi"]
    assert types(busy, search="nobody") == []
    assert types(busy, sort="date:1") == ["sapi", "fapi", "sapi"]
    assert types(busy, page=1, per_page=2) == ["sapi"]
    assert busy.get("/logs", params={"fields": "type", "per_page": 1}).json() == [{"type": "sapi"}]
    totals = busy.get("/logs", params={"include_totals": True, "per_page": 2}).json()
    assert (totals["total"], totals["length"], totals["start"], totals["limit"]) == (3, 2, 0, 2)


def test_tokens_are_logged_given_and_refused(sandbox: Sandbox, api: httpx.Client, web: httpx.Client) -> None:
    tool = sandbox.world.first.tool
    body = {
        "grant_type": "client_credentials",
        "client_id": tool.client_id,
        "client_secret": tool.client_secret,
        "audience": sandbox.world.first.audiences[0],
    }
    web.post("/oauth/token", json=body)
    web.post("/oauth/token", json=body | {"client_secret": "wrong"})
    assert types(api) == ["feccft", "seccft"]
    assert "wrong" not in api.get("/logs").text


def test_only_the_latest_events_are_kept(sandbox: Sandbox, api: httpx.Client) -> None:
    tenant = sandbox.world.first
    for _ in range(1100):
        tenant.log("s", "Success Login")
    assert len(tenant.logs) == 1000
    ids = [event["log_id"] for event in tenant.logs]
    assert ids == sorted(set(ids))
    assert len(api.get("/logs", params={"per_page": 100}).json()) == 100
