"""Restores the phone provider on either stack. A token that cannot be read is never guessed."""

from collections.abc import Mapping

from mfa_setup.model.change import FieldChange, Words, change_of, differing
from mfa_setup.model.journal import Trace, WriteRecord, traces
from mfa_setup.model.observed import Provider
from mfa_setup.model.outcome import Notice
from mfa_setup.model.write import Fields, Write, WriteAction
from mfa_setup.resources import words
from mfa_setup.resources.base import TOKEN, Reversal, Step
from mfa_setup.resources.channels import carries, with_both
from mfa_setup.resources.provider_writes import OLD, SETTINGS, from_shown, shown, token_needed
from mfa_setup.resources.restore import Restoration, changed_since, restored
from mfa_setup.snapshot.parts import known, known_or

WRITES: tuple[WriteAction, ...] = ("create_provider", "update_provider", "set_twilio")
"""The writes that can send a token."""
SELECTABLE = frozenset({"auth0", "twilio", "phone-message-hook"})
"""The providers that the legacy stack can select (`PUT .../phone/selected-provider`)."""


def revert(given: Reversal) -> Step:
    """Restores the provider from before the run; in the snapshot, the factor is already as restored.

    Raises:
        ValueNeededError: The Twilio auth token is needed.
    """
    record, there = given.record, known(given.now.provider)
    unified = record.of("create_provider", "update_provider")
    legacy = record.of("set_twilio", "select_provider")
    if (legacy and there.stack == "unified") or (unified and there.stack == "legacy"):
        return _nothing(changed_since("provider", "the phone stack"))
    if _written_since(given, there):
        return _nothing(changed_since("provider", "the token or another setting"))
    if any(write.action == "create_provider" for write in unified):
        return _removed(given, unified, there)
    return _reverted(given, unified or legacy, there)


def _reverted(given: Reversal, writes: tuple[WriteRecord, ...], there: Provider) -> Step:
    """Restores the earlier values of the provider's fields that still have the values which the run set."""
    found = {name: trace for name, trace in traces(writes, given.later).items() if name != TOKEN}
    back, notices = restored("provider", found, shown(there))
    if not back or (notices and _as_one(found)):
        return _nothing(*notices, *(() if back or notices else _token_alone(given)))
    wanted = from_shown(there, shown(there) | back)
    if wanted.kind is None or (there.stack == "legacy" and wanted.kind not in SELECTABLE) or wanted.kind == "other":
        return _nothing(*notices, _NOT_RESTORABLE)
    token = _token(wanted, given, needed=there.stack == "unified" or bool(SETTINGS & back.keys()))
    if isinstance(token, Notice):
        return _nothing(*notices, token)
    return _restored(given, wanted, back, token, notices)


def _written_since(given: Reversal, there: Provider) -> bool:
    """Whether somebody else has written the provider since, even if only its time of change shows it (unified)."""
    writes = [write for run in (given.record, *given.later) for write in run.writes if write.resource == "provider"]
    known_times = [write.made.get("updated_at") for write in writes if write.may_have_happened]
    stamp = known_times[-1] if known_times else None
    return stamp is not None and there.updated_at is not None and stamp != there.updated_at


def _token_alone(given: Reversal) -> tuple[Notice, ...]:
    """Returns the warning for a run that changed only the token of the provider."""
    sent = any(TOKEN in write.after for write in given.record.of(*WRITES) if write.status == "done")
    return (_TOKEN_STAYS,) if sent else ()


def _restored(given: Reversal, wanted: Provider, back: Fields, token: Fields, notices: tuple[Notice, ...]) -> Step:
    there = known(given.now.provider)
    fields = tuple(differing(shown(there), shown(wanted)))
    if token:
        fields += (FieldChange(path=TOKEN, sensitive=True),)
    account = known_or(given.now.inventory, None)
    told = words.provider(there, wanted, account, sends_token=bool(token))
    change = change_of("provider", fields, "Twilio", told, exists=True)
    if there.stack == "legacy":
        return Step(change, _legacy_writes(there, wanted, back, token), notices)
    through = _between(given, wanted)
    return Step(
        change,
        _update(through or there, wanted, token),
        notices,
        first=_update(there, through, token) if through else (),
    )


