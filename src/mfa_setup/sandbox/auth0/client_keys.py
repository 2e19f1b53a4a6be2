"""Keys and certificates in the payloads of `/api/v2/clients` (OpenAPI): in full on create, by ID on update."""

from mfa_setup.sandbox.auth0.ids import new_id, timestamp
from mfa_setup.sandbox.auth0.state import JSON

OF_CREDENTIALS = ("signed_request_object", "token_vault_privileged_access")


def stored(body: JSON) -> tuple[JSON, list[JSON]]:
    """Returns the fields of a new application that refer to credentials by ID (recorded), and the credentials."""
    made: list[JSON] = []
    found = {name: _by_id(body[name], made) for name in OF_CREDENTIALS if body.get(name)}
    if body.get("client_authentication_methods"):
        methods = body["client_authentication_methods"]
        found["client_authentication_methods"] = {name: _by_id(one, made) for name, one in methods.items()}
    return found, made


def _by_id(holder: JSON, made: list[JSON]) -> JSON:
    if "credentials" not in holder:
        return holder
    new = [_listed(one) for one in holder["credentials"]]
    made.extend(new)
    return holder | {"credentials": [{"id": one["id"]} for one in new]}


def _listed(given: JSON) -> JSON:
    """Returns a credential as the list shows it (docs): without its PEM."""
    now = timestamp()
    # not verified: which of the documented keys each kind has; values read from a certificate are left out
    key = {"kid": new_id(length=43), "alg": "RS256"} if given["credential_type"] == "public_key" else {}
    shown = {name: value for name, value in given.items() if name not in ("pem", "parse_expiry_from_cert")}
    return {"id": new_id("cred_"), "name": "", "created_at": now, "updated_at": now} | key | shown
