"""What a refusal of the Twilio API means: one error for each cause, by Twilio's own code and the HTTP status.

Sources: twilio-errors, twilio-compliance-profile (docs/sources.md). A 20003 may be a wrong token, a
closed account or a missing compliance profile: status and text tell them apart.
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
    """The number is in this Messaging Service already (Twilio 21710), which is what was wanted."""


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
"""The codes that have their own error class. The HTTP status decides about the others."""
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
"""The error class, its meaning and its fix by HTTP status, for responses whose code is unknown."""
_AMBIGUOUS = 20003
"""A wrong token, a closed account or a missing compliance profile: the HTTP status distinguishes these."""
_TRIAL_CAP = re.compile(r"\btrial accounts? .*only one (Twilio )?(phone )?number\b", re.IGNORECASE)
"""How Twilio words the cap of a trial account (sources: twilio-trial-rules)."""


def classify(answer: Answer) -> MfaSetupError:
    """Converts a refusal to an error, whose message and hint come from the table of Twilio codes."""
    code, text = _read(answer)
    suffix = f" (Twilio {code}: {text})" if code else f" ({text})"
    if answer.status == 400 and _TRIAL_CAP.search(text):  # noqa: PLR2004 under any code
        code = 21404
    otherwise = ServiceRefusedError, "Twilio rejected the request", explain(code).fix if code else None
    kind, meaning, hint = _BY_STATUS.get(answer.status, otherwise)
    if code and code != _AMBIGUOUS and (known := known_codes().get(code)):
        meaning, hint = known.meaning, known.fix
    error = refusal(_BY_CODE.get(code or 0, kind), "twilio", answer, f"{meaning}{suffix}.", hint)
    error.twilio_code = code
    return error


def _read(answer: Answer) -> tuple[int | None, str]:
    """The code and the text of an error response; a proxy's HTML page has neither."""
    body = document(answer.text)
    code = body.get("code")
    text = body.get("message") or body.get("detail") or body.get("title") or f"HTTP {answer.status}"
    return code if isinstance(code, int) else None, str(text).rstrip(".")
