"""Actions that a control call deploys and binds, as the Management API and its SDK show them."""

import httpx
import pytest
from auth0.management import Auth0

from mfa_setup.sandbox.server import Sandbox

ENFORCING = "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };"
PLAIN = "exports.onExecutePostLogin = async (event, api) => {};"
BINDINGS = "/actions/triggers/post-login/bindings"
MISSING = {"statusCode": 404, "error": "Not Found", "message": "That action does not exist."}


@pytest.fixture
def bound(web: httpx.Client) -> list[dict[str, object]]:
    """Two Actions in the flow, the second of which enforces MFA."""
    actions = [{"name": "first", "code": PLAIN}, {"name": "second", "code": ENFORCING}]
    return list(web.post("/_sandbox/actions", json=actions).json())


def test_a_tenant_has_no_actions_at_first(api: httpx.Client) -> None:
    """Zeros are left out, as recorded."""
    assert api.get("/actions/actions", params={"page": 0, "per_page": 100}).json() == {"actions": [], "per_page": 100}
    assert api.get(BINDINGS).json() == {"bindings": [], "per_page": 20}
    assert api.get("/actions/actions/x").json() == MISSING
    assert api.delete("/actions/actions/x").json() == MISSING


def test_bindings_show_the_deployed_code_and_no_draft(api: httpx.Client, bound: list[dict[str, object]]) -> None:
    answer = api.get(BINDINGS, params={"per_page": 50}).json()
    assert (answer["total"], answer["per_page"], "page" in answer) == (2, 50, False)
    actions = [binding["action"] for binding in answer["bindings"]]
    assert [action["deployed_version"]["code"] for action in actions] == [PLAIN, ENFORCING]
    assert [action["id"] for action in actions] == [action["id"] for action in bound]
    for name in ("code", "runtime", "status", "secrets"):
        assert name not in actions[0]
    assert actions[0]["all_changes_deployed"] is False


def test_bindings_are_paged(api: httpx.Client, bound: list[dict[str, object]]) -> None:
    assert len(bound) == 2
    answer = api.get(BINDINGS, params={"per_page": 1, "page": 1}).json()
    assert [binding["display_name"] for binding in answer["bindings"]] == ["second"]
    assert (answer["total"], answer["page"], answer["per_page"]) == (2, 1, 1)


def test_other_triggers_have_no_bindings(api: httpx.Client, bound: list[dict[str, object]]) -> None:
    assert len(bound) == 2
    assert api.get("/actions/triggers/custom-phone-provider/bindings").json()["bindings"] == []


def test_the_list_and_a_read_show_the_same_action(api: httpx.Client, bound: list[dict[str, object]]) -> None:
    assert api.get("/actions/actions").json()["actions"] == bound
    assert api.get(f"/actions/actions/{bound[0]['id']}").json() == bound[0]
    assert api.get("/actions/actions", params={"actionName": "second"}).json()["actions"] == bound[1:]
    assert "actions" in api.get("/actions/actions", params={"triggerId": "send-phone-message"}).json()


def test_reading_takes_the_scope(manage: object, sandbox: Sandbox) -> None:
    assert callable(manage)
    assert manage(sandbox, "read:clients").get(BINDINGS).status_code == 403
    assert manage(sandbox, "read:actions").get(BINDINGS).status_code == 200


def test_a_bound_action_is_deleted_only_by_force(api: httpx.Client, bound: list[dict[str, object]]) -> None:
    one = f"/actions/actions/{bound[0]['id']}"
    assert api.delete(one).json()["message"] == "Unable to delete an action bound to a trigger."
    assert api.delete(one, params={"force": True}).status_code == 204
    assert [binding["display_name"] for binding in api.get(BINDINGS).json()["bindings"]] == ["second"]


def test_the_sdk_reads_the_bindings(sandbox: Sandbox, web: httpx.Client, bound: list[dict[str, object]]) -> None:
    assert len(bound) == 2
    token = web.post("/_sandbox/tokens").json()["access_token"]
    with httpx.Client(trust_env=False) as http:
        sdk = Auth0(base_url=f"{sandbox.url}/api/v2", token=token, httpx_client=http)
        found = list(sdk.actions.triggers.bindings.list("post-login", per_page=1))
    assert [binding.display_name for binding in found] == ["first", "second"]
    assert found[1].action is not None
    assert found[1].action.deployed_version is not None
    assert "multifactor.enable" in str(found[1].action.deployed_version.code)


def test_setting_actions_again_replaces_them(web: httpx.Client, api: httpx.Client) -> None:
    web.post("/_sandbox/actions", json=[{"name": "a", "code": PLAIN}])
    web.post("/_sandbox/actions", json=[])
    assert api.get(BINDINGS).json()["bindings"] == []


@pytest.mark.parametrize("body", [{}, ["a"], [{"name": "a"}], [{"name": "", "code": ""}], [{"name": "a", "code": 1}]])
def test_what_is_no_action_is_refused(web: httpx.Client, body: object) -> None:
    assert web.post("/_sandbox/actions", json=body).status_code == 400
