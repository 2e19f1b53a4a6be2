"""Post-login Actions of a tenant, given by the bodies of their handlers."""

from collections.abc import Sequence
from typing import Any

from support.hosted import EMAIL, House, Person

ASK = "api.multifactor.enable('any');"
ASK_AND_REMEMBER = "api.multifactor.enable('any', {allowRememberBrowser: true});"
SKIP = "api.multifactor.enable('none');"
ASK_ONCE = f"if (!(event.authentication?.methods ?? []).some((m) => m.name === 'mfa')) {{ {ASK} }}"


def handler(body: str) -> str:
    """The code of an Action with this body."""
    return f"exports.onExecutePostLogin = async (event, api) => {{ {body} }};"


def bind(house: House, *bodies: str) -> list[dict[str, Any]]:
    """Deploys and binds Actions, the first of which runs first."""
    return deploy(house, [handler(body) for body in bodies])


def deploy(house: House, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Deploys and binds Actions with this code: `action 1`, `action 2`, and so on."""
    actions = [{"name": f"action {number}", "code": code} for number, code in enumerate(codes, 1)]
    return list(house.lab.control("actions", actions))


def runs(house: House) -> list[dict[str, Any]]:
    """The runs so far, newest first."""
    return list(house.http.get("/_sandbox/action-runs").json())


def failures(house: House) -> list[dict[str, Any]]:
    """The details of the log entries about Actions that failed."""
    return [event["details"] for event in house.log() if event["type"] == "actions_execution_failed"]


def where(person: Person) -> str:
    """The page that somebody sees: the name of a prompt, or `callback`."""
    return "callback" if person.callback else person.address.partition("?")[0].rpartition("/")[2]


def sign_up(person: Person, **changes: str | None) -> str:
    """Signs up; the page that comes next."""
    person.start(**changes)
    person.sign_up()
    return where(person)


def login(house: House, email: str = EMAIL, **changes: str | None) -> str:
    """Logs somebody in who has an account, in a browser of their own; the page that comes next."""
    person = house.browser()
    person.start(**changes)
    person.log_in(email)
    return where(person)


def event_of(house: House, person: Person, **changes: str | None) -> dict[str, Any]:
    """What an Action sees of a new user's login, as it puts it into the ID token."""
    bind(house, "api.idToken.setCustomClaim('event', event);")
    house.policy()
    sign_up(person, **changes)
    return dict(person.claims()["event"])
