"""How a provider is written on either stack, and under which names: those of the stack's own API."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from pydantic import SecretStr

from mfa_setup.errors import ServiceRefusedError, ValueNeededError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.observed import Provider
from mfa_setup.model.types import PhoneStack
from mfa_setup.model.write import Fields, Write, WriteAction
from mfa_setup.resources.base import TOKEN, Action, Execution
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot
from mfa_setup.snapshot.token import digest_name
from mfa_setup.store import digests

SETTINGS = frozenset({"sid", "from", "messaging_service_sid"})
"""What the legacy stack's Twilio settings hold; which provider is selected is a request of its own."""
NAMES: dict[PhoneStack, dict[str, str]] = {
    "legacy": {"kind": "provider", "sid": "sid", "sender": "from", "messaging_service_sid": "messaging_service_sid"},
    "unified": {
        "kind": "name",
        "enabled": "disabled",
        "sid": "configuration.sid",
        "sender": "configuration.default_from",
        "messaging_service_sid": "configuration.mssid",
        "delivery_methods": "configuration.delivery_methods",
    },
}
"""The names of a provider's fields in the API of each stack; `disabled` is the opposite of `enabled`."""
OLD = "old"
"""Stands in a write for the token of another account, which an undo was given."""


def shown(provider: Provider) -> dict[str, JsonValue]:
    """A provider by the names of its stack's API, as changes and journal show it."""
    values = provider.model_dump(mode="json") | {"enabled": not provider.enabled}
    return {name: values[field] for field, name in NAMES[provider.stack].items()}


def from_shown(there: Provider, values: Mapping[str, JsonValue]) -> Provider:
    """A provider of the same stack and id with other values, by the names of its stack's API."""
    fields = {field: values[name] for field, name in NAMES[there.stack].items() if values[name] is not None}
    fields["enabled"] = not fields.get("enabled")  # the name is `disabled`, and legacy has none
    return Provider.model_validate({"stack": there.stack, "id": there.id, **fields})


def settings_of(values: Fields) -> Fields:
    """The part of the values that the legacy stack's Twilio settings hold, and the word about the token."""
    return {name: value for name, value in values.items() if name in SETTINGS | {TOKEN}}


def token_needed() -> ValueNeededError:
    """The error of a run that has only an API key and must write the provider."""
    return ValueNeededError(
        "Auth0 requires the Twilio auth token. The API key works only for mfa-setup's own requests.",
        hint="Also set TWILIO_AUTH_TOKEN (or pass --twilio-auth-token-file PATH).",
    )


def _token(services: Services, write: Write) -> SecretStr:
    """The token that a write sends.

    Raises:
        ValueNeededError: The auth token is needed and not known.
    """
    token = services.old_token if write.after.get(TOKEN) == OLD else services.token
    if token is None:
        raise token_needed()
    return token


def _token_if_sent(services: Services, write: Write) -> SecretStr | None:
    """The token that a write sends; None where it sends none, and Auth0 keeps what it has."""
    return _token(services, write) if TOKEN in write.after else None


def _remember(services: Services, write: Write, made: Fields) -> None:
    """Keeps the digest of the token that Auth0 now holds, with the service's own time of that write (unified).

    A provider that shows another time later has been written by somebody since.
    """
    if TOKEN not in write.after:
        return
    stack: PhoneStack = "unified" if "name" in write.after else "legacy"
    stamp = made.get("updated_at")
    name, token = digest_name(stack, write.after[NAMES[stack]["sid"]]), _token(services, write)
    with suppress(OSError):  # without a digest the next run says that it cannot know the token
        digests.remember(
            services.folders, services.tenant_key, name, token, str(stamp) if stamp else None, services.journal.run_id
        )


def _create(services: Services, write: Write) -> Fields:
    provider = from_shown(Provider(stack="unified"), write.after)
    return _made(services.auth0.create_provider(provider, _token(services, write)))


def _made(there: Provider) -> Fields:
    """What the journal keeps of a provider: by its own time an undo sees whether somebody has written it since."""
    return {"id": there.id, "updated_at": there.updated_at}


def _find(services: Services, write: Write) -> Fields | None:
    there = services.auth0.provider("unified")
    sent = {name: value for name, value in write.after.items() if name != TOKEN}
    return _made(there) if shown(there) == sent else None


def _create_or_take(execution: Execution, write: Write) -> None:
    """Creates the provider; where another machine was first, takes that and sends our token, as its own is not known.

    A tenant has one provider at most.
    """
    try:
        execution.send(write)
    except ServiceRefusedError as refused:
        there = execution.services.auth0.provider("unified")
        if there.id is None or there.sid != write.after["configuration.sid"]:
            raise refused from None
        before = shown(there) | {TOKEN: "unknown"}
        execution.send(replace(write, action="update_provider", target=there.id, before=before))


def _update(services: Services, write: Write) -> Fields:
    provider = from_shown(Provider(stack="unified", id=write.target), write.after)
    return _made(services.auth0.update_provider(provider, _token_if_sent(services, write)))


def _set_twilio(services: Services, write: Write) -> None:
    values = {"provider": "twilio", **write.after}
    services.auth0.set_twilio(from_shown(Provider(stack="legacy"), values), _token_if_sent(services, write))


def _effect(snapshot: Snapshot, write: Write) -> Snapshot:
    there = known(snapshot.provider)
    snapshot = replace(snapshot, provider=from_shown(there, shown(there) | write.after))
    return snapshot.with_our_token() if TOKEN in write.after else snapshot


def _removed(snapshot: Snapshot, _write: Write) -> Snapshot:
    return replace(snapshot, provider=Provider(stack=known(snapshot.provider).stack))


_LEGACY = frozenset({"update:guardian_factors"})
ACTIONS: dict[WriteAction, Action] = {
    "create_provider": Action(
        _create,
        frozenset({"create:phone_providers"}),
        _effect,
        find=_find,
        perform=_create_or_take,
        remember=_remember,
        undo_scopes={"delete:phone_providers": "delete the phone provider"},
    ),
    "update_provider": Action(_update, frozenset({"update:phone_providers"}), _effect, remember=_remember),
    "delete_provider": Action(
        lambda services, write: services.auth0.delete_provider(write.target),
        frozenset({"delete:phone_providers"}),
        _removed,
    ),
    "set_twilio": Action(_set_twilio, _LEGACY, _effect, remember=_remember),
    "select_provider": Action(
        lambda services, write: services.auth0.select_provider(str(write.after["provider"])), _LEGACY, _effect
    ),
}
