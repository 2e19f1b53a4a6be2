"""From a draft to what runs: builds, deployments and versions, read after read and by the clock."""

from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.auth0.action_records import deployed_actions
from mfa_setup.sandbox.server import Sandbox

ACTIONS = "/actions/actions"
TRIGGERS = [{"id": "post-login", "version": "v3"}]
NOT_BUILT = "A draft must be in the 'built' state before it can be deployed."


def create(api: httpx.Client, name: str = "ours", **more: Any) -> str:
    """A new Action; returns its path."""
    answer = api.post(ACTIONS, json={"name": name, "supported_triggers": TRIGGERS, "code": "// 1"} | more)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "pending"
    return f"{ACTIONS}/{answer.json()['id']}"


def deployed(api: httpx.Client, name: str = "ours", **more: Any) -> str:
    """A new Action that is deployed; returns its path."""
    one = create(api, name, **more)
    while api.get(one).json()["status"] != "built":
        pass
    assert api.post(f"{one}/deploy").status_code == 200
    assert api.get(one).json()["deployed_version"]["deployed"] is True
    return one


def bind(api: httpx.Client, *paths: str) -> list[dict[str, Any]]:
    """Sets the flow of post-login."""
    refs = [{"ref": {"type": "action_id", "value": path.rpartition("/")[2]}} for path in paths]
    answer = api.patch("/actions/triggers/post-login/bindings", json={"bindings": refs})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["bindings"]
    return found


def stop_the_clock(sandbox: Sandbox) -> list[float]:
    """The clock of the tenant's builds, to be moved by the test."""
    now = [0.0]
    sandbox.world.first.actions.clock = lambda: now[0]
    return now


@pytest.mark.parametrize(
    ("dependencies", "statuses"),
    [
        ([], ["built", "built"]),
        ([{"name": "auth0", "version": "2.41.0"}], ["building", "building", "built", "built"]),
        ([{"name": "moment", "version": "latest"}], ["building", "building", "built"]),
        (
            [{"name": "crypto", "version": "17.7.1"}],
            ["building", "retrying", "retrying", "building", "failed", "failed"],
        ),
        ([{"name": "moment", "version": "no-version"}], ["building", "retrying"]),
    ],
)
def test_each_read_shows_the_next_status_of_a_build(
    sandbox: Sandbox, api: httpx.Client, dependencies: list[dict[str, str]], statuses: list[str]
) -> None:
    stop_the_clock(sandbox)
    one = create(api, dependencies=dependencies)
    assert [api.get(one).json()["status"] for _ in statuses] == statuses


def test_a_list_is_a_read_as_well(sandbox: Sandbox, api: httpx.Client) -> None:
    stop_the_clock(sandbox)
    create(api)
    assert [one["status"] for one in api.get(ACTIONS).json()["actions"]] == ["built"]


def test_a_draft_is_deployed_only_when_it_is_built(sandbox: Sandbox, api: httpx.Client) -> None:
    now = stop_the_clock(sandbox)
    one = create(api)
    refused = api.post(f"{one}/deploy")
    assert (refused.status_code, refused.json()["message"]) == (400, NOT_BUILT)
    now[0] = 2
    assert api.post(f"{one}/deploy").status_code == 200


def test_a_draft_that_failed_to_build_is_never_deployed(sandbox: Sandbox, api: httpx.Client) -> None:
    now = stop_the_clock(sandbox)
    one = create(api, dependencies=[{"name": "crypto", "version": "17.7.1"}])
    now[0] = 60
    assert api.get(one).json()["status"] == "failed"
    assert api.post(f"{one}/deploy").json()["message"] == NOT_BUILT


def test_code_that_nobody_can_parse_is_built(api: httpx.Client) -> None:
    """A build checks the dependencies alone."""
    one = create(api, code='exports.onExecutePostLogin = "')
    assert api.get(one).json()["status"] == "built"


def test_a_deployment_is_over_a_read_later_or_after_a_while(sandbox: Sandbox, api: httpx.Client) -> None:
    now = stop_the_clock(sandbox)
    one = create(api)
    api.get(one)
    answer = api.post(f"{one}/deploy").json()
    assert (answer["deployed"], answer["number"], answer["action"]["all_changes_deployed"]) == (False, 1, False)
    refs = {"bindings": [{"ref": {"type": "action_name", "value": "ours"}}]}
    early = api.patch("/actions/triggers/post-login/bindings", json=refs)
    assert early.json()["message"].startswith("Trying to create a binding for an action that has")
    now[0] = 2
    assert api.patch("/actions/triggers/post-login/bindings", json=refs).status_code == 200
    found = api.get(one).json()
    assert (found["deployed_version"]["id"], found["deployed_version"]["deployed"]) == (answer["id"], True)
    assert found["all_changes_deployed"] is True


def test_the_old_version_runs_until_the_new_one_is_deployed(sandbox: Sandbox, api: httpx.Client) -> None:
    now, tenant = stop_the_clock(sandbox), sandbox.world.first
    one = deployed(api, secrets=[{"name": "key", "value": "PLACEHOLDER"}])
    bind(api, one)
    api.patch(one, json={"code": "// 2"})
    assert [item.code for item in deployed_actions(tenant, "post-login")] == ["// 1"]
    now[0] = 2
    api.post(f"{one}/deploy")
    assert [item.code for item in deployed_actions(tenant, "post-login")] == ["// 1"]
    now[0] = 4
    (running,) = deployed_actions(tenant, "post-login")
    assert (running.code, running.secrets, running.name) == ("// 2", {"key": "PLACEHOLDER"}, "ours")
    assert deployed_actions(tenant, "send-phone-message") == []


