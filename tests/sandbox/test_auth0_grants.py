import httpx
import pytest

API = {"identifier": "https://api.example.com", "name": "Orders", "scopes": [{"value": "read:orders"}]}


@pytest.fixture
def client_id(api: httpx.Client) -> str:
    """An application."""
    return str(api.post("/clients", json={"name": "x", "app_type": "non_interactive"}).json()["client_id"])


@pytest.fixture
def grant(api: httpx.Client, client_id: str) -> str:
    """The path of a grant for an API of the tenant's own."""
    assert api.post("/resource-servers", json=API).status_code == 201
    body = {"client_id": client_id, "audience": API["identifier"], "scope": ["read:orders"]}
    made = api.post("/client-grants", json=body)
    assert made.status_code == 201, made.text
    assert made.json() == {"id": made.json()["id"], "subject_type": "client"} | body
    return f"/client-grants/{made.json()['id']}"


def test_a_change_replaces_what_is_given(api: httpx.Client, grant: str) -> None:
    assert api.patch(grant, json={"scope": []}).json()["scope"] == []
    assert api.patch(grant, json={"scope": ["a"], "authorization_details_types": ["payment"]}).json()["scope"] == ["a"]
    assert api.get(grant).json()["authorization_details_types"] == ["payment"]


def test_with_all_scopes_the_single_ones_are_not_shown(api: httpx.Client, grant: str) -> None:
    assert "scope" not in api.patch(grant, json={"allow_all_scopes": True}).json()
    assert "scope" not in api.get(grant).json()
    assert api.patch(grant, json={"allow_all_scopes": False, "scope": []}).json()["scope"] == []


def test_one_grant_per_application_api_and_kind_of_subject(api: httpx.Client, grant: str, client_id: str) -> None:
    body = {"client_id": client_id, "audience": API["identifier"]}
    assert api.post("/client-grants", json=body).status_code == 409
    assert api.post("/client-grants", json=body | {"subject_type": "user"}).status_code == 201
    found = api.get("/client-grants", params={"client_id": client_id, "subject_type": "client"}).json()
    assert [f"/client-grants/{item['id']}" for item in found] == [grant]


def test_deleting_is_204_also_for_one_that_is_gone(api: httpx.Client, grant: str) -> None:
    assert [api.delete(grant).status_code for _ in range(2)] == [204, 204]
    assert api.get(grant).status_code == 404
    assert api.patch(grant, json={"scope": []}).status_code == 404


def test_a_grant_needs_an_application_and_an_api(api: httpx.Client, client_id: str) -> None:
    body = {"client_id": client_id, "audience": "https://nowhere.example.com"}
    assert api.post("/client-grants", json=body).status_code == 404
    assert api.post("/client-grants", json=body | {"client_id": "nobody"}).json()["errorCode"] == "inexistent_client"
    assert api.post("/client-grants", json={"client_id": client_id}).json()["errorCode"] == "invalid_body"


def test_the_management_api_is_the_first_of_the_apis_and_stays(api: httpx.Client) -> None:
    (first,) = api.get("/resource-servers").json()
    assert first["is_system"] is True
    api.delete(f"/resource-servers/{first['id']}")
    assert api.get("/resource-servers").json() == [first]


def test_an_api_is_found_by_id_and_by_audience_and_takes_its_grants_along(api: httpx.Client, grant: str) -> None:
    by_audience = api.get(f"/resource-servers/{API['identifier']}").json()
    path = f"/resource-servers/{by_audience['id']}"
    assert api.get(path).json() == by_audience
    assert api.post("/resource-servers", json=API).status_code == 409
    assert api.patch(path, json={"name": "Invoices"}).json()["name"] == "Invoices"
    assert api.delete(path).status_code == 204
    assert api.get(grant).status_code == 404
    assert api.get(path).json() == {
        "statusCode": 404,
        "error": "Not Found",
        "message": "The resource server does not exist",
        "errorCode": "inexistent_resource_server",
    }
