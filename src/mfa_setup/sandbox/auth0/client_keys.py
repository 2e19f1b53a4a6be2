"""Keys and certificates in the payloads of `/api/v2/clients` (OpenAPI): whole when made, by id in a change."""

from mfa_setup.sandbox.auth0.ids import new_id, timestamp
from mfa_setup.sandbox.auth0.schemas import BOOLEAN, STRING, array, closed, one_of
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.validation import Schema

_NAME: Schema = {"type": "string", "maxLength": 128}
_PEM: Schema = {"type": "string", "minLength": 1, "maxLength": 4096}
_PUBLIC_KEY = closed(
    {
        "credential_type": one_of("public_key"),
        "name": _NAME,
        "pem": STRING,
        "alg": one_of("RS256", "RS384", "PS256"),
        "parse_expiry_from_cert": BOOLEAN,
        "expires_at": {"type": "string", "format": "date-time"},
        "kid": {"type": "string", "minLength": 10, "maxLength": 64, "pattern": "^([0-9a-zA-Z-_]{10,64})$"},
    },
    "credential_type",
    "pem",
)
_SUBJECT = closed(
    {
        "credential_type": one_of("cert_subject_dn"),
        "name": _NAME,
        "subject_dn": {"type": "string", "minLength": 1, "maxLength": 256},
        "pem": _PEM,
    },
    "credential_type",
)
_CERTIFICATE = closed({"credential_type": one_of("x509_cert"), "name": _NAME, "pem": _PEM}, "credential_type", "pem")
_BY_ID = closed({"id": {"type": "string", "format": "credential-id"}}, "id")
_NETWORKS: Schema = {"type": "string", "anyOf": [{"format": name} for name in ("ipv4", "ipv6", "cidr", "ipv6_cidr")]}

OF_CREDENTIALS = ("signed_request_object", "token_vault_privileged_access")


def credentials(*, patch: bool) -> dict[str, Schema]:
    """The properties that hold credentials: `client_authentication_methods` and the two others."""
    kinds = {
        "private_key_jwt": _PUBLIC_KEY,
        "tls_client_auth": _SUBJECT,
        "self_signed_tls_client_auth": _CERTIFICATE,
    }
    lists = {name: array(_BY_ID if patch else one) for name, one in kinds.items()}
    keys = lists["private_key_jwt"]
    methods = {name: closed({"credentials": one}, "credentials") for name, one in lists.items()}
    vault = closed({"credentials": keys, "ip_allowlist": array(_NETWORKS)}, "credentials")
    return {
        "client_authentication_methods": closed(methods, minProperties=1, maxProperties=1),
        "signed_request_object": closed({"required": BOOLEAN, "credentials": keys}),
        "token_vault_privileged_access": vault,
    }


def stored(body: JSON) -> tuple[JSON, list[JSON]]:
    """The parts of a new application that name its credentials, each by its id (recorded), and the credentials."""
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
    """A credential as the list shows it (docs): never its PEM."""
    now = timestamp()
    # not verified: which of the documented keys each kind has; what is read from a certificate is left out
    key = {"kid": new_id(length=43), "alg": "RS256"} if given["credential_type"] == "public_key" else {}
    shown = {name: value for name, value in given.items() if name not in ("pem", "parse_expiry_from_cert")}
    return {"id": new_id("cred_"), "name": "", "created_at": now, "updated_at": now} | key | shown
