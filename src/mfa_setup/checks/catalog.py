"""Every check, once: its id, its group, its question, and whether it decides that codes arrive."""

from collections.abc import Callable
from dataclasses import dataclass

from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check, CheckGroup, CheckStatus
from mfa_setup.snapshot.parts import Part, T


@dataclass(frozen=True, slots=True)
class Question:
    """One check.

    Attributes:
        id: Its stable name.
        group: Where `doctor` shows it.
        text: What it asks.
        decides: Whether a code can reach the users depends on it: the guard waits for it.
        fixed: Nothing overrides it: without it no code leaves at all.
    """

    id: str
    group: CheckGroup
    text: str
    decides: bool = False
    fixed: bool = False


QUESTIONS = (
    Question("auth0_token", "auth0", "Does Auth0 accept the credentials?"),
    Question("auth0_scopes", "auth0", "Does the access token have the scopes that each command needs?"),
    Question("auth0_plan", "auth0", "Does the tenant's plan send SMS?"),
    Question("phone_stack", "auth0", "Which phone stack is the tenant on?"),
    Question("rate_limit", "auth0", "Is there room in Auth0's rate limit?"),
    Question("application", "auth0", "Can users of the connection log in to the application?"),
    Question("password_grants", "auth0", "Does any application log in by the password grant?"),
    Question("silent_login", "auth0", "Does any application renew sessions without the user?"),
    Question("other_factor_first", "auth0", "Are users offered another factor before SMS?"),
    Question("recovery_factor", "auth0", "Can users who lose their phone log in?"),
    Question("mfa_in_action", "auth0", "Do Actions decide about MFA?"),
    Question("factor_on", "codes", "Is the SMS factor on?", decides=True, fixed=True),
    Question("message_type_set", "codes", "Is a message type set?", decides=True, fixed=True),
    Question("message_type_carried", "codes", "Does the provider carry the message types?", decides=True, fixed=True),
    Question("provider_enabled", "codes", "Is there an enabled phone provider?", decides=True, fixed=True),
    Question("template_code", "codes", "Do the texts contain the code?", decides=True),
    Question("provider_account", "codes", "Does Auth0 send through this Twilio account?", decides=True),
    Question("provider_token", "codes", "Is the Twilio token that Auth0 holds the right one?", decides=True),
    Question("recent_sends", "codes", "Were the tenant's latest codes sent?"),
    Question("twilio_credentials", "twilio", "Does Twilio accept the credentials?", decides=True),
    Question("twilio_account", "twilio", "Is the account active and past its trial?", decides=True),
    Question("compliance_profile", "twilio", "Does the account have an approved compliance profile?", decides=True),
    Question("balance", "twilio", "Is there money on the account?", decides=True),
    Question("sender_owned", "twilio", "Does the account own the sender, and can it send SMS?", decides=True),
    Question("registration", "twilio", "Is the sender registered for the users' countries?", decides=True),
    Question("geo_permissions", "twilio", "May messages go to the users' countries?", decides=True),
    Question("voice_sender", "twilio", "Can the sender make calls?", decides=True),
    Question("dialing_permissions", "twilio", "May the users' countries be called?", decides=True),
    Question("twilio_alerts", "twilio", "Did the account have errors recently?"),
    Question("twilio_region", "twilio", "Is Twilio reached in its home region?"),
)
"""In the order in which they are asked."""

CONSENTS = (
    Question("price_known", "twilio", "Is it known what the number to buy costs?"),
    Question("number_moves", "twilio", "Does a number that is in use stay where it is?"),
)
"""What is asked of a plan alone, before it is carried out; so is `auth0_plan`, before a number is bought."""

BY_ID = {question.id: question for question in (*QUESTIONS, *CONSENTS)}
OVERRIDABLE = (
    *(question.id for question in QUESTIONS if question.decides and not question.fixed),
    "auth0_plan",
    *(question.id for question in CONSENTS),
)
"""The checks that can stop a run, and that somebody can overrule."""


def answer(check_id: str, status: CheckStatus, evidence: str, fix: str = "") -> Check:
    """The answer to one question."""
    asked = BY_ID[check_id]
    return Check(id=check_id, status=status, evidence=evidence, fix=fix, question=asked.text, group=asked.group)


def about(check: Check, why: MfaSetupError) -> Check:
    """A check with the request that a service refused."""
    request = {"service": why.service, "http_status": why.status, "request_id": why.request_id}
    return check.model_copy(update=request | {"because": why.exit_code})


def unseen(check_id: str, why: MfaSetupError) -> Check:
    """The answer to a question that could not be looked into."""
    return about(answer(check_id, "skip", f"Could not be checked: {why.message}", why.hint), why)


def judged(check_id: str, part: Part[T], judge: Callable[[T], Check]) -> Check:
    """What `judge` answers to a question about a part of the snapshot, or why that part was not seen."""
    return unseen(check_id, part) if isinstance(part, MfaSetupError) else judge(part)


def idle(check_id: str, why: str) -> Check:
    """The answer to a question that has no meaning here."""
    return answer(check_id, "skip", why).model_copy(update={"applies": False})
