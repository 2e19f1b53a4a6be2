"""Probes that cost money: a number, which is released after the run, and SMS to the maintainer's own phone."""

import sys
from dataclasses import dataclass
from typing import Any

from live.auth0_phone import PROVIDERS, TEMPLATES, template_body, waits
from live.probes import probe
from live.scrub import OWN_TEXT
from live.site import Answer, Site, UntriedError
from live.twilio_free import SERVICES, service
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.observed import Message

_NUMBERS = "https://api.twilio.com/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json"
_COUNTRY = "US"
_FINAL = {"delivered", "undelivered", "failed", "read"}
SMS = 9
"""The SMS that all probes send together, at most."""
_bought: dict[str, tuple[str, str]] = {}
_direct: dict[str, str] = {}


def price(site: Site) -> str:
    """Returns what all probes with a cost can spend together, from Twilio's price list, to show before asking."""
    number, currency = site.twilio.price(_COUNTRY, "local")
    found = site.ask_twilio("GET", f"https://pricing.twilio.com/v1/Messaging/Countries/{_COUNTRY}")
    prices = [float(entry["current_price"]) for part in found["outbound_sms_prices"] or [] for entry in part["prices"]]
    sms = f"{SMS * max(prices):.2f} {currency}" if prices else "an unknown amount"
    return f"one number for {number} {currency} (released at the end) and up to {SMS} SMS for {sms}"


def confirmed(site: Site) -> bool:
    """Shows the price at the terminal and asks; without a terminal nothing is spent."""
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(f"\nThe probes that cost money spend at most {price(site)}.\n")
    sys.stderr.write(f"The SMS go to {site.phone or 'nobody: MFA_SETUP_LIVE_PHONE is not set'}.\n")
    sys.stderr.write("Type yes to spend it: ")
    return sys.stdin.readline().strip() == "yes"


def number(site: Site) -> tuple[str, str]:
    """Buys a number on first use, for the whole run; returns its SID and the number."""
    if site.run not in _bought:
        offers = site.twilio.offers(_COUNTRY, "local", None, None)
        if not offers:
            raise UntriedError(f"Twilio offers no number in {_COUNTRY}.")
        try:
            found = site.twilio.buy(offers[0], site.name)
        except MfaSetupError as refused:
            raise UntriedError(f"No number could be bought: {refused.message}") from None
        site.created("the number", lambda: site.twilio.release(found.sid), for_the_run=True)
        _bought[site.run] = (found.sid, found.phone_number)
    return _bought[site.run]


@probe("trial-purchase")
def trial_purchase(site: Site) -> str:
    offers = site.twilio.offers(_COUNTRY, "local", None, None)
    answer = site.ask_twilio("POST", _NUMBERS, {"PhoneNumber": offers[0], "FriendlyName": site.name})
    if answer.ok:
        site.created("the number", lambda: site.twilio.release(str(answer["sid"])))
        return "bought"
    return "refused with 10002" if answer.code == "10002" else "refused otherwise"


@probe("purchase-repeated")
def purchase_repeated(site: Site) -> str:
    sid, phone = number(site)
    name = site.name
    answer = site.ask_twilio("POST", _NUMBERS, {"PhoneNumber": phone, "FriendlyName": name})
    if not answer.ok:
        return "refused"
    updated = answer.status == 201 and answer["sid"] == sid and answer["friendly_name"] == name
    return "201 and updated" if updated else "201 and not updated"


def _pooled(site: Site, sid: str) -> str:
    created = service(site)
    place = f"{SERVICES}/{created['sid']}/PhoneNumbers"
    if not site.ask_twilio("POST", place, {"PhoneNumberSid": sid}).ok:
        raise UntriedError("The number could not be added to a pool.")
    site.created("the number in the pool", lambda: site.gone(site.ask_twilio("DELETE", f"{place}/{sid}")))
    return place


def _refused(site: Site, place: str, sid: str, code: str) -> str:
    answer = site.ask_twilio("POST", place, {"PhoneNumberSid": sid})
    if answer.ok:
        return "accepted"
    return f"refused with {code}" if answer.code == code else "refused with another code"


@probe("pool-again")
def pool_again(site: Site) -> str:
    sid, _ = number(site)
    return _refused(site, _pooled(site, sid), sid, "21710")


@probe("pool-other")
def pool_other(site: Site) -> str:
    sid, _ = number(site)
    _pooled(site, sid)
    other = f"{SERVICES}/{service(site)['sid']}/PhoneNumbers"
    return _refused(site, other, sid, "21712")


@probe("message-final")
def message_final(site: Site) -> str:
    sid = _sent_directly(site)
    if waits(site, lambda: site.twilio.message(sid).status in _FINAL, seconds=60):
        return "final within a minute"
    return "sent is the last status" if site.twilio.message(sid).status == "sent" else "not sent within a minute"


def _sent_directly(site: Site) -> str:
    """Sends one SMS from the number, once in a run: if Twilio refuses it, Auth0's would be refused as well."""
    if site.run not in _direct:
        try:
            sent = site.twilio.send_message(
                str(site.phone), OWN_TEXT, sender=number(site)[1], messaging_service_sid=None
            )
        except MfaSetupError as refused:
            raise UntriedError(f"The account cannot send to this phone: {refused.message}") from None
        _direct[site.run] = sent.sid
    return _direct[site.run]


