"""A change of one resource: its headline, its fields, and the verbs for it."""

from collections.abc import Iterator

from rich.text import Text

from mfa_setup.model.change import Change, FieldChange
from mfa_setup.render.parts import INDENT, mark
from mfa_setup.render.sanitize import one_line
from mfa_setup.render.theme import BAD, BOLD, CAUTION, GOOD

_SIGNS = {"create": ("+", GOOD), "update": ("~", CAUTION), "delete": ("-", BAD), "none": ("=", "")}
_VERBS = {
    "create": ("Creating", "created"),
    "update": ("Updating", "updated"),
    "delete": ("Deleting", "deleted"),
    "none": ("Checking", "checked"),
}
_POLICY_NOTE = "This concerns every user of every application of the tenant."


def verbs(change: Change) -> tuple[str, str]:
    """The verb for a change as present and past participle, such as `Buying` and `bought`."""
    bought = change.resource == "number" and change.action == "create"
    return ("Buying", "bought") if bought else _VERBS[change.action]


def change_lines(change: Change, *, same: str = "up to date", config_file: str | None = None) -> Iterator[Text]:
    """The headline of a change, and under it each field that differs.

    Args:
        change: The change of one resource.
        same: What is said of a resource that does not change.
        config_file: The path of the app's config file, which stands before the names of its values.
    """
    sign, style = _SIGNS[change.action]
    line = mark(sign, style)
    line.append(f"{change.resource.capitalize():<12}", BOLD if change.pending else "")
    yield line.append(_headline(change, same))
    for field in change.fields:
        inside = field.path.removeprefix("config_file.")
        name = f"{one_line(config_file)}: {inside}" if config_file and inside != field.path else field.path
        yield _field_line(change, field, name)
    if change.resource == "policy" and change.pending:
        yield Text(INDENT + _POLICY_NOTE, BOLD)


def _headline(change: Change, same: str) -> str:
    title = one_line(change.title)
    _, done = verbs(change)
    if change.status == "unknown":
        return "not decided yet"
    if change.held:
        return f"{title}  {one_line(change.held)}".strip()
    if not change.pending:
        return f"{title}  {same}".strip()
    return f"{title}  {done if change.status == 'applied' else f'will be {done}'}".strip()


def _field_line(change: Change, field: FieldChange, name: str) -> Text:
    line = Text().append(f"{INDENT}{name}: ")
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
