"""`mfa-setup test login` under limits of the policy: what a login with or without a code proves then."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.demo.player import Player
from mfa_setup.errors import LoginRefusedError
from mfa_setup.model.scope import PolicyScope
from mfa_setup.model.scope_code import ScopeCode
from support import actions, scene
from support.lab import Lab, Result, Run
from support.waiting import Waiting, play, started

PORTAL, APP = "Acme Portal", "Twilio MFA Test"
IN_APP = f'the application "{APP}" is within the limits'
CONNECTION = "Username-Password-Authentication"
EMAIL, PASSWORD = Player.email, "Correct-Horse-7"
ASKS = "if (asksForMfa(event)) ask();"

Limit = Callable[..., None]


@pytest.fixture
def portal(unified: Lab) -> str:
    """The application of somebody else's; its client ID."""
    return scene.application(unified, name=PORTAL)


@pytest.fixture
def limit(run: Run, unified: Lab, portal: str) -> Limit:
    """Sets up the application of the test logins, and limits the policy."""
    assert portal
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://localhost:{probe.getsockname()[1]}"

    def call(*limits: str) -> None:
        # A tenant with users is only set up once it is known that the new number reaches them.
        options = ("--yes", "--json", "--url", url, "--override", "registration")
        result = run("up", *options, *limits, env=unified.env)
        assert result.code == 0, result.out

    return call


class Returning(Player):
    """A user who has an account, and no phone; `is_asked` is whether the login asked for one."""

    is_asked = False

    def __call__(self, url: str) -> None:
        with self._web:
            self.is_asked = "phone" in self._submit(self._open(url), username=EMAIL, password=PASSWORD).fields


def user(lab: Lab) -> tuple[str, int]:
    """Makes an account whose share of the percentage is neither the lowest nor the highest: its ID and the share."""
    limits = ScopeCode(scope=PolicyScope(), salt=lab.domain)
    name = next(str(number) for number in range(1000) if 1 <= limits.share_of(f"auth0|{number}") <= 98)
    body = {"connection": CONNECTION, "user_id": name, "email": EMAIL, "password": PASSWORD}
    found = lab.auth0("POST", "users", body)["user_id"]
    return str(found), limits.share_of(str(found))


def without_code(lab: Lab, folder: Path, *options: str, returning: bool = False) -> tuple[int, dict[str, Any]]:
    """How a test login ends that no code was asked for: its exit code and document."""
    with started(lab, folder, *options) as process:
        waiting = Waiting(process)
        if returning:
            Returning(lab.sandbox.url, lambda _text: None)(waiting.url)
        else:
            with pytest.raises(LoginRefusedError):  # it goes through before a phone is asked for
                play(lab, waiting.url)
        return waiting.end()


