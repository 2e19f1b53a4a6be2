"""Another standard client, without a browser's JavaScript: Authlib, as a Python application uses it."""

from collections.abc import Iterator

import pytest
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from support.hosted import CALLBACK, House, Person
from support.lab import Lab


@pytest.fixture
def house(lab: Lab) -> Iterator[House]:
    """A tenant that asks for a code, on each phone stack."""
    house = House(lab)
    yield house
    house.close()


def test_authlib_logs_in_with_a_second_factor(house: House) -> None:
    issuer = f"{house.lab.sandbox.url}/"
    metadata = house.http.get("/.well-known/openid-configuration").json()
    verifier, nonce = generate_token(48), generate_token(16)
    session = OAuth2Session(
        house.client_id,
        scope="openid profile email",
        redirect_uri=CALLBACK,
        token_endpoint_auth_method="none",
        code_challenge_method="S256",
    )
    session.trust_env = False
    address, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )

    person = Person(house)
    person.open(address)
    person.sign_up()
    person.enroll()
    person.enter(house.code())
    assert person.callback is not None
    token = session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=str(person.callback),
        code_verifier=verifier,
        state=state,
    )

    keys = KeySet.import_key_set(house.http.get(metadata["jwks_uri"]).json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    options = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": house.client_id}}
    claims = CodeIDToken(decoded.claims, decoded.header, options, {"nonce": nonce, "client_id": house.client_id})
    claims.validate()
    assert claims["amr"] == ["mfa"]
    me = session.get(metadata["userinfo_endpoint"]).json()
    assert me["sub"] == claims["sub"]
    session.close()
