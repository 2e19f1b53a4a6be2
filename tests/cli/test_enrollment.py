"""How many users have a second factor: `plan`, `status` and `doctor` count them, and nothing personal is kept."""

import asyncio
import json
from pathlib import Path

import pytest
from starlette.types import Message

from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from mfa_setup.sandbox.auth0.users import new_user
from support.gate import Visit, gate
from support.lab import Lab, Result, Run

USERS = "/api/v2/users"
ASKED = "Never -> Always: every user of every application will be asked for a code"
UNCOUNTED = "sers with a second factor were not counted, which takes the scope read:users"
COUNTS = [
    (0, 0, "the tenant has no users"),
    (0, 1, "the only user has no second factor"),
    (1, 1, "the only user has a second factor"),
    (1, 2, "1 of 2 users has a second factor"),
    (12, 340, "12 of 340 users have a second factor"),
    (999, 1_000, "999 of 1000 users have a second factor"),
    (2, 1_001, "users with a second factor were not counted, because there are more than 1,000 users"),
]
SECONDS = 5


def populate(lab: Lab, users: int, enrolled: int = 0) -> None:
    """Fills the tenant; the users who have enrolled are those who came last, so that they are on the last page."""
    people, connection = (
        lab.sandbox.world.first.people,
        {
            "name": "Username-Password-Authentication",
            "strategy": "auth0",
        },
    )
    for at in range(users):
        user = new_user(connection, {"email": f"quetzal{at}@example.com"})
        people.users[user["user_id"]] = user
        people.add_phone(user["user_id"], "+12015550123", confirmed=at >= users - enrolled)


def check(result: Result) -> dict[str, str]:
    """The check of `doctor`."""
    return next(check for check in result.document["checks"] if check["id"] == "enrollment")


def pages(lab: Lab, since: int) -> int:
    """How many pages of users were read."""
    return sum(one["path"] == USERS for one in lab.log(since))


@pytest.mark.parametrize(("enrolled", "users", "told"), COUNTS)
def test_status_and_doctor_tell_how_many_users_have_a_second_factor(
    run: Run, unified: Lab, enrolled: int, users: int, told: str
) -> None:
    populate(unified, users, enrolled)
    assert told in run("status", env=unified.env).out
    found = check(run("doctor", "--json", env=unified.env))
    assert found["evidence"] == f"{told[0].upper()}{told[1:]}."
    assert found["status"] == ("skip" if users > 1_000 else "pass")
    assert found["fix"] == ""


def test_a_plan_tells_how_many_of_those_who_will_be_asked_have_a_second_factor(run: Run, unified: Lab) -> None:
    populate(unified, 340, enrolled=12)
    summary = run("plan", "--json", env=unified.env).change("policy")["summary"]
    assert summary == f"{ASKED}; 12 of 340 users have a second factor"


def test_a_plan_that_asks_nobody_counts_nobody(run: Run, unified: Lab) -> None:
    populate(unified, 3)
    assert "second factor" not in run("plan", "--policy", "never", env=unified.env).out


@pytest.mark.parametrize(("users", "read"), [(0, 1), (100, 1), (101, 2), (340, 4), (1_000, 10), (1_001, 1)])
@pytest.mark.parametrize("command", ["plan", "status", "doctor"])
def test_no_more_pages_are_read_than_it_takes(run: Run, unified: Lab, command: str, users: int, read: int) -> None:
    populate(unified, users)
    before = unified.mark()
    run(command, "--json", env=unified.env)
    assert pages(unified, before) == read


def test_up_reads_one_page_and_names_the_command_that_counts(run: Run, unified: Lab) -> None:
    populate(unified, 340, enrolled=12)
    before = unified.mark()
    policy = run("up", "--yes", "--json", env=unified.env).change("policy")
    assert pages(unified, before) == 1
    assert policy["summary"] == f"{ASKED}; `mfa-setup status` counts how many of the 340 users have a second factor"


class Together:
    """Keeps each page after the first waiting until as many are asked for; `alone` where one waited in vain."""

    def __init__(self, number: int) -> None:
        self.alone = False
        self._number = number
        self._seen = 0
        self._all = asyncio.Event()

    async def __call__(self, visit: Visit) -> list[Message]:
        self._seen += visit.path == USERS
        if visit.path != USERS or self._seen == 1:
            return await visit.pass_on()
        if self._seen == self._number + 1:
            self._all.set()
        try:
            await asyncio.wait_for(self._all.wait(), SECONDS)
        except TimeoutError:
            self.alone = True
        return await visit.pass_on()


def test_the_pages_after_the_first_are_read_together(run: Run, unified: Lab) -> None:
    populate(unified, 340)
    with gate(unified, further := Together(3)):
        assert run("status", "--json", env=unified.env).code == 0
    assert not further.alone


def test_without_the_scope_each_command_tells_which_one_it_takes(run: Run, unified: Lab) -> None:
    populate(unified, 3)
    unified.grant([scope for scope in ALL_SCOPES if scope != "read:users"])
    assert UNCOUNTED in run("status", env=unified.env).out
    assert run("plan", "--json", env=unified.env).change("policy")["summary"] == f"{ASKED}; u{UNCOUNTED}"
    found = check(run("doctor", "--json", env=unified.env))
    assert found["status"] == "skip"
    assert "read:users" in found["evidence"]


def test_a_page_that_cannot_be_read_is_told_and_stops_nothing(run: Run, unified: Lab) -> None:
    populate(unified, 3)
    unified.faults({"method": "GET", "path": USERS, "effect": "status:403", "times": 9})
    result = run("status", env=unified.env)
    assert (result.code, "second factor" in result.out) == (0, True)


class Read:
    """Keeps the names of everything that is read of the users."""

    def __init__(self) -> None:
        self.names = set[str]()

    async def __call__(self, visit: Visit) -> list[Message]:
        if visit.path != USERS:
            return await visit.pass_on()
        answer = await visit.take()
        page = json.loads(b"".join(message.get("body", b"") for message in answer))
        self.names |= {name for user in page["users"] for name in user}
        return answer


@pytest.mark.parametrize("command", ["plan", "status", "doctor"])
def test_nothing_personal_is_read_shown_or_kept(run: Run, unified: Lab, tmp_path: Path, command: str) -> None:
    populate(unified, 120, enrolled=5)
    with gate(unified, read := Read()):
        result = run(command, "-vv", env=unified.env)
    assert "5 of 120 users have" in result.out
    assert read.names == {"user_id", "multifactor"}
    assert "quetzal" not in result.out + result.err
    kept = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in kept if "auth0|" in text or "quetzal" in text]
