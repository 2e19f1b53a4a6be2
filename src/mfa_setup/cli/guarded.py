"""Options of commands with guards: the failed checks to ignore, and the phones to send test SMS to."""

from dataclasses import replace

from mfa_setup.checks.catalog import BY_ID, OVERRIDABLE
from mfa_setup.cli.commands.prove import text
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.options import Call, did_you_mean
from mfa_setup.cli.values import phone_of
from mfa_setup.engine.run import Run
from mfa_setup.errors import InvalidValueError
from mfa_setup.model.types import PhoneStack
from mfa_setup.settings.parsers import quoted


def judge(call: Call) -> None:
    """Validates `--override` and `--test-to` before any question is asked.

    Raises:
        InvalidValueError: An override names no check, or a phone is not a phone number.
    """
    for check_id in call.own.get("override") or ():
        if check_id not in BY_ID:
            raise InvalidValueError(
                f"--override is {quoted(check_id)}: there is no such check.{did_you_mean(check_id, OVERRIDABLE)}",
                hint=f"Known: {', '.join(OVERRIDABLE)}.",
            )
    _phones(call)


def guarded(run: Run, call: Call, context: CommandContext) -> Run:
    """Returns the run with its overrides, and with a test SMS to each named phone between the factor and the policy.

    On the unified stack the tenant itself sends the SMS: only that proves that the token stored in Auth0 works.
    """
    run = replace(run, overrides=frozenset(call.own.get("override") or ()))
    phones = _phones(call)
    if not phones:
        return run

    def test_sms(stack: PhoneStack) -> None:
        for to in phones:
            text(run, context, stack, to, "auth0" if stack == "unified" else "twilio")

    return replace(run, test_sms=test_sms, test_phones=phones)


def _phones(call: Call) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phone_of("--test-to", given) for given in call.own.get("test_to") or ()))
