"""Which room may import which: the flow goes one way, and the sandbox stands apart."""

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mfa_setup"
SDKS = {"auth0", "twilio"}
# Each room, and the rooms that it may know besides itself.
ALLOWED = {
    "model": set(),
    "errors": {"model"},
    "twilio_codes": set(),
    "cancellation": {"errors"},
    "clock": set(),
    "quoting": set(),
    "settings": {"model", "errors", "liquid", "otp_text", "quoting"},
    "store": {"model", "errors", "quoting"},
    "appconfig": {"errors", "settings", "store"},
    "ports": {"model"},
    "adapters": {"model", "errors", "cancellation", "clock", "twilio_codes", "settings", "store"},
    "services": {"errors", "cancellation", "clock", "ports", "store"},
    "snapshot": {"model", "errors", "phone", "ports", "store", "appconfig", "services"},
    "resources": {
        "model",
        "errors",
        "clock",
        "otp_text",
        "phone",
        "ports",
        "store",
        "appconfig",
        "services",
        "snapshot",
    },
    "checks": {"model", "errors", "liquid", "otp_text", "phone", "resources", "snapshot", "twilio_codes"},
    "engine": {
        "model",
        "errors",
        "phone",
        "ports",
        "store",
        "appconfig",
        "services",
        "snapshot",
        "resources",
        "checks",
    },
    "export": {"model", "errors", "phone", "resources", "snapshot", "engine"},
    "render": {"model", "errors", "phone", "quoting"},
    "prove": {
        "model",
        "errors",
        "clock",
        "liquid",
        "otp_text",
        "phone",
        "twilio_codes",
        "ports",
        "settings",
        "services",
        "snapshot",
        "resources",
    },
    "compose": {
        "model",
        "errors",
        "cancellation",
        "settings",
        "store",
        "appconfig",
        "ports",
        "adapters",
        "services",
        "engine",
    },
    "fleet": {
        "model",
        "errors",
        "cancellation",
        "settings",
        "appconfig",
        "adapters",
        "snapshot",
        "engine",
        "compose",
    },
    "liquid": set(),
    "otp_text": {"liquid"},
    "sandbox": {"liquid"},
}


def modules() -> Iterator[tuple[Path, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        yield path, room


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    wrong = []
    for path, own in modules():
        if own != room:
            continue
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "mfa_setup" and parts[1] not in {room, "__version__"} | ALLOWED[room]:
                wrong.append(f"{path.relative_to(SOURCE)} imports {name}")
    assert wrong == []


def test_only_the_adapters_import_an_sdk() -> None:
    users = {own for path, own in modules() for name in imported(path) if name.split(".")[0] in SDKS}
    assert users == {"adapters"}


def test_only_the_command_that_starts_it_imports_the_sandbox() -> None:
    users = {
        str(path.relative_to(SOURCE))
        for path, own in modules()
        for name in imported(path)
        if name.startswith("mfa_setup.sandbox") and own != "sandbox"
    }
    assert users == {"cli/commands/sandbox.py"}


def of_the_engine() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted((SOURCE / "engine").glob("*.py")):
        yield from ((path.name, node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def types_asked_for(node: ast.AST) -> set[str]:
    """The names of the types that a piece of code tells apart: `isinstance(value, …)`, `case …():`."""
    asked: list[ast.expr] = [node.cls] if isinstance(node, ast.MatchClass) else []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
        asked = node.args[1:]
    return {ast.unparse(one) for part in asked for one in getattr(part, "elts", [part])}


def test_the_engine_asks_nothing_for_its_type() -> None:
    """It knows resources from the registry and parts by `known`, `known_or` and `first_unread`; some errors stop it."""
    asked = {(file, name) for file, node in of_the_engine() for name in types_asked_for(node)}
    assert asked == {("report.py", "GuardRefusedError")}
    assert [file for file, node in of_the_engine() if isinstance(node, ast.Assert)] == []


def test_a_question_for_a_type_would_be_found() -> None:
    tree = ast.parse("match step:\n  case Stage(): isinstance(part, (Step, base.Action))")
    assert set().union(*(types_asked_for(node) for node in ast.walk(tree))) == {"Stage", "Step", "base.Action"}


def test_the_engine_has_no_scopes_of_its_own() -> None:
    """What reading needs is in `snapshot/reader.py`, what a write needs in the description of its resource."""
    words = {str(node.value) for _, node in of_the_engine() if isinstance(node, ast.Constant)}
    assert {word for word in words if re.fullmatch(r"(create|read|update|delete):\w+", word)} == set()


def edges(package: str) -> dict[str, set[str]]:
    """The modules of a package, and those of it that each imports: anywhere, for whatever reason."""
    found = {}
    for path, _ in modules():
        parts = ("mfa_setup", *path.relative_to(SOURCE).with_suffix("").parts)
        found[".".join(parts).removesuffix(".__init__")] = set(imported(path))
    known = {name: names for name, names in found.items() if f"{name}.".startswith(f"{package}.")}
    return {name: {module for one in names for module in _run(one, known)} - {name} for name, names in known.items()}


def _run(name: str, known: dict[str, set[str]]) -> Iterator[str]:
    """The modules that importing a name runs: `a.b.c` runs `a`, `a.b` and, where it is a module, `a.b.c`."""
    parts = name.split(".")
    yield from (module for end in range(1, len(parts) + 1) if (module := ".".join(parts[:end])) in known)


def in_a_circle(graph: dict[str, set[str]]) -> list[str]:
    """What is left once nothing more can be imported without importing what is left."""
    left = dict(graph)
    while ready := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in ready:
            del left[name]
    return sorted(left)


def test_the_sandbox_has_no_import_circle() -> None:
    """Neither in functions nor under TYPE_CHECKING: its parts can be read one after the other."""
    assert in_a_circle(edges("mfa_setup.sandbox")) == []


def test_an_import_circle_would_be_found() -> None:
    """The check above can fail; so it does for what the packages import by their names."""
    assert in_a_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    assert "mfa_setup.sandbox.auth0.fresh" in edges("mfa_setup.sandbox")["mfa_setup.sandbox.world"]


def test_the_picture_of_the_architecture_is_that_of_the_imports() -> None:
    drawn = runpy.run_path(str(ROOT / "tools" / "architecture.py"))["drawing"]()
    kept = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    assert kept == drawn, "run `python tools/architecture.py`"


def test_the_picture_has_an_order_even_where_rooms_import_each_other() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "architecture.py"))
    used = {"a": {"b", "c", "d"}, "b": {"a", "c"}, "c": {"d"}, "d": set(), "e": set()}
    assert tool["layers"](used) == [["a", "b", "e"], ["c"], ["d"]]
    assert tool["arrows"](used) == {("a", "b"), ("b", "a"), ("a", "c"), ("b", "c"), ("c", "d")}


def test_every_room_is_described() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms = {own for _, own in modules() if not own.startswith("__")}
    assert {room for room in rooms if f"`{room}/`" not in text and f"`{room}.py`" not in text} == set()
