"""What `/authorize` checks, how it answers, and that a login belongs to one browser."""

import json
import re
from typing import Any

import pytest

from support import scene
from support.hosted import CALLBACK, EMAIL, PASSWORD, REMEMBER, House, Person


def test_a_callback_that_is_not_on_the_list_is_never_called(person: Person) -> None:
    for wrong in ("http://localhost:3001", f"{CALLBACK}/", "http://evil.example", "javascript:alert(1)"):
        person.start(redirect_uri=wrong)
        assert person.page.heading == "Callback URL mismatch."
        assert person.response.status_code == 403
        assert person.callback is None


def test_an_unknown_application_gets_a_page(person: Person) -> None:
    person.start(client_id="nobody")
    assert (person.response.status_code, person.callback) == (400, None)


def test_without_a_redirect_uri_the_first_callback_is_taken(house: House, person: Person) -> None:
    house.policy()
    person.start(redirect_uri=None)
    person.sign_up()
    assert str(person.callback).startswith(CALLBACK)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"response_type": None}, "invalid_request", "Missing required parameter: response_type"),
        ({"response_type": "token"}, "unsupported_response_type", "token"),
        ({"code_challenge": None}, "invalid_request", "code_challenge"),
        ({"code_challenge_method": "plain"}, "invalid_request", "code_challenge_method"),
        ({"audience": "https://nobody.example"}, "access_denied", "Service not found: https://nobody.example"),
        ({"connection": "nobody"}, "invalid_request", "the connection was not found"),
        ({"prompt": "dance"}, "invalid_request", "prompt"),
        ({"max_age": "soon"}, "invalid_request", "max_age"),
        ({"response_mode": "smoke"}, "invalid_request", "smoke"),
        ({"prompt": "none"}, "login_required", "Login required"),
    ],
)
def test_what_is_wrong_is_told_to_the_application(
    person: Person, changes: dict[str, str | None], error: str, says: str
) -> None:
    person.start(**changes)
    assert person.answer["error"] == error
    assert says in person.answer["error_description"]
    assert person.answer["state"] == "some-state"


def test_without_a_connection_nobody_can_log_in(house: House, person: Person) -> None:
    scene.set_connected(house.lab, house.client_id, on=False)
    person.start()
    assert person.answer["error_description"] == "no connections enabled for the client"


def test_state_is_left_out_where_none_was_sent(person: Person) -> None:
    person.start(state=None, prompt="none")
    assert "state" not in person.answer


def test_the_pages_take_the_hints(person: Person) -> None:
    person.start(login_hint=EMAIL)
    assert person.page.field("Email address")[1].value == EMAIL
    person.start(screen_hint="signup", login_hint='"><script>alert(1)</script>')
    assert person.page.heading == "Sign up"
    assert "<script" not in person.response.text


def test_form_post_answers_by_a_form(house: House, person: Person) -> None:
    house.policy()
    person.start(response_mode="form_post")
    person.sign_up()
    form = person.page.forms[0]
    assert form.action == CALLBACK
    assert {field.name for field in form.fields} == {"code", "state"}


def test_fragment_answers_behind_the_hash(house: House, person: Person) -> None:
    house.policy()
    person.start(response_mode="fragment")
    person.sign_up()
    assert person.callback is not None
    assert person.callback.fragment.startswith("code=")


def _message(person: Person) -> dict[str, Any]:
    found = re.search(r'postMessage\((.*), "([^"]*)"\);', person.response.text)
    assert found, person.response.text
    assert found[2] == CALLBACK
    policy = person.response.headers["content-security-policy"]
    assert f"frame-ancestors {CALLBACK}" in policy
    message: dict[str, Any] = json.loads(found[1])
    assert message["type"] == "authorization_response"
    return dict(message["response"])


def test_a_silent_login_answers_by_a_message_to_the_web_origin(member: Person, house: House) -> None:
    member.start(prompt="none", response_mode="web_message", state="</script>")
    assert _message(member)["error"] == "login_required"
    assert _message(member)["state"] == "</script>"
    assert member.response.text.count("</script>") == 1
    member.start()
    member.log_in()
    member.tick(REMEMBER)
    member.enter(house.code())
    member.start(prompt="none", response_mode="web_message")
    code = _message(member)["code"]
    tokens = house.token(
        grant_type="authorization_code", code=code, code_verifier=member.verifier, redirect_uri=CALLBACK
    )
    assert "amr" not in house.claims(tokens.json()["id_token"])
    assert {"ssa", "fsa"} <= set(house.events())


def test_a_message_goes_to_no_other_origin(house: House, person: Person) -> None:
    client_id = house.application(web_origins=["http://localhost:9999"])
    person.start(client_id=client_id, prompt="none", response_mode="web_message")
    assert person.response.status_code == 403
    assert "postMessage" not in person.response.text


def test_a_silent_login_cannot_ask_for_a_second_factor(house: House, person: Person) -> None:
    house.policy()
    person.start()
    person.sign_up()
    house.policy("all-applications")
    person.start(prompt="none")
    assert person.answer["error"] == "login_required"


def test_a_session_is_too_old_for_max_age(house: House, person: Person) -> None:
    house.policy()
    person.start(max_age="60")
    person.sign_up()
    assert "auth_time" in person.claims()
    person.start(max_age="60")
    assert "code" in person.answer
    house.forward(61)
    person.start(max_age="60")
    assert person.page.heading == "Welcome"
    person.start(max_age="60", prompt="none")
    assert person.answer["error"] == "login_required"


def test_acr_is_told_where_it_was_asked_for(house: House, person: Person) -> None:
    multi_factor = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
    person.join(acr_values=multi_factor)
    assert person.claims()["acr"] == multi_factor
    person.start(prompt="login")
    person.log_in()
    person.enter(house.code())
    assert "acr" not in person.claims()


