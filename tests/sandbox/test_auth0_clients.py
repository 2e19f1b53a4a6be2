from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.auth0.documents import properties_of
from mfa_setup.sandbox.server import Sandbox

SPA = {"name": "Twilio MFA Test", "app_type": "spa", "token_endpoint_auth_method": "none"}
_METADATA = properties_of("POST /clients")["client_metadata"]["description"]
Manage = Callable[..., httpx.Client]


def create(api: httpx.Client, **body: Any) -> dict[str, Any]:
    """Create."""
    answer = api.post("/clients", json=SPA | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_minimal_spa_gets_the_recorded_defaults(api: httpx.Client) -> None:
    """A minimal spa gets the recorded defaults."""
    made = create(api)
    assert made["oidc_conformant"] is False
    assert made["jwt_configuration"] == {"secret_encoded": False, "lifetime_in_seconds": 36000}
    assert made["grant_types"] == ["authorization_code", "implicit", "refresh_token"]
    assert made["refresh_token"]["rotation_type"] == "non-rotating"
    assert made["refresh_token"]["token_lifetime"] == 2592000
    assert len(made["client_id"]) == 32
    assert not {"callbacks", "allowed_logout_urls", "web_origins", "allowed_origins"} & made.keys()


def test_a_confidential_client_gets_client_credentials_and_longer_lives(api: httpx.Client) -> None:
    """A confidential client gets client credentials and longer lives."""
    made = create(api, app_type="regular_web", token_endpoint_auth_method="client_secret_post")
    assert made["grant_types"][-1] == "client_credentials"
    assert made["refresh_token"]["token_lifetime"] == 31557600


@pytest.mark.parametrize(("kind", "endless"), [("expiring", False), ("non-expiring", True)])
def test_a_part_of_the_refresh_token_settings_gets_the_other_defaults(
    api: httpx.Client, *, kind: str, endless: bool
) -> None:
    """A part of the refresh token settings gets the other defaults."""
    part = {"rotation_type": "rotating", "expiration_type": kind, "leeway": 7}
    whole = part | {
        "infinite_token_lifetime": endless,
        "infinite_idle_token_lifetime": endless,
        "token_lifetime": 2592000,
        "idle_token_lifetime": 1296000,
    }
    made = create(api, refresh_token=part)
    assert made["refresh_token"] == whole
    path = f"/clients/{create(api)['client_id']}"
    assert api.patch(path, json={"refresh_token": part}).json()["refresh_token"] == whole


def test_the_refresh_tokens_of_a_third_party_end(api: httpx.Client) -> None:
    """The refresh tokens of a third party end."""
    settings = create(api, is_first_party=False)["refresh_token"]
    assert (settings["rotation_type"], settings["expiration_type"]) == ("rotating", "expiring")
    assert (settings["infinite_token_lifetime"], settings["infinite_idle_token_lifetime"]) == (False, False)


def test_the_credentials_of_a_new_application_are_listed_without_their_keys(api: httpx.Client) -> None:
    """The credentials of a new application are listed without their keys."""
    key = {"credential_type": "public_key", "name": "mine", "pem": "-----BEGIN PUBLIC KEY-----", "alg": "PS256"}
    subject = {"credential_type": "cert_subject_dn", "subject_dn": "CN=mine"}
    body = {"name": "signs", "app_type": "regular_web"}
    methods = {"tls_client_auth": {"credentials": [subject]}}
    request = {"required": True, "credentials": [key]}
    made = api.post(
        "/clients", json=body | {"client_authentication_methods": methods, "signed_request_object": request}
    ).json()
    path = f"/clients/{made['client_id']}"
    listed = {one["credential_type"]: one for one in api.get(f"{path}/credentials").json()}
    assert [{"id": listed["public_key"]["id"]}] == made["signed_request_object"]["credentials"]
    method = made["client_authentication_methods"]["tls_client_auth"]
    assert [{"id": listed["cert_subject_dn"]["id"]}] == method["credentials"]
    assert listed["public_key"].keys() == {"id", "name", "kid", "alg", "credential_type", "created_at", "updated_at"}
    assert (listed["public_key"]["alg"], listed["cert_subject_dn"]["subject_dn"]) == ("PS256", "CN=mine")
    named = {"private_key_jwt": {"credentials": [{"id": listed["public_key"]["id"]}]}}
    api.patch(path, json={"client_authentication_methods": named})
    assert len(api.get(f"{path}/credentials").json()) == 2


def test_names_are_not_unique(api: httpx.Client) -> None:
    """Names are not unique."""
    assert create(api)["client_id"] != create(api)["client_id"]


def test_a_list_is_bare_or_with_totals_or_by_checkpoint(api: httpx.Client) -> None:
    """A list is bare or with totals or by checkpoint."""
    for number in range(3):
        create(api, name=f"app {number}")
    assert len(api.get("/clients").json()) == 5
    totals = api.get("/clients", params={"page": 1, "per_page": 2, "include_totals": True}).json()
    assert (totals["total"], totals["start"], totals["limit"], len(totals["clients"])) == (5, 2, 2, 2)
    first = api.get("/clients", params={"take": 4}).json()
    second = api.get("/clients", params={"take": 4, "from": first["next"]}).json()
    assert set(first) == {"clients", "next"}
    assert set(second) == {"clients"}
    assert [len(part["clients"]) for part in (first, second)] == [4, 1]
    assert api.get("/clients", params={"page": 9, "include_totals": True}).json()["clients"] == []


def test_the_hidden_global_client_is_listed_unless_it_is_excluded(api: httpx.Client) -> None:
    """The hidden global client is listed unless it is excluded."""
    assert [client["global"] for client in api.get("/clients").json()] == [False, True]
    assert [client["name"] for client in api.get("/clients", params={"is_global": True}).json()] == ["All Applications"]
    assert all(not client["global"] for client in api.get("/clients", params={"is_global": False}).json())


def test_a_list_is_filtered_by_type_and_cut_to_fields(api: httpx.Client) -> None:
    """A list is filtered by type and cut to fields."""
    create(api)
    spa = api.get("/clients", params={"app_type": "spa,native"}).json()
    assert [client["name"] for client in spa] == [SPA["name"]]
    some = api.get("/clients", params={"fields": "client_id,name", "include_fields": True}).json()
    assert {frozenset(client) for client in some} == {frozenset({"tenant", "client_id", "name"})}
    others = api.get("/clients", params={"fields": "client_secret", "include_fields": False}).json()
    assert all("client_secret" not in client and "name" in client for client in others)


def test_q_knows_client_grants_only(sandbox: Sandbox, api: httpx.Client) -> None:
    """Q knows client grants only."""
    create(api)
    audience = sandbox.world.first.audiences[0]
    query: dict[str, Any] = {"q": f"client_grant.audience:{audience}", "take": 50}
    assert [c["name"] for c in api.get("/clients", params=query).json()["clients"]] == ["mfa-setup"]
    assert api.get("/clients", params={"q": "name:x", "take": 50}).status_code == 400


def test_a_patch_merges_and_null_clears(api: httpx.Client) -> None:
    """A patch merges and null clears."""
    path = f"/clients/{create(api, callbacks=['http://localhost:1'], description='x')['client_id']}"
    changed = api.patch(path, json={"callbacks": ["http://localhost:3000"], "oidc_backchannel_logout": None})
    assert changed.status_code == 200
    assert changed.json()["callbacks"] == ["http://localhost:3000"]
    assert changed.json()["description"] == "x"
    assert api.get(path).json() == changed.json()
    assert "token_endpoint_auth_method" not in api.patch(path, json={"token_endpoint_auth_method": None}).json()


def test_metadata_merges_key_by_key(api: httpx.Client) -> None:
    """Metadata merges key by key."""
    path = f"/clients/{create(api, client_metadata={'a': '1', 'b': '2'})['client_id']}"
    changed = api.patch(path, json={"client_metadata": {"b": None, "c": "3"}}).json()
    assert changed["client_metadata"] == {"a": "1", "c": "3"}


def test_a_missing_client_is_the_recorded_404_and_deleting_it_is_204(api: httpx.Client) -> None:
    """A missing client is the recorded 404 and deleting it is 204."""
    missing = {
        "statusCode": 404,
        "error": "Not Found",
        "message": "The client does not exist",
        "errorCode": "inexistent_client",
    }
    assert api.get("/clients/nobody").json() == missing
    assert api.patch("/clients/nobody", json={"name": "x"}).json() == missing
    made = create(api)["client_id"]
    for _ in range(2):
        gone = api.delete(f"/clients/{made}")
        assert (gone.status_code, gone.content) == (204, b"")
    assert api.get(f"/clients/{made}").status_code == 404


def test_the_secret_needs_a_scope_of_its_own(sandbox: Sandbox, manage: Manage) -> None:
    """The secret needs a scope of its own."""
    reader = manage(sandbox, "read:clients")
    assert all("client_secret" not in client for client in reader.get("/clients").json())
    keys = manage(sandbox, "read:clients", "read:client_keys")
    assert all(client["client_secret"] for client in keys.get("/clients").json())
    summary = manage(sandbox, "read:client_summary").get("/clients").json()
    assert set(summary[0]) == {"client_id", "app_type", "name"}


def test_the_secret_of_a_new_client_needs_it_too(sandbox: Sandbox, manage: Manage) -> None:
    """The secret of a new client needs it too."""
    assert "client_secret" not in create(manage(sandbox, "create:clients"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"app_type": "spa"}, "'Missing required property: name'."),
        (SPA | {"colour": "red"}, "'Additional properties not allowed: colour'."),
        (
            SPA | {"app_type": "website"},
            "'Invalid value \"website\"' on property app_type (The type of application this client represents).",
        ),
        (
            SPA | {"callbacks": "http://x"},
            (
                "'Expected type array but found type string' on property callbacks (Comma-separated list of URLs "
                "whitelisted for Auth0 to use as a callback to the client after authentication)."
            ),
        ),
        (
            SPA | {"description": "x" * 141},
            (
                "'String is too long (141 chars), maximum 140' on property description "
                "(Free text description of this client (max length: 140 characters))."
            ),
        ),
        (
            SPA | {"name": "<b>"},
            (
                "'String does not match pattern ^[^<>]+$: <b>' on property name "
                "(Name of this client (min length: 1 character, does not allow `<` or `>`))."
            ),
        ),
        (
            SPA | {"callbacks": ["*.svc.cluster.local/callback"]},
            (
                "'Object didn't pass validation for format callback-url: *.svc.cluster.local/callback' "
                "on property callbacks[0]."
            ),
        ),
        (
            SPA | {"web_origins": ["localhost"]},
            "'Object didn't pass validation for format url-with-placeholders: localhost' on property web_origins[0].",
        ),
        (
            SPA | {"initiate_login_uri": "http://localhost:3000"},
            (
                "'Object didn't pass validation for format absolute-https-uri-with-placeholders-or-empty: "
                "http://localhost:3000' on property initiate_login_uri (Initiate login uri, must be https)."
            ),
        ),
        (
            SPA | {"refresh_token": {"rotation_type": "rotating"}},
            "'Missing required property: expiration_type' on property refresh_token (Refresh token configuration).",
        ),
        (
            SPA | {"client_metadata": {str(number): "x" for number in range(11)}},
            f"'Too many properties defined (11), maximum 10' on property client_metadata ({_METADATA}).",
        ),
    ],
)
def test_a_body_that_breaks_the_schema_is_refused(api: httpx.Client, body: dict[str, Any], message: str) -> None:
    """A body that breaks the schema is refused."""
    assert api.post("/clients", json=body).json() == {
        "statusCode": 400,
        "error": "Bad Request",
        "message": f"Payload validation error: {message}",
        "errorCode": "invalid_body",
    }


