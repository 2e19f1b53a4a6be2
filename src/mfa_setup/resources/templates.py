"""The texts of the SMS, on either stack: written if the settings have them, and restored by an undo."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from mfa_setup.model.change import FieldChange, differing
from mfa_setup.model.desired import DesiredSms
from mfa_setup.model.journal import RunRecord, WriteRecord, traces
from mfa_setup.model.observed import Template, Templates
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import PhoneStack
from mfa_setup.model.write import Fields, Write, WriteAction
from mfa_setup.otp_text import DEFAULT_ENROLLMENT, DEFAULT_VERIFICATION
from mfa_setup.resources.base import Action, Reversal
from mfa_setup.resources.restore import Restoration, changed_since, restored, same
from mfa_setup.resources.text_conversion import has_legacy_name
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot

ENROLL, VERIFY = "otp_enroll", "otp_verify"
"""The two templates of the unified stack that MFA by SMS uses."""
_TEXT = ("text", "voice", "disabled", "sender")
"""The fields of a template that must still be as a run set them, so that an undo may restore it."""
_NAMES = {ENROLL: "templates.enrollment", VERIFY: "templates.verification"}
_DEFAULTS = {_NAMES[ENROLL]: DEFAULT_ENROLLMENT, _NAMES[VERIFY]: DEFAULT_VERIFICATION}
WRITE_SCOPES = frozenset({"create:phone_templates", "update:phone_templates"})


def are_desired(desired: DesiredSms) -> bool:
    """Whether the settings have any text; otherwise templates are neither read nor written."""
    return desired.enrollment_template is not None or desired.verification_template is not None


def are_written(actions: Collection[WriteAction]) -> bool:
    """Whether any of these kinds of writes sets a text."""
    return not {"create_template", "update_template", "set_templates"}.isdisjoint(actions)


def compare(desired: DesiredSms, found: Snapshot) -> tuple[tuple[FieldChange, ...], tuple[Write, ...]]:
    """Returns the fields of the templates that differ from the desired texts, and the writes that set them."""
    if not are_desired(desired):
        return (), ()
    existing = known(found.templates)
    asked = {ENROLL: desired.enrollment_template, VERIFY: desired.verification_template}
    wanted = {kind: text for kind, text in asked.items() if text is not None}
    if known(found.stack) == "legacy":
        return _compare_legacy({_NAMES[kind]: text for kind, text in wanted.items()}, _texts(existing))
    fields, writes = tuple[FieldChange, ...](), tuple[Write, ...]()
    for kind, text in wanted.items():
        before = _of(kind, existing)
        after = _with_text(kind, text, before)
        if after != before:
            fields += fields_of(before, after)
            writes += (_write(before, after),)
    return fields, writes


def warnings(desired: DesiredSms, stack: PhoneStack) -> tuple[Notice, ...]:
    """Returns a warning about each desired text that names the tenant in a way that the unified stack does not know."""
    asked = {"enrollment": desired.enrollment_template, "verification": desired.verification_template}
    named = [name for name, text in asked.items() if text and stack == "unified" and has_legacy_name(text)]
    return tuple(
        Notice(
            code="template_name_empty",
            message=f"The {name} text contains tenant.friendly_name, which renders as an empty text on this tenant, "
            "because it uses the Unified Phone Experience.",
            hint=f"Write {{{{ friendly_name }}}} instead, in --{name}-template.",
        )
        for name in named
    )


def _compare_legacy(wanted: Mapping[str, str], before: Fields) -> tuple[tuple[FieldChange, ...], tuple[Write, ...]]:
    after: Fields = {name: wanted.get(name) or text or _DEFAULTS[name] for name, text in before.items()}
    if all(before[name] == text for name, text in wanted.items()):
        return (), ()
    return differing(before, after), (Write("factor", "set_templates", "", before, after),)


def _with_text(kind: str, text: str, before: Template | None) -> Template:
    """Returns the template with this text, enabled; keeps its voice text, which is the same text in a new template."""
    if before is None:
        return Template(kind=kind, text=text, voice=text)
    return before.model_copy(update={"text": text, "disabled": False})


def fields_of(before: Template | None, after: Template) -> tuple[FieldChange, ...]:
    """Returns the fields that differ; a new template is compared with an empty one."""
    return differing(_parts(before or Template(kind=after.kind)), _parts(after))


def _parts(template: Template) -> Fields:
    """Returns a template's fields under the names shown in changes: text, voice text, whether disabled, sender."""
    name = _NAMES[template.kind]
    more: Fields = {"voice": template.voice, "disabled": template.disabled, "from": template.sender}
    return {name: template.text, **{f"{name}.{part}": value for part, value in more.items()}}


def _write(before: Template | None, after: Template) -> Write:
    sent = after.model_dump(mode="json")
    if before is None:
        return Write("factor", "create_template", after.kind, after=sent)
    return Write("factor", "update_template", after.kind, before.model_dump(mode="json"), sent)