def test_a_third_party_application_needs_consent_once(house: House, person: Person) -> None:
    house.policy()
    client_id = house.application(is_first_party=False)
    person.start(client_id=client_id)
    person.sign_up()
    assert person.page.heading == "Authorize App"
    assert "your email address" in person.page.text
    person.start(client_id=client_id)
    assert person.page.heading == "Welcome"
    person.log_in()
    person.submit("Decline")
    assert person.answer["error"] == "access_denied"
    person.start(client_id=client_id)
    person.log_in()
    person.submit("Accept")
    assert "code" in person.answer
    person.start(client_id=client_id, prompt="none", scope="openid profile email offline_access")
    assert person.answer["error"] == "consent_required"
    person.start(client_id=client_id, prompt="none")
    assert "code" in person.answer


def test_a_wrong_password_and_an_unknown_user_look_the_same(house: House, person: Person) -> None:
    person.join()
    person.start(prompt="login")
    person.log_in(password="Wrong-Horse-1")
    first = person.page.alerts
    person.log_in(email="nobody@example.com")
    assert person.page.alerts == first == ["Wrong email or password"]
    assert house.events()[-2:] == ["fp", "fu"]


def test_too_many_wrong_passwords_block_the_account(house: House, person: Person) -> None:
    person.join()
    person.start(prompt="login")
    for _ in range(10):
        person.log_in(password="Wrong-Horse-1")
    person.log_in()
    assert person.page.alerts[0].startswith("Your account has been blocked")
    assert house.events()[-1] == "limit_wc"


@pytest.mark.parametrize(
    ("email", "password", "says"),
    [
        ("jo", PASSWORD, "Email is not valid."),
        (EMAIL, "short1A", "Password is too weak"),
        (EMAIL, "onlylowercase", "Password is too weak"),
    ],
)
def test_a_sign_up_that_cannot_be_is_refused(person: Person, email: str, password: str, says: str) -> None:
    person.start()
    person.sign_up(email, password)
    assert person.page.alerts == [says]
    assert person.page.title.startswith("Error: ")


def test_an_account_is_made_once(person: Person) -> None:
    person.join()
    person.start(prompt="login")
    person.sign_up(EMAIL.upper())
    assert person.page.alerts == ["The user already exists."]


def test_sign_up_can_be_off(house: House, person: Person) -> None:
    for connection in house.lab.sandbox.world.tenants[house.lab.domain].connections.values():
        connection["options"]["disable_signup"] = True
    person.start(screen_hint="signup")
    assert person.page.heading == "Welcome"
    assert "Sign up" not in person.page.links


def test_another_browser_cannot_go_on_with_a_login(house: House, person: Person) -> None:
    person.start()
    stranger = house.browser()
    stranger.open(person.address)
    assert stranger.page.heading == "Page expired"
    state = person.page.forms[0].fields[0].value
    answer = stranger.http.post("/u/login", data={"state": state, "username": EMAIL, "password": PASSWORD})
    assert answer.status_code == 400


def test_a_login_ends_once(house: House, person: Person) -> None:
    house.policy()
    person.start()
    state = person.page.forms[0].fields[0].value
    person.sign_up()
    assert "code" in person.answer
    person.open("/authorize/resume", state=state)
    assert person.page.heading == "Page expired"


def test_no_step_can_be_skipped(person: Person) -> None:
    person.start()
    state = person.page.forms[0].fields[0].value
    for path in ("/authorize/resume", "/u/consent", "/u/mfa-sms-challenge", "/u/mfa-recovery-code-challenge"):
        person.open(path, state=state)
        assert person.page.heading == "Welcome"
    person.sign_up()
    for path in ("/authorize/resume", "/u/consent", "/u/mfa-sms-challenge", "/u/login"):
        person.open(path, state=state)
        assert person.page.heading == "Secure Your Account"


def test_the_cookies_are_out_of_reach(house: House, person: Person) -> None:
    person.join()
    found = {cookie.name: cookie for cookie in person.http.cookies.jar}
    assert {"auth0", "_csrf"} <= found.keys()
    for cookie in found.values():
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert str(cookie.get_nonstandard_attr("SameSite")).lower() == "lax"
        assert not cookie.secure
    assert house.lab.sandbox.config.tls is False


def test_the_pages_let_nothing_run_or_frame_them(person: Person) -> None:
    person.start()
    policy = person.response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'self' http://localhost:*" in policy
    assert person.response.headers["cache-control"] == "no-store"
    assert "<script" not in person.response.text


def test_what_was_deleted_meanwhile_ends_the_login(house: House, person: Person) -> None:
    person.start()
    person.sign_up()
    person.enroll()
    house.people.remove(next(iter(house.people.users)))
    person.enter(house.code())
    assert person.page.heading in {"Welcome", "Verify Your Identity"}
    person.start()
    house.lab.auth0("DELETE", f"clients/{house.client_id}")
    person.log_in()
    assert person.page.heading == "Page expired"


@pytest.mark.parametrize("typed", ["é", "\uff11\uff12\uff13\uff14", "<b>1</b>", "1" * 100])
def test_what_nobody_expects_in_a_field_is_a_wrong_code(house: House, person: Person, typed: str) -> None:
    house.factor("recovery-code", on=True)
    person.start()
    person.sign_up()
    person.enroll()
    person.enter(typed)
    assert person.page.alerts == ["The code you entered is invalid"]
    assert "<b>" not in person.response.text
    person.enter(house.code())
    person.tick("I have safely recorded this code")
    person.submit()
    person.start(prompt="login")
    person.log_in()
    person.submit("Use a recovery code")
    person.fill("Enter your recovery code", typed)
    person.submit()
    assert person.page.alerts == ["The code you entered is invalid"]
