"""Logging out, and where it may lead."""

from support.hosted import CALLBACK, House, Person


def _in(house: House, person: Person) -> dict[str, str]:
    house.policy()
    person.start()
    if "code" not in (dict(person.callback.params) if person.callback else {}):
        person.sign_up()
    return person.tokens()


def _is_in(person: Person) -> bool:
    person.start(prompt="none")
    return "code" in person.answer


def test_logout_ends_the_session_and_returns(house: House, person: Person) -> None:
    _in(house, person)
    assert _is_in(person)
    person.open("/v2/logout", client_id=house.client_id, returnTo=CALLBACK)
    assert str(person.callback).rstrip("/") == CALLBACK
    assert not _is_in(person)
    assert "slo" in house.events()


def test_logout_leads_nowhere_else(house: House, person: Person) -> None:
    _in(house, person)
    person.open("/v2/logout", client_id=house.client_id, returnTo="http://evil.example")
    assert (person.callback, person.response.status_code) == (None, 400)
    assert "Allowed Logout URLs" in person.page.alerts[0]
    person.open("/v2/logout", returnTo=CALLBACK)
    assert (person.callback, person.response.status_code) == (None, 400)
    assert "flo" in house.events()


def test_without_an_application_the_list_of_the_tenant_counts(house: House, person: Person) -> None:
    house.lab.auth0("PATCH", "tenants/settings", {"allowed_logout_urls": ["http://localhost:5000/bye"]})
    _in(house, person)
    person.open("/v2/logout", returnTo="http://localhost:5000/bye")
    assert str(person.callback) == "http://localhost:5000/bye"


def test_without_a_url_the_first_one_counts(house: House, person: Person) -> None:
    person.open("/v2/logout", client_id=house.client_id)
    assert str(person.callback).rstrip("/") == CALLBACK
    person.open("/v2/logout")
    assert person.page.heading == "Logged out"


def test_oidc_logout_with_the_id_token_asks_nothing(house: House, person: Person) -> None:
    token = _in(house, person)["id_token"]
    person.open("/oidc/logout", id_token_hint=token, post_logout_redirect_uri=CALLBACK, state="s")
    assert person.answer == {"state": "s"}
    assert not _is_in(person)


def test_oidc_logout_without_it_asks_first(house: House, person: Person) -> None:
    _in(house, person)
    person.open("/oidc/logout", client_id=house.client_id, post_logout_redirect_uri=CALLBACK)
    assert person.page.heading == "Log out"
    forged = person.http.post("/oidc/logout", data={"client_id": house.client_id, "confirm": "guess"})
    assert forged.status_code == 200
    assert _is_in(person)
    person.open("/oidc/logout", client_id=house.client_id, post_logout_redirect_uri=CALLBACK)
    person.submit("Log out")
    assert str(person.callback).rstrip("/") == CALLBACK
    assert not _is_in(person)


def test_oidc_logout_takes_the_session_for_a_hint(house: House, person: Person) -> None:
    sid = house.claims(_in(house, person)["id_token"])["sid"]
    wanted = {"client_id": house.client_id, "post_logout_redirect_uri": CALLBACK}
    person.open("/oidc/logout", logout_hint="another", **wanted)
    assert person.page.heading == "Log out"
    person.open("/oidc/logout", logout_hint=sid)
    assert person.page.heading == "Log out"
    person.open("/oidc/logout", logout_hint=sid, **wanted)
    assert str(person.callback).rstrip("/") == CALLBACK
    assert not _is_in(person)


def test_oidc_logout_leads_nowhere_else(house: House, person: Person) -> None:
    token = _in(house, person)["id_token"]
    person.open("/oidc/logout", id_token_hint=token, post_logout_redirect_uri="http://evil.example")
    assert person.response.status_code == 400
    person.open("/oidc/logout", id_token_hint="a.b.c")
    assert person.response.status_code == 400
