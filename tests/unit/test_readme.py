"""What the README promises, held against the code."""

import re
from pathlib import Path
from typing import get_args

from mfa_setup.resources.phone_stack import SWITCH_SCOPES
from mfa_setup.resources.registry import ACTIONS
from mfa_setup.resources.scope_writes import LIMIT_SCOPES
from mfa_setup.snapshot.names import SEND_SCOPES, PartName, scopes_of

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_block_of_scopes_is_what_all_commands_need() -> None:
    block = re.search(r"<!-- scopes -->\s+```text\n(.*?)```\s+<!-- /scopes -->", README, re.DOTALL)
    assert block is not None
    needed = frozenset().union(
        *(action.scopes for action in ACTIONS.values()),
        *(scopes_of(get_args(PartName), stack) | SEND_SCOPES[stack] for stack in SEND_SCOPES),
    )
    limits = re.search(r"<!-- scopes of limits -->\s+```text\n(.*?)```\s+<!-- /scopes of limits -->", README, re.DOTALL)
    assert limits is not None
    # `migrate` alone may change tenant settings; docs/migrate.md names its scope.
    assert block[1].split() == sorted(needed - SWITCH_SCOPES - LIMIT_SCOPES)
    assert limits[1].split() == sorted(LIMIT_SCOPES)


def test_its_parts_come_in_the_order_in_which_a_newcomer_needs_them() -> None:
    headings = re.findall(r"^## (.+)$", README, re.MULTILINE)
    order = ["What you need", "Try the demo", "Five minutes to a real tenant", "Install", "Reference"]
    assert headings[: len(order)] == order


def test_nothing_is_installed_from_a_package_index() -> None:
    assert re.findall(r"(?:pipx|pip|uv tool|uv pip) install (?!'?\.)\S+", README) == []
    assert "uvx" not in README
