"""What a post-login Action sees of a login: `event`."""

from typing import Any

import pytest

from support import scene
from support.flow import bind, event_of, runs, sign_up
from support.hosted import CALLBACK, EMAIL, House, Person

OFFLINE = "openid offline_access"


def test_a_plain_login_has_what_every_login_has(house: House, person: Person) -> None:
    event = event_of(house, person, ui="1")
    client = scene.client(house.lab, house.client_id)
    assert event["client"] == {"client_id": house.client_id, "name": client["name"], "metadata": {}}
    assert (event["connection"]["name"], event["connection"]["strategy"]) == (scene.CONNECTION, "auth0")
    assert event["connection"]["id"].startswith("con_")
    user = event["user"]
    assert (user["email"], user["app_metadata"], user["user_metadata"]) == (EMAIL, {}, {})
    assert user["identities"][0]["connection"] == scene.CONNECTION
    assert [method["name"] for method in event["authentication"]["methods"]] == ["pwd"]
    assert event["stats"] == {"logins_count": 1}
    assert event["secrets"] == {}
    assert event["transaction"]["protocol"] == "oidc-basic-profile"
    assert event["transaction"]["redirect_uri"] == CALLBACK
    assert event["transaction"]["requested_scopes"] == ["openid", "profile", "email"]


def test_what_is_optional_is_really_absent(house: House, person: Person) -> None:
    event = event_of(house, person)
    absent = {"organization", "authorization", "resource_server", "session", "refresh_token"}
    assert absent & event.keys() == set()
    assert {"acr_values", "prompt"} & event["transaction"].keys() == set()
    assert {"multifactor", "enrolledFactors"} & event["user"].keys() == set()


def test_code_that_forgets_that_ends_the_login(house: House, person: Person) -> None:
    """The sample of the service's own documentation throws where the application sends no `acr_values`."""
    house.policy()
    bind(house, "if (event.transaction?.acr_values.includes('x')) api.multifactor.enable('any');")
    sign_up(person)
    assert person.answer["error"] == "access_denied"


def test_the_application_shows_what_it_asked_for(house: House, person: Person) -> None:
    api = f"{house.lab.sandbox.url}/mfa/"
    event = event_of(house, person, acr_values="a b", prompt="login", audience=api, state="s")
    transaction = event["transaction"]
    assert (transaction["acr_values"], transaction["prompt"], transaction["state"]) == (["a", "b"], ["login"], "s")
    assert event["resource_server"] == {"identifier": api}
    assert event["request"]["query"]["acr_values"] == "a b"
    assert event["request"]["method"] == "GET"
    assert event["request"]["ip"] == "127.0.0.1"
    assert event["request"]["hostname"] == "localhost"


def test_no_secret_of_the_request_is_seen(house: House, person: Person) -> None:
    realm = "http://auth0.com/oauth/grant-type/password-realm"
    house.policy()
    sign_up(person)
    bind(house, "console.log(event.request.body);")
    client_id = house.application(grant_types=[realm])
    fields = {"realm": scene.CONNECTION, "username": EMAIL, "password": "Correct-Horse-1"}
    assert house.token(client_id=client_id, grant_type=realm, **fields).status_code == 200
    assert EMAIL in runs(house)[0]["console"]
    assert "Correct-Horse-1" not in runs(house)[0]["console"]


def test_roles_are_named(house: House, person: Person) -> None:
    tenant = house.lab.sandbox.world.tenants[house.lab.domain]
    tenant.roles["rol_1"] = {"id": "rol_1", "name": "Billing"}
    house.policy()
    sign_up(person)
    (user_id,) = house.people.users
    house.people.roles[user_id] = ["rol_1", "rol_deleted"]
    bind(house, "api.idToken.setCustomClaim('roles', event.authorization?.roles);")
    person.start()
    assert person.claims()["roles"] == ["Billing"]


def test_the_organization_is_there(house: House, person: Person) -> None:
    acme = house.lab.control("organizations", {"name": "acme", "display_name": "Acme"})
    house.policy()
    client_id = house.application(organization_usage="allow")
    bind(house, "api.idToken.setCustomClaim('o', event.organization);")
    sign_up(person, client_id=client_id, organization=acme["id"])
    claims = house.claims(person.exchange(client_id=client_id).json()["id_token"], client_id)
    assert claims["o"] == {"id": acme["id"], "name": "acme", "display_name": "Acme", "metadata": {}}


