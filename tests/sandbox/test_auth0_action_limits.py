"""What the API of Actions refuses, lists and limits."""

from typing import Any

import httpx
import pytest

ACTIONS, BINDINGS = "/actions/actions", "/actions/triggers/post-login/bindings"
POST_LOGIN = {"id": "post-login", "version": "v3"}
ONE_OF = "Payload validation error: 'Data does not match any schemas from 'oneOf'' on property bindings[0]."


def make(api: httpx.Client, name: str = "ours", trigger: Any = POST_LOGIN, **more: Any) -> httpx.Response:
    """A request for a new Action."""
    return api.post(ACTIONS, json={"name": name, "supported_triggers": [trigger], "code": "//"} | more)


@pytest.fixture
def bound(web: httpx.Client) -> list[str]:
    """The IDs of two Actions that are deployed and bound."""
    made = web.post("/_sandbox/actions", json=[{"name": name, "code": "//"} for name in ("first", "second")]).json()
    return [one["id"] for one in made]


def ref(kind: str, value: str, **more: Any) -> dict[str, Any]:
    """An entry of a list of bindings."""
    return {"ref": {"type": kind, "value": value}} | more


def put(api: httpx.Client, *entries: dict[str, Any], trigger: str = "post-login") -> httpx.Response:
    """A request for a whole list of bindings."""
    return api.patch(f"/actions/triggers/{trigger}/bindings", json={"bindings": list(entries)})


def test_a_patch_replaces_the_whole_list_and_every_binding_is_new(api: httpx.Client, bound: list[str]) -> None:
    before = api.get(BINDINGS).json()["bindings"]
    answer = put(api, ref("action_name", "second", display_name="Last"), ref("action_id", bound[0])).json()
    assert list(answer) == ["bindings"]
    assert [(one["action"]["name"], one["display_name"]) for one in answer["bindings"]] == [
        ("second", "Last"),
        ("first", "first"),
    ]
    assert not {one["id"] for one in before} & {one["id"] for one in answer["bindings"]}
    assert api.get(BINDINGS).json()["bindings"] == answer["bindings"]
    assert put(api, ref("binding_id", answer["bindings"][1]["id"])).json()["bindings"][0]["action"]["id"] == bound[0]
    assert put(api).json() == {"bindings": []}
    assert api.get(BINDINGS).json() == {"bindings": [], "per_page": 20}


def test_a_refused_list_changes_nothing(api: httpx.Client, bound: list[str]) -> None:
    before = api.get(BINDINGS).json()
    draft = make(api).json()["id"]
    assert put(api, ref("action_id", bound[1]), ref("action_id", draft)).status_code == 400
    assert api.get(BINDINGS).json() == before


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"display_name": "x"}, ONE_OF),
        ({"ref": {"type": "no-such-type", "value": "x"}}, ONE_OF),
        (ref("action_id", "x"), "That action does not exist."),
        (ref("action_name", "x"), "That action does not exist."),
        (ref("binding_id", "x"), "That action does not exist."),
        ({"ref": {}}, "That action does not exist."),
    ],
)
def test_what_cannot_be_bound_is_refused(api: httpx.Client, entry: dict[str, Any], message: str) -> None:
    answer = put(api, entry)
    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_an_action_is_bound_to_its_own_trigger_only(api: httpx.Client, bound: list[str]) -> None:
    answer = put(api, ref("action_id", bound[0]), trigger="send-phone-message")
    assert answer.json()["message"] == "Trying to create a binding between an incompatible action and trigger."
    assert put(api, trigger="event-stream").json() == {"bindings": []}


