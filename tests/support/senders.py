"""Every kind of sender that a tenant can have, as the services' own state."""

from collections.abc import Callable
from dataclasses import dataclass

from support import scene
from support.lab import Lab

BOTH = ("unified", "legacy")
Settings = dict[str, str]
"""What the provider names: `sender` or `service`."""


@dataclass(frozen=True)
class Sender:
    """One kind of sender.

    Attributes:
        name: Its name.
        comes: Brings it about.
        codes: The exit code of `policy always` for users in the US, Canada, the UK and Germany, without any proof.
        stacks: The phone stacks that can have it.
    """

    name: str
    comes: Callable[[Lab], Settings]
    codes: tuple[int, int, int, int]
    stacks: tuple[str, ...] = BOTH


def number(country: str = "US", kind: str = "local", *, pooled: bool = False) -> Callable[[Lab], Settings]:
    """A number that the account has had for long."""

    def comes(lab: Lab) -> Settings:
        body = {"phone_number": scene.stock(country, kind)[0].phone_number}
        service = {"service_sid": lab.control_service_sid()} if pooled else {}
        return {"sender": lab.control("twilio/numbers", body | service)["phone_number"]}

    return comes


def _young(*, registering: bool) -> Callable[[Lab], Settings]:
    def comes(lab: Lab) -> Settings:
        found = number(pooled=True)(lab)
        lab.control("twilio/pool", {"phone_number": found["sender"], "seconds_ago": 3_600})
        if registering:
            lab.control("twilio/registering", {"phone_number": found["sender"], "error_code": 30034})
        return found

    return comes


def _campaign(**fields: object) -> Callable[[Lab], Settings]:
    def comes(lab: Lab) -> Settings:
        lab.control(f"twilio/campaigns/{lab.control_service_sid()}", fields)
        return number(pooled=True)(lab)

    return comes


def _verification(status: str) -> Callable[[Lab], Settings]:
    def comes(lab: Lab) -> Settings:
        found = number(kind="tollfree")(lab)
        for newest, ago in ((status, 60), ("TWILIO_APPROVED", 86_400)):
            record = {"phone_number": found["sender"], "status": newest, "seconds_ago": ago}
            lab.control("twilio/tollfree-verifications", record)
        return found

    return comes


def _name(lab: Lab) -> Settings:
    del lab
    return {"sender": "ACME"}


def _short_code(lab: Lab) -> Settings:
    lab.control("twilio/short-codes", {"short_code": "12345"})
    return {"sender": "12345"}


def _pool(*, name: bool = False, abroad: bool = False) -> Callable[[Lab], Settings]:
    """A service with the campaign, a US number in it, and a name or a British number besides."""

    def comes(lab: Lab) -> Settings:
        service = lab.control_service_sid()
        number(pooled=True)(lab)
        if name:
            lab.control("twilio/alpha-senders", {"alpha_sender": "ACME", "service_sid": service})
        if abroad:
            number("GB", "mobile", pooled=True)(lab)
        return {"service": service}

    return comes


def _text(kind: str, sender: Callable[[Lab], Settings]) -> Callable[[Lab], Settings]:
    """A registered number, and a text that brings its own sender along."""

    def comes(lab: Lab) -> Settings:
        own = sender(lab)["sender"]
        content = {"from": own, "body": {"text": "{{ code }}", "voice": "{{ code }}"}}
        lab.auth0("POST", "branding/phone/templates", {"type": kind, "disabled": False, "content": content})
        return number(pooled=True)(lab)

    return comes


_BRITISH = number("GB", "mobile")
SENDERS = (
    Sender("registered US number", number(pooled=True), (0, 0, 7, 6)),
    Sender("US number without a campaign", number(), (7, 6, 7, 6)),
    Sender("US number that is new in its pool", _young(registering=False), (6, 0, 7, 6)),
    Sender("US number that carriers still register", _young(registering=True), (6, 0, 7, 6)),
    Sender("mock campaign", _campaign(mock=True), (7, 6, 7, 6)),
    Sender("campaign in progress", _campaign(status="IN_PROGRESS"), (7, 6, 7, 6)),
    Sender("sole proprietor's campaign", _campaign(usecase="SOLE_PROPRIETOR"), (0, 0, 7, 6)),
    Sender("toll-free number", _verification("TWILIO_APPROVED"), (0, 0, 7, 7)),
    Sender("toll-free number that is not verified any more", _verification("TWILIO_REJECTED"), (7, 7, 7, 7)),
    Sender("Canadian number", number("CA"), (7, 0, 7, 6)),
    Sender("Canadian number with a campaign", number("CA", pooled=True), (0, 0, 7, 6)),
    Sender("British number", _BRITISH, (6, 6, 0, 6)),
    Sender("name", _name, (7, 7, 6, 6)),
    Sender("short code", _short_code, (6, 6, 6, 6)),
    Sender("service with a name", _pool(name=True), (0, 0, 6, 6)),
    Sender("service with a British number", _pool(abroad=True), (0, 6, 0, 6)),
    Sender("enrollment from a British number", _text("otp_enroll", _BRITISH), (6, 6, 7, 6), ("unified",)),
    Sender("verification from a British number", _text("otp_verify", _BRITISH), (6, 6, 7, 6), ("unified",)),
    Sender("enrollment from a Canadian number", _text("otp_enroll", number("CA")), (7, 0, 7, 6), ("unified",)),
    Sender("verification from a name", _text("otp_verify", _name), (7, 7, 7, 6), ("unified",)),
)
