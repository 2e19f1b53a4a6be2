"""Draws docs/architecture.svg: the packages and modules of mfa_setup in layers, with an arrow for each import.

An arrow that other arrows imply is left out: if `a` imports `b` and `b` imports `c`, no arrow leads from `a` to `c`.

A room is a top-level package or a single top-level module of mfa_setup.
"""

import ast
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "mfa_setup"
TARGET = ROOT / "docs" / "architecture.svg"
BOX_WIDTH, BOX_HEIGHT, GAP, LAYER_GAP = 144, 40, 24, 64
SWEEPS = 12
"""How often the boxes of each layer are sorted by the position of the boxes that they are connected to."""

Imports = dict[str, set[str]]
"""The rooms that each room imports."""


def imports() -> Imports:
    """Reads the source and returns its rooms with the rooms that each of them imports."""
    found: Imports = {}
    for path in sorted(SOURCE.rglob("*.py")):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        found.setdefault(room, set()).update(_imported(path))
    rooms = [room for room in found if not room.startswith("__")]
    return {room: (found[room] & set(rooms)) - {room} for room in rooms}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith("mfa_setup."))


def reachable(used: Imports) -> Imports:
    """Returns the rooms that each room imports, directly or through others."""
    reach = {room: set(direct) for room, direct in used.items()}
    for middle, beyond in reach.items():
        for onward in reach.values():
            if middle in onward:
                onward.update(beyond)
    return reach


def layers(used: Imports) -> list[list[str]]:
    """Returns the rooms by layer, from top to bottom.

    Each room is one layer below the lowest room that imports it; rooms that import each other share a layer.
    """
    reach = reachable(used)
    depth: dict[str, int] = {}
    above = {room: {name for name in used if room in reach[name]} - _circle(room, reach) for room in used}
    for room in sorted(used, key=lambda name: len(above[name])):
        depth[room] = 1 + max((depth[name] for name in above[room]), default=-1)
    return [sorted(name for name in used if depth[name] == level) for level in range(max(depth.values()) + 1)]


def _circle(room: str, reach: Imports) -> set[str]:
    """Returns this room and the rooms that both import it and are imported by it, directly or through others."""
    return {room} | {name for name in reach[room] if room in reach[name]}


def arrows(used: Imports) -> set[tuple[str, str]]:
    """Returns the imports that no other imports imply."""
    reach = reachable(used)
    found = set()
    for room, direct in used.items():
        for name in direct:
            between = direct - _circle(room, reach) - _circle(name, reach)
            if not any(name in reach[middle] for middle in between):
                found.add((room, name))
    return found


def routes(used: Imports, rows: list[list[str]]) -> dict[tuple[str, str], list[str]]:
    """Returns the stops of each arrow, with one in every layer that it passes, so that it goes between the boxes."""
    depth = {room: level for level, row in enumerate(rows) for room in row}
    found = {}
    for a, b in sorted(arrows(used)):
        passed = range(depth[a] + 1, depth[b])
        stops = [f"{a}>{b}@{level}" for level in passed]
        for level, stop in zip(passed, stops, strict=True):
            rows[level].append(stop)
        found[a, b] = [a, *stops, b]
    return found


def placed(rows: list[list[str]], ways: Iterable[list[str]]) -> dict[str, tuple[int, int]]:
    """Returns the center of each box and stop.

    The boxes and stops of a layer are sorted by the positions of the boxes and stops that they are connected to.
    """
    neighbours: Imports = {name: set() for row in rows for name in row}
    for way in ways:
        for a, b in pairwise(way):
            neighbours[a].add(b)
            neighbours[b].add(a)
    across = {name: x for row in rows for name, x in _spread(row).items()}
    for _ in range(SWEEPS):
        for row in rows:
            pull = {name: mean([across[other] for other in neighbours[name]] or [0]) for name in row}
            row.sort(key=lambda name: (pull[name], name))
            across |= _spread(row)
    return {
        name: (across[name], BOX_HEIGHT // 2 + level * (BOX_HEIGHT + LAYER_GAP))
        for level, row in enumerate(rows)
        for name in row
    }


def _spread(row: list[str]) -> dict[str, int]:
    """Places the boxes and stops of a layer side by side around the middle."""
    widths = [0 if ">" in name else BOX_WIDTH for name in row]
    left = -(sum(widths) + GAP * (len(row) - 1)) // 2
    across = {}
    for name, width in zip(row, widths, strict=True):
        across[name] = left + width // 2
        left += width + GAP
    return across


def drawing() -> str:
    """Returns the picture as SVG."""
    used = imports()
    rows = layers(used)
    ways = routes(used, rows)
    places = placed(rows, ways.values())
    half = max(abs(x) for x, _ in places.values()) + BOX_WIDTH // 2 + GAP
    width, height = 2 * half, max(y for _, y in places.values()) + BOX_HEIGHT // 2 + 2 * GAP
    places = {name: (x + half, y + GAP) for name, (x, y) in places.items()}
    parts = [
        f'<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img"',
        ' aria-label="The packages and modules of mfa-setup in layers: each imports only what is below it">',
        "<style>text { font: 14px ui-monospace, Menlo, Consolas, monospace; fill: #1b1f24; text-anchor: middle }",
        "rect { fill: #eef3fb; stroke: #5b7db1 } .sheet { fill: #ffffff; stroke: none }",
        "path { fill: none; stroke: #8a97a8 } marker path { fill: #8a97a8; stroke: none }</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">',
        '<path d="M0 0 L8 4 L0 8 z"/></marker></defs>',
        f'<rect class="sheet" width="{width}" height="{height}" rx="8"/>',
    ]
    parts += [_arrow([places[stop] for stop in way]) for way in ways.values()]
    parts += [_box(room, *places[room]) for room in sorted(used)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _arrow(way: list[tuple[int, int]]) -> str:
    (x, y), (end, level) = way[0], way[-1]
    if y == level:  # rooms that import each other are side by side
        side = 1 if end > x else -1
        y += side * 6
        return f'<path d="M{x + side * BOX_WIDTH // 2} {y} L{end - side * BOX_WIDTH // 2} {y}" marker-end="url(#tip)"/>'
    half, bend = BOX_HEIGHT // 2, LAYER_GAP // 2
    line = f"M{x} {y + half}"
    for (x1, y1), (x2, y2) in pairwise(way):
        line += f" C{x1} {y1 + half + bend} {x2} {y2 - half - bend} {x2} {y2 - half} V{y2 + half}"
    return f'<path d="{line.rpartition(" V")[0]}" marker-end="url(#tip)"/>'


def _box(room: str, x: int, y: int) -> str:
    label = f"{room}/" if (SOURCE / room).is_dir() else f"{room}.py"
    corner = f'x="{x - BOX_WIDTH // 2}" y="{y - BOX_HEIGHT // 2}"'
    rect = f'<rect {corner} width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>'
    return f'{rect}<text x="{x}" y="{y + 5}">{label}</text>'


if __name__ == "__main__":
    TARGET.write_text(drawing(), encoding="utf-8")
