"""Every check, once: its ID, its subject, its question, and whether it decides that codes arrive."""

from collections.abc import Callable
from dataclasses import dataclass

from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check, CheckGroup, CheckStatus, CheckSubject
from mfa_setup.model.types import ResourceName
from mfa_setup.snapshot.parts import Part, T


@dataclass(frozen=True, slots=True)
class Question:
    """One check.

    Attributes:
        id: Its stable name.
        subject: Where `doctor` shows it.
        text: What it asks.
        clause: The same as part of a sentence, for an answer that says that it could not be checked.
        decides: Whether a code can reach the users depends on it: the guard waits for it.
        fixed: Nothing overrides it: without it no code is sent at all.
        resource: The resource that `up` creates or updates so that the check passes, if there is one.
    """

    id: str
    subject: CheckSubject
    text: str
    clause: str
    decides: bool = False
    fixed: bool = False
    resource: ResourceName | None = None


QUESTIONS = (
    Question("auth0_token", "tenant", "Does Auth0 accept the credentials?", "whether Auth0 accepts the credentials"),
    Question(
        "auth0_scopes",
        "tenant",
        "Does the access token have the scopes that each command needs?",
        "whether the access token has the scopes that each command needs",
    ),
    Question(
        "auth0_plan", "tenant", "Does the tenant's Auth0 plan include SMS?", "whether the tenant's plan includes SMS"
    ),
    Question("phone_stack", "tenant", "Which phone stack does the tenant use?", "which phone stack the tenant uses"),
    Question(
        "rate_limit",
        "tenant",
        "Does Auth0's rate limit allow more requests?",
        "whether Auth0's rate limit allows more requests",
    ),
    Question(
        "application",
        "login",
        "Can users of the connection log in to the application?",
        "whether users of the connection can log in to the application",
        resource="application",
    ),
    Question(
        "password_grants",
        "login",
        "Does any application use the password grant?",
        "whether any application uses the password grant",
    ),
    Question(
        "silent_login",
        "login",
        "Does any application renew sessions without the user?",
        "whether any application renews sessions without the user",
    ),
    Question(
        "other_factor_first",
        "login",
        "Are users offered another factor before SMS?",
        "whether users are offered another factor before SMS",
    ),
    Question(
        "recovery_factor",
        "login",
        "Can users who lose their phone log in?",
        "whether users who lose their phone can log in",
    ),
    Question(
        "mfa_in_action",
        "login",
        "Do post-login Actions decide about MFA?",
        "whether post-login Actions decide about MFA",
    ),
    Question(
        "factor_on",
        "codes",
        "Is the SMS factor enabled?",
        "whether the SMS factor is enabled",
        decides=True,
        fixed=True,
        resource="factor",
    ),
    Question(
        "message_type_set",
        "codes",
        "Does the SMS factor have a message type?",
        "whether the SMS factor has a message type",
        decides=True,
        fixed=True,
        resource="factor",
    ),
    Question(
        "message_type_carried",
        "codes",
        "Can the phone provider deliver the message types?",
        "whether the phone provider can deliver the message types",
        decides=True,
        fixed=True,
        resource="provider",
    ),
    Question(
        "provider_enabled",
        "codes",
        "Is there an enabled phone provider that can send codes?",
        "whether there is an enabled phone provider that can send codes",
        decides=True,
        fixed=True,
        resource="provider",
    ),
    Question(
        "template_code", "codes", "Do the texts contain the code?", "whether the texts contain the code", decides=True
    ),
    Question(
        "provider_account",
        "codes",
        "Does Auth0 send through this Twilio account?",
        "whether Auth0 sends through this Twilio account",
        decides=True,
    ),
    Question(
        "provider_token",
        "codes",
        "Does Twilio accept the auth token that Auth0 holds?",
        "whether Twilio accepts the auth token that Auth0 holds",
        decides=True,
        resource="provider",
    ),
    Question(
        "recent_sends",
        "codes",
        "Was the tenant's latest code sent?",
        "whether the tenant's latest code was sent",
    ),
    Question(
        "twilio_credentials",
        "account",
        "Does Twilio accept the credentials?",
        "whether Twilio accepts the credentials",
        decides=True,
    ),
    Question(
        "twilio_account",
        "account",
        "Is the Twilio account active and not a trial?",
        "whether the Twilio account is active and not a trial",
        decides=True,
    ),
    Question(
        "compliance_profile",
        "account",
        "Does the Twilio account have an approved compliance profile?",
        "whether the Twilio account has an approved compliance profile",
        decides=True,
    ),
    Question(
        "balance",
        "account",
        "Does the Twilio account have a balance to send from?",
        "whether the Twilio account has a balance to send from",
        decides=True,
    ),
    Question(
        "sender_owned",
        "sender",
        "Does the Twilio account own the sender, and can it send codes?",
        "whether the Twilio account owns the sender",
        decides=True,
    ),
    Question(
        "registration",
        "sender",
        "Is the sender registered for the users' countries?",
        "whether the sender reaches the users' countries",
        decides=True,
    ),
    Question(
        "geo_permissions",
        "sender",
        "May the Twilio account send messages to the users' countries?",
        "whether the Twilio account may send messages to the users' countries",
        decides=True,
    ),
    Question("voice_sender", "sender", "Can the sender make calls?", "whether the sender can make calls", decides=True),
    Question(
        "dialing_permissions",
        "sender",
        "May the Twilio account call the users' countries?",
        "whether the Twilio account may call the users' countries",
        decides=True,
    ),
    Question(
        "twilio_alerts",
        "account",
        "Did Twilio log errors for the account recently?",
        "whether Twilio logged errors for the account recently",
    ),
    Question(
        "twilio_region",
        "account",
        "Is Twilio used in its home region?",
        "whether Twilio is used in its home region",
    ),
)
"""In the order in which they are asked."""

