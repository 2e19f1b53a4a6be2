"""The examples in `examples/config/`: each plans what its situation needs, on a tenant in that situation."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support.lab import Lab, Result, Run
from support.scene import URL, actions, application, client, into_pool, number, pending, warned

EXAMPLES = Path(__file__).parents[2] / "examples" / "config"
Plan = Callable[..., Result]


@pytest.fixture
def plan(run: Run, unified: Lab, folder: Path) -> Plan:
    """Plans with an example, in which the names that its reader replaces are replaced."""

    def call(name: str, **replaced: str) -> Result:
        text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        settings = folder / f"{name}.toml"
        settings.write_text(text, encoding="utf-8")
        result = run("plan", "--config", str(settings), "--json", env=unified.env)
        assert result.code == 0, result.err + result.out
        return result

    return call


def test_every_example_has_a_test() -> None:
    names = {path.stem for path in EXAMPLES.iterdir()}
    assert names == {"new-tenant", "existing-application", "staged-roll-out", "existing-sender"}


def test_a_new_tenant_gets_an_application_and_a_number(plan: Plan) -> None:
    result = plan("new-tenant")
    assert actions(result) == dict.fromkeys(("application", "number", "provider"), "create") | {
        "factor": "update",
        "policy": "update",
    }
    assert result.change("application")["title"] == "Acme Portal"
    callbacks = next(field for field in result.change("application")["fields"] if field["path"] == "callbacks")
    assert callbacks["after"] == [URL, "https://portal.example.com"]


def test_an_existing_application_gets_only_the_url_that_it_lacks(plan: Plan, unified: Lab) -> None:
    client_id = application(unified, name="Acme Portal", callbacks=["https://old.example.com"])
    before = client(unified, client_id)
    result = plan("existing-application", abcdefghijklmnopqrstuvwxyz012345=client_id)
    assert actions(result)["application"] == "update"
    (callbacks,) = (field for field in result.change("application")["fields"] if field["path"] == "callbacks")
    assert callbacks["before"] == ["https://old.example.com"]
    assert callbacks["after"] == ["https://old.example.com", "https://portal.example.com"]
    assert warned(result) == ["application_not_hardened"]
    assert client(unified, client_id) == before


def test_a_staged_roll_out_limits_the_policy(plan: Plan) -> None:
    result = plan("staged-roll-out")
    assert actions(result)["scope"] == "create"
    after = {field["path"]: field["after"] for field in result.change("scope")["fields"]}
    assert after["percent"] == 10
    assert [only["name"] for only in after["applications"]] == ["Acme Portal"]
    assert actions(result)["policy"] == "none", "Never stays: the Action asks instead"


def test_an_existing_sender_is_used_and_nothing_is_bought(plan: Plan, unified: Lab) -> None:
    owned = number(unified)
    service = unified.control_service_sid()
    into_pool(unified, service, str(owned["sid"]))
    result = plan("existing-sender", MG0123456789abcdef0123456789abcdef=service)
    assert actions(result)["number"] == "none"
    assert "provider" in pending(result)
    assert result.document["outputs"]["messaging_service_sid"] == service
