"""The MFA API, as an application with its own login form uses it."""

from typing import Any

import pytest

from support import scene
from support.hosted import E164, EMAIL, PASSWORD, House

REALM = "http://auth0.com/oauth/grant-type/password-realm"
OOB = "http://auth0.com/oauth/grant-type/mfa-oob"
RECOVERY = "http://auth0.com/oauth/grant-type/mfa-recovery-code"
GRANTS = ["authorization_code", "password", REALM, OOB, RECOVERY]


class Api:
    """An application that asks for the password itself."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.client_id = house.application(grant_types=GRANTS)
        person = house.browser()
        house.policy()
        person.start()
        person.sign_up()
        house.policy("all-applications")

    def password(self, **changes: str) -> Any:
        """A request with the password."""
        fields = {
            "client_id": self.client_id,
            "grant_type": REALM,
            "realm": scene.CONNECTION,
            "username": EMAIL,
            "password": PASSWORD,
            "scope": "openid email",
        }
        return self.house.token(**(fields | changes))

    def mfa_token(self) -> str:
        """The token that comes instead of tokens."""
        answer = self.password()
        assert (answer.status_code, answer.json()["error"]) == (403, "mfa_required")
        return str(answer.json()["mfa_token"])

    def call(self, method: str, path: str, token: str, **body: Any) -> Any:
        """A call of the MFA API."""
        bearer = {"authorization": f"Bearer {token}"}
        return self.house.http.request(method, f"/mfa/{path}", headers=bearer, json=body or None)

    def associate(self, token: str, **changes: Any) -> Any:
        """Begin to enrol a phone."""
        body = {"authenticator_types": ["oob"], "oob_channels": ["sms"], "phone_number": E164}
        return self.call("POST", "associate", token, client_id=self.client_id, **(body | changes))

    def challenge(self, token: str, **changes: Any) -> Any:
        """Ask for a code."""
        body = {"client_id": self.client_id, "challenge_type": "oob", "mfa_token": token}
        return self.call("POST", "challenge", token, **(body | changes))

    def redeem(self, token: str, oob_code: str, code: str, **changes: str) -> Any:
        """Exchange a code for tokens."""
        fields = {"client_id": self.client_id, "grant_type": OOB, "mfa_token": token}
        return self.house.token(**(fields | {"oob_code": oob_code, "binding_code": code} | changes))

    def enroll(self) -> Any:
        """Enrol a phone and get the tokens."""
        token = self.mfa_token()
        begun = self.associate(token).json()
        self.redeem(token, begun["oob_code"], self.house.code()).raise_for_status()
        return begun


@pytest.fixture
def api(house: House) -> Api:
    """An application that asks for the password itself, and its user."""
    return Api(house)


def test_the_first_login_enrolls_a_phone(api: Api) -> None:
    token = api.mfa_token()
    assert api.call("GET", "authenticators", token).json() == []
    begun = api.associate(token)
    assert begun.status_code == 200
    body = begun.json()
    assert (body["authenticator_type"], body["binding_method"], body["oob_channel"]) == ("oob", "prompt", "sms")
    assert len(body["recovery_codes"]) == 1
    wrong = api.redeem(token, body["oob_code"], "0")
    assert wrong.json() == {"error": "invalid_grant", "error_description": "Invalid binding_code."}
    done = api.redeem(token, body["oob_code"], api.house.code())
    assert done.status_code == 200
    claims = api.house.claims(done.json()["id_token"], api.client_id)
    assert claims["email"] == EMAIL
    assert "amr" not in claims


def test_the_second_login_is_challenged(api: Api) -> None:
    api.enroll()
    token = api.mfa_token()
    found = api.call("GET", "authenticators", token).json()
    phone = next(one for one in found if one["authenticator_type"] == "oob")
    assert (phone["oob_channel"], phone["name"], phone["active"]) == ("sms", "XXXXXXXX2671", True)
    assert phone["id"].startswith("sms|dev_")
    refused = api.associate(token)
    assert refused.json()["error_description"] == "User is already enrolled."
    sent = api.challenge(token, authenticator_id=phone["id"]).json()
    assert (sent["challenge_type"], sent["binding_method"]) == ("oob", "prompt")
    assert api.redeem(token, sent["oob_code"], api.house.code()).status_code == 200
    assert api.redeem(token, sent["oob_code"], api.house.code()).json()["error_description"] == "Malformed mfa_token"


def test_a_challenge_needs_an_enrolment(api: Api) -> None:
    assert api.challenge(api.mfa_token()).json()["error"] == "association_required"


def test_a_challenge_needs_a_type_that_is_on(api: Api) -> None:
    api.enroll()
    token = api.mfa_token()
    assert api.challenge(token, challenge_type="otp").json()["error"] == "unsupported_challenge_type"
    api.house.factor("sms", on=False)
    assert api.challenge(token).json()["error"] == "unsupported_challenge_type"


def test_tokens_that_are_wrong_or_old_are_refused(api: Api) -> None:
    token = api.mfa_token()
    begun = api.associate(token).json()
    assert api.redeem("no", begun["oob_code"], "1").json()["error_description"] == "Malformed mfa_token"
    assert api.redeem(token, "no", "1").json()["error"] == "invalid_request"
    assert api.call("GET", "authenticators", "no").status_code == 401
    other = api.house.application(grant_types=GRANTS)
    stolen = api.redeem(token, begun["oob_code"], api.house.code(), client_id=other)
    assert stolen.json()["error_description"] == "mfa_token not issued to this client"
    api.house.forward(601)
    late = api.redeem(token, begun["oob_code"], api.house.code())
    assert late.json() == {"error": "expired_token", "error_description": "mfa_token is expired"}


def test_a_recovery_code_stands_in_for_the_phone(api: Api) -> None:
    code = api.enroll()["recovery_codes"][0]
    fields = {"client_id": api.client_id, "grant_type": RECOVERY}
    done = api.house.token(**fields, mfa_token=api.mfa_token(), recovery_code=code)
    assert done.status_code == 200
    assert done.json()["recovery_code"] != code
    again = api.house.token(**fields, mfa_token=api.mfa_token(), recovery_code=code)
    assert again.json()["error"] == "invalid_grant"


def test_too_many_exchanges_are_refused(api: Api) -> None:
    api.enroll()
    token = api.mfa_token()
    oob_code = api.challenge(token).json()["oob_code"]
    statuses = [api.redeem(token, oob_code, "0").status_code for _ in range(13)]
    assert statuses[0] == 403
    assert statuses[-1] == 429


def test_the_provider_s_refusal_is_told(api: Api) -> None:
    scene.rotate_token(api.house.lab)
    assert api.associate(api.mfa_token()).status_code == 500
    assert api.house.events()[-1] == "gd_send_sms_failure"


def test_without_a_policy_the_password_is_enough(api: Api) -> None:
    api.house.policy()
    claims = api.house.claims(api.password().json()["id_token"], api.client_id)
    assert "amr" not in claims


def test_the_plain_password_grant_takes_the_default_directory(api: Api) -> None:
    refused = api.password(grant_type="password")
    assert (refused.status_code, refused.json()["error"]) == (403, "unauthorized_client")
    api.house.lab.auth0("PATCH", "tenants/settings", {"default_directory": scene.CONNECTION})
    assert api.password(grant_type="password").json()["error"] == "mfa_required"


def test_a_wrong_password_gets_no_mfa_token(api: Api) -> None:
    wrong = api.password(password="Wrong-Horse-1")
    assert (wrong.status_code, wrong.json()["error"]) == (403, "invalid_grant")


def test_an_application_without_the_grant_is_refused(api: Api) -> None:
    refused = api.password(client_id=api.house.client_id)
    assert (refused.status_code, refused.json()["error"]) == (403, "unauthorized_client")


def test_an_access_token_for_the_mfa_api_lists_and_removes(api: Api) -> None:
    api.enroll()
    audience = f"{api.house.lab.sandbox.url}/mfa/"
    person = api.house.browser()
    person.start(audience=audience, scope="openid read:authenticators remove:authenticators")
    person.log_in()
    person.enter(api.house.code())
    token = person.tokens()["access_token"]
    found = api.call("GET", "authenticators", token).json()
    phone = next(one["id"] for one in found if one["authenticator_type"] == "oob")
    assert api.associate(token).json()["error"] == "insufficient_scope"
    assert api.call("DELETE", f"authenticators/{phone}", api.mfa_token()).status_code == 401
    assert api.call("DELETE", f"authenticators/{phone}", token).status_code == 204
    assert api.call("DELETE", f"authenticators/{phone}", token).status_code == 404
    assert api.challenge(api.mfa_token()).json()["error"] == "association_required"


@pytest.mark.parametrize("body", [{"authenticator_types": 1}, {"oob_channels": 1}, {"phone_number": ["+1"]}])
def test_a_body_of_the_wrong_shape_is_refused(api: Api, body: dict[str, Any]) -> None:
    assert 400 <= api.associate(api.mfa_token(), **body).status_code < 500


def test_a_form_does_as_well(api: Api) -> None:
    api.enroll()
    token = api.mfa_token()
    form = {"client_id": api.client_id, "challenge_type": "oob", "mfa_token": token}
    assert api.house.http.post("/mfa/challenge", data=form).json()["binding_method"] == "prompt"