@dataclass(frozen=True, slots=True)
class _Tenant:
    """A provider of the tenant with the real account, which can send."""

    site: Site
    provider: dict[str, Any]

    @classmethod
    def with_sender(cls, site: Site, **senders: str) -> "_Tenant":
        if site.account.auth_token is None:
            raise UntriedError("Auth0 needs the account's auth token, and only an API key is given.")
        _sent_directly(site)
        configuration = {"sid": site.account.account_sid, "delivery_methods": ["text"]} | senders
        body = {"name": "twilio", "disabled": False, "configuration": configuration}
        body |= {"credentials": {"auth_token": site.account.auth_token.get_secret_value()}}
        return cls(site, site.make(PROVIDERS, body))

    def send(self) -> Message | None:
        """Asks for a test SMS and returns the message that Twilio then has; None if none appears."""
        before = {message.sid for message in self.site.twilio.messages_to(str(self.site.phone))}
        place = f"{PROVIDERS}/{self.provider['id']}/try"
        self.site.ask("POST", place, {"to": self.site.phone, "delivery_method": "text"})

        def sent() -> list[Message]:
            found = self.site.twilio.messages_to(str(self.site.phone))
            return [message for message in found if message.sid not in before]

        seconds = 3.0 if self.site.twilio_base else 30.0
        return next(iter(waits(self.site, sent, seconds=seconds) or []), None)

    def template(self, text: str, **more: Any) -> None:
        """Gives the tenant a verification text of its own."""
        if self.site.ask("GET", TEMPLATES)["templates"]:
            raise UntriedError("The tenant has phone templates of its own.")
        self.site.make(TEMPLATES, template_body(text, **more))


def _read(site: Site, message: Message) -> Answer:
    url = f"https://api.twilio.com/2010-04-01/Accounts/{{account}}/Messages/{message.sid}.json"
    return site.ask_twilio("GET", url)


def _follows(site: Site, code: str, *, disabled: bool = False) -> bool | None:
    """Whether the tenant sends the text of its own template, which ends with `code`; None if it sends nothing."""
    name = site.name  # another one each time
    tenant = _Tenant.with_sender(site, default_from=number(site)[1])
    tenant.template(f"{name} {code}", disabled=disabled)
    message = tenant.send()
    return None if message is None else name in str(_read(site, message)["body"])


def _sender_of(site: Site, message: Message) -> tuple[str, str | None]:
    answer = _read(site, message)
    return str(answer["from"]), answer["messaging_service_sid"]


@probe("tenant-test-text")
def test_text(site: Site) -> str:
    follows = _follows(site, "{{ code }}")
    if follows is None:
        return "no message"
    return "the verification text" if follows else "another text"


@probe("log-recipient")
def log_recipient(site: Site) -> str:
    tenant = _Tenant.with_sender(site, default_from=number(site)[1])
    before = {event.log_id for event in site.auth0.send_events()}
    tenant.send()
    events = waits(site, lambda: [one for one in site.auth0.send_events() if one.log_id not in before])
    if not events:
        return "no event"
    return "the phone" if events[0].to == site.phone else "another value"


@probe("two-senders-used")
def senders_used(site: Site) -> str:
    sid, phone = number(site)
    mssid = _pooled(site, sid).split("/")[-2]
    message = _Tenant.with_sender(site, default_from=phone, mssid=mssid).send()
    if message is None:
        return "no message"
    return "the Messaging Service" if _sender_of(site, message)[1] else "the number"


@probe("template-from-used")
def from_used(site: Site) -> str:
    sid, phone = number(site)
    tenant = _Tenant.with_sender(site, mssid=_pooled(site, sid).split("/")[-2])
    tenant.template(f"{site.name} {{{{ code }}}}", sender=phone)
    message = tenant.send()
    if message is None:
        return "no message"
    return "the provider's" if _sender_of(site, message)[1] else "the template's"


@probe("template-disabled-used")
def disabled_used(site: Site) -> str:
    follows = _follows(site, "{{ code }}", disabled=True)
    if follows is None:
        return "no message"
    return "the disabled text" if follows else "the default text"


@probe("template-invalid-sent")
def invalid_sent(site: Site) -> str:
    follows = _follows(site, "{{ code | upcase")
    if follows is None:
        return "nothing is sent"
    return "the raw text" if follows else "the default text"


@probe("provider-token-kept")
def token_kept(site: Site) -> str:
    tenant = _Tenant.with_sender(site, default_from=number(site)[1])
    body = {name: tenant.provider[name] for name in ("name", "disabled", "configuration")}
    site.ask("PATCH", f"{PROVIDERS}/{tenant.provider['id']}", body | {"credentials": {}})
    return "kept" if tenant.send() else "lost"


@probe("trial-refuses-text")
def trial_refuses_text(site: Site) -> str:
    url = "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json"
    answer = site.ask_twilio("POST", url, {"To": site.phone, "Body": OWN_TEXT})
    if answer.ok:
        return "sent"
    return {"572006": "refused for the text", "21603": "refused for the sender"}.get(answer.code, "refused otherwise")
