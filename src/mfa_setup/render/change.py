"""Renders the change of one resource: its line in a plan, and its fields with `-v`."""

from collections.abc import Iterator

from rich.text import Text

from mfa_setup.model.change import Change, FieldChange
from mfa_setup.model.types import LABELS
from mfa_setup.render.parts import mark
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BAD, BOLD, CAUTION, GOOD

_SIGNS = {"create": ("+", GOOD), "update": ("~", CAUTION), "delete": ("-", BAD), "none": ("=", "")}
_VERBS = {"create": "Creating", "update": "Updating", "delete": "Deleting", "none": "Checking"}
_DONE = {"create": "Created", "update": "Updated", "delete": "Deleted", "none": "Checked"}
_WIDTH = max(map(len, LABELS.values()))


def label_of(change: Change) -> str:
    """Returns the name of a resource with a capital letter, as it starts a line."""
    label = LABELS[change.resource]
    return label[0].upper() + label[1:]


def doing(change: Change) -> str:
    """Describes a change while it is being applied."""
    return change.words.doing or f"{_VERBS[change.action]} the {LABELS[change.resource]}"


def done(change: Change) -> str:
    """Describes a change that was applied."""
    text = change.words.done or f"{_DONE[change.action]} the {LABELS[change.resource]}"
    return f"{text}, in part" if change.held else text


def change_lines(change: Change, *, same: str = "up to date", config_file: str | None = None) -> Iterator[Text]:
    """Yields the line of a change, followed by one line for each of its fields.

    Args:
        change: The change of one resource.
        same: The text for a resource that does not change and has no summary of its own.
        config_file: The path of the app's config file, shown before the names of the values in it.
    """
    line = row(*sign_of(change), label_of(change), bold=change.pending)
    yield line.append(effect_of(change, same=same))
    for field in change.fields:
        yield _field_line(change, field, field_name(field, config_file))


def sign_of(change: Change) -> tuple[str, str]:
    """Returns the mark of a change, and its style."""
    return ("?", CAUTION) if change.status == "unknown" else _SIGNS[change.action]


def effect_of(change: Change, *, same: str = "up to date") -> str:
    """Describes the effect of a planned change, or the current state of a resource that does not change."""
    text = "not decided yet" if change.status == "unknown" else one_line(change.summary) or same
    return f"{text} ({one_line(change.held)})" if change.held else text


def field_name(field: FieldChange, config_file: str | None) -> str:
    """Returns the name of a field; that of a value in the app's config file begins with the path of the file."""
    inside = field.path.removeprefix("config_file.")
    return f"{one_line(config_file)}: {inside}" if config_file and inside != field.path else field.path


def field_values(change: Change, field: FieldChange) -> tuple[str | None, str]:
    """Returns the values of a field before and after the change; None if there was no value or it is a secret."""
    if field.sensitive:
        return None, "(secret, sent again)" if change.action == "update" else "(secret)"
    return None if field.before is None else value_text(field.before), value_text(field.after)


def row(sign: str, style: str, label: str, *, bold: bool = False) -> Text:
    """Returns the start of a line of a plan, up to the column in which its text starts."""
    return mark(sign, style).append(f"{label:<{_WIDTH}}  ", BOLD if bold else "")


def state_lines(change: Change) -> Iterator[Text]:
    """Yields the current state of one resource; each further text gets a line of its own below the first."""
    texts = change.words.now or ("not known",)
    for at, text in enumerate(texts):
        yield row(" ", "", "" if at else label_of(change)).append(one_line(text))


def _field_line(change: Change, field: FieldChange, name: str) -> Text:
    before, after = field_values(change, field)
    line = Text(f"{'':<{_WIDTH + 6}}{name}: ")
    if before is not None:
        line.append(before).append(" -> ")
    return line.append(after)


def value_text(value: object) -> str:
    """Formats the value of a field for people."""
    match value:
        case None:
            return "(none)"
        case bool():
            return "on" if value else "off"
        case list():
            return ", ".join(value_text(item) for item in value) or "(none)"
        case dict():
            return ", ".join(f"{one_line(str(key))}={value_text(item)}" for key, item in value.items())
        case _:
            return one_line(str(value))
