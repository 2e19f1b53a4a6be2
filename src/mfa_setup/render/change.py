"""A change of one resource: its line in a plan, and with `-v` its fields."""

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
    """The name of a resource, as a line begins with it."""
    label = LABELS[change.resource]
    return label[0].upper() + label[1:]


def doing(change: Change) -> str:
    """What is under way while a change is applied."""
    return change.words.doing or f"{_VERBS[change.action]} the {LABELS[change.resource]}"


def done(change: Change) -> str:
    """What was done."""
    text = change.words.done or f"{_DONE[change.action]} the {LABELS[change.resource]}"
    return f"{text}, in part" if change.held else text


def change_lines(change: Change, *, same: str = "up to date", config_file: str | None = None) -> Iterator[Text]:
    """The line of a change, and under it each of its fields.

    Args:
        change: The change of one resource.
        same: What is said of a resource that does not change and does not describe itself.
        config_file: The path of the app's config file, which stands before the names of its values.
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
    """The beginning of a line of a plan, up to the column in which its text begins."""
    return mark(sign, style).append(f"{label:<{_WIDTH}}  ", BOLD if bold else "")


def state_lines(change: Change) -> Iterator[Text]:
    """What is there of one resource at present; each further text is a line under the first one."""
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
    """A value of a field, as people are shown it."""
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