def test_a_public_client_cannot_have_client_credentials(api: httpx.Client) -> None:
    """A public client cannot have client credentials."""
    refused = api.post("/clients", json=SPA | {"grant_types": ["client_credentials"]})
    assert refused.status_code == 400
    assert "Invalid grant types" in refused.json()["message"]


def test_a_body_that_is_not_json_and_an_unknown_parameter_are_refused(api: httpx.Client) -> None:
    """A body that is not json and an unknown parameter are refused."""
    assert api.post("/clients", content=b"{").json()["errorCode"] == "invalid_body"
    assert api.post("/clients").json()["errorCode"] == "invalid_body"
    assert api.get("/clients", params={"colour": "red"}).status_code == 400
    assert api.get("/clients", params={"per_page": 101}).status_code == 400
    assert api.get("/clients", params={"page": "first"}).status_code == 400


def test_an_alias_belongs_to_one_client(api: httpx.Client) -> None:
    """An alias belongs to one client."""
    create(api, client_aliases=["one"])
    assert api.post("/clients", json=SPA | {"client_aliases": ["one"]}).status_code == 409


def test_the_free_plan_has_ten_applications(start: Callable[..., Sandbox], manage: Manage) -> None:
    """The free plan has ten applications."""
    running = start(auth0_plan="free", rate_limit="enterprise")
    api = manage(running)
    for _ in range(9):
        create(api)
    refused = api.post("/clients", json=SPA)
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "insufficient_entitlement")


