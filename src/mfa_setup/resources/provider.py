"""Twilio as the tenant's phone provider, on either stack. It serves the whole tenant, passwordless logins too."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from mfa_setup.errors import MfaSetupError, ProviderConflictError, ServiceRefusedError, ValueNeededError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange, change_of, differing
from mfa_setup.model.desired import DesiredSms
from mfa_setup.model.journal import Fields
from mfa_setup.model.observed import Provider
from mfa_setup.model.outcome import Notice, PhoneStack
from mfa_setup.resources.base import Made, Services
from mfa_setup.resources.channels import METHOD_OF_TYPE, METHODS, TYPES
from mfa_setup.resources.channels import carries as carries  # noqa: PLC0414 a question about the provider
from mfa_setup.resources.factor import set_types
from mfa_setup.resources.recovery import recover_outcome
from mfa_setup.resources.sender import Sender
from mfa_setup.store import digests

READ_SCOPES: dict[PhoneStack, frozenset[str]] = {
    "unified": frozenset({"read:phone_providers"}),
    "legacy": frozenset({"read:guardian_factors"}),
}
UNIFIED_WRITE_SCOPES = frozenset({"create:phone_providers", "update:phone_providers"})

SETTINGS = frozenset({"sid", "from", "messaging_service_sid"})
"""What the legacy stack's Twilio settings hold; which provider is selected is a request of its own."""
TOKEN = "token"  # noqa: S105 a name
"""The name under which the journal keeps what was known of the token: a word, never the token."""

TokenState = Literal["same", "new", "unknown"]
"""Whether the Twilio token that Auth0 holds is ours: on unified it is write-only, so only a digest can tell."""


def token_state(services: Services, provider: Provider) -> TokenState:
    """Compares our token with what Auth0 gives back, or with the digest of the one sent last."""
    if services.token is None:
        return "unknown"
    if provider.token is not None:
        return "same" if provider.token == services.token else "new"
    name, stamp = _digest_name(provider), provider.updated_at
    known = digests.is_the_last(services.folders, services.tenant_key, name, services.token, stamp)
    return "unknown" if known is None else "same" if known else "new"


def _digest_name(provider: Provider) -> str:
    return f"{provider.stack}:{provider.sid}"


@dataclass(frozen=True)
class ProviderStep:
    """What the provider needs; a write sends `wanted` whole, with the token."""

    change: Change
    warnings: tuple[Notice, ...]
    wanted: Provider
    number_bought: bool
    seen: Provider
    token: TokenState
    types_before: tuple[str, ...] = ()
    methods_before: tuple[str, ...] = ()
    types_first: tuple[str, ...] | None = None
    """The message types to set before delivery methods are taken away."""

    def replaces(self, seen: Provider) -> bool:
        """Whether codes would leave by another account or sender than `seen`."""

        def way(one: Provider) -> tuple[object, ...]:
            return one.kind, one.sid, one.sender, one.messaging_service_sid

        return self.change.pending and way(seen) != way(self.wanted)

    @property
    def scopes(self) -> frozenset[str]:
        """Each stack has its own."""
        if self.wanted.stack == "legacy":
            return frozenset({"update:guardian_factors"})
        scopes = {"update:phone_providers" if self.wanted.id else "create:phone_providers"}
        return frozenset(scopes if self.types_first is None else scopes | {"update:guardian_factors"})

    def found(self, made: Made) -> Made:
        """It adds nothing of its own to the outputs."""
        return made

    def apply(self, services: Services, made: Made) -> Iterator[Made]:
        """Writes the provider, and remembers the token by its digest."""
        if services.token is None:
            raise AssertionError("the guard lets no provider be written without a token")
        wanted = self.wanted
        if self.number_bought:
            wanted = wanted.model_copy(update={"sender": made.phone_number})
        seen, token = self.seen, self.token
        if self.types_first is not None:
            # The policy may be on: at no moment may the message types ask for what the provider does not carry.
            both = tuple(dict.fromkeys((*self.methods_before, *wanted.delivery_methods)))
            widened = wanted.model_copy(update={"delivery_methods": both})
            for _ in save(services, seen, widened, services.token, token):
                yield made
            set_types(services, self.types_before, self.types_first)
            yield made
            seen, token = widened, "same"
        for _ in save(services, seen, wanted, services.token, token):
            yield made
        remember(services, wanted, services.token)


def remember(services: Services, written: Provider, token: SecretStr) -> None:
    """Keeps the digest of the token that Auth0 now holds, with the service's own time of that change."""
    stamp = None
    if written.stack == "unified":
        with suppress(MfaSetupError):  # without a time the digest alone tells
            stamp = services.auth0.provider("unified").updated_at
    with suppress(OSError):  # without a digest the next run says that it cannot know the token
        digests.remember(services.folders, services.tenant_key, _digest_name(written), token, stamp)


