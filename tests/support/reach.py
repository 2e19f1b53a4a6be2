"""Tenants whose sender is there, for the tests of its reach."""

from typing import Any

from support import scene
from support.lab import Lab, Result, Run

US, GB, DE, CA = "+14155550123", "+447400123456", "+4915112345678", "+14165550123"


def registration(result: Result) -> dict[str, Any]:
    """The check of the sender's reach."""
    return next(check for check in result.document["checks"] if check["id"] == "registration")


def settled(lab: Lab, phone: str | None = None, *, pooled: bool = True) -> str:
    """A tenant that sends from a number that it has had for long; the number."""
    body = {"phone_number": phone or scene.stock()[0].phone_number}
    if pooled:
        body["service_sid"] = lab.control_service_sid()
    number = str(lab.control("twilio/numbers", body)["phone_number"])
    sends_from(lab, number)
    return number


def sends_from(lab: Lab, sender: str | None = None, *, service: str | None = None) -> None:
    """A tenant that sends from a sender, with the SMS factor on."""
    scene.provider(lab, sender=sender, service=service)
    lab.auth0("PUT", "guardian/factors/sms", {"enabled": True})
    lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["sms"]})


def open_to(lab: Lab, *countries: str) -> None:
    """Messages may go to these countries."""
    for country in countries:
        scene.allow(lab, country)


def user(lab: Lab) -> None:
    """The tenant has a user."""
    connection = "Username-Password-Authentication"
    lab.auth0("POST", "users", {"connection": connection, "email": "a@example.com", "password": "Correct-horse-9"})


def policy(run: Run, lab: Lab, *arguments: str) -> Result:
    """`policy always`, in JSON, with the token of the provider taken as known."""
    return run("policy", "always", "--override", "provider_token", *arguments, "--yes", "--json", env=lab.env)
