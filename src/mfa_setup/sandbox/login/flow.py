"""The sequence of the login's pages: which page comes next, and what happens before it is shown."""

from mfa_setup.sandbox.actions.demand import FactorRequest
from mfa_setup.sandbox.login import factor, otp, post_login
from mfa_setup.sandbox.login.audiences import OPEN_ID_SCOPES
from mfa_setup.sandbox.login.errors import PageError
from mfa_setup.sandbox.login.occasion import of_transaction
from mfa_setup.sandbox.login.people import authenticator_app, enrolled_phone, get_user, note_factor
from mfa_setup.sandbox.login.records import MULTI_FACTOR, AuthRequest, Factor, Step, Transaction
from mfa_setup.sandbox.login.requested import answer_to
from mfa_setup.sandbox.login.visit import Visit

TOO_MANY = "You have exceeded the maximum number of phone messages per hour. Wait a few minutes and try again."
NOT_SENT = {"sms": "There was a problem sending the SMS", "voice": "There was a problem making the voice call"}
_PAGES = {
    "login": "/u/login",
    "otp": "/u/mfa-otp-challenge",
    "recovery": "/u/mfa-recovery-code-challenge",
    "recovery-shown": "/u/mfa-recovery-code-enrollment",
    "consent": "/u/consent",
    "done": "/authorize/resume",
}


def page_of(visit: Visit, transaction: Transaction) -> str:
    """Returns the URL of the login's current page; its names are those of the service's prompts (docs)."""
    path = _PAGES.get(transaction.step, "")
    if transaction.step == "enroll":
        found = factor.channels(visit)
        path = f"/u/mfa-{found[0] if len(found) == 1 else 'phone'}-enrollment"
    elif transaction.step == "challenge":
        path = f"/u/mfa-{transaction.channel}-challenge"
    return f"{path}?state={transaction.key}"


async def advance(visit: Visit, transaction: Transaction) -> str:
    """Advances the login until the user must be asked something, and returns the URL of the next page.

    Raises:
        AuthorizeError: An Action ended the login.
        PageError: A second factor is required, but none is available.
    """
    if get_user(visit, transaction.user_id) is None:
        transaction.step = "login"
        return page_of(visit, transaction)
    if transaction.execution is None:
        transaction.execution = post_login.begin(visit)
    demand = await post_login.proceed(visit, transaction.execution, of_transaction(transaction))
    while demand.pending:
        if await _ask_as_requested(visit, transaction, demand.pending[0]):
            return page_of(visit, transaction)
        demand.pending.pop(0)
        await post_login.proceed(visit, transaction.execution, of_transaction(transaction))
    if _needs_mfa(visit, transaction):
        await _ask_for_factor(visit, transaction)
    elif transaction.recovery_code:
        transaction.step = "recovery-shown"
    else:
        agreed = transaction.consented or not needs_consent(visit, transaction.asked, transaction.user_id)
        transaction.step = "done" if agreed else "consent"
    return page_of(visit, transaction)


def _needs_mfa(visit: Visit, transaction: Transaction) -> bool:
    if transaction.mfa:
        return False
    # A requested authentication context is not satisfied by a remembered browser (docs).
    remembered = factor.remembrance(visit, transaction.user_id) and MULTI_FACTOR not in transaction.asked.acr_values
    required = transaction.demand.requires(remembered=bool(remembered))
    if required is not None:
        return required
    if not factor.is_required(visit):
        return False
    # not verified: that a session which began with a second factor is not asked again while it lasts
    return not (transaction.mfa_before or factor.is_remembered(visit, transaction.user_id))


async def _ask_for_factor(visit: Visit, transaction: Transaction) -> None:
    transaction.mfa_at = (visit.now, 0.0)
    by_phone = transaction.demand.provider == "guardian"  # the service's own app and phones, not other apps (docs)
    if authenticator_app(visit, transaction.user_id) is not None and not by_phone:
        _start(visit, transaction, "otp")
        return
    await ask_phone(visit, transaction)


