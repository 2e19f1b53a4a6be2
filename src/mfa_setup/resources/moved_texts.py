"""The templates of the unified stack that the legacy texts become; a person decides where it is not certain."""

from mfa_setup.errors import Choice, ChoiceNeededError
from mfa_setup.model.change import FieldChange
from mfa_setup.model.desired import DesiredMove
from mfa_setup.model.observed import Template, Templates
from mfa_setup.model.write import Write
from mfa_setup.resources import templates
from mfa_setup.resources.templates import ENROLL, VERIFY
from mfa_setup.resources.text_conversion import Converted, convert

_TITLES = {ENROLL: "enrollment", VERIFY: "verification"}
_LONGEST = 1_000
"""How much of a text a question shows, in characters."""


def moved(legacy: Templates, there: Templates, move: DesiredMove) -> tuple[tuple[FieldChange, ...], tuple[Write, ...]]:
    """Returns the fields and the writes of the templates; a text that was never customised needs none.

    Raises:
        ChoiceNeededError: A text cannot be converted with certainty, or another text is there already.
    """
    fields, writes = tuple[FieldChange, ...](), tuple[Write, ...]()
    for kind, old in ((ENROLL, legacy.enrollment), (VERIFY, legacy.verification)):
        present = next((one for one in there.whole if one.kind == kind), None)
        after = _after(kind, old, present, move) if old else None
        if after is not None and after != present:
            fields += templates.fields_of(present, after)
            writes += (_write(present, after),)
    return fields, writes


def _after(kind: str, old: str, present: Template | None, move: DesiredMove) -> Template | None:
    """Returns the template that a text becomes; None if Auth0's own text, or the present template, is to be used."""
    new = convert(old)
    then = (present or Template(kind=kind)).model_copy(update={"text": new.text, "voice": new.voice, "disabled": False})
    answer = move.texts.get(kind) or ("proposed" if move.accept_texts else None)
    if answer == "proposed" or then == present:
        return then
    if answer in {"default", "keep"}:
        return None
    if new.doubts or present is not None:
        raise _question(kind, old, new, present)
    return then


def _write(present: Template | None, after: Template) -> Write:
    sent = after.model_dump(mode="json")
    if present is None:
        return Write("phone_stack", "create_template", after.kind, after=sent)
    return Write("phone_stack", "update_template", after.kind, present.model_dump(mode="json"), sent)


def _question(kind: str, old: str, new: Converted, present: Template | None) -> ChoiceNeededError:
    """Returns the question about one text, with the old and the proposed text."""
    title = f"The {_TITLES[kind]} text"
    if present is not None:
        begin = f"{title} of the legacy settings differs from the one that is already under Branding."
    else:
        doubts = ", ".join(new.doubts)
        begin = f"{title} cannot be converted with certainty, because of: {doubts}."
    now = f' Under Branding: "{_short(present.text or "")}".' if present else ""
    other = (
        Choice("text", f"{kind}=keep", "keep the text that is under Branding")
        if present
        else Choice("text", f"{kind}=default", "use Auth0's own text")
    )
    return ChoiceNeededError(
        f'{begin} Legacy: "{_short(old)}". Proposed for SMS: "{_short(new.text)}". Proposed for calls: '
        f'"{_short(new.voice)}".{now}',
        hint="Pass --accept-texts to use the proposed texts, or change the text in the Auth0 dashboard first "
        "(Security > Multi-factor Auth > Phone Message).",
        choices=(Choice("text", f"{kind}=proposed", "use the proposed text"), other),
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
