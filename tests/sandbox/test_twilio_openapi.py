"""The sandbox's answers, held against Twilio's own OpenAPI documents."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.stock import catalogue

SPEC = Path(__file__).parents[2].parent / "shared" / "spec"

pytestmark = pytest.mark.skipif(
    not SPEC.is_dir(), reason="the OpenAPI extracts are not beside the project (../shared/spec)"
)

# OpenAPI path, with what stands in its braces taken from the account below.
READS = [
    ("api_v2010", "/2010-04-01/Accounts.json"),
    ("api_v2010", "/2010-04-01/Accounts/{Sid}.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/Balance.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/Usage/Records.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/OutgoingCallerIds.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers/{CountryCode}.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers/{CountryCode}/Local.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers/{CountryCode}/Mobile.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers/{CountryCode}/TollFree.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers/{Number}.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/Messages.json"),
    ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/Messages/{Message}.json"),
    ("messaging_v1", "/v1/Services"),
    ("messaging_v1", "/v1/Services/{Service}"),
    ("messaging_v1", "/v1/Services/{Service}/PhoneNumbers"),
    ("messaging_v1", "/v1/Services/{Service}/PhoneNumbers/{Number}"),
    ("messaging_v1", "/v1/Services/{Service}/Compliance/Usa2p"),
    ("messaging_v1", "/v1/Services/{Service}/Compliance/Usa2p/{Campaign}"),
    ("messaging_v1", "/v1/Services/{Service}/Compliance/Usa2p/Usecases"),
    ("messaging_v1", "/v1/a2p/BrandRegistrations"),
    ("messaging_v1", "/v1/a2p/BrandRegistrations/{Brand}"),
    ("messaging_v1", "/v1/Tollfree/Verifications"),
    ("pricing_v1", "/v1/PhoneNumbers/Countries"),
    ("pricing_v1", "/v1/PhoneNumbers/Countries/{CountryCode}"),
    ("pricing_v1", "/v1/Messaging/Countries"),
    ("pricing_v1", "/v1/Messaging/Countries/{CountryCode}"),
    ("accounts_v1", "/v1/Messaging/GeoPermissions"),
    ("trusthub_v1", "/v1/CustomerProfiles"),
    ("monitor_v1", "/v1/Alerts"),
    ("lookups_v2", "/v2/PhoneNumbers/{Phone}"),
]
# What the documents call the parameters that stand above under a telling name.
_AS_IN_DOCUMENT = {
    "/IncomingPhoneNumbers/{Number}": "/IncomingPhoneNumbers/{Sid}",
    "/Messages/{Message}": "/Messages/{Sid}",
    "/v1/Services/{Service}/PhoneNumbers/{Number}": "/v1/Services/{ServiceSid}/PhoneNumbers/{Sid}",
    "/v1/Services/{Service}/PhoneNumbers": "/v1/Services/{ServiceSid}/PhoneNumbers",
    "/v1/Services/{Service}/Compliance": "/v1/Services/{MessagingServiceSid}/Compliance",
    "/Usa2p/{Campaign}": "/Usa2p/{Sid}",
    "/v1/Services/{Service}": "/v1/Services/{Sid}",
    "{Brand}": "{Sid}",
    "/Countries/{CountryCode}": "/Countries/{IsoCountry}",
    "{Phone}": "{PhoneNumber}",
}
GB_ONLY = "/Mobile.json"


@cache
def document(name: str) -> dict[str, Any]:
    """Read one of the documents."""
    found: dict[str, Any] = json.loads((SPEC / f"twilio_{name}.json").read_text())
    return found


def schema_of(name: str, path: str, method: str = "get", status: str = "200") -> dict[str, Any]:
    """Return the schema of an answer, as JSON Schema."""
    for ours, theirs in _AS_IN_DOCUMENT.items():
        path = path.replace(ours, theirs)
    answers = document(name)["paths"][path][method]["responses"]
    found: dict[str, Any] = translate(answers[status]["content"]["application/json"]["schema"], document(name))
    return found


def translate(schema: Any, spec: dict[str, Any], *, named: bool = False) -> Any:
    """Turn an OpenAPI 3.0 schema into a strict JSON Schema: a named resource has all of its fields, no other."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return translate(spec["components"]["schemas"][name], spec, named=True)
    result = {key: value for key, value in schema.items() if key in {"type", "enum", "pattern", "minLength"}}
    if "properties" in schema:
        result["properties"] = {key: field(one, spec) for key, one in schema["properties"].items()}
        if named:
            result |= {"required": list(schema["properties"]), "additionalProperties": False}
    if "items" in schema:
        result["items"] = translate(schema["items"], spec)
    if result.get("type") in {"number", "integer"} and schema.get("format") != "int32":
        # The official examples write prices, coordinates and counts as strings.
        result["type"] = [result["type"], "string"]
    return {"anyOf": [result, {"type": "null"}, {"const": ""}]} if lenient(schema) else result