def save(services: Services, seen: Provider, wanted: Provider, token: SecretStr, state: TokenState) -> Iterator[None]:
    """Writes Twilio as the provider, whole, with its token; yields after each request.

    On legacy the settings are written before they are selected: at no moment is Twilio selected without an account.
    """
    auth0, journal = services.auth0, services.journal
    before = shown(seen) | {TOKEN: None if seen.sid is None else state}
    after: Fields = shown(wanted) | {TOKEN: "same"}
    if wanted.stack == "legacy":
        with journal.write("provider", "set_twilio", "twilio", _settings(before), _settings(after)):
            auth0.set_twilio(wanted, token)
        yield
        with journal.write("provider", "select_provider", "twilio", {"provider": seen.kind}, {"provider": "twilio"}):
            auth0.select_provider("twilio")
    elif wanted.id:
        with journal.write("provider", "update_provider", wanted.id, before, after):
            auth0.update_provider(wanted, token)
    else:
        try:
            with journal.write("provider", "create_provider", "twilio", {}, after) as made:
                made["id"] = recover_outcome(
                    lambda: auth0.create_provider(wanted, token), lambda: _made(services, wanted)
                )
        except ServiceRefusedError as refused:
            there = auth0.provider(wanted.stack)
            if there.id is None or there.sid != wanted.sid:
                raise refused from None
            # Another machine was first: a tenant has one provider at most. Its token is not known, so ours is sent.
            yield from save(services, there, wanted.model_copy(update={"id": there.id}), token, "unknown")
            return
    yield


def _made(services: Services, wanted: Provider) -> str | None:
    """The id of the provider that is there, where it is the one that was to be made."""
    there = services.auth0.provider(wanted.stack)
    return there.id if shown(there) == shown(wanted) else None


def _settings(values: Fields) -> Fields:
    return {name: value for name, value in values.items() if name in SETTINGS | {TOKEN}}


@dataclass(frozen=True, slots=True)
class Around:
    """What the provider depends on besides the desired.

    Attributes:
        account_sid: The Twilio account that is to send.
        sender: Who is to send; None where that is not decided yet (`status`): the provider's own is kept then.
        bought: The number that is to be bought before the provider is written.
        message_types: The message types that the factor has.
        token: Whether the token that Auth0 holds is ours.
        must_be_sure: The policy is about to be turned on, so a token that may be wrong is sent again.
    """

    account_sid: str
    sender: Sender | None
    bought: str | None
    message_types: tuple[str, ...]
    token: TokenState
    must_be_sure: bool = False


def compare(desired: DesiredSms, seen: Provider, around: Around) -> ProviderStep:
    """What differs between the provider asked for and the one that is there.

    Raises:
        ProviderConflictError: It is another account's or another kind, and `--replace-provider` is not given.
    """
    conflict = _conflict(seen, around.account_sid)
    if conflict and not desired.replace_provider:
        raise ProviderConflictError(
            f"The tenant's phone provider is {conflict}. It serves every application and passwordless logins too.",
            hint="Pass --replace-provider to put this Twilio account in its place; its token cannot be read back.",
        )
    # Who sends for somebody else's provider is no sender of ours.
    kept = seen.model_copy(update={"sender": None, "messaging_service_sid": None}) if conflict else seen
    wanted = _wanted(desired, kept, around)
    token = around.token
    there = conflict is not None or _is_there(seen)
    fields = differing(shown(seen) if there else {}, shown(wanted))
    unsure = around.must_be_sure and token == "unknown"  # noqa: S105 a state, not a token
    must_send = bool(desired.resend_token or conflict or token == "new" or unsure or not there)  # noqa: S105
    if must_send or (fields and token != "same"):  # noqa: S105
        fields += (FieldChange(path=_token_path(seen), sensitive=True),)
    return ProviderStep(
        change=change_of("provider", fields, "Twilio", exists=there),
        warnings=_warnings(seen, token, there=there, written=bool(fields)),
        wanted=wanted,
        seen=seen,
        token=token,
        types_before=around.message_types,
        number_bought=around.bought is not None and wanted.sender == around.bought,
        methods_before=kept.delivery_methods,
        types_first=_types_first(desired, kept, wanted, around.message_types),
    )


def _warnings(seen: Provider, token: TokenState, *, there: bool, written: bool) -> tuple[Notice, ...]:
    if written and seen.sid is not None and token != "same":  # noqa: S105 a state, not a token
        return (_NOT_RESTORABLE,)
    return (_UNVERIFIABLE,) if there and not written and token == "unknown" else ()  # noqa: S105


