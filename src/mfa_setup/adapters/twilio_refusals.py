"""What a refusal of the Twilio API means: one error for each cause, by Twilio's own code and the HTTP status.

Source: the reference's tables of codes; Twilio docs, "Error and Warning Dictionary". A 20003 may be a wrong token, a
closed account or a missing compliance profile: status and text tell them apart.
"""

import json

from mfa_setup.adapters.wire import Answer, refusal
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


class AlreadyInPoolError(ServiceRefusedError):
    """The number is in this Messaging Service already (Twilio 21710), which is what was wanted."""


_BY_CODE: dict[int, tuple[type[MfaSetupError], str, str | None]] = {
    20404: (NotFoundError, "Twilio does not know it", None),
    70051: (
        ForbiddenError,
        "The Twilio API key may not do this",
        "Tick the permission on the key, or use the account's auth token.",
    ),
    20008: (
        CredentialsRefusedError,
        "These are Twilio's test credentials, which can set nothing up",
        "Use the live credentials: Twilio console, Account > API keys & tokens.",
    ),
    21404: (TrialNumberError, "A trial account may own one number", None),
    10002: (TrialNumberError, "A trial account may not have this number", None),
    21422: (NumberGoneError, "The number is not on sale any more", None),
    21421: (NumberGoneError, "Twilio does not sell this number", None),
    21615: (ServiceRefusedError, "The number needs an address", "Choose another --number-type or --country."),
    21631: (ServiceRefusedError, "The number needs an address", "Choose another --number-type or --country."),
    21649: (
        ServiceRefusedError,
        "The number needs a regulatory bundle",
        "Choose another --number-type or --country.",
    ),
    21710: (AlreadyInPoolError, "The number is in this Messaging Service already", None),
    21712: (
        NumberConflictError,
        "The number is in another Messaging Service",
        "Take it out there first, or name that service with --messaging-service-sid.",
    ),
    22300: (
        ForbiddenError,
        "Twilio has barred this account from buying numbers for now",
        "Ask Twilio's support; the account's compliance profile is the usual reason.",
    ),
}


def classify(answer: Answer) -> MfaSetupError:
    """The error that a refusal stands for."""
    code, told = _read(answer)
    suffix = f" (Twilio {code}: {told})" if code else f" ({told})"
    if answer.status == 400 and "only one" in told.lower():  # noqa: PLR2004 the trial's cap under any code
        code = 21404
    if code in _BY_CODE:
        kind, message, hint = _BY_CODE[code]
        return refusal(kind, "twilio", answer, f"{message}{suffix}.", hint)
    if answer.status == 401:  # noqa: PLR2004
        return refusal(
            CredentialsRefusedError,
            "twilio",
            answer,
            f"Twilio refused the credentials{suffix}.",
            "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or the API key): Twilio console, Account > API keys & "
            "tokens. A token of another region does not count here.",
        )
    if answer.status == 403:  # noqa: PLR2004
        return refusal(
            ForbiddenError,
            "twilio",
            answer,
            f"Twilio forbids it{suffix}.",
            "The account may be suspended or closed, or have no approved compliance profile: Twilio console, "
            "Account and Trust Hub.",
        )
    if answer.status == 404:  # noqa: PLR2004
        return refusal(NotFoundError, "twilio", answer, f"Twilio does not know it{suffix}.")
    hint = f"https://www.twilio.com/docs/errors/{code}" if code else None
    return refusal(ServiceRefusedError, "twilio", answer, f"Twilio refused the request{suffix}.", hint)


def _read(answer: Answer) -> tuple[int | None, str]:
    """The code and the text; an edge's page of HTML has neither."""
    try:
        document = json.loads(answer.text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return None, f"HTTP {answer.status}"
    code = document.get("code")
    told = document.get("message") or document.get("detail") or document.get("title") or f"HTTP {answer.status}"
    return code if isinstance(code, int) else None, str(told).rstrip(".")
