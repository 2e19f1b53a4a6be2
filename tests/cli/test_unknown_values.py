"""What the services have added since: new words, and null where there was a list. Nothing of that is a defect."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mfa_setup.adapters import http
from mfa_setup.adapters.answers import Answer
from support.lab import Lab, Run

Answering = Callable[[str, Callable[[Any], Any]], None]
TYPES = "/guardian/factors/phone/message-types"


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Changes the answers to the reads of a path."""

    def change(ending: str, edit: Callable[[Any], Any]) -> None:
        real = http.PolicyTransport._send

        def send(self: Any, request: Any, seconds: float) -> Answer:
            answer = real(self, request, seconds)
            if request.method != "GET" or not request.url.path.endswith(ending) or answer.status != 200:
                return answer
            return Answer(answer.status, answer.headers, json.dumps(edit(json.loads(answer.text))))

        monkeypatch.setattr(http.PolicyTransport, "_send", send)

    return change


def test_a_message_type_that_is_new_stays_when_others_are_set(run: Run, unified: Lab, answering: Answering) -> None:
    run("up", "--yes", env=unified.env)
    answering(TYPES, lambda _: {"message_types": ["whatsapp", "sms"]})
    assert run("plan", "--check", "--json", env=unified.env).code == 0
    (field,) = run("plan", "--json", "--delivery", "both", env=unified.env).change("factor")["fields"]
    assert field["after"] == ["sms", "voice", "whatsapp"]
    checks = run("doctor", "--json", env=unified.env).document["checks"]
    assert next(item for item in checks if item["id"] == "message_type_carried")["status"] == "pass"


def test_a_delivery_method_that_is_new_stays_when_the_provider_is_written(
    run: Run, unified: Lab, answering: Answering
) -> None:
    run("up", "--yes", env=unified.env)

    def edit(document: Any) -> Any:
        document["providers"][0]["configuration"]["delivery_methods"] = ["whatsapp", "text"]
        return document

    answering("/branding/phone/providers", edit)
    assert run("plan", "--check", "--json", env=unified.env).code == 0
    fields = run("plan", "--json", "--delivery", "both", env=unified.env).change("provider")["fields"]
    assert ["text", "voice", "whatsapp"] in [field["after"] for field in fields]


@pytest.mark.parametrize("command", ["plan", "doctor", "status"])
@pytest.mark.parametrize(
    ("ending", "edit"),
    [
        ("/guardian/factors", lambda listed: [*listed, {"name": "smell", "enabled": True, "trial_expired": False}]),
        (TYPES, lambda _: {"message_types": None}),
        ("/guardian/policies", lambda _: ["new-policy"]),
        ("/branding/phone/providers", lambda _: {"providers": None}),
        ("/branding/phone/providers", lambda found: {"providers": [found["providers"][0] | {"name": "sinch"}]}),
        ("/branding/phone/templates", lambda _: {"templates": None}),
        ("/api/v2/clients", lambda found: found | {
            "clients": [item | {"callbacks": None, "app_type": "new"} for item in found["clients"]]
        }),
        ("/GeoPermissions", lambda found: found | {"permissions": None}),
        ("/Verifications", lambda found: found | {"verifications": None}),
        ("/Usa2p", lambda found: found | {
            "compliance": [one | {"campaign_status": "NEW", "errors": None} for one in found["compliance"]]
        }),
        ("/CustomerProfiles", lambda found: found | {"results": None}),
        ("/logs", lambda found: found | {
            "logs": [item | {"type": "gd_new", "details": []} for item in found["logs"]]
        }),
    ],
)  # fmt: skip
def test_what_is_new_in_an_answer_is_no_defect_of_this_tool(
    run: Run, unified: Lab, answering: Answering, command: str, ending: str, edit: Callable[[Any], Any]
) -> None:
    run("up", "--yes", env=unified.env)
    answering(ending, edit)
    result = run(command, "--json", env=unified.env)
    assert (result.document["error"] or {}).get("code") not in {"internal_error", "unreadable_answer"}, result.out


@pytest.mark.parametrize(
    ("ending", "name"), [("/IncomingPhoneNumbers.json", "incoming_phone_numbers"), ("/PhoneNumbers", "phone_numbers")]
)
def test_a_list_that_is_null_is_not_taken_for_an_empty_one_where_a_purchase_depends_on_it(
    run: Run, unified: Lab, answering: Answering, ending: str, name: str
) -> None:
    run("up", "--yes", env=unified.env)
    mark = unified.mark()
    answering(ending, lambda found: found | {name: None})
    assert run("up", "--yes", "--json", env=unified.env).document["error"]["code"] == "unreadable_answer"
    assert unified.writes(mark) == []
