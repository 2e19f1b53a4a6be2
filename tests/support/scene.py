"""Scenes created manually: what people and other tools leave in a tenant and an account before a run."""

import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.cli.prompter import Prompter
from mfa_setup.model.change import Change
from mfa_setup.sandbox.twilio.stock import StockNumber, catalogue
from support.lab import Lab, Result

NAME = "Twilio MFA Test"
URL = "http://localhost:3000"
CONNECTION = "Username-Password-Authentication"
OTHER_ACCOUNT = "AC" + "0123456789abcdef" * 2
NEW_TOKEN = "0123456789abcdef" * 2


def paths(change: dict[str, Any]) -> list[str]:
    """The fields that a change names."""
    return [field["path"] for field in change["fields"]]


def actions(result: Result) -> dict[str, str]:
    """What a run does with each resource."""
    return {change["resource"]: change["action"] for change in result.document["changes"]}


def pending(result: Result) -> dict[str, list[str]]:
    """The fields that differ, by resource; nothing of those that do not."""
    changes = result.document["changes"]
    return {change["resource"]: paths(change) for change in changes if change["action"] != "none"}


def warned(result: Result) -> list[str]:
    """The codes of a run's warnings."""
    return [warning["code"] for warning in result.document["warnings"]]


# --- Auth0 ---------------------------------------------------------------------------------------------------------


def application(lab: Lab, **fields: Any) -> str:
    """An application that somebody else made, with the service's own defaults; its client ID."""
    body = {"name": NAME, "app_type": "spa", "token_endpoint_auth_method": "none"} | fields
    return str(lab.auth0("POST", "clients", body)["client_id"])


def client(lab: Lab, client_id: str) -> dict[str, Any]:
    """An application as it stands."""
    return next(item for item in lab.tenant["clients"] if item["client_id"] == client_id)


def set_connected(lab: Lab, client_id: str, *, on: bool) -> None:
    """Puts an application on the database connection, or takes it off."""
    found = lab.auth0("GET", f"connections?name={CONNECTION}&strategy=auth0")[0]["id"]
    lab.auth0("PATCH", f"connections/{found}/clients", [{"client_id": client_id, "status": on}])


def is_unified(lab: Lab) -> bool:
    """The stack of the tenant."""
    return lab.sandbox.config.phone_stack == "unified"


def provider(
    lab: Lab, *, sid: str | None = None, sender: str | None = None, service: str | None = None, token: str | None = None
) -> None:
    """Sets Twilio up as the phone provider, as the dashboard would, in place of what is there."""
    account = sid or lab.env["TWILIO_ACCOUNT_SID"]
    secret = token or lab.env["TWILIO_AUTH_TOKEN"]
    if not is_unified(lab):
        settings = {"from": sender, "messaging_service_sid": service, "auth_token": secret, "sid": account}
        lab.auth0("PUT", "guardian/factors/phone/providers/twilio", settings)
        lab.auth0("PUT", "guardian/factors/phone/selected-provider", {"provider": "twilio"})
        return
    drop_provider(lab)
    configuration = {"sid": account, "delivery_methods": ["text"], "default_from": sender, "mssid": service}
    body = {
        "name": "twilio",
        "configuration": {key: value for key, value in configuration.items() if value is not None},
        "credentials": {"auth_token": secret},
    }
    lab.auth0("POST", "branding/phone/providers", body)


def patch_provider(lab: Lab, **fields: Any) -> None:
    """Changes the unified stack's provider, or keys of its configuration, manually."""
    there = lab.tenant["phone_provider"]
    top = {key: value for key, value in fields.items() if key in {"name", "disabled"}}
    inner = {key: value for key, value in fields.items() if key not in top}
    body = top | ({"configuration": there["configuration"] | inner} if inner else {})
    lab.auth0("PATCH", f"branding/phone/providers/{there['id']}", body)


def drop_provider(lab: Lab) -> None:
    """Takes the unified stack's provider away, where there is one."""
    if there := lab.tenant["phone_provider"]:
        lab.auth0("DELETE", f"branding/phone/providers/{there['id']}")