def test_a_secret_can_be_rotated(api: httpx.Client, web: httpx.Client, sandbox: Sandbox, manage: Manage) -> None:
    """The old one is refused from then on."""
    tool = sandbox.world.first.tool
    fields = {"grant_type": "client_credentials", "audience": sandbox.world.first.audiences[0]}
    fields |= {"client_id": tool.client_id}
    path = f"/clients/{tool.client_id}/rotate-secret"
    assert manage(sandbox, "update:clients").post(path).status_code == 403
    fresh = api.post(path).json()["client_secret"]
    assert fresh != tool.client_secret
    assert web.post("/oauth/token", json=fields | {"client_secret": tool.client_secret}).status_code == 401
    assert web.post("/oauth/token", json=fields | {"client_secret": fresh}).status_code == 200
    assert api.post("/clients/nobody/rotate-secret").status_code == 404


@pytest.mark.parametrize(
    ("name", "alias"), [("oidc_logout", "oidc_backchannel_logout"), ("oidc_backchannel_logout", "oidc_logout")]
)
def test_a_property_with_two_names_is_answered_under_both(api: httpx.Client, name: str, alias: str) -> None:
    value = {"backchannel_logout_urls": ["https://app.example.com/bye"]}
    made = create(api, **{name: value})
    assert made[name] == made[alias] == value
    path = f"/clients/{made['client_id']}"
    other = {"backchannel_logout_urls": ["https://app.example.com/other"]}
    api.patch(path, json={alias: other})
    found = api.get(path).json()
    assert found[name] == found[alias] == other


def test_a_client_without_such_a_property_has_neither_name(api: httpx.Client) -> None:
    assert not {"oidc_logout", "oidc_backchannel_logout"} & create(api).keys()


def test_cross_origin_authentication_has_an_older_name(api: httpx.Client) -> None:
    assert create(api, cross_origin_authentication=True)["cross_origin_auth"] is True


@pytest.mark.parametrize(
    "url",
    [
        "https://preview-*.example.com",
        "https://*.example.com",
        "https://{organization_name}.example.com",
        "https://my_app.example.com",
        "https://b\u00fccher.example.com",
        "https://*.b\u00fccher.example.com",
        "https://app.example.com:8443",
        "http://localhost:3000",
        "https://app.example.com/*",
    ],
)
def test_urls_that_the_service_takes(api: httpx.Client, url: str) -> None:
    lists = {name: [url] for name in ("callbacks", "allowed_logout_urls", "web_origins", "allowed_origins")}
    assert {name: create(api, **lists)[name] for name in lists} == lists
