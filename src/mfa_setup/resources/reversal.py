"""What the reverts of the five resources share: values judged against what a run left, and moves that put them back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.change import Change
from mfa_setup.model.journal import Fields, Trace, WriteAction
from mfa_setup.model.observed import Factor, Provider
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import ResourceName
from mfa_setup.resources.base import Services


class Standing(Frozen):
    """What people's logins stand on, now or after a revert.

    Attributes:
        policies: When MFA is required; none means never.
        factor: The factor and its message types.
        provider: Who sends the codes.
        cut_off: Numbers that the provider sends from and that are given back or taken out of their pool.
    """

    policies: tuple[str, ...]
    factor: Factor
    provider: Provider
    cut_off: frozenset[str] = frozenset()


Send = Callable[[Services], None]
"""Sends one request."""


@dataclass(frozen=True, slots=True)
class Move:
    """One write request that puts something back; `before` is what it finds, `after` what it sets."""

    action: WriteAction
    target: str
    before: Fields
    after: Fields
    send: Send


@dataclass(frozen=True, slots=True)
class Reversal:
    """One resource's part of an undo.

    Attributes:
        change: What differs.
        then: How things stand afterwards.
        warnings: What stays, and why.
        scopes: The scopes that the moves need.
        moves: The requests.
        first: Requests that must be sent before the factor is put back, though the rest comes after it.
        through: The provider after those.
    """

    change: Change
    then: Standing
    warnings: tuple[Notice, ...] = ()
    scopes: frozenset[str] = frozenset()
    moves: tuple[Move, ...] = ()
    first: tuple[Move, ...] = ()
    through: Provider | None = None


def put_back(
    resource: ResourceName, found: Mapping[str, Trace], now: Mapping[str, JsonValue]
) -> tuple[Fields, tuple[Notice, ...]]:
    """The values to set again, and a warning for each that somebody else has changed since.

    What is as it was before the run already is neither.
    """
    back: Fields = {}
    warnings: tuple[Notice, ...] = ()
    for name, trace in found.items():
        value = now.get(name)
        if not trace.changed or same(trace.before, value):
            continue
        if any(is_left(left, value) for left in trace.left):
            back[name] = trace.before
        else:
            warnings += (changed_since(resource, name),)
    return back, warnings


def same(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values mean the same: no value and an empty one are one to the services."""
    return (one or None) == (other or None)


def is_left(sent: JsonValue, now: JsonValue) -> bool:
    """Whether what was sent still stands; to an object the service adds parts of its own."""
    if isinstance(sent, dict) and isinstance(now, dict):
        return all(is_left(value, now.get(key)) for key, value in sent.items())
    return same(sent, now)


def changed_since(resource: ResourceName, what: str) -> Notice:
    """The warning about something that is left alone."""
    return Notice(
        code="changed_since",
        message=f"Of the {resource}, {what} was changed by somebody since that run, and is left as it is.",
        hint="Change it by hand, if it is to go as well.",
    )


def texts(value: JsonValue) -> tuple[str, ...]:
    """A list of words from the journal."""
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
