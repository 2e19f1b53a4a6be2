"""A part of the snapshot: its value, or the reason why it could not be read."""

from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar

from mfa_setup.errors import InternalError, InterruptedRunError, MfaSetupError

T = TypeVar("T")
Part: TypeAlias = T | MfaSetupError
"""What was read, or why it could not be."""


class NotReadError(InternalError):
    """The command uses a part that it did not request."""


NOT_READ = NotReadError("A part of the tenant or account that this command requires was not read.")


def known(part: Part[T]) -> T:
    """The value of a part.

    Raises:
        MfaSetupError: The reason why it could not be read.
    """
    if isinstance(part, MfaSetupError):
        raise part
    return part


def known_or(part: Part[T], otherwise: T) -> T:
    """The value of a part, or another one where it could not be read."""
    return otherwise if isinstance(part, MfaSetupError) else part


def first_unread(parts: Iterable[Part[object]]) -> MfaSetupError | None:
    """Why the first of some parts that could not be read could not be; None where all were."""
    return next((part for part in parts if isinstance(part, MfaSetupError)), None)


def attempt(read: Callable[[], T]) -> Part[T]:
    """The result of a read, or the reason why it failed; an interrupt is raised.

    Raises:
        InterruptedRunError: Somebody interrupts.
    """
    try:
        return read()
    except InterruptedRunError:
        raise
    except MfaSetupError as error:
        return error
