"""What mfa-setup left on the services, recognized by its marks, for an undo on a machine that has no journal of it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mfa_setup.engine.preconditions import missing_scopes
from mfa_setup.engine.run import Run
from mfa_setup.errors import ForbiddenError, JournalMissingError, MfaSetupError, ScopeMissingError, UnavailableError
from mfa_setup.model.observed import Application, Number
from mfa_setup.model.outcome import Notice, Outputs, Tenant
from mfa_setup.model.post_login import ScopeState
from mfa_setup.phone import spaced
from mfa_setup.resources import policy_names, sender
from mfa_setup.resources.creation import is_ours
from mfa_setup.resources.number_revert import is_sender
from mfa_setup.snapshot.names import PartName, scopes_of
from mfa_setup.snapshot.parts import NOT_READ, Part, first_unread, known, known_or
from mfa_setup.snapshot.snapshot import Snapshot

_PARTS: dict[PartName, str] = {
    "applications": "the applications",
    "provider": "the phone provider",
    "scope": "the post-login Actions",
    "policies": "the MFA policy",
    "twilio": "the numbers of the Twilio account",
}
"""The parts of the services that have marks or depend on what has one, and their names for people."""


def require_none(run: Run) -> None:
    """Refuses an undo without a journal if something on the services has the tool's marks; changes nothing.

    Raises:
        JournalMissingError: Something has the marks; the message lists it.
        UnavailableError: Nothing with the marks was found, and a service could not be reached.
        MfaSetupError: Auth0 refused the credentials.
    """
    run.person.doing("Looking for what mfa-setup has created")
    found = _read(run)
    applications, numbers = _applications(found), _numbers(run, found)
    marks = (*_of_applications(applications), *_of_numbers(numbers, found), *_of_action(found))
    missing = [part for part in _PARTS if first_unread((_part(found, part),))]
    unread = ", ".join(_PARTS[part] for part in missing)
    if marks:
        raise _missing(run, found, marks, unread)
    if unread:
        _require_reached(found, missing)
        run.report.warn((_unseen(unread),))


def _read(run: Run) -> Snapshot:
    """Reads the parts that the token may read; without the phone stack, the provider is left out."""
    reader, parts = run.reader, set(_PARTS)
    try:
        begun = reader.begin()
    except (ForbiddenError, ScopeMissingError):
        begun, parts = replace(Snapshot(domain=run.services.domain), stack="unified"), parts - {"provider"}
    else:
        run.report.tenant = Tenant(domain=run.services.domain, phone_stack=known_or(begun.stack, None))
    stack = known_or(begun.stack, None)
    readable = {
        part for part in parts if not missing_scopes(run.token, scopes_of({part}, stack) - scopes_of((), stack))
    }
    return reader.read(readable, begun)


def _require_reached(found: Snapshot, missing: Iterable[PartName]) -> None:
    """Raises the error of a part that could not be read because its service did not answer."""
    for part in missing:
        try:
            known(_part(found, part))
        except UnavailableError:
            raise
        except MfaSetupError:  # permissions or credentials, which the user may not have
            continue


def _part(found: Snapshot, part: PartName) -> Part[object]:
    return _listed_numbers(found) if part == "twilio" else getattr(found, part)


def _listed_numbers(found: Snapshot) -> Part[tuple[Number, ...]]:
    """Returns the account's numbers, even if other parts of the account could not be read."""
    return found.account.numbers if found.account else NOT_READ


def _applications(found: Snapshot) -> tuple[Application, ...]:
    return tuple(application for application in known_or(found.applications, ()) if is_ours(application))


def _numbers(run: Run, found: Snapshot) -> tuple[Number, ...]:
    own = sender.own(run.services)
    return tuple(number for number in known_or(_listed_numbers(found), ()) if own.has(number))


def _of_applications(applications: tuple[Application, ...]) -> Iterator[str]:
    for application in applications:
        yield f'the application "{application.name}" ({application.client_id})'


def _of_numbers(numbers: tuple[Number, ...], found: Snapshot) -> Iterator[str]:
    """Yields the numbers with this tenant's mark, and the provider if it sends from one of them."""
    for number in numbers:
        yield f"the number {spaced(number.phone_number)} ({number.sid})"
    provider, account = known_or(found.provider, None), known_or(found.twilio, None)
    for number in numbers:
        if provider and account and is_sender(provider, number, account):
            yield f"the phone provider, which sends from {spaced(number.phone_number)}"


def _of_action(found: Snapshot) -> Iterator[str]:
    state = known_or(found.scope, ScopeState())
    for action in state.ours:
        yield f'the post-login Action "{action.name}" ({action.id})'


def _missing(run: Run, found: Snapshot, marks: tuple[str, ...], unread: str) -> JournalMissingError:
    """Returns the error that lists the marks, and puts what is unique among them into the outputs."""
    applications, numbers = _applications(found), _numbers(run, found)
    policies = known_or(found.policies, None)
    policy = None if policies is None else policy_names.name_in_force(found)
    run.report.outputs = Outputs(
        client_id=applications[0].client_id if len(applications) == 1 else None,
        phone_number=numbers[0].phone_number if len(numbers) == 1 else None,
        number_sid=numbers[0].sid if len(numbers) == 1 else None,
        policy=policy,
    )
    in_force = f" The MFA policy is {policy.capitalize()}." if policy else ""
    unseen = f" Could not be checked: {unread}." if unread else ""
    return JournalMissingError(
        "The journal of this tenant is not on this machine, so the values from before the setup are not known. "
        f"Nothing was changed. mfa-setup has set up: {'; '.join(marks)}.{in_force}{unseen}"
    )


def _unseen(unread: str) -> Notice:
    return Notice(
        code="marks_unseen",
        message=f"Whether mfa-setup has set the tenant up could not be checked completely: {unread} could not be read.",
        hint="Set the Twilio credentials, and grant the read scopes that README.md lists.",
    )
