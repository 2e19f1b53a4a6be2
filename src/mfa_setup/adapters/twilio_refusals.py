"""Converts refusals of the Twilio API to errors, one class for each cause, by Twilio's code and the HTTP status.

Sources: twilio-errors, twilio-compliance-profile (docs/sources.md). Code 20003 may mean a wrong token, a closed account
or a missing compliance profile: the status and the text distinguish these.
"""

import re

from mfa_setup.adapters.answers import Answer, document, refusal
from mfa_setup.errors import (
    CredentialsRefusedError,
    ForbiddenError,
    MfaSetupError,
    NotFoundError,
    NumberConflictError,
    NumberGoneError,
    ServiceRefusedError,
    TrialNumberError,
)
from mfa_setup.twilio_codes import explain, known_codes


class AlreadyInPoolError(ServiceRefusedError):
    """The number is already in this Messaging Service (Twilio 21710), so the desired state is reached."""


_BY_CODE: dict[int, type[MfaSetupError]] = {
    20404: NotFoundError,
    70051: ForbiddenError,
    20008: CredentialsRefusedError,
    21404: TrialNumberError,
    10002: TrialNumberError,
    21422: NumberGoneError,
    21421: NumberGoneError,
    21710: AlreadyInPoolError,
    21712: NumberConflictError,
    22300: ForbiddenError,
}
"""The Twilio codes that have their own error class. The HTTP status determines the class for all others."""
_BY_STATUS: dict[int, tuple[type[MfaSetupError], str, str | None]] = {
    401: (
        CredentialsRefusedError,
        "Twilio rejected the credentials",
        (
            "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or the API key): Twilio console, Account > API "
            "keys & tokens. A token of another Twilio region does not work here."
        ),
    ),
    403: (
        ForbiddenError,
        "Twilio refused permission",
        (
            "The account may be suspended or closed, or lack an approved compliance profile. Check the Twilio "
            "console: Account, and Trust Hub."
        ),
    ),
    404: (NotFoundError, "Twilio did not find the resource", None),
}
"""The error class, message and hint by HTTP status, for responses whose code is unknown."""
_AMBIGUOUS = 20003
"""The code for a wrong token, a closed account or a missing compliance profile; the HTTP status distinguishes these."""
_TRIAL_CAP = re.compile(r"\btrial accounts? .*only one (Twilio )?(phone )?number\b", re.IGNORECASE)
"""Matches Twilio's wording of the number limit of a trial account (sources: twilio-trial-rules)."""


def classify(answer: Answer) -> MfaSetupError:
    """Converts a refusal to an error, whose message and hint come from the table of Twilio codes."""
    code, text = _read(answer)
    suffix = f" (Twilio {code}: {text})" if code else f" ({text})"
    if answer.status == 400 and _TRIAL_CAP.search(text):  # noqa: PLR2004 whatever the code
        code = 21404
    otherwise = ServiceRefusedError, "Twilio rejected the request", explain(code).fix if code else None
    kind, meaning, hint = _BY_STATUS.get(answer.status, otherwise)
    if code and code != _AMBIGUOUS and (known := known_codes().get(code)):
        meaning, hint = known.meaning, known.fix
    error = refusal(_BY_CODE.get(code or 0, kind), "twilio", answer, f"{meaning}{suffix}.", hint)
    error.twilio_code = code
    return error


def _read(answer: Answer) -> tuple[int | None, str]:
    """Returns the code and the text of an error response; the code is None for a proxy's HTML page."""
    body = document(answer.text)
    code = body.get("code")
    text = body.get("message") or body.get("detail") or body.get("title") or f"HTTP {answer.status}"
    return code if isinstance(code, int) else None, str(text).rstrip(".")
