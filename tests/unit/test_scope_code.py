"""The code of our Action: it is read back to what it was written from, and runs as the docs say on any event."""

import json
from pathlib import Path
from typing import Any

import pytest
import quickjs

from mfa_setup.model.scope import PolicyScope, ScopedApplication, ScopedName
from mfa_setup.model.scope_code import ACTION_NAME, ScopeCode, read_code, with_client_id

PORTAL, INTRANET = ScopedApplication(name="Acme Portal", client_id="portal"), "intranet"
ASKED = [["any", {"allowRememberBrowser": True}]]
WRAPPER = """
const exports = {}; const console = { log: () => {} };
%s
const run = async (event, broken) => {
  const calls = [];
  const enable = (...given) => { calls.push(given); if (broken) throw new Error('broken'); };
  await exports.onExecutePostLogin(event, { multifactor: { enable } });
  return calls;
};
globalThis.ends = (event, broken) => {
  run(event, broken).then((calls) => { globalThis.result = JSON.stringify(calls); },
                          (error) => { globalThis.result = JSON.stringify(`threw ${error}`); });
};
"""


def event(**parts: Any) -> dict[str, Any]:
    """A login of the portal, as Auth0 tells an Action of it."""
    return {
        "client": {"client_id": PORTAL.client_id, "name": PORTAL.name},
        "connection": {"id": "con_1", "name": "Users", "strategy": "auth0"},
        "user": {"user_id": "auth0|1", "email": "kim@example.com"},
        "authentication": {"methods": [{"name": "pwd"}]},
        "transaction": {"protocol": "oidc-basic-profile"},
    } | parts


class Login:
    """Runs an Action's code in a JavaScript engine."""

    def __init__(self, code: str) -> None:
        self.context = quickjs.Context()
        self.context.eval(WRAPPER.replace("%s", code))

    def __call__(self, given: object, *, broken: bool = False) -> Any:
        """What the Action asks for, or the error that it throws."""
        self.context.eval(f"ends({json.dumps(given)}, {json.dumps(broken)})")
        while self.context.execute_pending_job():
            pass
        return json.loads(self.context.eval("result"))


def login(scope: PolicyScope, salt: str = "salt") -> Login:
    return Login(ScopeCode(scope=scope, salt=salt).text)


def test_what_the_code_is_written_from_is_read_back() -> None:
    scope = PolicyScope(
        applications=(ScopedApplication(name='A "quoted"\n</script> \u2028 %s name', client_id="one"),),
        connections=(ScopedName(name="Users", id="con_1"),),
        organizations=(ScopedName(name="acme", id="org_1"),),
        roles=("Großkunde", "*/ admin"),
        percent=99,
    )
    written = ScopeCode(scope=scope, salt="acme.eu.auth0.com")
    assert read_code(written.text) == written
    assert written.text.isascii()
    assert login(scope)(event()) == []


@pytest.mark.parametrize(
    "code",
    [
        "",
        "exports.onExecutePostLogin = async () => {};",
        ScopeCode(scope=PolicyScope(), salt="s").text.replace(":v1", ":v2"),
        ScopeCode(scope=PolicyScope(), salt="s").text.replace('"salt"', '"pepper"'),
        ScopeCode(scope=PolicyScope(), salt="s").text.replace('"percent": null', '"percent": 100'),
        ScopeCode(scope=PolicyScope(), salt="s").text.replace('"percent": null', '"percent"'),
        ScopeCode(scope=PolicyScope(), salt="s").text.replace("{", "[", 1),
        "// " + ScopeCode(scope=PolicyScope(), salt="s").text,
    ],
)
def test_code_without_our_marker_or_with_a_damaged_constant_is_not_read(code: str) -> None:
    assert read_code(code) is None


def test_only_logins_of_the_named_applications_are_asked() -> None:
    of_portal = login(PolicyScope(applications=(PORTAL,)))
    assert of_portal(event()) == ASKED
    assert of_portal(event(client={"client_id": INTRANET, "name": "Acme Portal"})) == []


