"""The desired fields of a single-page application, and the differences of an existing one."""

from collections.abc import Collection, Iterable, Mapping

from mfa_setup.model.base import JsonValue
from mfa_setup.model.desired import DesiredApplication
from mfa_setup.model.observed import Application
from mfa_setup.model.write import Fields
from mfa_setup.resources.creation import MARK, is_ours
from mfa_setup.resources.restore import texts

URLS = {"callbacks": "callbacks", "logout_urls": "allowed_logout_urls", "web_origins": "web_origins"}
"""The lists of the desired state, and their names at Auth0."""
GIVEN = "mfa_setup_given"
"""The key of `client_metadata` that names what was given for an application when this tool created it."""
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
"""What a new application is given. All of it is sent: the service's own defaults are HS256, the implicit grant,
`oidc_conformant: false` and refresh tokens that never change (recorded answers of `POST /api/v2/clients`)."""

JUDGED: dict[str, tuple[str, ...]] = {
    "jwt_configuration": ("alg",),
    "refresh_token": ("rotation_type", "expiration_type"),
}
"""Of these two objects only these keys are ours; the lifetimes are the tenant's own business after creation."""


def creation_of(desired: DesiredApplication) -> Fields:
    """The body that creates the application."""
    given = sorted({*URLS, "connection"} - desired.defaults)
    mark = MARK | ({GIVEN: " ".join(given)} if given else {})
    return {"name": desired.name, "app_type": "spa", **_desired_urls(desired), **SECURITY, "client_metadata": mark}


def concerns(field: str, desired: DesiredApplication, existing: Application) -> bool:
    """Whether a field of the desired state is meant for an application that exists.

    What was given is. A default is only for an application that this tool created with that default, so that a run
    that was cut off is completed; one that was created with a value of its own keeps it.
    """
    return field not in desired.defaults or _was_default(field, existing)


def _was_default(field: str, existing: Application) -> bool:
    given = str(existing.client_metadata.get(GIVEN) or "").split()
    return is_ours(existing) and field not in given


def missing(desired: DesiredApplication, existing: Application) -> Fields:
    """The body that sets what differs: the URLs that concern it, and the security settings of ours or with --harden."""
    concerned = [name for field, name in URLS.items() if concerns(field, desired, existing)]
    body = missing_urls(_desired_urls(desired), concerned, existing, prune=desired.prune_urls)
    return body | weaknesses(existing) if is_ours(existing) or desired.harden else body


def completion(creation: Fields, existing: Application) -> Fields:
    """The body that gives another machine's application what this run was to create one with."""
    metadata = creation["client_metadata"]
    given = str(metadata.get(GIVEN) or "").split() if isinstance(metadata, dict) else []
    concerned = [name for field, name in URLS.items() if field in given or _was_default(field, existing)]
    return missing_urls(creation, concerned, existing, prune=False) | weaknesses(existing)


def _desired_urls(desired: DesiredApplication) -> Fields:
    return {name: list(getattr(desired, field)) for field, name in URLS.items()}


def missing_urls(
    desired: Mapping[str, JsonValue], names: Collection[str], existing: Application, *, prune: bool
) -> Fields:
    """The lists of these names that lack a desired URL, as a body that adds it."""
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
    """URLs as they are compared: web origins whatever their last slash, the others to the letter."""
    return [url.rstrip("/").lower() if name == "web_origins" else url for url in urls]


def weaknesses(existing: Application) -> Fields:
    """The security settings that are not as they should be, as a body that fixes them.

    A nested object is replaced whole by the service, so what is ours is laid over what is there.
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
