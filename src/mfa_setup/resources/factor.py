"""The `sms` factor: whether it is enabled, its message types and, if the settings have them, the texts of its SMS."""

from dataclasses import replace

from mfa_setup.model.change import change_of, differing
from mfa_setup.model.desired import Desired, DesiredSms
from mfa_setup.model.journal import traces
from mfa_setup.model.types import PhoneStack
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources import templates, words
from mfa_setup.resources.base import Action, Comparison, Resource, Reversal, Scopes, Step, setting
from mfa_setup.resources.channels import TYPES, kept_or_ordered
from mfa_setup.resources.restore import restored, texts
from mfa_setup.services import Services
from mfa_setup.snapshot.names import MINIMUM, PartName
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot

WRITE_SCOPES = frozenset({"update:guardian_factors"})
_LOGINS: frozenset[PartName] = MINIMUM | {"policies"}


def compare(given: Comparison) -> Step:
    """Compares the desired factor with the existing one."""
    desired, found = given.desired.sms, known(given.found.factor)
    types = _types(desired, found.message_types)
    before: Fields = {"enabled": found.enabled, "message_types": list(found.message_types)}
    after: Fields = {"enabled": True, "message_types": list(types)}
    fields, writes = templates.compare(desired, given.found)
    told = words.factor(found, types, fields, given.found.templates)
    return Step(
        change_of("factor", (*differing(before, after), *fields), "sms", told, exists=True),
        # The factor comes before the message types, because the legacy stack accepts only this order.
        (
            *setting("factor", "set_factor", "sms", {"enabled": found.enabled}, {"enabled": True}),
            *set_types(known(given.planned.message_types), types),
            *writes,
        ),
        templates.warnings(desired, known(given.found.stack)),
    )


def _types(desired: DesiredSms, found: tuple[str, ...]) -> tuple[str, ...]:
    asked = TYPES[desired.delivery]
    return kept_or_ordered(found, asked if desired.delivery_given else (*asked, *found))


def set_types(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[Write, ...]:
    """Returns the write that sets the message types; none if they are already set."""
    found, sent = Fields(message_types=list(before)), Fields(message_types=list(after))
    return setting("factor", "set_message_types", "", found, sent)


def revert(given: Reversal) -> Step:
    """Restores the factor: first the texts and message types, then whether it is enabled, the reverse of a setup."""
    found = known(given.now.factor)
    there: Fields = {"enabled": found.enabled, "message_types": list(found.message_types)}
    back, notices = restored("factor", traces(given.record.of("set_factor", "set_message_types"), given.later), there)
    old = templates.revert(given)
    after = there | back
    types = texts(after["message_types"])
    told = words.factor(found, types, old.fields, given.now.templates, on=bool(after["enabled"]))
    return Step(
        change_of("factor", (*differing(there, back), *old.fields), "sms", told, exists=True),
        (
            *old.writes,
            *set_types(found.message_types, types),
            *setting("factor", "set_factor", "sms", {"enabled": found.enabled}, {"enabled": bool(after["enabled"])}),
        ),
        (*notices, *old.notices),
    )


def _set_types_effect(snapshot: Snapshot, write: Write) -> Snapshot:
    return replace(snapshot, message_types=texts(write.after["message_types"]))


def _set_factor_effect(snapshot: Snapshot, write: Write) -> Snapshot:
    others = known(snapshot.factors) - {"sms"}
    return replace(snapshot, factors=others | {"sms"} if write.after["enabled"] else others)


def _set_factor(services: Services, write: Write) -> None:
    services.auth0.set_factor(enabled=bool(write.after["enabled"]))


def _set_types(services: Services, write: Write) -> None:
    services.auth0.set_message_types(texts(write.after["message_types"]))


def _write_scopes(desired: Desired, stack: PhoneStack) -> Scopes:
    texts_too = templates.are_desired(desired.sms) and stack == "unified"
    return WRITE_SCOPES | templates.WRITE_SCOPES if texts_too else WRITE_SCOPES


FACTOR = Resource(
    name="factor",
    actions={
        "set_factor": Action(_set_factor, WRITE_SCOPES, _set_factor_effect),
        "set_message_types": Action(_set_types, WRITE_SCOPES, _set_types_effect),
        **templates.ACTIONS,
    },
    reads=lambda desired: MINIMUM | {"templates"} if templates.are_desired(desired.sms) else MINIMUM,
    write_scopes=_write_scopes,
    compare=compare,
    revert=revert,
    revert_reads=lambda actions: _LOGINS | {"templates"} if templates.are_written(actions) else _LOGINS,
)
