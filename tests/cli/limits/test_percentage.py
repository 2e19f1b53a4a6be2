"""The share of the users that the limits ask: near enough, the same at each login, and never smaller as it grows.

The Action that the command has deployed runs as the sandbox's login runs it, once for each of 1,000 users.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.scope_code import ACTION_NAME, ScopeCode
from mfa_setup.sandbox.actions.records import POST_LOGIN
from mfa_setup.sandbox.actions.runner import run
from mfa_setup.sandbox.auth0.action_records import deployed_actions
from support import scene
from support.flow import event_of, login
from support.hosted import PASSWORD, House, Person

LOCAL_IDS = [hashlib.sha256(str(number).encode()).hexdigest()[:24] for number in range(1000)]
IDS = [f"auth0|{local}" for local in LOCAL_IDS]

Limit = Callable[..., None]


@pytest.fixture
def event(house: House, person: Person) -> dict[str, Any]:
    """The event of a real login, in a tenant whose Action has a salt already, so that the shares are always the same.

    Otherwise the salt is the domain, which for a sandbox is the port that it got.
    """
    found = event_of(house, person)
    code = ScopeCode(scope=PolicyScope(percent=1), salt="acme.eu.auth0.com").text
    house.lab.control("actions", [{"name": ACTION_NAME, "code": code}])
    return found


def asked(house: House, event: dict[str, Any], ids: Sequence[str] = IDS) -> set[str]:
    """The users whom the bound Action asks for a code."""
    tenant = house.lab.sandbox.world.tenants[house.lab.domain]
    actions, found = deployed_actions(tenant, POST_LOGIN), set()
    for user_id in ids:
        (done,) = run(tenant.site.workers, actions, event | {"user": event["user"] | {"user_id": user_id}})
        assert done.failure is None
        if done.calls:
            assert [call.function for call in done.calls] == ["multifactor.enable"]
            found.add(user_id)
    return found


def test_a_share_is_near_the_percentage_and_keeps_everyone_as_it_grows(
    house: House, event: dict[str, Any], limit: Limit
) -> None:
    limit("--only-percent", "30")
    few = asked(house, event)
    limit("--only-percent", "60")
    more = asked(house, event)
    assert 270 <= len(few) <= 330
    assert 570 <= len(more) <= 630
    assert few < more


def test_a_login_is_asked_if_its_user_is_within_the_percentage(
    house: House, event: dict[str, Any], limit: Limit
) -> None:
    limit("--only-percent", "30")
    some = LOCAL_IDS[:8]
    few = asked(house, event, [f"auth0|{local}" for local in some])
    expected = [f"auth0|{local}" in few for local in some]
    assert {True, False} == set(expected)
    for local in some:
        body = {"connection": scene.CONNECTION, "email": f"{local}@example.com", "password": PASSWORD}
        house.lab.auth0("POST", "users", body | {"user_id": local})
    for _ in range(2):
        pages = [login(house, f"{local}@example.com") for local in some]
        assert [page == "mfa-sms-enrollment" for page in pages] == expected
