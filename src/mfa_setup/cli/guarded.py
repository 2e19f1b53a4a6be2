"""What a guarded command was told: the checks to go on without, and the phone to prove delivery with."""

from typing import Any

from mfa_setup.checks.questions import BY_ID
from mfa_setup.cli.desk import Desk
from mfa_setup.cli.options import Call
from mfa_setup.errors import InvalidValueError


def guarded(call: Call, desk: Desk) -> dict[str, Any]:
    """The fields of a run that come from `--override` and `--test-to`.

    Raises:
        InvalidValueError: An override names no check, or the phone is no phone number.
    """
    del desk
    overrides = frozenset(call.own.get("override") or ())
    for check_id in sorted(overrides - BY_ID.keys()):
        known = ", ".join(question.id for question in BY_ID.values() if question.decides)
        raise InvalidValueError(f"--override is {check_id!r}: there is no such check.", hint=f"Known: {known}.")
    return {"overrides": overrides}
