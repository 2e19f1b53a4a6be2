"""auth0-python takes an Action from its creation to its place in the flow and out of it again."""

from typing import Any

import pytest
from auth0.management.core.api_error import ApiError

from support.lab import Lab
from support.sdk import Mode, auth0_sdk
from support.sdk_flow_cases import TRIGGERS

ASKS = "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };"


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_an_action_is_built_deployed_bound_and_taken_out_again(unified: Lab, mode: Mode) -> None:
    unified.control("actions", [{"name": "theirs", "code": "//"}])
    with auth0_sdk(unified, mode) as ask:
        made = ask(lambda a: a.actions.create(name="ours", supported_triggers=TRIGGERS, code=ASKS)).id
        _until_it_is(ask, made, lambda action: action.status == "built")
        ask(lambda a: a.actions.test(made, payload={"event": {}}))
        version = ask(lambda a: a.actions.deploy(made))
        _until_it_is(ask, made, lambda action: action.deployed_version.id == version.id)
        theirs = ask(lambda a: a.actions.triggers.bindings.list("post-login"))
        flow = [_entry(binding.action.id, binding.display_name) for binding in theirs]
        ask(lambda a: a.actions.triggers.bindings.update_many("post-login", bindings=[*flow, _entry(made, "ours")]))
        bound = ask(lambda a: a.actions.triggers.bindings.list("post-login"))
        assert [(one.display_name, one.action.deployed_version.deployed) for one in bound] == [
            ("theirs", True),
            ("ours", True),
        ]
        assert bound[1].action.deployed_version.code == ASKS
        with pytest.raises(ApiError) as refused:
            ask(lambda a: a.actions.delete(made))
        assert refused.value.status_code == 409
        ask(lambda a: a.actions.triggers.bindings.update_many("post-login", bindings=flow))
        ask(lambda a: a.actions.delete(made))
        assert [one.name for one in ask(lambda a: a.actions.list())] == ["theirs"]


def _entry(action_id: str, name: str) -> dict[str, Any]:
    return {"ref": {"type": "action_id", "value": action_id}, "display_name": name}


def _until_it_is(ask: Any, action_id: str, holds: Any) -> None:
    found = [ask(lambda a: a.actions.get(action_id)) for _ in range(3)]
    assert any(holds(action) for action in found)
