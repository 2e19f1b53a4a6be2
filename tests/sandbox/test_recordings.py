"""The sandbox against recorded exchanges with the real API.

Same status, same keys with the same types and nullness, same values; what the service invents has the same form.
The differences that remain are in `differences.toml`, each with its reason.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox
from support.replay import Replay

_FOLDER = Path(__file__).parents[3] / "shared" / "recordings"
_FILES = sorted(file for name in ("auth0", "actions") for file in (_FOLDER / name).glob("*.json"))
_LISTED = tomllib.loads(Path(__file__).with_name("differences.toml").read_text()).get("difference", [])

pytestmark = pytest.mark.skipif(not _FILES, reason="the recordings are not beside the project (../shared/recordings)")


@pytest.mark.parametrize("file", _FILES, ids=lambda path: path.stem)
def test_the_sandbox_answers_as_recorded(file: Path, sandbox: Sandbox, api: httpx.Client, record_property: Any) -> None:
    unrelated = "unique" in file.stem or file.stem.startswith("hist-")
    replay = Replay(api, sandbox, independent=unrelated)
    found = set(replay.run(json.loads(file.read_text())))
    here = [item for item in _LISTED if item["file"] == file.stem]
    listed = {(item["exchange"], what) for item in here for what in item["what"]}
    counts = {"checked": replay.checked, "unserved": replay.unserved, "cut": replay.incomplete, "listed": len(listed)}
    record_property("exchanges", counts)
    assert sorted(found - listed) == [], "differences that are not listed in differences.toml"
    assert sorted(listed - found) == [], "differences that are listed, but no longer there: take them off the list"


def test_every_listed_difference_has_a_reason() -> None:
    assert all(item["what"] and item["reason"].strip() for item in _LISTED)
