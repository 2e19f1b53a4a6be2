"""What a guarded command was told: the checks to go on without, and the phone to prove delivery with."""

from dataclasses import replace

from mfa_setup.checks.catalog import BY_ID
from mfa_setup.cli.commands.prove import text
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call
from mfa_setup.cli.session import phone_of
from mfa_setup.engine.run import Run
from mfa_setup.errors import InvalidValueError
from mfa_setup.model.types import PhoneStack


def judge(call: Call) -> None:
    """Judges `--override` and `--test-to` before anything is asked.

    Raises:
        InvalidValueError: An override names no check, or the phone is no phone number.
    """
    for check_id in call.own.get("override") or ():
        if check_id not in BY_ID:
            known = ", ".join(question.id for question in BY_ID.values() if question.decides and not question.fixed)
            raise InvalidValueError(f"--override is {check_id!r}: there is no such check.", hint=f"Known: {known}.")
    _phone(call)


def guarded(run: Run, call: Call, context: CommandContext) -> Run:
    """The run with its overrides, and with the proof by SMS between factor and policy where a phone was named.

    On the unified stack the tenant itself sends: only that proves the token that Auth0 holds.
    """
    run = replace(run, overrides=frozenset(call.own.get("override") or ()))
    to = _phone(call)
    if to is None:
        return run

    def test_sms(stack: PhoneStack) -> None:
        text(run, context, stack, to, "auth0" if stack == "unified" else "twilio")

    return replace(run, test_sms=test_sms)


def _phone(call: Call) -> str | None:
    given = call.own.get("test_to")
    return None if given is None else phone_of("--test-to", given)