CONSENTS = (
    Question(
        "price_known",
        "sender",
        "Is the price of the number to buy known?",
        "whether the price of the number to buy is known",
    ),
    Question(
        "number_moves",
        "sender",
        "Does a number that is in use stay where it is?",
        "whether a number that is in use stays where it is",
    ),
)
"""What is asked of a plan alone, before it is applied; so is `auth0_plan`, before a number is bought."""

_GROUPS: dict[CheckSubject, CheckGroup] = {
    "tenant": "auth0",
    "login": "auth0",
    "codes": "codes",
    "account": "twilio",
    "sender": "twilio",
}
"""The group of each subject, as JSON has it."""
BY_ID = {question.id: question for question in (*QUESTIONS, *CONSENTS)}
OVERRIDABLE = (
    *(question.id for question in QUESTIONS if question.decides and not question.fixed),
    "auth0_plan",
    *(question.id for question in CONSENTS),
)
"""The checks that can stop a run, and that somebody can overrule."""


def answer(check_id: str, status: CheckStatus, evidence: str, fix: str = "") -> Check:
    """The result of the check with this ID."""
    asked = BY_ID[check_id]
    return Check(
        id=check_id,
        status=status,
        evidence=evidence,
        fix=fix,
        question=asked.text,
        group=_GROUPS[asked.subject],
        subject=asked.subject,
    )


def unchecked(check_id: str, reason: str, fix: str = "") -> Check:
    """The answer to a question that could not be checked, for a reason that is a whole sentence."""
    return answer(check_id, "skip", f"Could not check {BY_ID[check_id].clause}: {reason}", fix)


def about(check: Check, why: MfaSetupError) -> Check:
    """A check with the request that a service refused."""
    request = {"service": why.service, "http_status": why.status, "request_id": why.request_id}
    return check.model_copy(update=request | {"because": why.exit_code})


def unseen(check_id: str, why: MfaSetupError) -> Check:
    """The answer to a question about something that could not be read."""
    return about(unchecked(check_id, why.message, why.hint), why)


def judged(check_id: str, part: Part[T], judge: Callable[[T], Check]) -> Check:
    """What `judge` answers to a question about a part of the snapshot, or why that part was not seen."""
    return unseen(check_id, part) if isinstance(part, MfaSetupError) else judge(part)


def awaiting(check_id: str, phones: tuple[str, ...]) -> Check:
    """The answer to a question that the test SMS before the policy will show."""
    return idle(check_id, f"The test SMS to {', '.join(phones)} will show {BY_ID[check_id].clause}.")


def idle(check_id: str, why: str) -> Check:
    """The answer to a question that has no meaning here."""
    return answer(check_id, "skip", why).model_copy(update={"applies": False})
