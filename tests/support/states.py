"""The states of a tenant and its account that decide whether a code arrives, and what the tool must say of each."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from support.lab import Lab
from support.scene import (
    NEW_TOKEN,
    OTHER_ACCOUNT,
    allow,
    is_unified,
    key_pair,
    provider,
    rotate_token,
    stock,
    token_held,
)

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


def _rotated_with_otp(lab: Lab) -> Environment:
    _otp_on(lab)
    return rotated(lab)


def _second_token(lab: Lab) -> Environment:
    lab.control("twilio/secondary-token", {"auth_token": NEW_TOKEN})
    return {"TWILIO_AUTH_TOKEN": NEW_TOKEN}


def _subaccount(lab: Lab) -> Environment:
    lab.control("twilio/account", {"owner_account_sid": OTHER_ACCOUNT})
    return {}


def _busy_subaccount(lab: Lab) -> Environment:
    sender = (lab.twilio["numbers"] or [{"phone_number": stock()[-1].phone_number}])[0]["phone_number"]
    lab.control("twilio/messages", {"from": sender, "to": USER, "status": "delivered", "seconds_ago": 3600})
    return _subaccount(lab)


def _invoiced(lab: Lab) -> Environment:
    lab.control("twilio/account", {"balance": "-120.50"})
    return {}


def _key_only(lab: Lab) -> Environment:
    return {**key_pair(lab), "TWILIO_AUTH_TOKEN": None}


def _otp_on(lab: Lab) -> Environment:
    lab.auth0("PUT", "guardian/factors/otp", {"enabled": True})
    return {}


def _allowed(country: str) -> Callable[[Lab], Environment]:
    def comes(lab: Lab) -> Environment:
        allow(lab, country)
        return {}

    return comes


def _campaign(**fields: Any) -> Callable[[Lab], Environment]:
    def comes(lab: Lab) -> Environment:
        lab.control(f"twilio/campaigns/{lab.control_service_sid()}", fields)
        return {}

    return comes


def _young_number(lab: Lab) -> Environment:
    """The tenant has a user, and its number was put into the pool a minute ago."""
    body = {"connection": "Username-Password-Authentication", "email": "a@example.com", "password": "Correct-horse-9"}
    lab.auth0("POST", "users", body)
    for number in lab.twilio["numbers"]:
        lab.control("twilio/pool", {"phone_number": number["phone_number"], "seconds_ago": 60})
    return {}


def _text_without_code(lab: Lab) -> Environment:
    text = "Your code is: @{code}"
    if is_unified(lab):
        content = {"body": {"text": text, "voice": text}}
        lab.auth0("POST", "branding/phone/templates", {"type": "otp_verify", "disabled": False, "content": content})
    else:
        body = {"enrollment_message": "{{code}}", "verification_message": text}
        lab.auth0("PUT", "guardian/factors/phone/templates", body)
    return {}


def _text_from_a_name(lab: Lab) -> Environment:
    content = {"from": "ACME", "body": {"text": "{{ code }}", "voice": "{{ code }}"}}
    lab.auth0("POST", "branding/phone/templates", {"type": "otp_verify", "disabled": False, "content": content})
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
    State("subaccount", 6, 6, ("compliance_profile",), "--override compliance_profile", comes=_subaccount),
    State("subaccount that has delivered a message", 0, 0, comes=_busy_subaccount),
    State("account that Twilio invoices, with a negative balance", 0, 0, comes=_invoiced),
    State(
        "users in a country that is not allowed", 7, 7, ("geo_permissions",), "Geo permissions",
        flags=("--countries", "US,GB"),
    ),
    State("the home country is not allowed", 7, 7, ("geo_permissions",), "Geo permissions", comes=home_closed),
    State("toll-free number, users abroad", 7, 7, ("registration", "geo_permissions"), "of that country",
          flags=("--number-type", "toll-free", "--countries", "DE"), kind="tollfree"),
    State("US number, users in the UK", 7, 7, ("registration",), "of that country", comes=_allowed("GB"),
          flags=("--countries", "GB")),
    State("US number, users in another country", 6, 6, ("registration",), "--test-to NUMBER", comes=_allowed("DE"),
          flags=("--countries", "DE")),
    State("number in the pool since today, and there are users", 6, 6, ("registration",), "--test-to NUMBER",
          comes=_young_number),
    State("mock campaign", 7, 7, ("registration",), "10 to 15 business days", comes=_campaign(mock=True)),
    State("campaign in progress", 7, 7, ("registration",), "10 to 15 business days",
          comes=_campaign(status="IN_PROGRESS")),
    State("campaign for another use", 0, 0, comes=_campaign(usecase="MARKETING")),
    State("text that brings a name as its sender", 7, 7, ("registration",), "--from NUMBER", comes=_text_from_a_name,
          stacks=("unified",)),
    State("text without the code", 7, 7, ("template_code",), "--verification-template", comes=_text_without_code),
    State("Twilio token rotated, the new one is given", 0, 6, ("provider_token",), "--resend-token", comes=rotated,
          stacks=("unified",)),
    State("Twilio token rotated, where Auth0 shows the old one", 0, 7, ("provider_token",), "--resend-token",
          comes=rotated, stacks=("legacy",)),
    State("Twilio token rotated, and one-time passwords are on", 0, 6, ("provider_token",), "--resend-token",
          comes=_rotated_with_otp, stacks=("unified",)),
    State("a second Twilio token, which is given, where Auth0 shows the first", 0, 0, comes=_second_token,
          stacks=("legacy",)),
    State("Twilio token rotated, the old one is given", 4, 4, ("twilio_credentials",), "TWILIO_AUTH_TOKEN",
          comes=_rotated_unknown_to_us),
    State("free Auth0 plan", 4, 7, ("factor_on",), "enable-sms", {"auth0_plan": "free"}, stacks=("unified",)),
    State("no Twilio credentials", 6, 6, ("twilio_credentials",), "TWILIO_ACCOUNT_SID", comes=_no_twilio),
    State("Twilio API key only", 6, 6, ("twilio_account",), "TWILIO_AUTH_TOKEN", comes=_key_only),
    State("trial of 2026, and one-time passwords are on", 4, 0, (), "", TRIAL, comes=_otp_on),
)  # fmt: skip


def prepare(lab: Lab, state: State) -> None:
    """A tenant that somebody has set up manually with this tool's account, all but the policy."""
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