async def _ask_as_requested(visit: Visit, transaction: Transaction, request: FactorRequest) -> bool:
    """Asks for the factor that an Action requested; false if there is nothing to ask for."""
    asked = answer_to(visit, transaction, request)
    if asked == "nothing":
        return False
    transaction.mfa_at = (visit.now, 0.0)
    if asked == "enroll":
        _start(visit, transaction, "enroll")
    elif asked == "phone":
        await ask_phone(visit, transaction, request.preferred)
    else:
        _start(visit, transaction, "otp" if asked == "otp" else "recovery")
    return True


def _start(visit: Visit, transaction: Transaction, step: Step) -> None:
    transaction.step = step
    if step == "enroll":
        visit.note("gd_start_enroll", "Guardian - Enrollment started", user_id=transaction.user_id)
    else:
        visit.note("gd_start_auth", "Guardian - Second factor authentication started", user_id=transaction.user_id)


async def ask_phone(visit: Visit, transaction: Transaction, wanted: str = "") -> None:
    """Asks for the code sent to the user's phone, or for a phone to enrol; `wanted` is the channel to prefer.

    Raises:
        PageError: No channel is available to send a code.
    """
    ways = factor.channels(visit)
    if not ways:
        # not verified: page and event if the policy requires a factor and none is enabled
        text = "Multi-factor authentication is required, but no factor is available."
        visit.note("f", text, user_id=transaction.user_id, client_id=transaction.asked.target.client_id)
        raise PageError("Login is not possible", f"{text} Please contact your administrator.", 403)
    phone = enrolled_phone(visit, transaction.user_id)
    if phone is None:
        # not verified: that Adaptive MFA lets a user who has no factor enrol one during the login
        _start(visit, transaction, "enroll")
        return
    transaction.phone = phone["phone_number"]
    preferred = (wanted, phone["preferred_authentication_method"])
    transaction.channel = next((way for name in preferred for way in ways if way == name), ways[0])
    _start(visit, transaction, "challenge")
    transaction.notice = await send(visit, transaction)


def passed(visit: Visit, transaction: Transaction, kind: Factor, method_id: str, phone: str | None = None) -> None:
    """Logs the use of an enrolled second factor and marks the login's MFA as completed."""
    note_factor(visit, "gd_auth_succeed", transaction.user_id, kind, method_id, phone)
    close(visit, transaction, kind)


def close(visit: Visit, transaction: Transaction, kind: Factor) -> None:
    """Marks the second factor as given, and stores whether the user wants this browser to be remembered."""
    del transaction.demand.pending[:1]
    transaction.factor = kind
    transaction.mfa, transaction.mfa_at = True, (transaction.mfa_at[0], visit.now)
    transaction.remember = factor.offers_to_remember(visit, transaction.demand) and bool(
        visit.form.get("rememberBrowser")
    )


async def send(visit: Visit, transaction: Transaction) -> str:
    """Sends a code to the transaction's phone; returns an error for the page, or an empty string."""
    enrolling = enrolled_phone(visit, transaction.user_id) is None
    number, channel = transaction.phone, transaction.channel
    sent = await otp.send(visit, transaction.user_id, number, channel, enrolling=enrolling)
    return {"sent": "", "failed": NOT_SENT[channel], "limited": TOO_MANY}[sent]


def needs_consent(visit: Visit, asked: AuthRequest, user_id: str) -> bool:
    """Whether the user must consent: to third-party applications, once per scope (docs)."""
    # not verified: the service also asks for consent if a first-party application on localhost calls an API
    client = visit.client(asked.target.client_id)
    if client.get("is_first_party", True):
        return False
    agreed = {scope for user, app, scope in visit.login.consents if (user, app) == (user_id, client["client_id"])}
    return asked.prompt == "consent" or not set(asked.scope) <= agreed


CONSENT_TEXTS = {"profile": "your profile", "email": "your email address", "offline_access": "allow offline access"}


def consent_lines(asked: AuthRequest) -> list[str]:
    """Returns descriptions of the access that the application requests."""
    own = [CONSENT_TEXTS[scope] for scope in asked.scope if scope in CONSENT_TEXTS]
    return own + [scope for scope in asked.scope if scope not in OPEN_ID_SCOPES]