def field(schema: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Translate the schema of a field: one that is a resource itself may be null, as in the official examples."""
    found: dict[str, Any] = translate(schema, spec)
    return {"anyOf": [found, {"type": "null"}]} if "$ref" in schema else found


def lenient(schema: dict[str, Any]) -> bool:
    """Tell whether null or an empty string may stand in for a value, as in the official examples."""
    return bool(schema.get("nullable")) or "enum" in schema or "pattern" in schema


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """Run a sandbox whose account has one of everything."""
    with Sandbox(SandboxConfig(port=0)) as running:
        state = running.world.twilio
        (service,) = state.services.values()
        state.add_number("+18335550123")
        number = state.add_number(catalogue()[0].phone_number)
        state.add_to_pool(service, number)
        state.verify_recipient("+14155550123")
        yield running


@pytest.fixture(scope="module")
def api(box: Sandbox) -> Iterator[httpx.Client]:
    """Return a client that has sent a message and been refused one."""
    own = box.world.twilio.credentials
    pair = (own.account_sid, own.auth_token)
    with httpx.Client(base_url=box.url, auth=pair, trust_env=False) as client:
        path = f"/2010-04-01/Accounts/{own.account_sid}/Messages.json"
        sender = catalogue()[0].phone_number
        client.post(path, data={"To": "+14155550123", "From": sender, "Body": "123456 is your code"})
        client.post(path, data={"To": "x", "From": sender, "Body": "123456 is your code"})
        yield client


def names(box: Sandbox, path: str) -> dict[str, str]:
    """Return what the braces of a path stand for."""
    state = box.world.twilio
    (service,) = state.services.values()
    campaign = service.campaign
    assert campaign is not None
    return {
        "Sid": state.account_sid,
        "AccountSid": state.account_sid,
        "CountryCode": "GB" if path.endswith(GB_ONLY) else "US",
        "Number": next(iter(service.pool)),
        "Message": next(iter(state.messages), ""),
        "Service": service.sid,
        "Campaign": campaign.sid,
        "Brand": state.brand_sid,
        "Phone": "+14155550123",
    }


@pytest.mark.parametrize(("name", "path"), READS)
def test_reads_answer_as_documented(box: Sandbox, api: httpx.Client, name: str, path: str) -> None:
    """A GET has every documented field of its resources, in the documented types, and no other."""
    answer = api.get(path.format(**names(box, path)))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    if not path.removesuffix(".json").endswith("}"):
        lists = [value for value in body.values() if isinstance(value, list)]
        assert all(lists), "an empty list proves nothing"
    jsonschema.validate(body, schema_of(name, path))


@pytest.mark.parametrize(
    ("name", "path", "form"),
    [
        ("api_v2010", "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json", {"AreaCode": "512"}),
        (
            "api_v2010",
            "/2010-04-01/Accounts/{AccountSid}/Messages.json",
            {"To": "+14155550123", "From": catalogue()[0].phone_number, "Body": "x"},
        ),
        ("messaging_v1", "/v1/Services", {"FriendlyName": "mine"}),
    ],
)
def test_creations_answer_201_as_documented(
    box: Sandbox, api: httpx.Client, name: str, path: str, form: dict[str, str]
) -> None:
    """A POST that creates answers 201 with the documented resource."""
    answer = api.post(path.format(AccountSid=box.world.twilio.account_sid), data=form)
    assert answer.status_code == 201, answer.text
    jsonschema.validate(answer.json(), schema_of(name, path, "post", "201"))
    if name == "messaging_v1":
        api.delete(f"/v1/Services/{answer.json()['sid']}")


def test_a_verification_answers_200_as_documented(box: Sandbox, api: httpx.Client) -> None:
    """Starting the verification of a phone is a POST that answers 200."""
    path = "/2010-04-01/Accounts/{AccountSid}/OutgoingCallerIds.json"
    form = {"PhoneNumber": "+14155550199"}
    answer = api.post(path.format(AccountSid=box.world.twilio.account_sid), data=form)
    assert answer.status_code == 200
    jsonschema.validate(answer.json(), schema_of("api_v2010", path, "post"))


def test_the_check_itself_can_fail() -> None:
    """A missing field, an unknown one and a wrong type are all found."""
    schema = schema_of("api_v2010", "/2010-04-01/Accounts/{AccountSid}/Balance.json")
    good = {"account_sid": "AC" + "0" * 32, "balance": "1.00", "currency": "USD"}
    jsonschema.validate(good, schema)
    for bad in (good | {"balance": 1}, good | {"more": "x"}, {"balance": "1"}, good | {"account_sid": "AC1"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
