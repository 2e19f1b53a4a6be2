"""Twilio's error codes: what each means here, who must act, and what to do.

The meanings are the reference's, which has them from Twilio docs ("Error and Warning Dictionary", the pages on trials,
A2P 10DLC, toll-free verification and geographic permissions) and from users' reports; `source` tells which. No code
was seen on a live account.
"""

from dataclasses import dataclass
from typing import Literal

Fault = Literal["account", "number", "recipient", "auth0", "twilio", "tool"]
"""Who must act: the account's owner, who chose the number or service, who chose the phone, who set Auth0 up, nobody but
Twilio and the carriers (wait), or us."""
Source = Literal["docs", "reports", "not verified"]
"""Twilio's documentation, users' reports, or general knowledge that nothing at hand confirms."""


@dataclass(frozen=True, slots=True)
class TwilioCode:
    """One code.

    Attributes:
        code: Twilio's number.
        meaning: What it means, as the beginning of a sentence, without its period.
        fault: Who must act.
        fix: What to do, in whole sentences.
        source: How well it is known.
    """

    code: int
    meaning: str
    fault: Fault
    fix: str
    source: Source = "docs"

    @property
    def link(self) -> str:
        """Twilio's own page about it."""
        return page(self.code)


def page(code: int) -> str:
    """The address of Twilio's own page about a code (the form of `more_info` in its errors)."""
    return f"https://www.twilio.com/docs/errors/{code}"


def explain(code: int, message: str = "") -> TwilioCode:
    """What a code means; an unknown one is told by Twilio's own words and page.

    Args:
        code: Twilio's number.
        message: What Twilio said beside it; used for an unknown code only.
    """
    known = CODES.get(code)
    if known is not None:
        return known
    meaning = message.strip().rstrip(".") or "Twilio says no more"
    return TwilioCode(code, meaning, "twilio", f"Twilio explains it at {page(code)}.", "not verified")


_LIVE = "Use the live credentials: Twilio console, Account > API keys & tokens."
_UPGRADE = "Upgrade the Twilio account: Twilio console, Account > Billing."
_WAIT = "Wait, then run the command again."
_DEFECT = "This is a defect of mfa-setup; please report it."
_OTHER_TYPE = "Choose another --number-type or --country."
_OWN = "Pass an SMS-capable number of this account with --from."
_OTHER_PHONE = "Use another phone, one that takes SMS."
_CORRECT_TO = "Correct the phone: + and country code, without spaces."
_SERVICE = "Check the Messaging Service and its pool: Twilio console, Messaging > Services."
_TEXT = "Change the tenant's template with --verification-template."
_A2P = (
    "Register a brand and a campaign (Twilio console, Messaging > Regulatory compliance; weeks), then run "
    "`mfa-setup up`, which puts the number into that campaign's Messaging Service."
)
_VOICE = "mfa-setup proves SMS only; correct the number of the call."
_ADDRESS = "The number needs an address, and has none or one that does not suit"
_CONTENT = "The content template of the message is at fault"

