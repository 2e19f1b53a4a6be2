"""The phone provider as a run found it, on either stack; a token that cannot be had again is never made up."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from mfa_setup.errors import ValueNeededError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import Change, FieldChange, change_of, differing
from mfa_setup.model.journal import Fields, RunRecord, Trace, WriteRecord, traces
from mfa_setup.model.observed import Provider
from mfa_setup.model.outcome import Notice
from mfa_setup.resources.base import Services
from mfa_setup.resources.channels import carries
from mfa_setup.resources.provider import SETTINGS, TOKEN, from_shown, remember, shown, token_needed
from mfa_setup.resources.reversal import Move, Reversal, Standing, changed_since, put_back

SELECTABLE = frozenset({"auth0", "twilio", "phone-message-hook"})
"""What the legacy stack can select (`PUT .../phone/selected-provider`)."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The tokens at hand: that of the run's own Twilio account, and one of an account whose provider was replaced."""

    account_sid: str | None
    token: SecretStr | None
    old: SecretStr | None


def account_needed() -> ValueNeededError:
    """The error of an undo that cannot ask the account by which codes would leave."""
    return ValueNeededError(
        "Whether codes would arrive must be asked of Twilio before the provider is put back under this policy.",
        hint="Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or --twilio-auth-token-file PATH).",
    )


def revert(record: RunRecord, now: Standing, keys: Keys) -> Reversal:
    """The provider as the run found it; `now` has the factor as it is after it was put back.

    Raises:
        ValueNeededError: The Twilio auth token is needed.
    """
    there = now.provider
    unified = record.of("create_provider", "update_provider")
    legacy = record.of("set_twilio", "select_provider")
    nothing = Change(resource="provider", title="Twilio")
    if (legacy and there.stack == "unified") or (unified and there.stack == "legacy"):
        return Reversal(nothing, now, (changed_since("provider", "the phone stack"),))
    if any(write.action == "create_provider" for write in unified):
        return _removed(unified, now)
    found = {name: trace for name, trace in traces(unified or legacy).items() if name != TOKEN}
    back, warnings = put_back("provider", found, shown(there))
    if not back or (warnings and _as_one(found)):
        return Reversal(nothing, now, warnings)
    wanted = from_shown(there, shown(there) | back)
    if wanted.kind is None or (there.stack == "legacy" and wanted.kind not in SELECTABLE) or wanted.kind == "other":
        return Reversal(nothing, now, (*warnings, _NOT_RESTORABLE))
    token = _token(wanted, keys, record.run_id, needed=there.stack == "unified" or bool(SETTINGS & back.keys()))
    if isinstance(token, Notice):
        return Reversal(nothing, now, (*warnings, token))
    fields = tuple(differing(shown(there), shown(wanted)))
    if token is not None:
        fields += (FieldChange(path=TOKEN, sensitive=True),)
    through = _between(now, wanted) if unified else None
    return Reversal(
        change_of("provider", fields, "Twilio", exists=True),
        now.model_copy(update={"provider": wanted}),
        warnings,
        frozenset({"update:phone_providers" if unified else "update:guardian_factors"}),
        _unified_moves(there, wanted, token) if unified else _legacy_moves(there, wanted, back, token),
        first=_unified_moves(there, through, token) if through else (),
        through=through,
    )


def _removed(writes: tuple[WriteRecord, ...], now: Standing) -> Reversal:
    """The provider that the run made, taken away again, if it is still as the run left it."""
    there, nothing = now.provider, Change(resource="provider", title="Twilio")
    made = next((write.made.get("id") for write in reversed(writes) if write.action == "create_provider"), None)
    if there.id is None:
        return Reversal(nothing, now)
    if made is not None and there.id != made:
        return Reversal(nothing, now, (changed_since("provider", "the whole of it"),))
    found = {name: trace for name, trace in traces(writes).items() if name != TOKEN}
    values = shown(there)
    _, warnings = put_back("provider", {name: _from_nothing(trace) for name, trace in found.items()}, values)
    if warnings:
        return Reversal(nothing, now, warnings)
    identity = there.id
    fields = tuple(FieldChange(path=path, before=value) for path, value in values.items())
    return Reversal(
        Change(resource="provider", action="delete", status="pending", fields=fields, title="Twilio"),
        now.model_copy(update={"provider": Provider(stack=there.stack)}),
        (),
        frozenset({"delete:phone_providers"}),
        (Move("delete_provider", identity, values, {}, lambda s: s.auth0.delete_provider(identity)),),
    )


def _from_nothing(trace: Trace) -> Trace:
    """A value of something made: there was no earlier one that it could have again."""
    return Trace(before="\0", left=trace.left)


def _as_one(found: Mapping[str, Trace]) -> bool:
    """Whether the parts belong together: another account, or settings where there were none."""
    return any(trace.changed for name, trace in found.items() if name in {"sid", "configuration.sid"})


def _token(wanted: Provider, keys: Keys, run_id: str, *, needed: bool) -> SecretStr | Notice | None:
    """The token that belongs to the account that is to send; an old account never gets the token of another."""
    if wanted.sid is None or not needed:
        return None
    if wanted.sid == keys.account_sid:
        if keys.token is None:
            raise token_needed()
        return keys.token
    return keys.old or Notice(
        code="token_not_restorable",
        message=f"The provider sent by the Twilio account {wanted.sid} before, whose token cannot be read back; it is "
        "left as it is.",
        hint="Give that account's token in MFA_SETUP_OLD_TWILIO_AUTH_TOKEN, or --old-twilio-auth-token-file PATH, to "
        f"`mfa-setup undo --run {run_id}`.",
    )


def _unified_moves(there: Provider, wanted: Provider, token: SecretStr | None) -> tuple[Move, ...]:
    def send(services: Services) -> None:
        services.auth0.update_provider(wanted, token)
        _note(services, wanted, token)

    return (Move("update_provider", str(there.id), shown(there), shown(wanted), send),)


def _between(now: Standing, wanted: Provider) -> Provider | None:
    """A provider that carries the message types of now and of then, where that of now does not carry both."""
    if carries(now.provider, now.factor.message_types):
        return None
    both = tuple(dict.fromkeys((*now.provider.delivery_methods, *wanted.delivery_methods)))
    return wanted.model_copy(update={"delivery_methods": both})


def _legacy_moves(there: Provider, wanted: Provider, back: Fields, token: SecretStr | None) -> tuple[Move, ...]:
    """The selection first: at no moment is Twilio selected without an account."""
    moves: tuple[Move, ...] = ()
    before: dict[str, JsonValue] = shown(there)
    if "provider" in back:
        kind = str(wanted.kind)
        selected = {"provider": before["provider"]}
        moves += (Move("select_provider", kind, selected, {"provider": kind}, lambda s: s.auth0.select_provider(kind)),)
    if SETTINGS & back.keys():

        def send(services: Services) -> None:
            services.auth0.set_twilio(wanted, token)
            _note(services, wanted, token)

        moves += (Move("set_twilio", "twilio", before, shown(wanted), send),)
    return moves


def _note(services: Services, wanted: Provider, token: SecretStr | None) -> None:
    if token is not None:
        remember(services, wanted, token)


_NOT_RESTORABLE = Notice(
    code="provider_not_restorable",
    message="The provider that was there before is of a kind that this tool cannot set; it is left as it is.",
    hint="Set it by hand: Auth0 dashboard, Branding > Phone Provider, or Security > Multi-factor Auth.",
)