def _of(kind: str, found: Templates) -> Template | None:
    return next((template for template in found.whole if template.kind == kind), None)


def _texts(found: Templates) -> Fields:
    return {_NAMES[ENROLL]: found.enrollment, _NAMES[VERIFY]: found.verification}


def revert(given: Reversal) -> Restoration:
    """Restores the texts from before the run."""
    record, now = given.record, given.now
    if not are_written(record.actions):
        return Restoration()
    there = known(now.templates)
    if known(now.stack) == "legacy":
        return _revert_legacy(given, there)
    found = Restoration()
    for kind in _NAMES:
        writes = tuple(write for write in record.of("create_template", "update_template") if write.target == kind)
        template = _of(kind, there)
        if writes and template:
            found += _revert_one(writes, template, given.later)
    return found


def _revert_one(writes: tuple[WriteRecord, ...], there: Template, later: tuple[RunRecord, ...]) -> Restoration:
    name, now = _NAMES[there.kind], there.model_dump(mode="json")
    left = [write.after for write in writes if write.status == "done"][-1:]
    left += [write.after for write in writes if write.status != "done"]
    first = writes[0].before
    if first and _same_text(first, now):
        return Restoration()
    sent = traces(writes, later)
    superseded = any(sent[key].superseded for key in _TEXT if key in sent)
    if superseded or not any(_same_text(after, now) for after in left):
        return Restoration(notices=(changed_since("factor", name),))
    if first:
        back = Template.model_validate({**first, "id": there.id})
        return Restoration(fields_of(there, back), (_write(there, back),))
    field = FieldChange(path=name, before=there.text)
    return Restoration((field,), (Write("factor", "delete_template", str(there.id), now),))


def _same_text(one: Fields, other: Fields) -> bool:
    return all(same(one.get(key), other.get(key)) for key in _TEXT)


def _revert_legacy(given: Reversal, now: Templates) -> Restoration:
    there = _texts(now)
    # Auth0 has no DELETE for these texts: if none were set before, its default texts are restored instead.
    found = {
        name: trace
        for name, trace in traces(given.record.of("set_templates"), given.later).items()
        if trace.before is not None or there.get(name) != _DEFAULTS[name]
    }
    back, notices = restored("factor", found, there)
    if not back:
        return Restoration(notices=notices)
    after: Fields = {name: text or _DEFAULTS[name] for name, text in (there | back).items()}
    fields = tuple(FieldChange(path=name, before=there[name], after=after[name]) for name in back)
    write = Write("factor", "set_templates", "", there, after)
    return Restoration(fields, (write,), notices)


def _create(services: Services, write: Write) -> Fields:
    return {"id": services.auth0.create_template(Template.model_validate(write.after))}


def _find(services: Services, write: Write) -> Fields | None:
    for template in services.auth0.templates("unified").whole:
        if (template.kind, template.text) == (write.target, write.after["text"]):
            return {"id": template.id}
    return None


def _update(services: Services, write: Write) -> None:
    services.auth0.update_template(Template.model_validate(write.after))


def _set(services: Services, write: Write) -> None:
    enrollment, verification = (str(write.after[name] or "") for name in _NAMES.values())
    services.auth0.set_templates(enrollment, verification)


def _written(snapshot: Snapshot, write: Write) -> Snapshot:
    """Returns the snapshot (unified stack) with the template that a write sets."""
    template = Template.model_validate(write.after)
    others = (one for one in known(snapshot.templates).whole if one.kind != template.kind)
    return replace(snapshot, templates=_with_whole((*others, template)))


def _deleted(snapshot: Snapshot, write: Write) -> Snapshot:
    left = (one for one in known(snapshot.templates).whole if one.id != write.target)
    return replace(snapshot, templates=_with_whole(tuple(left)))


def _with_whole(whole: tuple[Template, ...]) -> Templates:
    texts = {one.kind: one.text for one in whole}
    return Templates(enrollment=texts.get(ENROLL), verification=texts.get(VERIFY), whole=whole)


def _set_legacy(snapshot: Snapshot, write: Write) -> Snapshot:
    enrollment, verification = (str(write.after[name] or "") or None for name in _NAMES.values())
    return replace(snapshot, templates=Templates(enrollment=enrollment, verification=verification))


ACTIONS: dict[WriteAction, Action] = {
    "create_template": Action(
        _create,
        frozenset({"create:phone_templates"}),
        _written,
        find=_find,
        undo_scopes={"delete:phone_templates": "delete the message templates"},
    ),
    "update_template": Action(_update, frozenset({"update:phone_templates"}), _written),
    "delete_template": Action(
        lambda services, write: services.auth0.delete_template(write.target),
        frozenset({"delete:phone_templates"}),
        _deleted,
    ),
    "set_templates": Action(_set, frozenset({"update:guardian_factors"}), _set_legacy),
}
