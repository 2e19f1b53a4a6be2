"""The check of every answer against the services' documents: that it is made, and that it can fail."""

import json
import runpy
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from mfa_setup.sandbox.server import Sandbox
from support import specification
from support.answers import Answers, Exchange, violation
from support.contradictions import UNSERVED

RECORDED = specification.FOLDER.parent / "recordings"
RECORDINGS = sorted(path for name in ("auth0", "actions") for path in (RECORDED / name).glob("*.json"))
ABSENT = "the OpenAPI extracts are not beside the project (../shared/spec)"
JSON = "application/json"

pytestmark = pytest.mark.skipif(not specification.PRESENT, reason=ABSENT)


def test_every_answer_is_checked(answers: Answers, api: httpx.Client) -> None:
    """Without the documents nothing is validated: then this test says so."""
    answers.violations()
    before = answers.count
    assert api.get("/tenants/settings").status_code == 200
    assert not answers.violations()
    assert answers.count == before + 1


def test_an_answer_that_is_not_documented_is_found(answers: Answers, api: httpx.Client, sandbox: Sandbox) -> None:
    """It is named with its operation, its status and what is wrong."""
    sandbox.world.first.settings["friendly_name"] = 7
    api.get("/tenants/settings")
    assert answers.violations() == [
        "GET /api/v2/tenants/settings answered 200: $.friendly_name: 7 is not of type 'string'"
    ]


def test_a_crash_is_found(answers: Answers, api: httpx.Client, sandbox: Sandbox) -> None:
    """A defect of the sandbox is answered in the service's form, which would hide it."""
    del sandbox.world.first.settings["flags"]
    assert api.patch("/tenants/settings", json={"flags": {"enable_sso": True}}).status_code == 500
    (found,) = answers.violations()
    assert found.startswith("PATCH /api/v2/tenants/settings answered 0: the sandbox crashed: KeyError")


def test_what_faults_answer_is_exempt(answers: Answers, api: httpx.Client, web: httpx.Client) -> None:
    """The answer behind one that was applied is not."""
    answers.violations()
    before = answers.count
    fault = {"method": "*", "path": "/api/v2/*", "effect": "html"}
    web.post("/_sandbox/faults", json=[fault, fault | {"applied": True}])
    assert [api.get("/tenants/settings").status_code for _ in range(2)] == [502, 502]
    assert not answers.violations()
    assert answers.count == before + 1


def test_what_is_refused_on_the_way_is_checked(
    answers: Answers, start: Callable[..., Sandbox], manage: Callable[..., httpx.Client]
) -> None:
    """The rate limit answers before any operation does."""
    client = manage(start(rate_limit="free"))
    answers.violations()
    before = answers.count
    assert 429 in [client.get("/tenants/settings").status_code for _ in range(4)]
    assert not answers.violations()
    assert answers.count == before + 4


@pytest.mark.parametrize(
    ("exchange", "wrong"),
    [
        (("GET", "/api/v2/guardian/policies", 200, JSON, ["no-such-policy"]), "is not one of"),
        (("GET", "/api/v2/guardian/policies", 201, JSON, []), "only 200, 400, 401, 403 are documented"),
        (("GET", "/api/v2/guardian/policies", 200, "text/html", []), "media type 'text/html'"),
        (("GET", "/api/v2/guardian/policies", 403, JSON, {"error": "x"}), "is a required property"),
        (("GET", "/api/v2/users/x", 404, JSON, {"statusCode": 400, "error": "x", "message": "x"}), "its body says 400"),
        (("DELETE", "/api/v2/users/x", 204, JSON, {}), "unexpected body"),
        (("POST", "/oauth/token", 401, JSON, {"statusCode": 401, "error": "x", "message": "x"}), "Additional prop"),
        (
            ("GET", "/v1/Services", 404, JSON, {"statusCode": 404, "error": "x", "message": "x"}),
            "is a required property",
        ),
        (("GET", "/v1/Services", 200, JSON, {"services": [{"sid": "MG"}]}), "is a required property"),
    ],
)
def test_each_kind_of_mistake_is_found(exchange: tuple[str, str, int, str, Any], wrong: str) -> None:
    """Success by its schema, errors by the service's form."""
    method, path, status, media, body = exchange
    found = violation(Exchange(method, path, status, media, json.dumps(body).encode()))
    assert found is not None
    assert wrong in found


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_the_recorded_answers_fit_the_amended_documents(path: Path) -> None:
    """What is amended is what was recorded, and no more is needed."""
    for exchange in json.loads(path.read_text()):
        asked, answered = exchange["request"], exchange["response"]
        if "scrubbing" in answered.get("note", "") or answered["status"] == HTTPStatus.NO_CONTENT:
            continue
        body = json.dumps(answered["body"]).encode()
        if answered["status"] < 400 or "statusCode" in answered["body"]:  # others were destroyed by the recorder
            assert violation(Exchange(asked["method"], asked["path"], answered["status"], JSON, body)) is None
        operation = specification.find(asked["method"], asked["path"])
        if operation and operation.body and answered["status"] < 400 and asked["body"] != "(trimmed)":
            jsonschema.validate(asked["body"], operation.body)


def official_examples() -> Iterator[tuple[str, int, Any]]:
    """The examples in Twilio's documents, each with its operation and status."""
    for path in sorted(specification.FOLDER.glob("twilio_*.json")):
        for template, item in json.loads(path.read_text())["paths"].items():
            for method in item.keys() & {"get", "post", "patch", "delete"}:
                for status, response in item[method]["responses"].items():
                    examples = response.get("content", {}).get("application/json", {}).get("examples", {})
                    yield from (
                        (f"{method.upper()} {template}", int(status), one["value"]) for one in examples.values()
                    )


def test_the_official_examples_fit_the_documents() -> None:
    """Twilio's documents require nothing and close nothing; that we do both is what the examples show."""
    known = {str(operation): operation for operation in specification.operations()}
    for name, status, value in official_examples():
        schema = known[name].answers[status]
        assert schema is not None
        jsonschema.validate(value, schema)


@pytest.mark.parametrize("name", UNSERVED)
def test_what_is_listed_as_not_served_is_not(name: str, sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> None:
    """An operation that is served now leaves the list."""
    own = sandbox.world.twilio.credentials
    client = connect(sandbox, auth=(own.account_sid, own.auth_token))
    method, path = name.split()
    path = path.replace("{MessagingServiceSid}", next(iter(sandbox.world.twilio.services)))
    assert client.request(method, path).status_code in {404, 405}


def test_the_payloads_are_those_of_the_document() -> None:
    """`tools/openapi.py` makes the file that the sandbox ships; nobody has edited it."""
    tool = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "openapi.py"))
    names = ("auth0_management.json", "auth0_management_more.json")
    written = tool["content"]([specification.FOLDER / name for name in names])
    assert tool["TARGET"].read_text(encoding="utf-8") == written
