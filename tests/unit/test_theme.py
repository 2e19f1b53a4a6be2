"""What is printed can be read on light and dark backgrounds, in every terminal's idea of the 16 colors with names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.errors import StyleSyntaxError
from rich.style import Style
from rich.terminal_theme import TerminalTheme

import mfa_setup
from mfa_setup.render import theme

SOURCES = Path(mfa_setup.__file__).parent
ENOUGH = 4.5
"""The contrast that WCAG 2 (level AA) asks for of text."""
PALETTES = {
    "xterm": (
        "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 "
        "7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
    ),
    "VGA": (
        "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa "
        "555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
    ),
    "Windows": (
        "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc "
        "767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2"
    ),
    "GNOME": (
        "2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf "
        "555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec"
    ),
    "Solarized": (
        "073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 "
        "002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3"
    ),
    "VS Code": (
        "000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 "
        "666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db e5e5e5"
    ),
}
BACKGROUNDS = {
    "white": "ffffff",
    "black": "000000",
    "Solarized light": "fdf6e3",
    "Solarized dark": "002b36",
    "Ubuntu": "300a24",
    "VS Code": "1e1e1e",
    "Nord": "2e3440",
}


def triplet(code: str) -> ColorTriplet:
    return ColorTriplet(*bytes.fromhex(code))


def terminals() -> Iterator[TerminalTheme]:
    for background in BACKGROUNDS.values():
        ground = triplet(background)
        text = triplet("000000" if luminance(ground) > 0.5 else "ffffff")
        for palette in PALETTES.values():
            colors: list[tuple[int, int, int]] = [triplet(code) for code in palette.split()]
            yield TerminalTheme(ground, text, colors[:8], colors[8:])


def luminance(color: ColorTriplet) -> float:
    parts = [part / 255 for part in color]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(style: Style, terminal: TerminalTheme) -> float:
    """The contrast of a text with its background; dim text is halfway between both."""
    default = Color.default()
    text = (style.color or default).get_truecolor(terminal)
    ground = (style.bgcolor or default).get_truecolor(terminal, foreground=False)
    if style.dim:
        text = ColorTriplet(*((one + other) // 2 for one, other in zip(text, ground, strict=True)))
    lighter, darker = sorted((luminance(text), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def worst(style: str) -> float:
    return min(contrast(Style.parse(style), terminal) for terminal in terminals())


@pytest.mark.parametrize("style", [*theme.MARKS.values(), theme.BOLD])
def test_every_style_can_be_read_in_every_terminal(style: str) -> None:
    assert worst(style) >= ENOUGH


@pytest.mark.parametrize("style", ["dim", "red", "green", "yellow", "cyan", "color(243)", "bold white on red"])
def test_a_color_of_text_alone_or_one_with_a_name_cannot(style: str) -> None:
    assert worst(style) < ENOUGH


def test_styles_are_chosen_in_one_place() -> None:
    elsewhere = [
        f"{path.relative_to(SOURCES)}:{node.lineno}: {node.value!r}"
        for folder in ("render", "cli", "demo", "fleet")
        for path in sorted((SOURCES / folder).rglob("*.py"))
        if path.name != "theme.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_style(node.value)
    ]
    assert elsewhere == [], "use GOOD, CAUTION, BAD or BOLD of render/theme.py"


def is_style(text: str) -> bool:
    """Whether Rich reads a text as a style; words that are a style by accident aside."""
    if len(text) < 3 or text.strip() in {"bold", "default", "link", "not"}:
        return False
    try:
        return bool(Style.parse(text))
    except StyleSyntaxError:
        return False


def test_the_style_of_a_mark_is_known_to_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    console = theme.new_console(color=True)
    for name, style in theme.MARKS.items():
        assert console.get_style(name) == Style.parse(style)
    assert console.get_style("status.spinner") == Style(bold=True)