def _types_first(
    desired: DesiredSms, seen: Provider, wanted: Provider, message_types: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The message types asked for, where present ones need a delivery method that is to be taken away."""
    removed = set(seen.delivery_methods) - set(wanted.delivery_methods)
    if not removed & {METHOD_OF_TYPE.get(kind) for kind in message_types}:
        return None
    return TYPES[desired.delivery]


def _conflict(seen: Provider, account_sid: str) -> str | None:
    """Why the provider is not simply ours to write, in words."""
    if seen.kind in {"custom", "phone-message-hook", "other"}:
        return f"not Twilio ({seen.kind})"
    if seen.sid and seen.sid != account_sid:
        return f"the Twilio account {seen.sid}"
    return None


def _is_there(seen: Provider) -> bool:
    """Whether Twilio has been set up at all: legacy always has a selected provider, at first Auth0's own."""
    return seen.id is not None or seen.sid is not None


def _wanted(desired: DesiredSms, seen: Provider, around: Around) -> Provider:
    sender = around.sender
    phone, service = seen.sender, seen.messaging_service_sid
    if sender is not None:
        by_service = sender.by_service and sender.service is not None
        service = sender.service.sid if by_service and sender.service else None
        phone = None if by_service else sender.number.phone_number if sender.number else around.bought
    return Provider(
        stack=seen.stack,
        kind="twilio",
        id=seen.id,
        enabled=True,
        sid=around.account_sid,
        sender=phone,
        messaging_service_sid=service,
        delivery_methods=_methods(desired, seen, around.message_types),
    )


def _methods(desired: DesiredSms, seen: Provider, message_types: tuple[str, ...]) -> tuple[str, ...]:
    """The delivery methods: added to what is there, and to what the message types need, unless asked for."""
    if seen.stack == "legacy":
        return ()
    wanted = set(METHODS[desired.delivery])
    if not desired.delivery_given:
        wanted |= set(seen.delivery_methods) | {METHOD_OF_TYPE[kind] for kind in message_types}
    if wanted == set(seen.delivery_methods):
        return seen.delivery_methods
    return tuple(method for method in ("text", "voice") if method in wanted)


def shown(provider: Provider) -> dict[str, JsonValue]:
    """A provider by the names of its stack's API, as the changes show it."""
    if provider.stack == "legacy":
        return {
            "provider": provider.kind,
            "sid": provider.sid,
            "from": provider.sender,
            "messaging_service_sid": provider.messaging_service_sid,
        }
    return {
        "name": provider.kind,
        "disabled": not provider.enabled,
        "configuration.sid": provider.sid,
        "configuration.default_from": provider.sender,
        "configuration.mssid": provider.messaging_service_sid,
        "configuration.delivery_methods": list(provider.delivery_methods),
    }


def from_shown(there: Provider, values: Mapping[str, JsonValue]) -> Provider:
    """A provider of the same stack and id with other values, by the names of its stack's API."""
    legacy = there.stack == "legacy"
    prefix = "" if legacy else "configuration."
    fields = {
        "kind": values["provider" if legacy else "name"],
        "enabled": legacy or not values["disabled"],
        "sid": values[f"{prefix}sid"],
        "sender": values["from" if legacy else "configuration.default_from"],
        "messaging_service_sid": values["messaging_service_sid" if legacy else "configuration.mssid"],
        "delivery_methods": values.get("configuration.delivery_methods") or (),
    }
    return Provider.model_validate({"stack": there.stack, "id": there.id, **fields})


def _token_path(provider: Provider) -> str:
    return "auth_token" if provider.stack == "legacy" else "credentials.auth_token"


_UNVERIFIABLE = Notice(
    code="token_unverifiable",
    message="Whether the Twilio auth token that Auth0 holds is still the right one cannot be known: "
    "Auth0 never shows it.",
    hint="Pass --resend-token to send the present one.",
)


_NOT_RESTORABLE = Notice(
    code="token_not_restorable",
    message="The Twilio auth token that Auth0 holds is replaced, and may be another one: it cannot be read back, so "
    "`mfa-setup undo` cannot restore it by itself.",
    hint="Keep the old token. `mfa-setup undo` takes it from MFA_SETUP_OLD_TWILIO_AUTH_TOKEN.",
)


def token_needed() -> ValueNeededError:
    """The error of a run that has an API key only and must write the provider."""
    return ValueNeededError(
        "Auth0 needs the Twilio auth token itself; an API key pair serves this tool's own requests only.",
        hint="Set TWILIO_AUTH_TOKEN as well (or --twilio-auth-token-file PATH).",
    )
