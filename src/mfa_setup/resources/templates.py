"""The texts of the SMS, on either stack: written where they are asked for, and restored by an undo."""

from mfa_setup.model.change import FieldChange, differing
from mfa_setup.model.desired import DesiredSms
from mfa_setup.model.journal import RunRecord, WriteRecord, traces
from mfa_setup.model.observed import Template, Templates
from mfa_setup.model.write import Fields, Write, WriteAction
from mfa_setup.resources.base import Action
from mfa_setup.resources.restore import Restoration, changed_since, restored, same
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot

DEFAULT_ENROLLMENT = (
    "{{code}} is your verification code for {{tenant.friendly_name}}. Please enter this code to verify your enrollment."
)
DEFAULT_VERIFICATION = "{{code}} is your verification code for {{tenant.friendly_name}}"
"""The legacy stack's own texts (`guardian/factors/phone/templates`), which must be sent where only one is changed."""

ENROLL, VERIFY = "otp_enroll", "otp_verify"
"""The two templates of the unified stack that MFA by SMS uses."""
_NAMES = {ENROLL: "templates.enrollment", VERIFY: "templates.verification"}
_DEFAULTS = {_NAMES[ENROLL]: DEFAULT_ENROLLMENT, _NAMES[VERIFY]: DEFAULT_VERIFICATION}
WRITE_SCOPES = frozenset({"create:phone_templates", "update:phone_templates"})


def are_desired(desired: DesiredSms) -> bool:
    """Whether any text is asked for; otherwise templates are neither read nor written."""
    return desired.enrollment_template is not None or desired.verification_template is not None


def were_written(record: RunRecord) -> bool:
    """Whether a run wrote any text."""
    return bool(record.of("create_template", "update_template", "set_templates"))


def compare(desired: DesiredSms, found: Snapshot) -> tuple[tuple[FieldChange, ...], tuple[Write, ...]]:
    """The texts that differ from those asked for, and the writes that set them."""
    if not are_desired(desired):
        return (), ()
    there = known(found.templates)
    before = _texts(there)
    asked = {ENROLL: desired.enrollment_template, VERIFY: desired.verification_template}
    wanted = {_NAMES[kind]: text for kind, text in asked.items() if text not in {None, before[_NAMES[kind]]}}
    if not wanted:
        return (), ()
    legacy = known(found.stack) == "legacy"
    after: Fields = {name: wanted.get(name) or before[name] or (_DEFAULTS[name] if legacy else None) for name in before}
    fields = differing(before, {name: text for name, text in after.items() if text is not None})
    if legacy:
        return fields, (Write("factor", "set_templates", "", before, after),)
    return fields, tuple(_unified(there, kind, str(wanted[name])) for kind, name in _NAMES.items() if name in wanted)


def _unified(found: Templates, kind: str, text: str) -> Write:
    there = _of(kind, found)
    after = Template(kind=kind, id=there.id if there else None, text=text, voice=text).model_dump(mode="json")
    if there is None:
        return Write("factor", "create_template", kind, after=after)
    return Write("factor", "update_template", kind, there.model_dump(mode="json"), after)


def _of(kind: str, found: Templates) -> Template | None:
    return next((template for template in found.whole if template.kind == kind), None)


def _texts(found: Templates) -> Fields:
    return {_NAMES[ENROLL]: found.enrollment, _NAMES[VERIFY]: found.verification}


def revert(record: RunRecord, now: Snapshot) -> Restoration:
    """The texts as the run found them."""
    if not were_written(record):
        return Restoration()
    there = known(now.templates)
    if known(now.stack) == "legacy":
        return _revert_legacy(record, there)
    found = Restoration()
    for kind in _NAMES:
        writes = tuple(write for write in record.of("create_template", "update_template") if write.target == kind)
        template = _of(kind, there)
        if writes and template:
            found += _revert_one(writes, template)
    return found


def _revert_one(writes: tuple[WriteRecord, ...], there: Template) -> Restoration:
    name, now = _NAMES[there.kind], there.model_dump(mode="json")
    left = [write.after for write in writes if write.status == "done"][-1:]
    left += [write.after for write in writes if write.status != "done"]
    first = writes[0].before
    if first and _same_text(first, now):
        return Restoration()
    if not any(_same_text(after, now) for after in left):
        return Restoration(notices=(changed_since("factor", name),))
    field = FieldChange(path=name, before=there.text, after=first.get("text"))
    if first:
        write = Write("factor", "update_template", there.kind, now, {**first, "id": there.id})
    else:
        write = Write("factor", "delete_template", str(there.id), now)
    return Restoration((field,), (write,))


def _same_text(one: Fields, other: Fields) -> bool:
    return all(same(one.get(key), other.get(key)) for key in ("text", "voice", "disabled"))


def _revert_legacy(record: RunRecord, now: Templates) -> Restoration:
    there = _texts(now)
    # There is no DELETE for these texts: where there were none, the service's own are as good as none.
    found = {
        name: trace
        for name, trace in traces(record.of("set_templates")).items()
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


ACTIONS: dict[WriteAction, Action] = {
    "create_template": Action(_create, frozenset({"create:phone_templates"}), find=_find),
    "update_template": Action(_update, frozenset({"update:phone_templates"})),
    "delete_template": Action(
        lambda services, write: services.auth0.delete_template(write.target), frozenset({"delete:phone_templates"})
    ),
    "set_templates": Action(_set, frozenset({"update:guardian_factors"})),
}
