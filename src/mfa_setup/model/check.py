"""A check: one question about the readiness for MFA by SMS, with its result."""

from typing import Literal

from pydantic import Field

from mfa_setup.model.base import Frozen

CheckStatus = Literal["pass", "warn", "fail", "skip"]
CheckGroup = Literal["auth0", "codes", "twilio"]
CheckSubject = Literal["tenant", "login", "codes", "account", "sender"]
"""The subject of a check; a finer division than the group in the JSON document."""


class Check(Frozen):
    """The result of one check, as the JSON document shows it.

    Attributes:
        id: The stable name of the check, which `--override` accepts.
        status: The result; `skip` if the check could not be made or does not apply.
        evidence: The observation that the status is based on.
        fix: How to fix a failed check: a command, or the exact page to open.
        question: The question that the check answers, in plain words.
        group: `auth0` (the tenant), `codes` (how the tenant sends codes) or `twilio`; empty if the check stands for a
            refusal of the run that belongs to no check of the catalog.
        overridden: Whether the check failed and the user chose to continue.
        pending: Whether the check does not pass only because `up` has not set up the tenant yet; its status is then
            `skip`.
        subject: The heading under which people are shown the check.
        applies: False if the question has no meaning for this tenant, so that no decision waits for its answer.
        because: The exit code of the error that prevented the check.
        service, http_status, request_id: The service that refused a request of the check, the HTTP status of its answer
            and its request ID, for that service's support.
    """

    id: str
    status: CheckStatus
    evidence: str
    fix: str = ""
    question: str = ""
    group: CheckGroup | Literal[""] = ""
    overridden: bool = False
    pending: bool = False
    subject: CheckSubject | None = Field(default=None, exclude=True)
    applies: bool = Field(default=True, exclude=True)
    because: int = Field(default=6, exclude=True)
    service: Literal["auth0", "twilio"] | None = Field(default=None, exclude=True)
    http_status: int | None = Field(default=None, exclude=True)
    request_id: str | None = Field(default=None, exclude=True)
