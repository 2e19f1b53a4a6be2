"""`undo` after a run that was killed anywhere restores exactly what was there before it."""

from itertools import count as numbers
from typing import Any

import pytest

from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support.gate import gate
from support.killer import Killer
from support.lab import Lab
from support.tally import Count
from support.trial import UP, Ground, check_document, floor_holds

EVERY = 3
"""Of the requests to be killed at, every third: the kill sweep tries them all."""
PARTS = 3
UNDO = ("undo", "--yes", "--json", "--release-number", "--delete-application")
COUNTERS = {"purchases", "messages"}
"""What no undo takes back, for it is a history."""


def furnish(lab: Lab) -> None:
    """A tenant that somebody has set up in part before: factors, message types and a policy of their own."""
    lab.auth0("PUT", "guardian/factors/otp", {"enabled": True})
    lab.auth0("PUT", "guardian/factors/sms", {"enabled": True})
    lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["voice"]})
    lab.auth0("POST", "clients", {"name": "Twilio MFA Test", "app_type": "spa", "callbacks": ["https://acme.example"]})


def state(lab: Lab) -> dict[str, Any]:
    """Everything, as the services answer it; a list that was never set counts as an empty one.

    `PATCH /clients/{id}` takes an array for such a field and no null (OpenAPI), so nothing takes it off again.
    """
    found = lab.everything
    for tenant in found["tenants"].values():
        tenant["clients"] = [
            {key: value for key, value in client.items() if value != []} for client in tenant["clients"]
        ]
    found["twilio"] = {key: value for key, value in found["twilio"].items() if key not in COUNTERS}
    return found


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("furnished", [False, True], ids=["bare", "furnished"])
def test_undo_after_a_kill_puts_everything_back(ground: Ground, count: Count, part: int, *, furnished: bool) -> None:
    wrong, undone = [], 0
    for at in numbers(1 + part * EVERY, EVERY * PARTS):
        place, killer = ground.fresh(at), Killer(at, "after")
        if furnished:
            furnish(ground.lab)
        before = state(ground.lab)
        with gate(ground.lab, killer):
            child = ground.start(place, *UP)
            killer.victim.set_result(child.pid)
            child.result()
        result = ground.start(place, *UNDO).result()
        undone += 1
        count("undos")
        try:
            assert result.code == 0, result
            check_document(result)
            assert state(ground.lab) == before
        except AssertionError as failed:
            wrong.append(f"killed at {at}: {str(failed)[:1500]}")
        if killer.hit is None:
            break
    assert undone > 1
    assert wrong == [], f"{len(wrong)} of {undone}"


def test_an_undo_with_too_few_scopes_that_is_killed_is_finished_by_the_next(ground: Ground, count: Count) -> None:
    wrong, undone = [], 0
    for at in numbers(1, EVERY):
        place, killer = ground.fresh(f"partial-{at}"), Killer(at, "after")
        ground.lab.grant(ALL_SCOPES)
        before = state(ground.lab)
        assert ground.start(place, *UP).result().code == 0
        ground.lab.grant([scope for scope in ALL_SCOPES if not scope.startswith("delete:")])
        with gate(ground.lab, killer):
            child = ground.start(place, *UNDO, "--no-token-cache")
            killer.victim.set_result(child.pid)
            child.result()
        floor = floor_holds(ground.lab)
        ground.lab.grant(ALL_SCOPES)
        result = ground.start(place, *UNDO).result()
        undone += 1
        count("undos")
        try:
            assert floor
            assert result.code == 0, result
            assert state(ground.lab) == before
        except AssertionError as failed:
            wrong.append(f"killed at {at}: {str(failed)[:1500]}")
        if killer.hit is None:
            break
    assert undone > 1
    assert wrong == [], f"{len(wrong)} of {undone}"
