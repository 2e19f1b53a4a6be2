"""The request bodies of the Management API that create the present setup, without secrets."""

from typing import Any

from mfa_setup.model.observed import Application, Provider, Template

_ALWAYS = (
    "name", "app_type", "callbacks", "allowed_logout_urls", "web_origins", "grant_types", "oidc_conformant",
    "token_endpoint_auth_method", "jwt_configuration", "refresh_token", "client_metadata",
)  # fmt: skip
_IF_SET = ("description", "allowed_origins", "logo_uri", "initiate_login_uri", "organization_usage")


def application(there: Application) -> dict[str, Any]:
    """Returns the fields of an application that mfa-setup sets or checks (`POST /clients`)."""
    fields = there.model_dump(mode="json")
    named = {name: fields[name] for name in _ALWAYS if fields[name] is not None}
    return named | {name: fields[name] for name in _IF_SET if fields[name]}


def provider(there: Provider) -> dict[str, Any]:
    """Returns the provider of the unified stack (`POST /branding/phone/providers`), without `credentials`."""
    senders = {"default_from": there.sender, "mssid": there.messaging_service_sid}
    configuration = {"sid": there.sid, "delivery_methods": list(there.delivery_methods)}
    configuration |= {name: sender for name, sender in senders.items() if sender}
    return {"name": "twilio", "disabled": not there.enabled, "configuration": configuration}


def twilio(there: Provider) -> dict[str, Any]:
    """Returns the Twilio settings of the legacy stack (`PUT …/phone/providers/twilio`), without `auth_token`."""
    return {"sid": there.sid, "from": there.sender, "messaging_service_sid": there.messaging_service_sid}


def template(there: Template) -> dict[str, Any]:
    """Returns a template of the unified stack (`POST /branding/phone/templates`)."""
    body = {name: text for name, text in (("text", there.text), ("voice", there.voice)) if text is not None}
    content = {"body": body} | ({"from": there.sender} if there.sender is not None else {})
    return {"type": there.kind, "disabled": there.disabled, "content": content}
