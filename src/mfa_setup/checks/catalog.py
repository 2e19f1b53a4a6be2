"""The catalog of all checks: ID, subject, question, and whether the arrival of codes depends on the check."""

from collections.abc import Callable
from dataclasses import dataclass

from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check, CheckGroup, CheckStatus, CheckSubject
from mfa_setup.model.types import ResourceName
from mfa_setup.snapshot.parts import Part, T


@dataclass(frozen=True, slots=True)
class Question:
    """The description of one check.

    Attributes:
        id: The stable name of the check.
        subject: The heading under which `doctor` shows the check.
        text: The question that the check answers.
        clause: The question as a clause ("whether …"), for the message that it could not be checked.
        decides: Whether the arrival of codes depends on the check; the guard requires it to pass.
        fixed: Whether the check cannot be overridden, because without it no code is sent at all.
        resource: The resource that `up` creates or updates so that the check passes; None if `up` cannot fix it.
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
        "enrollment",
        "login",
        "How many users have a second factor?",
        "how many users have a second factor",
    ),
    Question(
        "mfa_in_action",
        "login",
        "Do post-login Actions decide about MFA?",
        "whether post-login Actions decide about MFA",
    ),
    Question(
        "scope_action",
        "login",
        "Does the Action that limits the policy run as mfa-setup wrote it?",
        "whether the Action that limits the policy runs as mfa-setup wrote it",
    ),
    Question(
        "action_failures",
        "login",
        "Do the post-login Actions run without errors?",
        "whether the post-login Actions run without errors",
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
"""The checks of `doctor` and the guard, in the order in which docs/checks.md lists them."""

CONSENTS = (
    Question(
        "price_known",
        "sender",
        "Is the price of the number to buy known?",
        "whether the price of the number to buy is known",
    ),
    Question(
        "mfa_lowered",
        "login",
        "Does everyone who is asked for MFA now stay asked?",
        "whether everyone who is asked for MFA now stays asked",
    ),
    Question(
        "action_changed",
        "login",
        "Is the post-login Action as mfa-setup wrote it?",
        "whether the post-login Action is as mfa-setup wrote it",
    ),
    Question(
        "number_moves",
        "sender",
        "Does a number that is in use stay where it is?",
        "whether a number that is in use stays where it is",
    ),
    Question(
        "journal_seal",
        "tenant",
        "Is the imported journal as mfa-setup exported it?",
        "whether the imported journal is as mfa-setup exported it",
    ),
)
"""Checks of a plan that need the user's consent before it is applied.

`auth0_plan` is such a check, too, before a number is bought.
"""

_GROUPS: dict[CheckSubject, CheckGroup] = {
    "tenant": "auth0",
    "login": "auth0",
    "codes": "codes",
    "account": "twilio",
    "sender": "twilio",
}
"""The group of each subject, as in the JSON output."""
BY_ID = {question.id: question for question in (*QUESTIONS, *CONSENTS)}
OVERRIDABLE = (
    *(question.id for question in QUESTIONS if question.decides and not question.fixed),
    "auth0_plan",
    *(question.id for question in CONSENTS),
)
"""The checks that can stop a run and that the user can override."""


def answer(check_id: str, status: CheckStatus, evidence: str, fix: str = "") -> Check:
    """Returns the result of the check with this ID."""
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
    """Returns the result of a check that could not be evaluated; `reason` is a whole sentence."""
    return answer(check_id, "skip", f"Could not check {BY_ID[check_id].clause}: {reason}", fix)


def about(check: Check, why: MfaSetupError) -> Check:
    """Returns the check with the details of the request that failed: service, HTTP status, request ID and exit code."""
    request = {"service": why.service, "http_status": why.status, "request_id": why.request_id}
    return check.model_copy(update=request | {"because": why.exit_code})


def unseen(check_id: str, why: MfaSetupError) -> Check:
    """Returns the result of a check whose input could not be read."""
    return about(unchecked(check_id, why.message, why.hint), why)


def judged(check_id: str, part: Part[T], judge: Callable[[T], Check]) -> Check:
    """Returns the result of `judge` for a part of the snapshot, or a skipped check if the part could not be read."""
    return unseen(check_id, part) if isinstance(part, MfaSetupError) else judge(part)


def awaiting(check_id: str, phones: tuple[str, ...]) -> Check:
    """Returns the result of a check that the test SMS, sent before the policy is set, will answer."""
    return idle(check_id, f"The test SMS to {', '.join(phones)} will show {BY_ID[check_id].clause}.")


def idle(check_id: str, why: str) -> Check:
    """Returns the result of a check that does not apply here."""
    return answer(check_id, "skip", why).model_copy(update={"applies": False})