def with_code(lab: Lab, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """How a test login ends that asked for a code, and got it."""
    with started(lab, folder, *options) as process:
        play(lab, (waiting := Waiting(process)).url)
        return waiting.end()


def silence(lab: Lab) -> None:
    """Somebody changes our Action, so that it asks nobody; the limits in it stay."""
    code = str(actions.ours(lab)["code"])
    assert ASKS in code
    actions.edit(lab, code.replace(ASKS, ""))


def warning(document: dict[str, Any]) -> dict[str, Any]:
    """The one warning of a run."""
    (found,) = document["warnings"]
    return dict(found)


def failed(found: tuple[int, dict[str, Any]]) -> str:
    """What a failed proof says."""
    code, document = found
    assert (code, document["error"]["code"]) == (1, "login_without_mfa"), document
    assert document["outputs"]["proof"] is None
    return str(document["error"]["message"])


def passed_by(found: tuple[int, dict[str, Any]]) -> dict[str, Any]:
    """The warning about a login that proves nothing, and is no failure."""
    code, document = found
    assert (code, document["outputs"]["proof"]) == (0, None), document
    told = warning(document)
    assert told["code"] == "mfa_not_asked"
    return told


def test_a_login_within_the_limits_that_is_asked_is_proved(unified: Lab, folder: Path, limit: Limit) -> None:
    limit("--only-application", APP)
    code, document = with_code(unified, folder)
    assert (code, document["warnings"]) == (0, [])
    assert document["outputs"]["proof"]["amr"] == ["mfa"]


def test_a_login_within_the_limits_that_is_not_asked_fails(unified: Lab, folder: Path, limit: Limit) -> None:
    limit("--only-application", APP)
    silence(unified)
    said = failed(without_code(unified, folder))
    assert f"the policy asks users of {APP} for one: {IN_APP}." in said
    assert "not bound" not in said


def test_where_somebody_unbound_the_action_the_failure_says_so(unified: Lab, folder: Path, limit: Limit) -> None:
    limit("--only-application", APP)
    actions.bind(unified, [])
    assert "not deployed or not bound" in failed(without_code(unified, folder))


def test_a_login_of_another_application_is_rightly_not_asked(
    unified: Lab, folder: Path, limit: Limit, portal: str
) -> None:
    limit("--only-application", PORTAL)
    told = passed_by(without_code(unified, folder))
    assert f'as it should: the application "{APP}" is not within the limits.' in told["message"]
    assert f"`mfa-setup test login --app-client-id {portal}`" in told["hint"]


def test_a_login_outside_the_limits_that_is_asked_is_proved_with_a_warning(
    unified: Lab, folder: Path, limit: Limit
) -> None:
    limit("--only-application", PORTAL)
    other = actions.make(unified, "Ask all", actions.ASKING)
    actions.bind(unified, [other, actions.ours(unified)["id"]])
    code, document = with_code(unified, folder)
    assert (code, document["outputs"]["proof"]["amr"]) == (0, ["mfa"])
    told = warning(document)
    assert told["code"] == "mfa_asked_outside"
    assert f'"{APP}" is not within the limits' in told["message"]
    assert '"Ask all"' in told["hint"]


@pytest.mark.parametrize(
    ("kind", "value", "hidden"),
    [("--only-role", "admin", "the user's roles"), ("--only-connection", CONNECTION, "the user's connection")],
)
def test_what_a_login_does_not_show_is_named_and_no_failure(
    unified: Lab, folder: Path, limit: Limit, kind: str, value: str, hidden: str
) -> None:
    unified.auth0("POST", "roles", {"name": "admin"})
    limit("--only-application", APP, kind, value)
    silence(unified)
    told = passed_by(without_code(unified, folder))
    assert f"is not known: {IN_APP}, but the limits also depend on {hidden}" in told["message"]


@pytest.mark.parametrize("more", [0, 1])
def test_whether_the_user_is_within_the_percentage_is_computed(
    unified: Lab, folder: Path, limit: Limit, more: int
) -> None:
    _, share = user(unified)
    percent = share + more
    limit("--only-application", APP, "--only-percent", str(percent))
    silence(unified)
    found = without_code(unified, folder, returning=True)
    if more:
        assert f"{IN_APP} and the user is within the {percent} %" in failed(found)
    else:
        told = passed_by(found)
        assert f"as it should: the user is not within the {percent} %." in told["message"]
        assert "as a user within them" in told["hint"]


def test_the_share_of_a_user_is_what_the_action_computes(unified: Lab, folder: Path, limit: Limit) -> None:
    user_id, share = user(unified)
    assert user_id.startswith("auth0|")
    limit("--only-application", APP, "--only-percent", str(share))
    assert "as it should" in passed_by(without_code(unified, folder, returning=True))["message"]
    limit("--only-application", APP, "--only-percent", str(share + 1))
    with started(unified, folder) as process:
        waiting = Waiting(process)
        player = Returning(unified.sandbox.url, lambda _text: None)
        player(waiting.url)
        assert player.is_asked


def test_a_login_to_an_organization_is_compared_with_the_limits(unified: Lab, folder: Path, limit: Limit) -> None:
    organization = unified.control("organizations", {"name": "acme"})["id"]
    limit("--only-organization", "acme")
    app = next(spa for spa in unified.spas if spa["name"] == APP)
    unified.auth0("PATCH", f"clients/{app['client_id']}", {"organization_usage": "allow"})
    told = passed_by(without_code(unified, folder))
    assert "the login is not to an organization within the limits" in told["message"]
    assert f"--organization {organization}" in told["hint"]
    silence(unified)
    found = without_code(unified, folder, "--organization", organization, returning=True)
    assert "the login is to an organization within the limits" in failed(found)


def test_limits_that_cannot_be_read_leave_it_open(unified: Lab, folder: Path, limit: Limit) -> None:
    limit("--only-application", APP)
    code = str(actions.ours(unified)["code"])
    actions.edit(unified, code.replace("const SCOPE = {", "const SCOPE = { ...{},").replace(ASKS, ""))
    assert "was changed and cannot be read" in passed_by(without_code(unified, folder))["message"]


def test_an_action_that_may_not_be_read_leaves_it_open(unified: Lab, folder: Path, limit: Limit) -> None:
    limit("--only-application", APP)
    silence(unified)
    unified.faults({"method": "GET", "path": "/api/v2/actions/actions", "effect": "status:403", "times": 10})
    told = passed_by(without_code(unified, folder))
    assert "could not be read" in told["message"]
    assert "read:actions" in told["hint"]


@pytest.mark.parametrize(
    ("limits", "command"),
    [
        (("--only-application", PORTAL), "mfa-setup test login --app-client-id {portal}`: it logs in and shows"),
        (("--only-application", "{portal}"), "mfa-setup test login --app-client-id {portal}`: it logs in and shows"),
        (
            ("--only-application", PORTAL, "--only-application", APP),
            "mfa-setup test login --app-client-id {own}`: it logs in and shows",
        ),
        (("--only-percent", "10"), "mfa-setup test login`: it logs in and shows"),
    ],
)
def test_up_ends_with_the_login_that_proves_the_limits(
    run: Run, unified: Lab, portal: str, limits: tuple[str, ...], command: str
) -> None:
    result: Result = run("up", "--yes", *(word.format(portal=portal) for word in limits), env=unified.env)
    own = next(spa["client_id"] for spa in unified.spas if spa["name"] == APP)
    assert command.format(portal=portal, own=own) in " ".join((result.out + result.err).split())
    depends = "Log in as a user within the limits." in " ".join((result.out + result.err).split())
    assert depends is ("--only-percent" in limits)
