"""`mfa-setup up`: the whole job, on both phone stacks."""

import re

import pytest

from support.lab import Lab, Run

SAFE_ORDER = ["application", "number", "provider", "factor", "policy"]
URL = "http://localhost:3000"


@pytest.fixture
def up(run: Run, lab: Lab) -> dict[str, object]:
    """The document of a first `up` on a fresh tenant."""
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.err + result.out
    return result.document


def test_reports_every_resource_as_applied_in_the_safe_order(up: dict[str, object], lab: Lab) -> None:
    changes = up["changes"]
    assert isinstance(changes, list)
    assert [change["resource"] for change in changes] == SAFE_ORDER
    assert {change["status"] for change in changes} == {"applied"}
    assert up["ok"] is True
    assert up["changed"] is True
    assert up["error"] is None
    assert up["tenant"] == {"domain": lab.domain, "phone_stack": lab.sandbox.config.phone_stack}


def test_outputs_name_what_was_made(up: dict[str, object], lab: Lab) -> None:
    number = lab.twilio["numbers"][0]
    assert up["outputs"] == {
        "domain": lab.domain,
        "client_id": lab.spas[0]["client_id"],
        "url": "http://localhost:3000",
        "phone_number": number["phone_number"],
        "number_sid": number["sid"],
        "messaging_service_sid": lab.control_service_sid(),
        "policy": "always",
        "policy_scope": None,
        "countries": ["US"],
        "config_file": None,
        "plan_file": None,
        "files": None,
        "proof": None,
        "sms": None,
    }


@pytest.mark.usefixtures("up")
def test_makes_one_hardened_application_with_the_asked_urls_on_the_connection(lab: Lab) -> None:
    (spa,) = lab.spas
    assert spa["name"] == "Twilio MFA Test"
    assert spa["callbacks"] == spa["allowed_logout_urls"] == spa["web_origins"] == [URL]
    assert spa["oidc_conformant"] is True
    assert spa["token_endpoint_auth_method"] == "none"
    assert spa["grant_types"] == ["authorization_code", "refresh_token"]
    assert spa["jwt_configuration"]["alg"] == "RS256"
    assert spa["refresh_token"]["rotation_type"] == "rotating"
    run_id = spa["client_metadata"].pop("mfa_setup_run")
    assert len(run_id) == 32
    assert spa["client_metadata"] == {"managed_by": "mfa-setup"}
    assert spa["client_id"] in lab.connected()


@pytest.mark.usefixtures("up")
def test_buys_one_number_and_gives_it_to_auth0(lab: Lab) -> None:
    twilio = lab.twilio
    assert twilio["purchases"] == 1
    assert lab.sender() == twilio["numbers"][0]["phone_number"]
    assert twilio["numbers"][0]["friendly_name"].startswith("mfa-setup:")


@pytest.mark.usefixtures("up")
def test_switches_sms_on_and_requires_it_of_everybody(lab: Lab) -> None:
    tenant = lab.tenant
    assert tenant["factors"]["sms"] is True
    assert tenant["message_types"] == ["sms"]
    assert tenant["policies"] == ["all-applications"]


@pytest.mark.usefixtures("up")
def test_sets_the_policy_last(lab: Lab) -> None:
    writes = lab.writes()
    assert writes[-1] == ("PUT", "/api/v2/guardian/policies")
    assert sum(path.endswith("/guardian/policies") for _, path in writes) == 1


@pytest.mark.usefixtures("up")
def test_a_second_run_only_reads_and_asks_for_no_token(run: Run, lab: Lab) -> None:
    before = lab.mark()
    again = run("up", "--json", env=lab.env)
    assert again.code == 0
    assert again.document["changed"] is False
    assert {change["action"] for change in again.document["changes"]} == {"none"}
    assert [entry["method"] for entry in lab.log(before)] == ["GET"] * len(lab.log(before))
    assert lab.log(before)


