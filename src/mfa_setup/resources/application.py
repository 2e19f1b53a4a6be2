"""The single-page application: found again or made, its URLs, its security settings, its database connection."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mfa_setup.appconfig import ConfigFile
from mfa_setup.errors import (
    ApplicationConflictError,
    Choice,
    ChoiceNeededError,
    NotFoundError,
    ServiceRefusedError,
)
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange, change_of, differing
from mfa_setup.model.desired import DesiredApplication
from mfa_setup.model.journal import Fields
from mfa_setup.model.observed import Application, ApplicationSeen
from mfa_setup.model.outcome import Notice
from mfa_setup.ports import Auth0Port
from mfa_setup.resources import configfile, creation
from mfa_setup.resources.base import Made, Services
from mfa_setup.resources.creation import MARK, is_ours

READ_SCOPES = frozenset({"read:clients", "read:connections"})
WRITE_SCOPES = frozenset({"create:clients", "update:clients", "update:connections"})
TRIES = 3
"""How often an application that was taken over may be gone before it is connected."""
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


def observe(auth0: Auth0Port, desired: DesiredApplication) -> ApplicationSeen:
    """Reads the applications that could be meant, and the connection."""
    connections = auth0.connections()
    found = connections.get(desired.connection)
    return ApplicationSeen(
        named=named(desired, auth0.applications()),
        connection=auth0.connection(found, desired.connection) if found else None,
        connection_names=tuple(sorted(connections)),
    )


def named(desired: DesiredApplication, listed: Sequence[Application]) -> tuple[Application, ...]:
    """Those that could be meant: by client ID where one is given, else by name."""
    if desired.client_id:
        return tuple(item for item in listed if item.client_id == desired.client_id)
    return tuple(item for item in listed if item.name == desired.name)


def choose(desired: DesiredApplication, candidates: Sequence[Application]) -> Application | None:
    """The application that is meant: by client ID, else by our mark and name, else by name; None is to be made.

    Raises:
        NotFoundError: There is none with the client ID.
        ChoiceNeededError: Several fit.
        ApplicationConflictError: It is not a single-page application.
    """
    fitting = [item for item in candidates if is_ours(item)] or list(candidates)
    if desired.client_id and not fitting:
        raise NotFoundError(
            f"The tenant has no application with the client ID {desired.client_id}.",
            hint="Correct --app-client-id: Auth0 dashboard, Applications > the application > Settings.",
        )
    if len(fitting) > 1:
        listed = ", ".join(f"{item.client_id} ({_type_of(item)})" for item in fitting)
        raise ChoiceNeededError(
            f'{len(fitting)} applications are named "{desired.name}": {listed}.',
            hint=f"Pass --app-client-id, for example --app-client-id {fitting[0].client_id}.",
            choices=tuple(
                Choice("app_client_id", item.client_id, f"{item.name} ({_type_of(item)}) {item.client_id}")
                for item in fitting
            ),
        )
    if fitting and fitting[0].app_type != "spa":
        raise ApplicationConflictError(
            f'The application "{fitting[0].name}" is of {_type_of(fitting[0])}, not a single-page application.',
            hint="Pass another --name to make a new one, or --app-client-id of a single-page application.",
        )
    return fitting[0] if fitting else None


def _type_of(application: Application) -> str:
    """An application's type in words; one made without any has none."""
    return f"type {application.app_type}" if application.app_type else "no type"


@dataclass(frozen=True)
class ApplicationStep:
    """What the application needs: `body` for the client, the connection it is to be put on, its config file."""

    change: Change
    warnings: tuple[Notice, ...]
    desired: DesiredApplication
    there: Application | None
    body: Mapping[str, JsonValue]
    connect_to: str | None
    config: ConfigFile | None

    @property
    def client_id(self) -> str | None:
        """The application that is there."""
        return self.there.client_id if self.there else None

    @property
    def scopes(self) -> frozenset[str]:
        """Creating and updating are scopes of their own."""
        needed = {"update:connections"} if self.connect_to else set()
        if self.body:
            needed.add("update:clients" if self.client_id else "create:clients")
        return frozenset(needed)

    def found(self, made: Made) -> Made:
        """The application that is there, and its config file where that is right already."""
        config = self.config and self.client_id and self.config.is_right(self.client_id)
        return made.model_copy(
            update={
                "client_id": self.client_id,
                "config_file": str(self.config.path) if self.config and config else None,
            }
        )

    def apply(self, services: Services, made: Made) -> Iterator[Made]:
        """Makes or mends the application, connects it, and writes the app's config file."""
        client_id = self.client_id
        if self.there is None:
            for client_id in self._made_and_connected(services):
                made = made.model_copy(update={"client_id": client_id})
                yield made
        else:
            if self.body:
                update(services, self.there, self.body)
                yield made
            if self.connect_to:
                _connect(services, self.connect_to, self.there.client_id)
                yield made
        if self.config:
            if client_id is None:
                raise AssertionError("made above")
            configfile.write(services, self.config, client_id)
            yield made.model_copy(update={"config_file": str(self.config.path)})

    def _made_and_connected(self, services: Services) -> Iterator[str]:
        """Its client ID, after each request; one taken over may be removed by the machine that made it."""
        for left in reversed(range(TRIES)):
            found = creation.create_exactly_once(services, self.body)
            yield found.client_id
            try:
                if found.adopted and (missing := _mending(self.desired, found.adopted)):
                    update(services, found.adopted, missing)
                    yield found.client_id
                if self.connect_to:
                    _connect(services, self.connect_to, found.client_id)
                    yield found.client_id
            except (NotFoundError, ServiceRefusedError):
                # Which of the two the connection answers is not verified, so the list tells.
                if not left or not found.adopted or _is_there(services, found.client_id):
                    raise
                continue
            return


