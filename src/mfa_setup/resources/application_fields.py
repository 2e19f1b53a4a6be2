"""The desired fields of a single-page application, and the differences of an existing one."""

from collections.abc import Collection, Iterable, Mapping

from mfa_setup.model.base import JsonValue
from mfa_setup.model.desired import DesiredApplication
from mfa_setup.model.observed import Application
from mfa_setup.model.write import Fields
from mfa_setup.resources.creation import MARK, is_ours
from mfa_setup.resources.restore import texts

URLS = {"callbacks": "callbacks", "logout_urls": "allowed_logout_urls", "web_origins": "web_origins"}
"""The URL lists of the desired state, by field, and their names at Auth0."""
GIVEN = "mfa_setup_given"
"""The key of `client_metadata` that names the settings given by the user when mfa-setup created the application."""
SECURITY: dict[str, JsonValue] = {
    "oidc_conformant": True,
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
    "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": 36000, "secret_encoded": False},
    "refresh_token": {
        "rotation_type": "rotating",
        "expiration_type": "expiring",
        "leeway": 0,
        "token_lifetime": 2592000,
        "idle_token_lifetime": 1296000,
        "infinite_token_lifetime": False,
        "infinite_idle_token_lifetime": False,
    },
}
"""The security settings of a new application. All are sent, because Auth0's defaults are HS256, the implicit grant,
`oidc_conformant: false` and refresh tokens that never change (recorded answers of `POST /api/v2/clients`)."""

JUDGED: dict[str, tuple[str, ...]] = {
    "jwt_configuration": ("alg",),
    "refresh_token": ("rotation_type", "expiration_type"),
}
"""The keys of two nested settings that mfa-setup checks; the tenant may change the lifetimes after the creation."""


def creation_of(desired: DesiredApplication) -> Fields:
    """Returns the request body that creates the application."""
    given = sorted({*URLS, "connection"} - desired.defaults)
    mark = MARK | ({GIVEN: " ".join(given)} if given else {})
    return {"name": desired.name, "app_type": "spa", **_desired_urls(desired), **SECURITY, "client_metadata": mark}


def concerns(field: str, desired: DesiredApplication, existing: Application) -> bool:
    """Whether a field of the desired state applies to an application that exists.

    A given value always applies. A default applies only to an application that mfa-setup created with that default, so
    that an interrupted run is completed; an application that was created with a given value keeps it.
    """
    return field not in desired.defaults or _was_default(field, existing)


def _was_default(field: str, existing: Application) -> bool:
    given = str(existing.client_metadata.get(GIVEN) or "").split()
    return is_ours(existing) and field not in given


def missing(desired: DesiredApplication, existing: Application) -> Fields:
    """Returns the request body that sets the fields that differ.

    It includes the URL lists that apply and, for an application that mfa-setup created or with --harden, the security
    settings.
    """
    concerned = [name for field, name in URLS.items() if concerns(field, desired, existing)]
    body = missing_urls(_desired_urls(desired), concerned, existing, prune=desired.prune_urls)
    return body | weaknesses(existing) if is_ours(existing) or desired.harden else body


def completion(creation: Fields, existing: Application) -> Fields:
    """Returns the request body that completes another machine's application with this run's URLs and settings."""
    metadata = creation["client_metadata"]
    given = str(metadata.get(GIVEN) or "").split() if isinstance(metadata, dict) else []
    concerned = [name for field, name in URLS.items() if field in given or _was_default(field, existing)]
    return missing_urls(creation, concerned, existing, prune=False) | weaknesses(existing)


def _desired_urls(desired: DesiredApplication) -> Fields:
    return {name: list(getattr(desired, field)) for field, name in URLS.items()}


def missing_urls(
    desired: Mapping[str, JsonValue], names: Collection[str], existing: Application, *, prune: bool
) -> Fields:
    """Returns a request body with the named URL lists that must change: each with its missing URLs added.

    With `prune`, URLs that are not desired are removed, too.
    """
    body: Fields = {}
    for name in names:
        before: tuple[str, ...] = getattr(existing, name)
        wanted = texts(desired[name])
        present, normal = _normal(name, before), _normal(name, wanted)
        added = [url for url, compared in zip(wanted, normal, strict=True) if compared not in present]
        kept = [url for url, compared in zip(before, present, strict=True) if not prune or compared in normal]
        if added or len(kept) != len(before):
            body[name] = [*kept, *added]
    return body


def _normal(name: str, urls: Iterable[str]) -> list[str]:
    """Returns URLs in the form in which they are compared.

    Web origins are compared without a trailing slash and in lower case, all other URLs literally.
    """
    return [url.rstrip("/").lower() if name == "web_origins" else url for url in urls]


def weaknesses(existing: Application) -> Fields:
    """Returns a request body that fixes the security settings that differ from the required ones.

    Auth0 replaces a nested object as a whole, so the body merges the required keys into the existing object.
    """
    body: Fields = {}
    for field, wanted in SECURITY.items():
        before = getattr(existing, field)
        if isinstance(wanted, dict):
            keys = JUDGED[field]
            if any(before.get(key) != wanted[key] for key in keys):
                body[field] = {**wanted, **before, **{key: wanted[key] for key in keys}}
        elif isinstance(wanted, list):
            if set(before) != set(wanted):
                body[field] = wanted
        elif before != wanted:
            body[field] = wanted
    return body