@pytest.mark.parametrize(
    ("scope", "inside", "outside"),
    [
        (
            PolicyScope(connections=(ScopedName(name="Users", id="con_1"),)),
            {},
            {"connection": {"id": "con_2", "name": "Users"}},
        ),
        (
            PolicyScope(organizations=(ScopedName(name="acme", id="org_1"),)),
            {"organization": {"id": "org_1", "name": "acme"}},
            {"organization": {"id": "org_2", "name": "acme"}},
        ),
        (PolicyScope(organizations=(ScopedName(name="acme", id="org_1"),)), {"organization": {"id": "org_1"}}, {}),
        (
            PolicyScope(roles=("admin", "auditor")),
            {"authorization": {"roles": ["clerk", "auditor"]}},
            {"authorization": {"roles": ["clerk"]}},
        ),
        (PolicyScope(roles=("admin",)), {"authorization": {"roles": ["admin"]}}, {}),
    ],
)
def test_each_kind_of_limit_asks_only_who_matches(
    scope: PolicyScope, inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    tried = login(scope)
    assert tried(event(**inside)) == ASKED
    assert tried(event(**outside)) == []


def test_a_login_must_match_every_kind_of_limit() -> None:
    both = login(PolicyScope(applications=(PORTAL,), roles=("admin",)))
    assert both(event(authorization={"roles": ["admin"]})) == ASKED
    assert both(event()) == []
    assert both(event(client={"client_id": INTRANET}, authorization={"roles": ["admin"]})) == []


def test_a_refresh_token_and_a_session_that_passed_mfa_are_not_asked() -> None:
    everyone = login(PolicyScope(applications=(PORTAL,)))
    assert everyone(event(transaction={"protocol": "oauth2-refresh-token"})) == []
    assert everyone(event(authentication={"methods": [{"name": "pwd"}, {"name": "mfa", "type": "phone"}]})) == []
    without = event()
    del without["authentication"], without["transaction"]
    assert everyone(without) == ASKED


@pytest.mark.parametrize(
    "odd",
    [
        None,
        {},
        [],
        0,
        "event",
        event(client=None),
        event(connection=None),
        event(user=None),
        event(user={}),
        event(authentication={"methods": 1}),
        event(authentication={"methods": [None]}),
        event(authorization={"roles": 1}),
    ],
)
def test_an_event_that_cannot_be_judged_is_asked_and_never_fails(odd: object) -> None:
    scope = PolicyScope(
        applications=(PORTAL,),
        connections=(ScopedName(name="Users", id="con_1"),),
        roles=("admin",),
        percent=99,
    )
    if isinstance(odd, dict) and odd.get("user") in ({}, None):
        odd = odd | {"authorization": {"roles": ["admin"]}}
    assert login(scope)(odd) == ASKED
    assert login(scope)(odd, broken=True) == ASKED  # `enable` itself fails, and the login goes on


def test_a_broken_call_is_tried_once_more_and_does_not_fail_the_login() -> None:
    assert login(PolicyScope(applications=(PORTAL,)))(event(), broken=True) == [*ASKED, *ASKED]


IDS = [f"auth0|{number:024x}" for number in range(0x5F3A, 0x5F3A + 1000)]


@pytest.mark.parametrize("percent", [1, 10, 30, 60, 99])
def test_the_percentage_is_the_share_of_the_users_that_is_asked(percent: int) -> None:
    tried = login(PolicyScope(percent=percent), "acme.eu.auth0.com")
    asked = sum(bool(tried(event(user={"user_id": user_id}))) for user_id in IDS)
    assert abs(asked - 10 * percent) <= 30


def test_a_growing_percentage_keeps_everyone_who_was_asked() -> None:
    few, more = login(PolicyScope(percent=30)), login(PolicyScope(percent=60))
    asked = [user_id for user_id in IDS if few(event(user={"user_id": user_id}))]
    assert asked
    assert all(more(event(user={"user_id": user_id})) for user_id in asked)
    other = login(PolicyScope(percent=30), "another salt")
    assert asked != [user_id for user_id in IDS if other(event(user={"user_id": user_id}))]


@pytest.mark.parametrize("salt", ["acme.eu.auth0.com", "", "Größe \U0001f511"])
def test_mfa_setup_computes_the_share_of_a_user_as_the_action_does(salt: str) -> None:
    code = ScopeCode(scope=PolicyScope(percent=30), salt=salt)
    tried = login(code.scope, salt)
    for user_id in [*IDS[:100], "google-oauth2|1", "samlp|Ünï|\U0001f511", ""]:
        assert tried.context.eval(f"shareOf({json.dumps(user_id)})") == code.share_of(user_id)
        assert bool(tried(event(user={"user_id": user_id}))) is (code.share_of(user_id) < 30)


def test_who_is_within_the_percentage_is_decided_by_a_public_hash() -> None:
    # The published values of FNV-1a, 32 bits, for these texts.
    for text, found in (("a", 0xE40C292C), ("foobar", 0xBF9CF968)):
        assert ScopeCode(scope=PolicyScope(), salt="").share_of(text) == found % 100


def test_the_client_id_of_an_application_that_was_only_planned_is_filled_in() -> None:
    planned = ScopedApplication(name="(new application)", client_id="(new application)")
    code = ScopeCode(scope=PolicyScope(applications=(planned, PORTAL)), salt="s").text
    real = read_code(with_client_id(code, "(new application)", "real"))
    assert real is not None
    assert [one.client_id for one in real.scope.applications] == ["real", "portal"]
    assert real.scope.applications[0].name == "(new application)"


def test_the_documentation_shows_the_code_in_full() -> None:
    shown = Path(__file__).parents[2].joinpath("docs", "mfa-for-some.md").read_text(encoding="utf-8")
    scope = PolicyScope(
        applications=(ScopedApplication(name="Acme Portal", client_id="abcdefghijklmnopqrstuvwxyz012345"),), percent=10
    )
    code = ScopeCode(scope=scope, salt="acme.eu.auth0.com").text
    assert f"```js\n{code}```" in shown
    assert ACTION_NAME in shown