def _nothing(*notices: Notice) -> Step:
    return Restoration(notices=notices).step("provider", "Twilio", Words())


def _removed(given: Reversal, writes: tuple[WriteRecord, ...], there: Provider) -> Step:
    """Deletes the provider that the run created, if nobody has changed it since."""
    created = next((write.made.get("id") for write in reversed(writes) if write.action == "create_provider"), None)
    if there.id is None:
        return _nothing()
    if created is not None and there.id != created:
        return _nothing(changed_since("provider", "the phone provider"))
    # A created provider has no earlier values, so no current value may count as already restored.
    found = {
        name: trace.model_copy(update={"before": "\0"})
        for name, trace in traces(writes, given.later).items()
        if name != TOKEN
    }
    values = shown(there)
    _, notices = restored("provider", found, values)
    if notices:
        return _nothing(*notices)
    fields = tuple(FieldChange(path=path, before=value) for path, value in values.items())
    write = Write("provider", "delete_provider", there.id, values)
    return Restoration(fields, (write,)).step("provider", "Twilio", words.provider_removed())


def _as_one(found: Mapping[str, Trace]) -> bool:
    """Whether the fields can be restored only together, because the run changed or first set the account."""
    return any(trace.changed for name, trace in found.items() if name in {"sid", "configuration.sid"})


def _token(wanted: Provider, given: Reversal, *, needed: bool) -> Fields | Notice:
    """Returns the token field of a write, naming the token of the account that will send.

    The field is empty if Auth0 keeps its token. Returns a warning instead if the token of another account is not known.

    Raises:
        ValueNeededError: The auth token of this run's account is needed and not known.
    """
    if wanted.sid is None or not needed:
        return {}
    if wanted.sid == given.account_sid:
        if given.token is None:
            raise token_needed()
        return {TOKEN: "same"}
    if given.old_token is not None:
        return {TOKEN: OLD}
    return Notice(
        code="token_not_restorable",
        message=f"The provider used the Twilio account {wanted.sid} before that run. The account's token cannot be "
        "read from Auth0, so the provider is not restored.",
        hint="Set MFA_SETUP_OLD_TWILIO_AUTH_TOKEN (or pass --old-twilio-auth-token-file PATH) with that "
        f"account's token, then run `{given.command}`.",
    )


def _between(given: Reversal, wanted: Provider) -> Provider | None:
    """Returns an intermediate provider with the delivery methods of both, or None.

    It is needed if the current provider does not support the message types after the factor is restored.
    """
    there = known(given.now.provider)
    return None if carries(there, known(given.now.message_types)) else with_both(there, wanted)


def _update(there: Provider, wanted: Provider, token: Fields) -> tuple[Write, ...]:
    return (Write("provider", "update_provider", str(there.id), shown(there), shown(wanted) | token),)


def _legacy_writes(there: Provider, wanted: Provider, back: Fields, token: Fields) -> tuple[Write, ...]:
    """Returns the writes with the selection first, so that Twilio is never selected without an account."""
    writes: tuple[Write, ...] = ()
    before, after = shown(there), shown(wanted)
    if "provider" in back:
        old, new = {"provider": before["provider"]}, {"provider": after["provider"]}
        writes += (Write("provider", "select_provider", str(wanted.kind), old, new),)
    if SETTINGS & back.keys():
        writes += (Write("provider", "set_twilio", "twilio", before, after | token),)
    return writes


_TOKEN_STAYS = Notice(
    code="token_not_restorable",
    message="That run sent a Twilio auth token to Auth0. The token that Auth0 stored before cannot be read, so the "
    "current one stays.",
    hint="To send another token, run `mfa-setup enable-sms --resend-token`.",
)


_NOT_RESTORABLE = Notice(
    code="provider_not_restorable",
    message=(
        "The tenant's earlier phone provider is of a kind that mfa-setup cannot configure, so it is not restored."
    ),
    hint="Configure it manually: Auth0 dashboard, Branding > Phone Provider, or Security > Multi-factor Auth.",
)