def token_held(lab: Lab) -> str | None:
    """The Twilio token that Auth0 holds; on the unified stack no answer shows it, so the sandbox's memory is asked."""
    if not is_unified(lab):
        return str(lab.auth0("GET", "guardian/factors/phone/providers/twilio").get("auth_token"))
    tokens = lab.sandbox.world.tenants[lab.domain].provider_tokens
    return next(iter(tokens.values()), None)


# --- Twilio --------------------------------------------------------------------------------------------------------


def stock(country: str = "US", kind: str = "local", *, sms: bool = True) -> list[StockNumber]:
    """Numbers on sale that need no regulatory documents."""
    return [
        item
        for item in catalogue()
        if (item.country, item.kind, item.sms, item.address) == (country, kind, sms, "none") and not item.beta
    ]


def number(lab: Lab, phone_number: str | None = None, name: str | None = None) -> dict[str, Any]:
    """A number that the account has had for long."""
    body = {"phone_number": phone_number or stock()[0].phone_number, "friendly_name": name}
    return dict(lab.control("twilio/numbers", {key: value for key, value in body.items() if value}))


def service(lab: Lab, name: str = "Codes", *, verified: bool = False) -> str:
    """A Messaging Service; its SID."""
    return str(lab.control("twilio/services", {"friendly_name": name, "verified": verified})["sid"])


def into_pool(lab: Lab, service_sid: str, number_sid: str) -> None:
    """Puts a number into a pool, as the console would."""
    _twilio(lab, "POST", f"/v1/Services/{service_sid}/PhoneNumbers", {"PhoneNumberSid": number_sid})


def out_of_pool(lab: Lab, service_sid: str, number_sid: str) -> None:
    """Takes a number out of a pool."""
    _twilio(lab, "DELETE", f"/v1/Services/{service_sid}/PhoneNumbers/{number_sid}")


def pool(lab: Lab, service_sid: str | None = None) -> list[str]:
    """The numbers in a service's pool."""
    wanted = service_sid or lab.control_service_sid()
    return next(list(item["phone_numbers"]) for item in lab.twilio["services"] if item["sid"] == wanted)


def allow(lab: Lab, country: str) -> None:
    """Lets the account send to a country."""
    known = lab.env["TWILIO_ACCOUNT_SID"], lab.env["TWILIO_AUTH_TOKEN"]
    permissions = f'{{"country_code": "{country}", "type": "country", "enabled": true}}'
    with httpx.Client(base_url=lab.sandbox.url, trust_env=False) as http:
        answer = http.patch("/v1/Messaging/GeoPermissions", data={"Permissions": permissions}, auth=known)
    assert answer.is_success, answer.text


def rotate_token(lab: Lab, token: str = NEW_TOKEN) -> dict[str, str]:
    """Gives the account a new auth token; the environment that has it."""
    lab.control("twilio/token", {"auth_token": token})
    return lab.env | {"TWILIO_AUTH_TOKEN": token}


def key_pair(lab: Lab) -> dict[str, str]:
    """The account's API key."""
    known = lab.sandbox.world.twilio.credentials
    return {"TWILIO_API_KEY": known.api_key, "TWILIO_API_SECRET": known.api_secret}


def _twilio(lab: Lab, method: str, path: str, data: dict[str, str] | None = None) -> None:
    known = lab.sandbox.world.twilio
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # nothing to verify, and no authorities to load
    with httpx.Client(base_url=lab.sandbox.url, trust_env=False, verify=plain) as http:
        answer = http.request(method, path, data=data, auth=(known.account_sid, known.auth_token))
    assert answer.is_success, answer.text


def meanwhile(patch: pytest.MonkeyPatch, resource: str, happens: Callable[[], object]) -> None:
    """Lets something happen after the run has looked and before it carries one resource's change out."""

    def starting(_terminal: Prompter, change: Change) -> None:
        if change.resource == resource:
            happens()

    patch.setattr(Prompter, "starting", starting)
