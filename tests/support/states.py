"""The states of a tenant and its account that decide whether a code arrives, and what the tool must say of each."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from support.lab import Lab
from support.scene import is_unified, key_pair, provider, rotate_token, stock, token_held

USER = "+14155550123"
"""A user's phone; no trial account has verified it."""
Environment = dict[str, str | None]


def _nothing(lab: Lab) -> Environment:
    del lab
    return {}


@dataclass(frozen=True)
class State:
    """One state.

    Attributes:
        name: Its name, as the documentation's table has it.
        up: Exit code of `up` on a fresh tenant in this state.
        policy: Exit code of `policy always` on a tenant that was set up before it came into this state.
        failing: The checks that fail, or could not be made.
        fix: A piece of the fix of the first of them.
        world: The sandbox's options.
        comes: Brings the state about; the changes that it makes to the environment.
        flags: Options of both commands.
        kind: The type of the number that is there before `policy`.
        stacks: The phone stacks on which it is so.
    """

    name: str
    up: int
    policy: int
    failing: tuple[str, ...] = ()
    fix: str = ""
    world: Mapping[str, Any] = field(default_factory=dict)
    comes: Callable[[Lab], Environment] = _nothing
    flags: tuple[str, ...] = ()
    kind: str = "local"
    stacks: tuple[str, ...] = ("unified", "legacy")


def profile(status: str | None) -> Callable[[Lab], Environment]:
    def comes(lab: Lab) -> Environment:
        lab.control("twilio/profile", {"status": status})
        return {}

    return comes


def home_closed(lab: Lab) -> Environment:
    permissions = '{"country_code": "US", "type": "country", "enabled": false}'
    known = lab.env["TWILIO_ACCOUNT_SID"], lab.env["TWILIO_AUTH_TOKEN"]
    with httpx.Client(base_url=lab.sandbox.url, trust_env=False) as http:
        answer = http.patch("/v1/Messaging/GeoPermissions", data={"Permissions": permissions}, auth=known)
    assert answer.is_success, answer.text
    return {}


def rotated(lab: Lab) -> Environment:
    return dict(rotate_token(lab))


def _rotated_unknown_to_us(lab: Lab) -> Environment:
    rotate_token(lab)
    return {}


def _no_twilio(lab: Lab) -> Environment:
    del lab
    return dict.fromkeys(("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"))


def _key_only(lab: Lab) -> Environment:
    return {**key_pair(lab), "TWILIO_AUTH_TOKEN": None}


def _otp_on(lab: Lab) -> Environment:
    lab.auth0("PUT", "guardian/factors/otp", {"enabled": True})
    return {}


TRIAL = {"twilio_account": "trial"}
OLD_TRIAL = {"twilio_account": "legacy-trial"}
UNREGISTERED = {"number_registration": "unregistered"}
STATES = (
    State("full account, registered number", 0, 0),
    State("trial of 2026", 7, 7, ("twilio_account",), "Upgrade", TRIAL),
    State("older trial", 7, 7, ("twilio_account",), "--test-to NUMBER --override twilio_account", OLD_TRIAL),
    State("suspended account", 4, 7, ("twilio_account",), "suspended", {"twilio_account": "suspended"}),
    State("US number without a campaign", 7, 7, ("registration",), "10 to 15 business days", UNREGISTERED),
    State(
        "toll-free number without verification", 7, 7, ("registration",), "3 to 5 business days", UNREGISTERED,
        flags=("--number-type", "toll-free"), kind="tollfree",
    ),
    State("toll-free number, verified", 0, 0, flags=("--number-type", "toll-free"), kind="tollfree"),
    State("no compliance profile", 7, 7, ("compliance_profile",), "Trust Hub", comes=profile(None)),
    State("compliance profile in review", 7, 7, ("compliance_profile",), "Trust Hub", comes=profile("in-review")),
    State(
        "users in a country that is not allowed", 7, 7, ("geo_permissions",), "Geo permissions",
        flags=("--countries", "US,GB"),
    ),
    State("the home country is not allowed", 7, 7, ("geo_permissions",), "Geo permissions", comes=home_closed),
    State("toll-free number, users abroad", 7, 7, ("registration", "geo_permissions"), "of that country",
          flags=("--number-type", "toll-free", "--countries", "DE"), kind="tollfree"),
    State("Twilio token rotated, the new one is given", 0, 7, ("provider_token",), "--resend-token", comes=rotated),
    State("Twilio token rotated, the old one is given", 4, 4, ("twilio_credentials",), "TWILIO_AUTH_TOKEN",
          comes=_rotated_unknown_to_us),
    State("free Auth0 plan", 4, 7, ("factor_on",), "enable-sms", {"auth0_plan": "free"}, stacks=("unified",)),
    State("no Twilio credentials", 6, 6, ("twilio_credentials",), "TWILIO_ACCOUNT_SID", comes=_no_twilio),
    State("Twilio API key only", 6, 6, ("twilio_account",), "TWILIO_AUTH_TOKEN", comes=_key_only),
    State("trial of 2026, and one-time passwords are on", 4, 0, (), "", TRIAL, comes=_otp_on),
)  # fmt: skip


def prepare(lab: Lab, state: State) -> None:
    """A tenant that somebody has set up by hand with this tool's account, all but the policy."""
    known = lab.env
    wanted = {"phone_number": stock(kind=state.kind)[0].phone_number}
    if state.kind == "local" and lab.twilio["services"]:
        wanted["service_sid"] = lab.control_service_sid()
    there = lab.control("twilio/numbers", wanted)
    provider(lab, sid=known["TWILIO_ACCOUNT_SID"], sender=there["phone_number"])
    if state.world.get("auth0_plan") != "free":
        lab.auth0("PUT", "guardian/factors/sms", {"enabled": True})
    with suppress(AssertionError):
        lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["sms"]})


def delivers(lab: Lab) -> bool:
    """Whether a code of this tenant really reaches a user: asked of the services, not of the tool."""
    there = lab.tenant["phone_provider"] or {}
    found = there.get("configuration", {}) if is_unified(lab) else there
    sid, sender = str(found.get("sid")), found.get("default_from") or found.get("from")
    service = found.get("mssid") or found.get("messaging_service_sid")
    form = {"To": USER, "Body": "123456 is your code", "From": sender, "MessagingServiceSid": service}
    auth = (sid, token_held(lab) or "")
    with httpx.Client(base_url=lab.sandbox.url, trust_env=False) as http:
        data = {key: value for key, value in form.items() if value}
        sent = http.post(f"/2010-04-01/Accounts/{sid}/Messages.json", data=data, auth=auth)
    if not sent.is_success:
        return False
    return lab.sandbox.world.twilio.messages[sent.json()["sid"]].ending.status == "delivered"
