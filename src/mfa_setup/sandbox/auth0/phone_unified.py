"""The Unified Phone Experience: one provider per tenant (`/api/v2/branding/phone/providers`)."""

from typing import Any

from mfa_setup.sandbox.auth0.delivery import send_code
from mfa_setup.sandbox.auth0.documents import properties_of
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, invalid_body, not_found
from mfa_setup.sandbox.auth0.ids import new_id, timestamp
from mfa_setup.sandbox.auth0.schemas import BOOLEAN
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.texts import prepared_template
from mfa_setup.sandbox.auth0.validation import Schema, complaints

_TWILIO: Schema = properties_of("POST /branding/phone/providers")["configuration"]["anyOf"][0]
TEST_CODE = "123456"
"""The made-up code of test messages; not verified: the code that the service sends."""

ID: dict[str, Schema] = {"id": {"type": "string", "minLength": 1, "maxLength": 255}}


def _find(call: Call) -> JSON:
    provider_id = call.path["id"]
    if provider_id not in call.tenant.providers:
        # not verified: the errorCode; the text is the OpenAPI document's
        raise not_found("Phone provider has not been configured.")
    return call.tenant.providers[provider_id]


def list_providers(call: Call) -> JSON:
    """GET /branding/phone/providers: the list shows `credentials` as null (recorded)."""
    found = list(call.tenant.providers.values())
    if "disabled" in call.query:
        found = [provider for provider in found if provider["disabled"] is call.query["disabled"]]
    return {"providers": [_with_null_credentials(provider) for provider in found]}


def _with_null_credentials(provider: JSON) -> JSON:
    before = {name: value for name, value in provider.items() if name not in ("created_at", "updated_at")}
    return before | {"credentials": None} | provider


def get_provider(call: Call) -> JSON:
    """GET /branding/phone/providers/{id}: without credentials (recorded)."""
    return _find(call)


def create_provider(call: Call) -> JSON:
    """POST /branding/phone/providers (recorded): the token is stored and never shown."""
    tenant, body = call.tenant, call.body
    _check(body["name"], body.get("configuration"))
    if tenant.providers:
        # not verified: status and text; verified: a tenant has at most one provider (docs)
        raise ManagementError(409, "A phone provider has already been configured for this tenant.")
    now = timestamp()
    provider = {
        "id": new_id("pro_"),
        "tenant": tenant.name,
        "name": body["name"],
        "channel": "phone",
        "disabled": body.get("disabled", False),
        "configuration": body["configuration"],
        "created_at": now,
        "updated_at": now,
    }
    tenant.providers[str(provider["id"])] = provider
    tenant.provider_tokens[str(provider["id"])] = body["credentials"].get("auth_token", "")
    return provider


def update_provider(call: Call) -> JSON:
    """PATCH /branding/phone/providers/{id}: may change the name too (recorded)."""
    provider, body = _find(call), call.body
    merged = provider | {name: body[name] for name in ("name", "disabled", "configuration") if name in body}
    _check(merged["name"], merged["configuration"])
    if body.get("credentials"):
        # not verified: that a token that the body omits is kept
        call.tenant.provider_tokens[provider["id"]] = body["credentials"]["auth_token"]
    provider.update(merged, updated_at=timestamp())
    return provider


def delete_provider(call: Call) -> None:
    """DELETE /branding/phone/providers/{id}: 204 (recorded)."""
    provider = _find(call)
    del call.tenant.providers[provider["id"]]
    del call.tenant.provider_tokens[provider["id"]]


async def try_provider(call: Call) -> JSON:
    """POST /branding/phone/providers/{id}/try: 202 means accepted, not delivered (OpenAPI)."""
    _find(call)
    channel = call.body.get("delivery_method", "text")
    # not verified: that a tenant on the legacy stack may send by a provider that it has prepared here; the dashboard
    # has a test message before the switch (docs)
    template = prepared_template(call.tenant, enrolling=False, channel=channel)
    result = await send_code(call.tenant, template, to=call.body["to"], code=TEST_CODE, channel=channel)
    # not verified: the text that is sent, and the content of the two documented keys; here the provider's message
    said = {"code": result.code, "message": result.message}
    return {name: value for name, value in said.items() if value is not None}


def _check(name: str, configuration: Any) -> None:
    if configuration is None or (name == "twilio" and not ({"default_from", "mssid"} & configuration.keys())):
        # Recorded for a Twilio provider without any sender: no errorCode.
        raise ManagementError(400, "Bad Operation on Notification Resource")
    if name == "twilio" and any(complaints(_TWILIO, configuration)):
        raise invalid_body("Payload validation error: 'Missing required property: sid' on property configuration.")


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/branding/phone/providers`."""
    base = "/branding/phone/providers"
    scope = "phone_providers"
    one = base + "/{id}"
    return [
        Endpoint("GET", base, (f"read:{scope}",), list_providers, query={"disabled": BOOLEAN}),
        Endpoint("POST", base, (f"create:{scope}",), create_provider, status=201),
        Endpoint("GET", one, (f"read:{scope}",), get_provider, params=ID),
        Endpoint("PATCH", one, (f"update:{scope}",), update_provider, params=ID),
        Endpoint("DELETE", one, (f"delete:{scope}",), delete_provider, params=ID),
        Endpoint("POST", one + "/try", (f"create:{scope}",), try_provider, status=202, params=ID),
    ]
