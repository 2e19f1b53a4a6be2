"""A part of the snapshot: its value, or the error that kept it from being read."""

from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar

from mfa_setup.errors import InternalError, InterruptedRunError, MfaSetupError

T = TypeVar("T")
Part: TypeAlias = T | MfaSetupError
"""The value of a part, or the error that kept it from being read."""


class NotReadError(InternalError):
    """The command uses a part that it did not request."""


NOT_READ = NotReadError("A part of the tenant or account that this command requires was not read.")


def known(part: Part[T]) -> T:
    """Returns the value of a part.

    Raises:
        MfaSetupError: The part could not be read.
    """
    if isinstance(part, MfaSetupError):
        raise part
    return part


def known_or(part: Part[T], otherwise: T) -> T:
    """Returns the value of a part, or `otherwise` if the part could not be read."""
    return otherwise if isinstance(part, MfaSetupError) else part


def first_unread(parts: Iterable[Part[object]]) -> MfaSetupError | None:
    """Returns the error of the first part that could not be read; None if all were read."""
    return next((part for part in parts if isinstance(part, MfaSetupError)), None)


def attempt(read: Callable[[], T]) -> Part[T]:
    """Returns the result of a read, or the error with which it failed; an interrupt is raised.

    Raises:
        InterruptedRunError: The user interrupted the run.
    """
    try:
        return read()
    except InterruptedRunError:
        raise
    except MfaSetupError as error:
        return error