def delivers(lab: Lab, to: str = USER) -> bool:
    """Whether the codes of this tenant really reach a phone: asked of the services, not of the tool."""
    there = lab.tenant["phone_provider"] or {}
    found = there.get("configuration", {}) if is_unified(lab) else there
    sid, sender = str(found.get("sid")), found.get("default_from") or found.get("from")
    service = found.get("mssid") or found.get("messaging_service_sid")
    by_provider = {"From": sender, "MessagingServiceSid": service}
    ways = [{"From": own} if own else by_provider for own in _senders_of_texts(lab)]
    return all(_arrives(lab, sid, {"To": to, "Body": "123456 is your code", **way}) for way in ways)


def _senders_of_texts(lab: Lab) -> list[str | None]:
    """The sender that each of the two texts brings along; None where it is sent by the provider's."""
    if not is_unified(lab):
        return [None]
    templates = lab.auth0("GET", "branding/phone/templates")["templates"]
    own = {item["type"]: item["content"].get("from") for item in templates if not item["disabled"]}
    return [own.get("otp_enroll"), own.get("otp_verify")]


def _arrives(lab: Lab, sid: str, form: Mapping[str, str | None]) -> bool:
    data = {key: value for key, value in form.items() if value}
    with httpx.Client(base_url=lab.sandbox.url, trust_env=False) as http:
        path = f"/2010-04-01/Accounts/{sid}/Messages.json"
        sent = http.post(path, data=data, auth=(sid, token_held(lab) or ""))
    if not sent.is_success:
        return False
    return lab.sandbox.world.twilio.messages[sent.json()["sid"]].ending.status == "delivered"