def _is_there(services: Services, client_id: str) -> bool:
    return any(item.client_id == client_id for item in services.auth0.applications())


def update(services: Services, there: Application, body: Mapping[str, JsonValue]) -> None:
    """Changes some fields of an application."""
    client_id = there.client_id
    with services.journal.write("application", "update_application", client_id, found_in(there, body), dict(body)):
        services.auth0.update_application(client_id, body)


def found_in(there: Application, body: Iterable[str]) -> Fields:
    """What an application has of some fields; None for one that the service left out."""
    values: Fields = there.model_dump(mode="json", exclude_unset=True)
    return {field: values.get(field) for field in body}


def _connect(services: Services, connection_id: str, client_id: str) -> None:
    before, after = Fields({"connection": None}), Fields({"connection": connection_id})
    with services.journal.write("application", "connect_application", client_id, before, after):
        services.auth0.connect(connection_id, client_id)


def compare(desired: DesiredApplication, seen: ApplicationSeen, config: ConfigFile | None) -> ApplicationStep:
    """What differs between the application asked for and the one that is there.

    Raises:
        NotFoundError: The connection or the client ID does not exist.
        ChoiceNeededError, ApplicationConflictError: As `choose` does.
    """
    there = choose(desired, seen.named)
    if seen.connection is None:
        raise NotFoundError(
            f"The tenant has no database connection {desired.connection}.",
            hint=f"Pass --connection with one of: {', '.join(seen.connection_names) or '(there is none)'}.",
        )
    body = _creation(desired) if there is None else _mending(desired, there)
    connected = there is not None and there.client_id in seen.connection.client_ids
    fields = _fields(there, body)
    if not connected:
        fields += (FieldChange(path="connection", after=desired.connection),)
    stale = config is not None and not (there and config.is_right(there.client_id))
    if config and stale:
        fields += (FieldChange(path="config_file", before=config.before, after=str(config.path)),)
    return ApplicationStep(
        change=change_of("application", fields, there.name if there else desired.name, exists=there is not None),
        warnings=_warnings(desired, there),
        desired=desired,
        there=there,
        body=body,
        connect_to=None if connected else seen.connection.id,
        config=config,
    )


def _creation(desired: DesiredApplication) -> dict[str, JsonValue]:
    return {
        "name": desired.name,
        "app_type": "spa",
        "callbacks": list(desired.callbacks),
        "allowed_logout_urls": list(desired.logout_urls),
        "web_origins": list(desired.web_origins),
        **SECURITY,
        "client_metadata": dict(MARK),
    }


def _mending(desired: DesiredApplication, there: Application) -> dict[str, JsonValue]:
    """Only what differs: URLs of any application, security settings of our own or with --harden."""
    body = _missing_urls(desired, there)
    if is_ours(there) or desired.harden:
        body |= _weaknesses(there)
    return body


def _missing_urls(desired: DesiredApplication, there: Application) -> dict[str, JsonValue]:
    wanted = {
        "callbacks": (there.callbacks, desired.callbacks),
        "allowed_logout_urls": (there.allowed_logout_urls, desired.logout_urls),
        "web_origins": (there.web_origins, desired.web_origins),
    }
    body: dict[str, JsonValue] = {}
    for field, (before, asked) in wanted.items():
        known = {_normal(field, url) for url in before}
        added = [url for url in asked if _normal(field, url) not in known]
        kept = [
            url
            for url in before
            if not desired.prune_urls or _normal(field, url) in {_normal(field, one) for one in asked}
        ]
        if added or len(kept) != len(before):
            body[field] = [*kept, *added]
    return body


def _normal(field: str, url: str) -> str:
    """Web origins are origins whatever their last slash; the other URLs count to the letter."""
    return url.rstrip("/").lower() if field == "web_origins" else url


def _weaknesses(there: Application) -> dict[str, JsonValue]:
    """The security settings that are not as they should be, as a body that mends them.

    A nested object is replaced whole by the service, so what is ours is laid over what is there.
    """
    body: dict[str, JsonValue] = {}
    for field, wanted in SECURITY.items():
        before = getattr(there, field)
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


def _fields(there: Application | None, body: Mapping[str, JsonValue]) -> tuple[FieldChange, ...]:
    before = {} if there is None else there.model_dump(mode="json")
    return differing(before, dict(body))


def _warnings(desired: DesiredApplication, there: Application | None) -> tuple[Notice, ...]:
    if there is None or is_ours(there) or desired.harden or not (weak := _weaknesses(there)):
        return ()
    return (
        Notice(
            code="application_not_hardened",
            message=f'The application "{there.name}" was not made by mfa-setup, and its security settings differ '
            f"from what a single-page application should have: {', '.join(weak)}.",
            hint="Pass --harden to set them, when its app is ready for it.",
        ),
    )
