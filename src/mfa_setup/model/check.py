"""One question about readiness, and what was seen."""

from typing import Literal

from mfa_setup.model.base import Frozen


class Check(Frozen):
    """A check as JSON shows it: its id, its status, what was seen and what mends it."""

    id: str
    status: Literal["pass", "warn", "fail", "skip"]
    evidence: str
    fix: str = ""
