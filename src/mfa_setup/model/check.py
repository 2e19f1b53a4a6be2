"""One question about readiness, and what was seen."""

from typing import Literal

from pydantic import Field

from mfa_setup.model.base import Frozen

CheckStatus = Literal["pass", "warn", "fail", "skip"]
CheckGroup = Literal["auth0", "codes", "twilio"]
CheckSubject = Literal["tenant", "login", "codes", "account", "sender"]
"""What a check is about; finer than the group that JSON has."""


class Check(Frozen):
    """A check as JSON shows it.

    Attributes:
        id: Its stable name; `--override` takes it.
        status: `skip` where it could not be made, or does not apply.
        evidence: What was seen.
        fix: What fixes it: a command, or the exact place to go.
        question: What it asks, in plain words.
        group: `auth0` (the tenant), `codes` (how the tenant sends codes) or `twilio`; empty for a limit that was met.
        overridden: It failed, and somebody went on knowingly.
        pending: It does not pass only because `up` has not set up the tenant yet; its status is `skip` then.
        subject: Where people are shown it.
        applies: False where the question has no meaning here, so that nothing waits for its answer.
        because: The exit code of what kept it from being made.
        service, http_status, request_id: The refused request that it is about, for that service's support.
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
