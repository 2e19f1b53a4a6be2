"""The values of options that are no settings, such as `--timeout`, parsed and judged."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mfa_setup.cli.options import Call
from mfa_setup.errors import InvalidValueError
from mfa_setup.settings import parsers

DEFAULT_TIMEOUT = 20.0
T = TypeVar("T")


def seconds_of(call: Call, default: float) -> float:
    """Returns the seconds in `--timeout`: for most commands, the budget for the retries of one request.

    Raises:
        InvalidValueError: The text is not a number of seconds.
    """
    text = call.common.timeout
    return default if text is None else judged("--timeout is ", parsers.seconds, text)


def phone_of(flag: str, text: str) -> str:
    """Returns the phone number that an option names.

    Raises:
        InvalidValueError: The text is not a phone number in E.164 format.
    """
    return judged(f"{flag} is ", parsers.phone_number, text)


def organization_of(text: str | None) -> str | None:
    """Returns the organization that `--organization` names.

    Raises:
        InvalidValueError: The text is neither the ID nor the name of an organization.
    """
    return None if text is None else judged("--organization is ", parsers.organization, text)


def judged(begin: str, form: Callable[[str], T], text: str) -> T:
    """Parses a text with the parser `form`; an error message starts with `begin`, followed by the text and the problem.

    Raises:
        InvalidValueError: The text is malformed.
    """
    try:
        return form(text)
    except parsers.MalformedError as malformed:
        problem = f"{begin}{parsers.quoted(text)}: {malformed.problem}."
        raise InvalidValueError(problem, hint=malformed.example) from None


def journal_file_of(call: Call) -> Path | None:
    """Returns the exported journal that `--journal` names; None if the option is missing or not given.

    Raises:
        InvalidValueError: The text is not a path.
    """
    text = call.own.get("journal")
    return None if text is None else judged("--journal is ", parsers.path, text)
