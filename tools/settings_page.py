"""Writes the tables of docs/settings.md from the settings, secrets and variables in `mfa_setup.settings.schema`."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from mfa_setup.settings.schema import PANELS, SECRETS, SETTINGS, VARIABLES, Secret, Setting

TARGET = Path(__file__).parents[1] / "docs" / "settings.md"
MARK = "<!-- What follows is written by tools/settings_page.py"


def page(text: str) -> str:
    """Returns the page with new tables; the text above the tables is kept."""
    prose, mark, rest = text.partition(MARK)
    parts = [prose + mark + rest.partition("\n")[0]]
    for panel in dict.fromkeys(panel for panel, _ in PANELS.values()):
        settings = [setting for setting in SETTINGS if PANELS[setting.group][0] == panel]
        parts += [f"\n## {panel}: `[{settings[0].section}]`\n"]
        parts += _table("option | key | variable | meaning", map(_row, settings))
    parts += ["\n## Secrets\n", *_table("option | variable | meaning", map(_secret, SECRETS.values()))]
    variables = (f"{_code(name)} | {meaning}" for name, meaning in VARIABLES.items())
    parts += ["\n## Other variables\n", *_table("variable | meaning", variables)]
    return "\n".join(parts) + "\n"


def _row(setting: Setting) -> str:
    negatable = setting.kind == "boolean" and not setting.one_shot
    option = f"{_code(setting.flag)}, {_code(setting.opposite)}" if negatable else _code(setting.flag)
    key = "" if setting.one_shot else _code(setting.key)
    default = ", ".join(setting.default) if isinstance(setting.default, tuple) else setting.default
    choices = ", ".join(map(_code, get_args(setting.choices)))
    meaning = [setting.help, f"One of {choices}." if choices else "", f"Default {_code(default)}." if default else ""]
    variable = _code(setting.variable) if setting.variable else ""
    return f"{option} | {key} | {variable} | {' '.join(filter(None, meaning))}"


def _secret(secret: Secret) -> str:
    return f"{_code(secret.flag)} | {', '.join(map(_code, secret.variables))} | {secret.help}."


def _table(head: str, rows: Iterator[str]) -> Iterator[str]:
    yield f"| {head} |"
    yield "|" + "---|" * len(head.split(" | "))
    yield from (f"| {row} |" for row in rows)


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    TARGET.write_text(page(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