def test_a_bound_action_is_unbound_before_it_is_deleted(api: httpx.Client, bound: list[str]) -> None:
    one = f"{ACTIONS}/{bound[0]}"
    refused = api.delete(one)
    assert (refused.status_code, refused.json()["error"]) == (409, "Conflict")
    put(api, ref("action_id", bound[1]))
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["first", "second", "draft", "text"]),
        ({"triggerId": "post-login"}, ["first", "second", "draft"]),
        ({"triggerId": "custom-phone-provider"}, []),
        ({"actionName": "draft"}, ["draft"]),
        ({"deployed": "true"}, ["first", "second"]),
        ({"installed": "true"}, []),
        ({"per_page": 3}, ["first", "second", "draft"]),
        ({"page": 1, "per_page": 3}, ["text"]),
        ({"page": 9}, []),
    ],
)
def test_the_list_is_filtered_and_paged(
    api: httpx.Client, bound: list[str], query: dict[str, Any], names: list[str]
) -> None:
    assert len(bound) == 2
    make(api, "draft")
    make(api, "text", {"id": "send-phone-message", "version": "v2"})
    answer = api.get(ACTIONS, params=query).json()
    assert [one["name"] for one in answer["actions"]] == names
    assert ("total" in answer, "page" in answer) == (bool(names), "page" in query)


def test_totals_cannot_be_asked_for(api: httpx.Client) -> None:
    answer = api.get(ACTIONS, params={"include_totals": True})
    assert answer.status_code == 400
    assert "Additional properties not allowed: include_totals" in answer.json()["message"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"runtime": "node16"}, "runtime is not supported"),
        ({"supported_triggers": []}, "Array is too short (0), minimum 1"),
        ({"supported_triggers": [{"id": "no-such-trigger"}]}, 'Invalid value "no-such-trigger"'),
        ({"supported_triggers": [POST_LOGIN | {"version": "v9"}]}, "trigger is not supported"),
        ({"supported_triggers": [POST_LOGIN, POST_LOGIN]}, "An action can only target a single trigger."),
        ({"status": "built"}, "Additional properties not allowed: status"),
        ({"code": "x" * 100_001}, "up to 100000 bytes"),
        ({"dependencies": [{"name": "moment", "version": "latest"}] * 11}, "up to 10 dependencies"),
        ({"secrets": [{"name": str(number), "value": "x"} for number in range(31)]}, "up to 30 secrets"),
        ({"secrets": [{"name": "x" * 129, "value": "x"}]}, "128 characters"),
        ({"secrets": [{"name": "x", "value": "x" * 4097}]}, "4096"),
        ({"secrets": [{"value": "x"}]}, "needs a name"),
    ],
)
def test_what_is_no_action_is_refused(api: httpx.Client, more: dict[str, Any], message: str) -> None:
    answer = make(api, **more)
    assert answer.status_code == 400
    assert message in answer.json()["message"]
    assert api.get(ACTIONS).json()["actions"] == []


def test_modules_are_off(api: httpx.Client) -> None:
    answer = make(api, modules=[{"module_id": "x", "module_version_id": "y"}])
    assert (answer.status_code, answer.json()["errorCode"]) == (403, "feature_not_enabled")


@pytest.mark.parametrize(
    ("trigger", "runtime"),
    [
        ({"id": "post-login"}, "node22"),
        ({"id": "post-login", "version": "v2"}, "node22"),
        ({"id": "mcp-tool", "version": "v1"}, "node22"),
    ],
)
def test_the_trigger_gives_the_runtime(api: httpx.Client, trigger: dict[str, str], runtime: str) -> None:
    assert make(api, trigger=trigger).json()["runtime"] == runtime


def test_names_need_not_be_unique(api: httpx.Client) -> None:
    assert [make(api).status_code for _ in range(2)] == [201, 201]


def test_a_trigger_has_twenty_actions_and_a_tenant_a_hundred(api: httpx.Client) -> None:
    """Those that are not deployed count."""
    names = ["post-login", "credentials-exchange", "pre-user-registration", "post-user-registration"]
    names += ["post-change-password"]
    made = [make(api, trigger={"id": name}).status_code for name in names for _ in range(21)]
    assert made == [*[201] * 20, 403] * 5
    assert make(api, trigger={"id": "custom-phone-provider"}).json()["errorCode"] == "too_many_entities"


def test_every_call_takes_its_scope(manage: Any, sandbox: Any) -> None:
    deploying = manage(sandbox, "update:actions").post(f"{ACTIONS}/x/deploy")
    assert (deploying.status_code, deploying.json()["message"][-14:]) == (403, "create:actions")
    assert manage(sandbox, "read:actions").patch(BINDINGS, json={"bindings": []}).status_code == 403
    assert manage(sandbox, "update:actions").patch(BINDINGS, json={"bindings": []}).status_code == 200