def test_metadata_is_there(house: House, person: Person) -> None:
    house.policy()
    client_id = house.application(client_metadata={"mfa": "on"})
    sign_up(person)
    (user,) = house.people.users.values()
    user["app_metadata"] = {"plan": "gold"}
    bind(house, "api.idToken.setCustomClaim('m', [event.client.metadata, event.user.app_metadata]);")
    person.start(client_id=client_id)
    claims = house.claims(person.exchange(client_id=client_id).json()["id_token"], client_id)
    assert claims["m"] == [{"mfa": "on"}, {"plan": "gold"}]


def test_the_roles_in_an_organization_are_those_of_a_login_to_it_only(house: House, person: Person) -> None:
    acme = house.lab.control("organizations", {"name": "acme"})["id"]
    role = house.lab.auth0("POST", "roles", {"name": "admin"})["id"]
    house.policy()
    sign_up(person)
    (user_id,) = house.people.users
    house.lab.auth0("POST", f"organizations/{acme}/members", {"members": [user_id]})
    house.lab.auth0("POST", f"organizations/{acme}/members/{user_id}/roles", {"roles": [role]})
    bind(house, "api.idToken.setCustomClaim('r', event.authorization?.roles ?? 'none');")
    client_id = house.application(organization_usage="allow")
    person.start(client_id=client_id, organization=acme)
    assert house.claims(person.exchange(client_id=client_id).json()["id_token"], client_id)["r"] == ["admin"]
    person.start()
    assert person.claims()["r"] == "none"


def test_enrolled_factors_and_the_methods_of_the_session_are_there(house: House, person: Person) -> None:
    person.join()
    house.policy()
    bind(house, "api.idToken.setCustomClaim('e', [event.user, event.authentication, event.session, event.stats]);")
    person.start()
    claims = person.claims()
    user, authentication, session, stats = claims["e"]
    assert session == {"id": claims["sid"]}
    assert user["multifactor"] == ["guardian"]
    assert "phone" in [factor["type"] for factor in user["enrolledFactors"]]
    assert [(one["name"], one.get("type")) for one in authentication["methods"]] == [("pwd", None), ("mfa", "phone")]
    assert stats == {"logins_count": 2}


def test_a_refresh_has_its_protocol_and_no_methods(house: House, person: Person) -> None:
    house.policy()
    sign_up(person, scope=OFFLINE)
    token = person.tokens()["refresh_token"]
    bind(house, "api.idToken.setCustomClaim('e', [event.transaction, event.authentication ?? 'absent']);")
    body = house.token(grant_type="refresh_token", refresh_token=token).json()
    transaction, authentication = house.claims(body["id_token"])["e"]
    assert transaction["protocol"] == "oauth2-refresh-token"
    assert authentication == "absent"


@pytest.mark.parametrize(
    ("wanted", "page"),
    [("event.client.client_id === CLIENT", "mfa-sms-enrollment"), ("event.connection.name === 'x'", "callback")],
)
def test_an_action_can_choose_by_what_it_sees(house: House, person: Person, wanted: str, page: str) -> None:
    house.policy()
    code = wanted.replace("CLIENT", f"'{house.client_id}'")
    bind(house, f"if ({code}) api.multifactor.enable('any');")
    assert sign_up(person) == page


def test_the_runs_say_what_the_actions_did(house: House, person: Person) -> None:
    house.policy()
    (action,) = bind(house, "console.log('hello', {a: 1}); api.multifactor.enable('none');")
    sign_up(person)
    (run,) = runs(house)
    (user_id,) = house.people.users
    expected: dict[str, Any] = {
        "action": "action 1",
        "action_id": action["id"],
        "user_id": user_id,
        "client_id": house.client_id,
        "protocol": "oidc-basic-profile",
        "outcome": "completed",
        "error": None,
        "calls": [{"function": "multifactor.enable", "arguments": ["none"]}],
        "console": 'hello {"a":1}\n',
    }
    assert {name: run[name] for name in expected} == expected
    assert run["milliseconds"] >= 0
    assert run["execution_id"] == house.log()[-1]["details"]["actions"]["executions"][0]