_TABLE = (
    # The account and its credentials (reference 1.2, 4 and 5).
    TwilioCode(10001, "The Twilio account is not active", "account", "Ask Twilio's support to open it again."),
    TwilioCode(10002, "A trial account may not have this number or feature", "account", _UPGRADE),
    TwilioCode(
        20003,
        "Twilio does not accept these credentials, or the account is closed or has no approved compliance profile",
        "account",
        "Check account SID and auth token, and the account's status and its profile in the Trust Hub. If the token was "
        "changed, run `mfa-setup enable-sms --resend-token`.",
    ),
    TwilioCode(20005, "The Twilio account is not active", "account", "Ask Twilio's support.", "not verified"),
    TwilioCode(
        20008, "These are Twilio's test credentials, which can set nothing up", "account", _LIVE, "not verified"
    ),
    TwilioCode(
        20404, "Twilio does not know it", "tool", "Check the name or id; `mfa-setup status` shows what is there."
    ),
    TwilioCode(20429, "Twilio limits the rate of requests", "twilio", _WAIT),
    TwilioCode(20500, "Twilio had a fault of its own", "twilio", _WAIT),
    TwilioCode(20503, "Twilio was not available", "twilio", _WAIT),
    TwilioCode(
        22300,
        "Twilio has barred this account from buying numbers for now",
        "account",
        "Ask Twilio's support; the account's compliance profile is the usual reason.",
    ),
    TwilioCode(
        60204,
        "The Verify service does not take a code of Auth0's own",
        "auth0",
        "Ask Twilio to allow custom codes, or make Twilio itself the provider with `mfa-setup enable-sms`.",
    ),
    TwilioCode(
        70051,
        "The Twilio API key may not do this",
        "account",
        "Tick the permission on the key, or use the account's auth token.",
    ),
    # Calls (reference 2, 5 and 8): for most of them the reference names the code alone.
    TwilioCode(21210, "The number that calls is not verified for this account", "number", _VOICE, "not verified"),
    TwilioCode(21214, "The phone cannot be called", "recipient", _VOICE, "not verified"),
    TwilioCode(21215, "The account may not call that country", "account", _VOICE, "not verified"),
    TwilioCode(21216, "The account may not call that number", "account", _VOICE, "not verified"),
    TwilioCode(21217, "The phone number to call is invalid", "recipient", _VOICE, "not verified"),
    TwilioCode(
        21219,
        "A trial account may call verified phones only",
        "account",
        "Verify the phone: Twilio console, Phone Numbers > Verified Caller IDs; or upgrade the account.",
    ),
    # Buying and papers (reference 4).
    TwilioCode(21404, "A trial account may own one number", "account", _UPGRADE, "reports"),
    TwilioCode(21421, "Twilio does not sell this number", "number", "Run the command again: it looks for another."),
    TwilioCode(
        21422, "The number is not on sale any more", "number", "Run the command again: it looks for another number."
    ),
    TwilioCode(21452, "No number is on sale in that area code", "number", "Pass another --area-code, or leave it out."),
    TwilioCode(21613, _ADDRESS, "number", _OTHER_TYPE),
    TwilioCode(21615, _ADDRESS, "number", _OTHER_TYPE),
    TwilioCode(21628, "The number needs an address that has been validated", "number", _OTHER_TYPE),
    TwilioCode(21629, "A trial account may not buy this number, as users report", "account", _UPGRADE, "reports"),
    TwilioCode(21631, _ADDRESS, "number", _OTHER_TYPE),
    TwilioCode(21649, "The number needs a regulatory bundle", "number", _OTHER_TYPE, "not verified"),
    TwilioCode(21651, "The regulatory bundle does not suit the number", "number", _OTHER_TYPE, "not verified"),
    # Verified phones of a trial (reference 2).
    TwilioCode(21450, "The phone is verified already", "recipient", "Nothing is to be done.", "not verified"),
    TwilioCode(
        21453,
        "The phone is tied to another trial account",
        "recipient",
        "Use another phone, or upgrade the account.",
        "not verified",
    ),
    # Refused by POST Messages at once (reference 6.1).
    TwilioCode(21211, "The phone number of the recipient is invalid", "recipient", _CORRECT_TO),
    TwilioCode(21212, "The number that sends is invalid", "number", _OWN),
    TwilioCode(
        21408,
        "The account may not send SMS to the phone's country",
        "account",
        "Allow the country: Twilio console, Messaging > Settings > Geo permissions.",
    ),
    TwilioCode(21601, "The number that sends is no SMS-capable Twilio number", "number", _OWN),
    TwilioCode(21602, "The message has no text", "tool", _DEFECT),
    TwilioCode(21603, "The message names neither a number nor a Messaging Service that sends it", "tool", _DEFECT),
    TwilioCode(21604, "The message names no phone", "tool", _DEFECT),
    TwilioCode(21606, "The number that sends is not of this account or cannot send SMS", "number", _OWN),
    TwilioCode(21607, "A trial account may send from its trial number only", "account", _UPGRADE),
    TwilioCode(
        21608,
        "The phone is not verified (trial account), or the account has no approved compliance profile",
        "account",
        "On a trial, verify the phone or upgrade: Twilio console, Phone Numbers > Verified Caller IDs. On a full "
        "account, get a primary compliance profile approved: Twilio console, Trust Hub.",
    ),
    TwilioCode(
        21610,
        "The phone has answered STOP to this number",
        "recipient",
        "Text START from that phone to the number that sends.",
    ),
    TwilioCode(21611, "The queue of the number that sends is full", "number", _WAIT),
    TwilioCode(
        21612,
        "The number that sends cannot reach this phone",
        "number",
        "Send from a number of another kind or country, with --from.",
    ),
    TwilioCode(21614, "The phone is no mobile phone", "recipient", _OTHER_PHONE),
    TwilioCode(21617, "The text is too long", "auth0", f"It may have 1600 characters. {_TEXT}"),
    TwilioCode(21635, "The phone is a landline", "recipient", _OTHER_PHONE, "not verified"),
    TwilioCode(21654, _CONTENT, "tool", _DEFECT, "not verified"),
    TwilioCode(21655, _CONTENT, "tool", _DEFECT, "not verified"),
    TwilioCode(21656, _CONTENT, "tool", _DEFECT, "not verified"),
    TwilioCode(
        21660,
        "The number that sends belongs to another Twilio account",
        "number",
        "Use the credentials of the account or subaccount that owns it.",
    ),
    # Messaging Services (reference 6.1 and 7.5).
    TwilioCode(21669, "Number and Messaging Service are of different regions", "number", _SERVICE),
    TwilioCode(21701, "The Messaging Service does not exist", "number", _SERVICE, "not verified"),
    TwilioCode(
        21703,
        "The Messaging Service has no number that can send",
        "number",
        "Put a number into its pool: pass --from NUMBER with --messaging-service-sid to `mfa-setup enable-sms`.",
        "not verified",
    ),
    TwilioCode(21704, "The Messaging Service cannot send", "number", _SERVICE, "not verified"),
    TwilioCode(21705, "The SID of the Messaging Service is invalid", "number", _SERVICE),
    TwilioCode(
        21710,
        "The number is in this Messaging Service already",
        "number",
        "Nothing is to be done.",
        "not verified",
    ),
    TwilioCode(
        21712,
        "The number is in another Messaging Service",
        "number",
        "Take it out there first, or name that service with --messaging-service-sid.",
    ),
    # What becomes of an accepted message (reference 6.1 and 7).
    TwilioCode(30001, "Twilio's queue ran over before the message left", "twilio", _WAIT),
    TwilioCode(30002, "The Twilio account is suspended", "account", "Ask Twilio's support."),
    TwilioCode(
        30003,
        "The phone could not be reached: it is off, out of reach or roaming",
        "recipient",
        "Switch it on, then try once more later.",
    ),
    TwilioCode(
        30004, "The phone or its carrier blocks the message", "recipient", "Use another phone or another number."
    ),
    TwilioCode(30005, "The phone number is unknown to its carrier", "recipient", "Check the digits of the phone."),
    TwilioCode(
        30006,
        "The phone is a landline, or its carrier cannot be reached from this number",
        "recipient",
        "Use a mobile phone; if it is one, send from a number of another kind or country, with --from.",
    ),
    TwilioCode(
        30007,
        "A carrier or Twilio filtered the message out",
        "number",
        "Register the number that sends, and keep links out of the tenant's template.",
    ),
    TwilioCode(
        30008,
        "The carrier failed for a reason that it does not tell",
        "twilio",
        "Try once more; if it stays, check that the number that sends is registered.",
    ),
    TwilioCode(
        30032,
        "The toll-free number that sends is not verified, and the US and Canada block it",
        "number",
        "Have it verified: Twilio console, Messaging > Regulatory compliance (days); or send from another number.",
    ),
    TwilioCode(
        30034,
        "The US number that sends is not registered (A2P 10DLC), and US carriers block it",
        "number",
        _A2P,
    ),
    TwilioCode(
        30035,
        "The number that sends is still being added to its campaign",
        "number",
        "Wait until Twilio has finished that, then run the command again.",
        "not verified",
    ),
    TwilioCode(
        30036,
        "The message was valid too short a time to be sent",
        "number",
        "Raise the validity period of the Messaging Service: Twilio console, Messaging > Services.",
    ),
    TwilioCode(
        30044,
        "The text has too many parts for a trial account",
        "account",
        f"{_UPGRADE} Or shorten the tenant's template with --verification-template.",
    ),
    TwilioCode(30410, "The carrier did not answer in time", "twilio", _WAIT, "not verified"),
    TwilioCode(
        30450,
        "Twilio's protection against SMS pumping blocked the message",
        "account",
        "Put the phone on the account's Safe List, in the Twilio console or by its API.",
    ),
    TwilioCode(
        30453,
        "The account has met a limit against fraud, or on its volume",
        "account",
        "Look at the account's alerts: Twilio console, Monitor.",
        "not verified",
    ),
    TwilioCode(
        30454,
        "The account has met a limit against fraud, or on its volume",
        "account",
        "Look at the account's alerts: Twilio console, Monitor.",
        "not verified",
    ),
    TwilioCode(30500, "Twilio had a fault of its own while sending", "twilio", _WAIT, "not verified"),
    TwilioCode(
        30532,
        "A toll-free number for personal use cannot be verified",
        "number",
        "Verify it for a business, or send from another number.",
    ),
    TwilioCode(
        30649,
        "The country cannot be allowed by the API: it is high-risk or not served",
        "account",
        "Allow a high-risk country by hand: Twilio console, Messaging > Settings > Geo permissions.",
    ),
)
_TRIAL = "A trial account of 2026 refuses it"
_TEMPLATES = f"{_UPGRADE} Until then no code of Auth0 can arrive."
_NEW_TRIAL = (
    TwilioCode(572001, f"{_TRIAL}; Twilio's text is not known", "account", _TEMPLATES, "not verified"),
    TwilioCode(572002, "A trial account may send from its trial number only", "account", _TEMPLATES),
    TwilioCode(572003, f"{_TRIAL}; Twilio's text is not known", "account", _TEMPLATES, "not verified"),
    TwilioCode(572004, f"{_TRIAL}; Twilio's text is not known", "account", _TEMPLATES, "not verified"),
    TwilioCode(
        572005,
        "The phone was added to the trial account and is not verified yet",
        "account",
        f"Verify it in the Twilio console. {_TEMPLATES}",
    ),
    TwilioCode(
        572006, "A trial account may send Twilio's own template texts only, and a code is none", "account", _TEMPLATES
    ),
    TwilioCode(573002, "A trial account may call from its trial number only", "account", _UPGRADE, "not verified"),
    TwilioCode(
        573005,
        "The phone was added to the trial account and is not verified yet, for calls",
        "account",
        f"Verify it in the Twilio console. {_UPGRADE}",
        "not verified",
    ),
    TwilioCode(
        573006, "A trial account may speak Twilio's own template texts only", "account", _UPGRADE, "not verified"
    ),
    TwilioCode(575001, "A trial account has no Twilio Verify", "account", _UPGRADE),
)
CODES: dict[int, TwilioCode] = {entry.code: entry for entry in sorted((*_TABLE, *_NEW_TRIAL), key=lambda one: one.code)}
"""Every code of the reference, by its number."""
