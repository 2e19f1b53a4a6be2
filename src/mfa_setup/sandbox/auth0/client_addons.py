"""The `addons` in the payloads of `/api/v2/clients` (OpenAPI): settings of integrations that nothing here uses."""

from typing import Any

from mfa_setup.sandbox.auth0.schemas import BOOLEAN, OBJECT, STRING, array, closed, nullable, opened, words
from mfa_setup.sandbox.auth0.validation import Schema

_INTEGER: Schema = {"type": "integer"}
_FROM_ZERO: Schema = {"type": "integer", "minimum": 0}
_URL: Schema = {"type": "string", "format": "url"}


def _texts(names: str, *required: str, **others: Any) -> Schema:
    """An open object of strings, with others besides."""
    return opened(dict.fromkeys(words(names), STRING) | others, *required)


def _form(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


_BLOB = opened(
    {
        "accountName": _form("^([a-z0-9]){3,24}$"),
        "storageAccessKey": _form("^([A-Za-z0-9+/]){86}==$"),
        "containerName": _form("^([a-z0-9]){1}([a-z0-9-]){2,62}$"),
        "blobName": _form("^(.){1,1024}$"),
        "expiration": _FROM_ZERO,
        "signedIdentifier": STRING,
    }
    | dict.fromkeys(
        words("blob_read blob_write blob_delete container_read container_write container_delete container_list"),
        BOOLEAN,
    )
)
_SAML = _texts(
    """
    audience recipient signatureAlgorithm digestAlgorithm issuer destination nameIdentifierFormat authnContextClassRef
    """,
    mappings=OBJECT,
    lifetimeInSeconds=_INTEGER,
    nameIdentifierProbes=array({"type": "string", "minLength": 1}),
    **dict.fromkeys(
        words("createUpnClaim mapUnknownClaimsAsIs passthroughClaimsWithNoMapping mapIdentities signResponse"), BOOLEAN
    ),
)
_SALESFORCE = _texts("clientid principal communityName community_url_section")
_WITH_URL = opened({"url": _URL}, "url")

ADDONS = closed(
    dict.fromkeys(words("box cloudbees concur dropbox wsfed"), OBJECT)
    | dict.fromkeys(words("echosign egnyte"), _texts("domain"))
    | dict.fromkeys(words("newrelic zoom"), _texts("account"))
    | dict.fromkeys(words("rms mscrm"), _WITH_URL)
    | dict.fromkeys(words("salesforce_api salesforce_sandbox_api"), _SALESFORCE)
    | {
        "aws": _texts("principal role", lifetime_in_seconds={"type": "integer", "minimum": 900, "maximum": 43200}),
        "azure_blob": _BLOB,
        "azure_sb": _texts("namespace sasKeyName sasKey entityPath", expiration=_INTEGER),
        "slack": _texts("team", "team"),
        "sentry": _texts("org_slug base_url"),
        "firebase": _texts("secret private_key_id private_key client_email", lifetime_in_seconds=_INTEGER),
        "office365": _texts("domain connection"),
        "salesforce": opened({"entity_id": _URL}),
        "samlp": _SAML,
        "layer": _texts(
            "providerId keyId privateKey principal", "providerId", "keyId", "privateKey", expiration=_FROM_ZERO
        ),
        "sap_api": _texts(
            "clientid usernameAttribute scope servicePassword nameIdentifierFormat", tokenEndpointUrl=_URL
        ),
        "sharepoint": _texts("url", external_url={"anyOf": [array(STRING), STRING]}),
        "springcm": _texts("acsurl"),
        "wams": _texts("masterkey"),
        "zendesk": _texts("accountName"),
        "sso_integration": _texts("name version"),
        "oag": nullable(closed({})),
    }
)
