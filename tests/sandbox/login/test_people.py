"""The login and the Management API see the same people."""

from urllib.parse import quote

from support import scene
from support.hosted import E164, EMAIL, PASSWORD, House, Person


def _path(house: House) -> str:
    (user,) = house.lab.auth0("GET", "users")
    return f"users/{quote(user['user_id'], safe='')}"


def test_a_login_shows_in_the_management_api(house: House, person: Person) -> None:
    person.join()
    person.tokens()
    path = _path(house)
    user = house.lab.auth0("GET", path)
    assert (user["email"], user["logins_count"]) == (EMAIL, 1)
    (enrolment,) = house.lab.auth0("GET", f"{path}/enrollments")
    assert (enrolment["status"], enrolment["auth_method"], enrolment["phone_number"]) == ("confirmed", "sms", E164)
    (method,) = house.lab.auth0("GET", f"{path}/authentication-methods")
    assert (method["type"], method["phone_number"]) == ("phone", E164)
    types = [event["type"] for event in house.lab.auth0("GET", "logs")]
    assert {"ss", "s", "gd_enrollment_complete", "gd_send_sms", "seacft"} <= set(types)


def test_a_user_and_a_phone_made_there_count_here(house: House, person: Person) -> None:
    body = {"connection": scene.CONNECTION, "email": EMAIL, "password": PASSWORD}
    house.lab.auth0("POST", "users", body)
    house.lab.auth0("POST", f"{_path(house)}/authentication-methods", {"type": "phone", "phone_number": E164})
    person.start()
    person.log_in()
    assert person.page.heading == "Verify Your Identity"
    person.enter(house.code())
    assert person.claims()["amr"] == ["mfa"]


def test_a_phone_removed_there_is_enrolled_anew(house: House, member: Person) -> None:
    house.lab.auth0("DELETE", f"{_path(house)}/authenticators")
    member.start()
    member.log_in()
    assert member.page.heading == "Secure Your Account"


def test_a_user_deleted_there_is_logged_out_here(house: House, person: Person) -> None:
    person.join()
    tokens = person.tokens()
    house.lab.auth0("DELETE", _path(house))
    person.start(prompt="none")
    assert person.answer["error"] == "login_required"
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert house.http.get("/userinfo", headers=bearer).status_code == 401


def test_a_blocked_user_cannot_log_in(house: House, member: Person) -> None:
    house.lab.auth0("PATCH", _path(house), {"blocked": True})
    member.start()
    member.log_in()
    assert member.page.alerts == ["Your account has been blocked"]