@pytest.mark.usefixtures("up")
def test_a_second_run_knows_the_token_that_the_first_one_sent(run: Run, lab: Lab) -> None:
    assert run("up", "--json", env=lab.env).document["warnings"] == []


def test_steps_one_by_one_leave_the_same_state_as_up(run: Run, lab: Lab) -> None:
    for step in (["init"], ["buy-number"], ["enable-sms"], ["policy", "always"]):
        result = run(*step, "--yes", "--json", env=lab.env)
        assert result.code == 0, result.out
    stepwise = lab.comparable()
    lab.reset()
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    assert lab.comparable() == stepwise


def test_without_yes_and_without_a_terminal_it_names_the_flag_and_writes_nothing(run: Run, lab: Lab) -> None:
    before = lab.everything
    result = run("up", "--json", env=lab.env)
    assert result.code == 6
    assert result.document["error"]["code"] == "confirmation_needed"
    assert "--yes" in result.document["error"]["hint"]
    assert "Every user of every application" in result.document["error"]["message"]
    assert [change["status"] for change in result.document["changes"]] == ["pending"] * 5
    assert lab.everything == before


def test_no_app_leaves_applications_alone(run: Run, lab: Lab) -> None:
    result = run("up", "--yes", "--json", "--no-app", env=lab.env)
    assert result.code == 0
    assert [change["resource"] for change in result.document["changes"]] == SAFE_ORDER[1:]
    assert lab.spas == []


def test_policy_never_needs_no_floor(run: Run, lab: Lab) -> None:
    assert run("policy", "never", "--json", env=lab.env).code == 0


@pytest.mark.parametrize("name", ["adaptive", "never"])
def test_up_sets_the_policy_asked_for(run: Run, lab: Lab, name: str) -> None:
    assert run("up", "--yes", "--json", "--policy", name, env=lab.env).code == 0
    assert lab.tenant["policies"] == {"adaptive": ["confidence-score"], "never": []}[name]


def test_delivery_both_sets_up_voice_too(run: Run, lab: Lab) -> None:
    assert run("up", "--yes", "--json", "--delivery", "both", env=lab.env).code == 0
    assert lab.tenant["message_types"] == ["sms", "voice"]
    assert lab.delivery_methods() in (["text", "voice"], None)


def test_templates_are_written_only_when_asked_for(run: Run, lab: Lab) -> None:
    text = "{{code}} is your code for Acme."
    assert run("up", "--yes", "--json", "--verification-template", text, env=lab.env).code == 0
    again = run("up", "--json", "--verification-template", text, env=lab.env)
    assert again.document["changed"] is False
    fields = run("plan", "--json", "--verification-template", text + "!", env=lab.env).change("factor")["fields"]
    assert [field["path"] for field in fields] == ["templates.verification"]


STEPS = {
    "application": (r"\w+ing the application", "(Created|Restored) the application"),
    "number": (r"(Buying \+1|Updating the phone number)", r"(Bought|Took) \+1"),
    "provider": ("(Setting up Twilio as the|Deleting the|Updating the) provider", "(Auth0 now sends|Removed Twilio)"),
    "factor": ("Updating the SMS factor", "(Enabled|Disabled) the SMS factor"),
    "policy": ("Updating the MFA policy", "Set the MFA policy to"),
}
"""How a change of each resource is announced when it starts and when it is done."""


@pytest.mark.parametrize("command", ["up", "undo"])
def test_with_verbose_each_change_is_announced_once_when_it_starts_and_once_when_it_is_done(
    run: Run, lab: Lab, command: str
) -> None:
    if command == "undo":
        run("up", "--yes", env=lab.env)
    result = run(command, "--yes", "-v", env=lab.env)
    assert result.code == 0, result.err
    for resource in SAFE_ORDER:
        starts, ends = STEPS[resource]
        started = re.findall(f"^{starts}", result.err, re.MULTILINE)
        done = re.findall(rf"^  \* {ends}", result.err, re.MULTILINE)
        assert (resource, len(started), len(done)) == (resource, 1, 1), result.err
