"""Which room may import which: the flow goes one way, and the sandbox stands apart."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "mfa_setup"
SDKS = {"auth0", "twilio"}
# Each room, and the rooms that it may know besides itself.
ALLOWED = {
    "model": set(),
    "errors": {"model"},
    "twilio_codes": set(),
    "cancellation": {"errors"},
    "clock": set(),
    "settings": {"model", "errors"},
    "store": {"model", "errors"},
    "appconfig": {"errors", "settings", "store"},
    "ports": {"model"},
    "adapters": {"model", "errors", "cancellation", "clock", "twilio_codes", "settings", "store"},
    "resources": {"model", "errors", "cancellation", "clock", "ports", "store", "appconfig"},
    "checks": {"model", "errors", "ports", "resources", "twilio_codes"},
    "engine": {"model", "errors", "ports", "appconfig", "resources", "checks"},
    "render": {"model", "errors", "settings"},
    "prove": {"model", "errors", "clock", "twilio_codes", "ports", "settings", "resources"},
    "sandbox": set(),
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
