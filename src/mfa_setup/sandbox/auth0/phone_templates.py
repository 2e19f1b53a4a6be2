"""The texts of the Unified Phone Experience: `/api/v2/branding/phone/templates`."""

from mfa_setup.sandbox.auth0.delivery import send_code
from mfa_setup.sandbox.auth0.endpoint import Call, Endpoint
from mfa_setup.sandbox.auth0.errors import ManagementError, not_found
from mfa_setup.sandbox.auth0.ids import new_id, timestamp
from mfa_setup.sandbox.auth0.phone_unified import ID, TEST_CODE
from mfa_setup.sandbox.auth0.schemas import BOOLEAN
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.texts import TEMPLATES, unified_template


def _find(call: Call) -> JSON:
    template_id = call.path["id"]
    if template_id not in call.tenant.templates:
        # not verified: text and errorCode
        raise not_found("The template does not exist.")
    return call.tenant.templates[template_id]


def list_templates(call: Call) -> JSON:
    """GET /branding/phone/templates (recorded): lists only the templates that were created."""
    found = list(call.tenant.templates.values())
    if "disabled" in call.query:
        found = [template for template in found if template["disabled"] is call.query["disabled"]]
    return {"templates": found}


def get_template(call: Call) -> JSON:
    """GET /branding/phone/templates/{id} (recorded)."""
    return _find(call)


def create_template(call: Call) -> JSON:
    """POST /branding/phone/templates: one template per type; the syntax is always Liquid (recorded)."""
    tenant, body = call.tenant, call.body
    if any(template["type"] == body.get("type") for template in tenant.templates.values()):
        # not verified: the text of this 409
        raise ManagementError(409, "A template of this type already exists.")
    now = timestamp()
    template = {
        "id": new_id("tem_"),
        "tenant": tenant.name,
        "channel": "phone",
        "type": body.get("type", "otp_verify"),
        "disabled": body.get("disabled", False),
        "created_at": now,
        "updated_at": now,
        "content": {"syntax": "liquid"} | body.get("content", {}),
    }
    tenant.templates[str(template["id"])] = template
    return template


def update_template(call: Call) -> JSON:
    """PATCH /branding/phone/templates/{id}: updates `content` and `disabled` (recorded)."""
    template, body = _find(call), call.body
    content = template["content"] | body.get("content", {})
    template.update(content=content, disabled=body.get("disabled", template["disabled"]), updated_at=timestamp())
    return template


def reset_template(call: Call) -> JSON:
    """PATCH /branding/phone/templates/{id}/reset: restores the service's own text."""
    template = _find(call)
    # not verified: which other parts of the template are reset
    text = TEMPLATES.get(template["type"], TEMPLATES["otp_verify"])
    template.update(content={"syntax": "liquid", "body": {"text": text}}, updated_at=timestamp())
    return template


def delete_template(call: Call) -> None:
    """DELETE /branding/phone/templates/{id}: 204 (recorded)."""
    del call.tenant.templates[_find(call)["id"]]


async def try_template(call: Call) -> JSON:
    """POST /branding/phone/templates/{id}/try: sends the text with a made-up code."""
    channel = call.body.get("delivery_method", "text")
    template = unified_template(_find(call), channel)
    await send_code(call.tenant, template, to=call.body["to"], code=TEST_CODE, channel=channel)
    # not verified: the content of the documented key `message`
    return {"message": "The test notification was sent."}


def endpoints() -> list[Endpoint]:
    """Returns the endpoints under `/api/v2/branding/phone/templates`."""
    base = "/branding/phone/templates"
    scope = "phone_templates"
    one = base + "/{id}"
    return [
        Endpoint("GET", base, (f"read:{scope}",), list_templates, query={"disabled": BOOLEAN}),
        Endpoint("POST", base, (f"create:{scope}",), create_template, status=201),
        Endpoint("GET", one, (f"read:{scope}",), get_template, params=ID),
        Endpoint("PATCH", one, (f"update:{scope}",), update_template, params=ID),
        Endpoint("DELETE", one, (f"delete:{scope}",), delete_template, params=ID),
        Endpoint("PATCH", one + "/reset", (f"update:{scope}",), reset_template, params=ID),
        Endpoint("POST", one + "/try", (f"create:{scope}",), try_template, status=202, params=ID),
    ]