def test_a_draft_differs_from_what_runs_until_it_is_deployed(api: httpx.Client) -> None:
    """An identical update is built again, and nothing is left to deploy."""
    one = deployed(api)
    same = api.patch(one, json={"code": "// 1"}).json()
    assert (same["status"], same["all_changes_deployed"]) == ("pending", True)
    other = api.patch(one, json={"code": "// 2"}).json()
    assert (other["code"], other["deployed_version"]["code"], other["all_changes_deployed"]) == ("// 2", "// 1", False)


def test_an_update_keeps_what_it_leaves_out(api: httpx.Client) -> None:
    one = create(api, runtime="node18-actions", secrets=[{"name": "key", "value": "PLACEHOLDER"}])
    changed = api.patch(one, json={"code": "// 2"}).json()
    assert (changed["runtime"], changed["secrets"][0]["name"], changed["name"]) == ("node18-actions", "key", "ours")


def test_secrets_are_never_shown_and_keep_their_value_without_a_new_one(sandbox: Sandbox, api: httpx.Client) -> None:
    one = create(api, secrets=[{"name": "a", "value": "PLACEHOLDER_A"}])
    (before,) = api.get(one).json()["secrets"]
    answer = api.patch(one, json={"secrets": [{"name": "b", "value": "PLACEHOLDER_B"}, {"name": "a"}]})
    assert answer.json()["secrets"][0] == before
    assert [secret["name"] for secret in answer.json()["secrets"]] == ["a", "b"]
    assert "PLACEHOLDER" not in answer.text
    (action,) = sandbox.world.first.actions.actions.values()
    assert {name: secret.value for name, secret in action.content.secrets.items()} == {
        "a": "PLACEHOLDER_A",
        "b": "PLACEHOLDER_B",
    }
    assert api.patch(one, json={"secrets": []}).json()["secrets"] == []
    assert api.patch(one, json={"secrets": [{"name": "new"}]}).status_code == 400


def test_deploying_an_old_version_makes_a_new_one_and_leaves_the_draft(api: httpx.Client) -> None:
    one = deployed(api)
    api.patch(one, json={"code": "// 2"})
    api.get(one)
    api.post(f"{one}/deploy")
    assert [version["number"] for version in api.get(f"{one}/versions").json()["versions"]] == [2, 1]
    old = api.get(f"{one}/versions").json()["versions"][1]
    again = api.post(f"{one}/versions/{old['id']}/deploy", json={})
    assert (again.status_code, again.json()["number"], again.json()["code"]) == (202, 3, "// 1")
    found = api.get(one).json()
    assert (found["code"], found["deployed_version"]["code"], found["all_changes_deployed"]) == ("// 2", "// 1", False)
    api.post(f"{one}/versions/{old['id']}/deploy", json={"update_draft": True})
    found = api.get(one).json()
    assert (found["code"], found["status"], found["all_changes_deployed"]) == ("// 1", "built", True)


def test_fifty_versions_are_kept_and_the_one_that_runs_is_among_them(sandbox: Sandbox, api: httpx.Client) -> None:
    stop_the_clock(sandbox)
    one = deployed(api)
    for _ in range(60):
        assert api.post(f"{one}/deploy").status_code == 200
    (action,) = sandbox.world.first.actions.actions.values()
    assert [version.number for version in action.versions] == list(range(12, 62))
    assert api.get(f"{one}/versions", params={"per_page": 100}).json()["total"] == 50


def test_an_action_can_be_deployed_as_soon_as_it_is_built(api: httpx.Client) -> None:
    one = create(api, deploy=True)
    assert "deployed_version" not in api.get(one).json()
    assert api.get(one).json()["deployed_version"]["code"] == "// 1"


def test_a_test_run_answers_with_a_payload(api: httpx.Client) -> None:
    answer = api.post(f"{create(api)}/test", json={"payload": {}})
    assert (answer.status_code, list(answer.json())) == (200, ["payload"])


@pytest.mark.parametrize(("body", "error"), [("console.log(event.user.name)", None), ("event.no.thing", "TypeError")])
def test_a_test_run_runs_the_draft_with_the_payload_as_its_event(
    api: httpx.Client, body: str, error: str | None
) -> None:
    one = create(api, code=f"exports.onExecutePostLogin = async (event, api) => {{ {body}; }};")
    run = api.post(f"{one}/test", json={"payload": {"user": {"name": "Ada"}}}).json()["payload"]
    assert run["console"] == ("" if error else "Ada\n")
    assert run.get("error", {}).get("name") == error


@pytest.mark.parametrize("path", ["versions/x", "versions/x/deploy"])
def test_a_version_that_is_not_there_is_not_found(api: httpx.Client, path: str) -> None:
    method = "POST" if path.endswith("deploy") else "GET"
    assert api.request(method, f"{create(api)}/{path}").status_code == 404
    assert api.request(method, f"{ACTIONS}/x/{path}").json()["message"] == "That action does not exist."


def test_an_execution_that_is_not_there_is_not_found(api: httpx.Client) -> None:
    assert api.get("/actions/executions/x").status_code == 404
