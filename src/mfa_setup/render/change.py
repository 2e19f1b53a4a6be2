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
    sign, style = ("?", CAUTION) if change.status == "unknown" else _SIGNS[change.action]
    line = row(sign, style, label_of(change), bold=change.pending)
    text = "not decided yet" if change.status == "unknown" else one_line(change.summary) or same
    yield line.append(f"{text} ({one_line(change.held)})" if change.held else text)
    for field in change.fields:
        inside = field.path.removeprefix("config_file.")
        name = f"{one_line(config_file)}: {inside}" if config_file and inside != field.path else field.path
        yield _field_line(change, field, name)


def row(sign: str, style: str, label: str, *, bold: bool = False) -> Text:
    """Returns the start of a line of a plan, up to the column in which its text starts."""
    return mark(sign, style).append(f"{label:<{_WIDTH}}  ", BOLD if bold else "")


def state_lines(change: Change) -> Iterator[Text]:
    """Yields the current state of one resource; each further text gets a line of its own below the first."""
    texts = change.words.now or ("not known",)
    for at, text in enumerate(texts):
        yield row(" ", "", "" if at else label_of(change)).append(one_line(text))


def _field_line(change: Change, field: FieldChange, name: str) -> Text:
    line = Text(f"{'':<{_WIDTH + 6}}{name}: ")
    if field.sensitive:
        return line.append("(secret, sent again)" if change.action == "update" else "(secret)")
    if field.before is not None:
        line.append(value_text(field.before)).append(" -> ")
    return line.append(value_text(field.after))


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
