"""Writes a provider on either stack, with the field names of that stack's API."""

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
"""The fields of the legacy stack's Twilio settings; the selection of the provider is a separate request."""
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
"""The word in a write for the token of another account, which the user provided for the undo."""


def shown(provider: Provider) -> dict[str, JsonValue]:
    """Returns a provider's fields under the names of its stack's API, as shown in changes and kept in the journal."""
    values = provider.model_dump(mode="json") | {"enabled": not provider.enabled}
    return {name: values[field] for field, name in NAMES[provider.stack].items()}


def from_shown(there: Provider, values: Mapping[str, JsonValue]) -> Provider:
    """Returns a provider of the same stack and ID with values given under the names of its stack's API."""
    fields = {field: values[name] for field, name in NAMES[there.stack].items() if values[name] is not None}
    fields["enabled"] = not fields.get("enabled")  # the API's name is `disabled`; the legacy stack has no such field
    return Provider.model_validate({"stack": there.stack, "id": there.id, **fields})


def settings_of(values: Fields) -> Fields:
    """Returns the values that belong to the legacy stack's Twilio settings, and the name of the token to send."""
    return {name: value for name, value in values.items() if name in SETTINGS | {TOKEN}}


def token_needed() -> ValueNeededError:
    """Returns the error for a run that must write the provider, but has only an API key."""
    return ValueNeededError(
        "Auth0 requires the Twilio auth token. The API key works only for mfa-setup's own requests.",
        hint="Also set TWILIO_AUTH_TOKEN (or pass --twilio-auth-token-file PATH).",
    )


def _token(services: Services, write: Write) -> SecretStr:
    """Returns the token that a write sends.

    Raises:
        ValueNeededError: The Twilio auth token is not known.
    """
    token = services.old_token if write.after.get(TOKEN) == OLD else services.token
    if token is None:
        raise token_needed()
    return token


def _token_if_sent(services: Services, write: Write) -> SecretStr | None:
    """Returns the token that a write sends; None if it sends none, so that Auth0 keeps its token."""
    return _token(services, write) if TOKEN in write.after else None


def _remember(services: Services, write: Write, made: Fields) -> None:
    """Stores the digest of the token that Auth0 now holds, with Auth0's own time of that write (unified).

    If the provider shows another time later, somebody has written it since.
    """
    if TOKEN not in write.after:
        return
    stack: PhoneStack = "unified" if "name" in write.after else "legacy"
    stamp = made.get("updated_at")
    name, token = digest_name(stack, write.after[NAMES[stack]["sid"]]), _token(services, write)
    with suppress(OSError):  # without a digest, the next run reports that it cannot know the token
        digests.remember(
            services.folders, services.tenant_key, name, token, str(stamp) if stamp else None, services.journal.run_id
        )


def _create(services: Services, write: Write) -> Fields:
    provider = from_shown(Provider(stack="unified"), write.after)
    return _made(services.auth0.create_provider(provider, _token(services, write)))


def _made(there: Provider) -> Fields:
    """Returns the fields that the journal keeps; by `updated_at`, an undo sees whether somebody wrote it since."""
    return {"id": there.id, "updated_at": there.updated_at}


def _find(services: Services, write: Write) -> Fields | None:
    there = services.auth0.provider("unified")
    sent = {name: value for name, value in write.after.items() if name != TOKEN}
    return _made(there) if shown(there) == sent else None


def _create_or_take(execution: Execution, write: Write) -> None:
    """Creates the provider; if another machine was first, updates its provider with our token, as its own is unknown.

    A tenant has at most one provider.
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
