"""The texts of the SMS, on either stack: written where they were asked for, and put back."""

from collections.abc import Iterator
from dataclasses import dataclass

from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import FieldChange
from mfa_setup.model.journal import Fields, RunRecord, Trace, WriteRecord, traces
from mfa_setup.model.observed import Template, Templates
from mfa_setup.model.outcome import Notice, PhoneStack
from mfa_setup.resources.base import Services
from mfa_setup.resources.recovery import recover_outcome
from mfa_setup.resources.reversal import Move, changed_since, put_back, same

DEFAULT_ENROLLMENT = (
    "{{code}} is your verification code for {{tenant.friendly_name}}. Please enter this code to verify your enrollment."
)
DEFAULT_VERIFICATION = "{{code}} is your verification code for {{tenant.friendly_name}}"
"""The legacy stack's own texts (`guardian/factors/phone/templates`), which must be sent where only one is changed."""

ENROLL, VERIFY = "otp_enroll", "otp_verify"
"""The two templates of the unified stack that MFA by SMS uses."""
_NAMES = {ENROLL: "templates.enrollment", VERIFY: "templates.verification"}
DELETE_SCOPES = frozenset({"delete:phone_templates"})
UPDATE_SCOPES = frozenset({"update:phone_templates"})


def save(services: Services, stack: PhoneStack, seen: Templates, wanted: Templates) -> Iterator[None]:
    """Writes the texts; on the unified stack None leaves one as it is. Yields after each request."""
    if stack == "legacy":
        _save_legacy(services, seen, wanted)
        yield
        return
    known = {template.kind: template for template in seen.whole}
    for kind, text in ((ENROLL, wanted.enrollment), (VERIFY, wanted.verification)):
        there = known.get(kind)
        if text is not None and (there is None or there.text != text):
            _save_one(services, there, Template(kind=kind, id=there.id if there else None, text=text, voice=text))
            yield


def _save_legacy(services: Services, seen: Templates, wanted: Templates) -> None:
    after = _legacy_fields(wanted)
    with services.journal.write("factor", "set_templates", before=_legacy_fields(seen), after=after):
        services.auth0.set_templates(wanted.enrollment or "", wanted.verification or "")


def _legacy_fields(found: Templates) -> Fields:
    return {_NAMES[ENROLL]: found.enrollment, _NAMES[VERIFY]: found.verification}


def _save_one(services: Services, there: Template | None, wanted: Template) -> None:
    auth0, journal = services.auth0, services.journal
    if there is not None:
        before = there.model_dump(mode="json")
        with journal.write("factor", "update_template", wanted.kind, before, wanted.model_dump(mode="json")):
            auth0.update_template(wanted)
        return
    with journal.write("factor", "create_template", wanted.kind, {}, wanted.model_dump(mode="json")) as made:
        made["id"] = recover_outcome(lambda: auth0.create_template(wanted), lambda: _made(services, wanted))


def _made(services: Services, wanted: Template) -> str | None:
    for template in services.auth0.templates("unified").whole:
        if template.kind == wanted.kind and template.text == wanted.text:
            return template.id
    return None


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts' part of an undo."""

    fields: tuple[FieldChange, ...] = ()
    moves: tuple[Move, ...] = ()
    scopes: frozenset[str] = frozenset()
    warnings: tuple[Notice, ...] = ()


def revert(record: RunRecord, now: Templates, stack: PhoneStack) -> Texts:
    """The texts as the run found them."""
    if stack == "legacy":
        return _revert_legacy(record, now)
    found = Texts()
    for kind in (ENROLL, VERIFY):
        writes = tuple(write for write in record.of("create_template", "update_template") if write.target == kind)
        there = next((template for template in now.whole if template.kind == kind), None)
        if writes and there:
            one = _revert_one(writes, there)
            found = Texts(
                (*found.fields, *one.fields),
                (*found.moves, *one.moves),
                found.scopes | one.scopes,
                (*found.warnings, *one.warnings),
            )
    return found


def _revert_one(writes: tuple[WriteRecord, ...], there: Template) -> Texts:
    name, stands = _NAMES[there.kind], there.model_dump(mode="json")
    left = [write.after for write in writes if write.status == "done"][-1:]
    left += [write.after for write in writes if write.status != "done"]
    first = writes[0].before
    if first and _same_text(first, stands):
        return Texts()
    if not any(_same_text(after, stands) for after in left):
        return Texts(warnings=(changed_since("factor", name),))
    field = FieldChange(path=name, before=there.text, after=first.get("text"))
    if not first:
        identity = str(there.id)
        move = Move("delete_template", identity, stands, {}, lambda s: s.auth0.delete_template(identity))
        return Texts((field,), (move,), DELETE_SCOPES)
    before = Template.model_validate({**first, "id": there.id})
    move = Move("update_template", there.kind, stands, first, lambda s: s.auth0.update_template(before))
    return Texts((field,), (move,), UPDATE_SCOPES)


def _same_text(one: Fields, other: Fields) -> bool:
    return all(same(one.get(key), other.get(key)) for key in ("text", "voice", "disabled"))


def _revert_legacy(record: RunRecord, now: Templates) -> Texts:
    there = _legacy_fields(now)
    back, warnings = put_back("factor", _without_default(traces(record.of("set_templates")), there), there)
    if not back:
        return Texts(warnings=warnings)
    after = there | back
    enrollment = str(after[_NAMES[ENROLL]] or DEFAULT_ENROLLMENT)
    verification = str(after[_NAMES[VERIFY]] or DEFAULT_VERIFICATION)
    sent: dict[str, JsonValue] = {_NAMES[ENROLL]: enrollment, _NAMES[VERIFY]: verification}
    fields = tuple(FieldChange(path=name, before=there[name], after=sent[name]) for name in back)
    move = Move("set_templates", "", there, sent, lambda s: s.auth0.set_templates(enrollment, verification))
    return Texts(fields, (move,), frozenset({"update:guardian_factors"}), warnings)


def _without_default(found: dict[str, Trace], there: Fields) -> dict[str, Trace]:
    """There is no DELETE for these texts: where there were none, the service's own are as good as none."""
    defaults = {_NAMES[ENROLL]: DEFAULT_ENROLLMENT, _NAMES[VERIFY]: DEFAULT_VERIFICATION}
    return {
        name: trace for name, trace in found.items() if not (trace.before is None and there.get(name) == defaults[name])
    }
