"""Answers a factor that an Action requested with `challengeWith`, `enrollWith` or their kin.

(sources: auth0-actions-mfa)
"""

from typing import Literal, TypeAlias

from mfa_setup.sandbox.actions.demand import FactorRequest
from mfa_setup.sandbox.login import factor
from mfa_setup.sandbox.login.errors import AuthorizeError
from mfa_setup.sandbox.login.people import authenticator_app, enrolled_phone, enrolments_of, has_recovery_code
from mfa_setup.sandbox.login.records import Transaction
from mfa_setup.sandbox.login.visit import Visit

Answer: TypeAlias = Literal["enroll", "phone", "otp", "recovery-code", "nothing"]


def answer_to(visit: Visit, transaction: Transaction, request: FactorRequest) -> Answer:
    """Returns what to ask the user for; `nothing` if the phone to enrol is enrolled already.

    Raises:
        AuthorizeError: No requested factor is enabled and enrolled, or a user who has a factor must enrol another one
            without having been challenged first.
    """
    # not verified: the texts of both errors; and that a user may switch to another factor on the challenge's page
    if request.enrolls:
        return _enrollment(visit, transaction)
    usable = [kind for kind in request.types if _is_usable(visit, transaction.user_id, kind)]
    about = {"user_id": transaction.user_id, "client_id": transaction.asked.target.client_id}
    if not usable:
        text = "None of the factors that the Action requested can be used"
        visit.note("mfar", text, **about)
        raise AuthorizeError("access_denied", text)
    if len(usable) < len(request.types):
        visit.note("w", "Some of the factors that the Action requested cannot be used", **about)
    chosen: dict[str, Answer] = {"phone": "phone", "otp": "otp", "recovery-code": "recovery-code"}
    return chosen[usable[0]]


def _enrollment(visit: Visit, transaction: Transaction) -> Answer:
    user_id = transaction.user_id
    enrolled = bool(enrolments_of(visit, user_id)) or authenticator_app(visit, user_id) is not None
    if enrolled and not transaction.mfa:
        raise AuthorizeError("access_denied", "The user must be challenged before another factor can be enrolled")
    if enrolled_phone(visit, user_id) is not None:
        return "nothing"  # not verified: what the service does if the factor to enrol is enrolled already
    if not factor.channels(visit):
        text = "None of the factors that the Action requested can be enrolled"
        visit.note("mfar", text, user_id=user_id, client_id=transaction.asked.target.client_id)
        raise AuthorizeError("access_denied", text)
    return "enroll"


def _is_usable(visit: Visit, user_id: str, kind: str) -> bool:
    """Whether a factor is enabled and the user has enrolled it; the sandbox challenges no other types."""
    if kind == "phone":
        return bool(factor.channels(visit)) and enrolled_phone(visit, user_id) is not None
    if kind == "otp":
        return authenticator_app(visit, user_id) is not None
    return kind == "recovery-code" and visit.tenant.factors["recovery-code"] and has_recovery_code(visit, user_id)
