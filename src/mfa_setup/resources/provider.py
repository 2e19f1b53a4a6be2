"""Twilio as the tenant's phone provider, on either stack. It serves the whole tenant, passwordless logins too."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from mfa_setup.errors import ProviderConflictError, ValueNeededError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange, change_of, differing
from mfa_setup.model.observed import Provider
from mfa_setup.model.outcome import PhoneStack, Warned
from mfa_setup.model.wish import SmsWish
from mfa_setup.model.words import Delivery
from mfa_setup.resources.base import Made, Services
from mfa_setup.resources.sender import Sender
from mfa_setup.store import digests

READ_SCOPES: dict[PhoneStack, frozenset[str]] = {
    "unified": frozenset({"read:phone_providers"}),
    "legacy": frozenset({"read:guardian_factors"}),
}
UNIFIED_WRITE_SCOPES = frozenset({"create:phone_providers", "update:phone_providers"})
METHODS: dict[Delivery, tuple[str, ...]] = {"sms": ("text",), "voice": ("voice",), "both": ("text", "voice")}
"""The delivery methods of the unified stack for each `--delivery`."""
TYPES: dict[Delivery, tuple[str, ...]] = {"sms": ("sms",), "voice": ("voice",), "both": ("sms", "voice")}
"""The message types for each `--delivery`."""
METHOD_OF_TYPE = {"sms": "text", "voice": "voice"}
"""The delivery method that each message type needs."""


def carries(there: Provider, message_types: Sequence[str]) -> bool:
    """Whether every message type can go out by the provider's delivery methods; the legacy stack has none to match."""
    if there.stack == "legacy" or there.kind != "twilio":
        return True
    return all(METHOD_OF_TYPE.get(kind) in there.delivery_methods for kind in message_types)


TokenState = Literal["same", "new", "unknown"]
"""Whether the Twilio token that Auth0 holds is ours: on unified it is write-only, so only a digest can tell."""


def token_state(services: Services, provider: Provider) -> TokenState:
    """Compares our token with what Auth0 gives back, or with the digest of the one sent last."""
    if services.token is None:
        return "unknown"
    if provider.token is not None:
        return "same" if provider.token == services.token else "new"
    known = digests.is_the_last(services.tenant_key, _digest_name(provider), services.token)
    return "unknown" if known is None else "same" if known else "new"


def _digest_name(provider: Provider) -> str:
    return f"{provider.stack}:{provider.sid}"


@dataclass(frozen=True)
class ProviderStep:
    """What the provider needs; a write sends `wanted` whole, with the token."""

    change: Change
    warnings: tuple[Warned, ...]
    wanted: Provider
    number_bought: bool
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
        if self.types_first is not None:
            # The policy may be on: at no moment may the message types ask for what the provider does not carry.
            both = tuple(dict.fromkeys((*self.methods_before, *wanted.delivery_methods)))
            services.auth0.save_provider(wanted.model_copy(update={"delivery_methods": both}), services.token)
            yield made
            services.auth0.set_message_types(self.types_first)
            yield made
        services.auth0.save_provider(wanted, services.token)
        yield made
        with suppress(OSError):  # without a digest the next run says that it cannot know the token
            digests.remember(services.tenant_key, _digest_name(wanted), services.token)


@dataclass(frozen=True, slots=True)
class Around:
    """What the provider depends on besides the wish.

    Attributes:
        account_sid: The Twilio account that is to send.
        sender: Who is to send; None where that is not decided yet (`status`): the provider's own is kept then.
        bought: The number that is to be bought before the provider is written.
        message_types: The message types that the factor has.
        token: Whether the token that Auth0 holds is ours.
    """

    account_sid: str
    sender: Sender | None
    bought: str | None
    message_types: tuple[str, ...]
    token: TokenState


def compare(wish: SmsWish, seen: Provider, around: Around) -> ProviderStep:
    """What differs between the provider asked for and the one that is there.

    Raises:
        ProviderConflictError: It is another account's or another kind, and `--replace-provider` is not given.
    """
    conflict = _conflict(seen, around.account_sid)
    if conflict and not wish.replace_provider:
        raise ProviderConflictError(
            f"The tenant's phone provider is {conflict}. It serves every application and passwordless logins too.",
            hint="Pass --replace-provider to put this Twilio account in its place; its token cannot be read back.",
        )
    # Who sends for somebody else's provider is no sender of ours.
    kept = seen.model_copy(update={"sender": None, "messaging_service_sid": None}) if conflict else seen
    wanted = _wanted(wish, kept, around)
    token = around.token
    there = conflict is not None or _is_there(seen)
    fields = differing(_shown(seen) if there else {}, _shown(wanted))
    must_send = bool(wish.resend_token or conflict or token == "new" or not there)  # noqa: S105 a state, not a token
    if must_send or (fields and token != "same"):  # noqa: S105
        fields += (FieldChange(path=_token_path(seen), sensitive=True),)
    unverifiable = there and not fields and token == "unknown"  # noqa: S105
    return ProviderStep(
        change=change_of("provider", fields, "Twilio", exists=there),
        warnings=(_UNVERIFIABLE,) if unverifiable else (),
        wanted=wanted,
        number_bought=around.bought is not None and wanted.sender == around.bought,
        methods_before=kept.delivery_methods,
        types_first=_types_first(wish, kept, wanted, around.message_types),
    )


def _types_first(
    wish: SmsWish, seen: Provider, wanted: Provider, message_types: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The message types asked for, where present ones need a delivery method that is to be taken away."""
    removed = set(seen.delivery_methods) - set(wanted.delivery_methods)
    if not removed & {METHOD_OF_TYPE.get(kind) for kind in message_types}:
        return None
    return TYPES[wish.delivery]


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


def _wanted(wish: SmsWish, seen: Provider, around: Around) -> Provider:
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
        delivery_methods=_methods(wish, seen, around.message_types),
    )


def _methods(wish: SmsWish, seen: Provider, message_types: tuple[str, ...]) -> tuple[str, ...]:
    """The delivery methods: added to what is there, and to what the message types need, unless asked for."""
    if seen.stack == "legacy":
        return ()
    wanted = set(METHODS[wish.delivery])
    if not wish.delivery_given:
        wanted |= set(seen.delivery_methods) | {METHOD_OF_TYPE[kind] for kind in message_types}
    if wanted == set(seen.delivery_methods):
        return seen.delivery_methods
    return tuple(method for method in ("text", "voice") if method in wanted)


def _shown(provider: Provider) -> dict[str, JsonValue]:
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


def _token_path(provider: Provider) -> str:
    return "auth_token" if provider.stack == "legacy" else "credentials.auth_token"


_UNVERIFIABLE = Warned(
    code="token_unverifiable",
    message="Whether the Twilio auth token that Auth0 holds is still the right one cannot be known: "
    "Auth0 never shows it.",
    hint="Pass --resend-token to send the present one.",
)


def token_needed() -> ValueNeededError:
    """The error of a run that has an API key only and must write the provider."""
    return ValueNeededError(
        "Auth0 needs the Twilio auth token itself; an API key pair serves this tool's own requests only.",
        hint="Set TWILIO_AUTH_TOKEN as well (or --twilio-auth-token-file PATH).",
    )
