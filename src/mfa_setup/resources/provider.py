"""Twilio as the tenant's phone provider, on either stack. All codes use it, those of passwordless logins included."""

from mfa_setup.model.change import FieldChange, change_of, differing
from mfa_setup.model.desired import DesiredNumber, DesiredSms
from mfa_setup.model.observed import Provider
from mfa_setup.model.outcome import Notice
from mfa_setup.model.post_login import ScopeState
from mfa_setup.model.types import PhoneStack, TokenState
from mfa_setup.model.write import Fields, Write
from mfa_setup.phone import is_service, normal
from mfa_setup.resources import sender as senders
from mfa_setup.resources import words
from mfa_setup.resources.base import OPEN_QUESTIONS, TOKEN, Comparison, Resource, Scopes, Step
from mfa_setup.resources.channels import METHOD_OF_TYPE, TYPES, kept_or_ordered, with_both
from mfa_setup.resources.factor import set_types
from mfa_setup.resources.policy_names import POLICIES
from mfa_setup.resources.provider_kept import conflict_of, is_kept, keep, require_no_conflict
from mfa_setup.resources.provider_revert import revert
from mfa_setup.resources.provider_writes import ACTIONS, settings_of, shown
from mfa_setup.resources.scope_target import target
from mfa_setup.snapshot.names import MINIMUM
from mfa_setup.snapshot.parts import known, known_or

WRITE_SCOPES: dict[PhoneStack, Scopes] = {
    "unified": frozenset({"create:phone_providers", "update:phone_providers"}),
    "legacy": frozenset({"update:guardian_factors"}),
}
SAME: TokenState = "same"
UNKNOWN: TokenState = "unknown"


def compare(given: Comparison) -> Step:
    """Compares the desired provider with the existing one.

    Raises:
        ProviderConflictError: Under the same conditions as in `require_no_conflict` and `keep`.
        ChoiceNeededError: Several numbers could send.
    """
    if is_kept(given):
        return keep(given)
    require_no_conflict(given)
    found, account = known(given.found.provider), known(given.planned.inventory)
    conflict = conflict_of(found, account.sid)
    # A provider of somebody else's is replaced together with its sender.
    kept = found.model_copy(update={"sender": None, "messaging_service_sid": None}) if conflict else found
    wanted = _wanted(given, kept, account.sid)
    exists = conflict is not None or found.id is not None or found.sid is not None
    fields = differing(shown(found) if exists else {}, shown(wanted))
    sends_token = _must_send(given, exists=exists and conflict is None) or bool(fields and given.found.token != SAME)
    if sends_token:
        fields += (FieldChange(path=_token_path(found), sensitive=True),)
    told = words.provider(found if exists else None, wanted, account, sends_token=sends_token)
    return Step(
        change_of("provider", fields, "Twilio", told, exists=exists),
        _writes(given, kept, wanted) if fields else (),
        (*_misplaced(found), *_notices(found, given.found.token, exists=exists, written=bool(fields))),
    )


def _must_send(given: Comparison, *, exists: bool) -> bool:
    """Whether the token is sent even if nothing else differs.

    If the plan also sets a policy that demands codes, a token that may be wrong is sent again.
    """
    unsure = given.found.token == UNKNOWN and _turns_policy_on(given)
    differs = given.found.token not in {SAME, UNKNOWN}
    return bool(given.desired.sms.resend_token or not exists or (given.has_token and (differs or unsure)))


def _turns_policy_on(given: Comparison) -> bool:
    """Whether the run sets a policy that demands codes and is not in force yet, not even for some users."""
    wanted = POLICIES[given.desired.policy]
    return bool(wanted) and known_or(given.found.policies, wanted) != wanted and not _keeps_limits(given)


def _keeps_limits(given: Comparison) -> bool:
    """Whether the limits in force stay as they are, run by the code that mfa-setup writes for them."""
    asked, state = given.found.asked, known_or(given.found.scope, ScopeState())
    unchanged = state.action is not None and state.action.is_unchanged
    return unchanged and asked is not None and target(given) == asked


def _wanted(given: Comparison, found: Provider, account_sid: str) -> Provider:
    phone, service = found.sender, found.messaging_service_sid
    sender = _sender(given)
    if sender and not _is_set(given.desired.number, sender, found):
        service = sender.service.sid if sender.by_service and sender.service else None
        phone = sender.shown
    return Provider(
        stack=found.stack,
        kind="twilio",
        id=found.id,
        enabled=True,
        sid=account_sid,
        sender=phone,
        messaging_service_sid=service,
        delivery_methods=_methods(given.desired.sms, found, known(given.found.message_types)),
    )


def _is_set(desired: DesiredNumber, sender: senders.Sender, found: Provider) -> bool:
    """Whether the provider already names this sender, possibly next to another one that nobody asked to remove.

    A provider may have both a From number and a Messaging Service (sources: auth0-two-senders).
    """
    if desired.sender or desired.messaging_service_sid:
        there = found.sender and normal(found.sender)
        return (desired.sender, desired.messaging_service_sid) == (there, found.messaging_service_sid)
    if sender.by_service:
        return sender.service is not None and sender.service.sid == found.messaging_service_sid
    return sender.shown is not None and sender.shown == normal(found.sender or "")


def _sender(given: Comparison) -> senders.Sender | None:
    """Returns the sender; None if a person must choose it first (`status`), so that the provider's sender is kept."""
    try:
        return senders.choose(
            given.desired.number, known(given.planned.inventory), known(given.found.provider), given.own
        )
    except OPEN_QUESTIONS:
        if not given.lenient:
            raise
        return None


def _writes(given: Comparison, found: Provider, wanted: Provider) -> tuple[Write, ...]:
    """Returns the writes that set all fields of the provider, with its token.

    A policy may be in force, so the provider must support every message type at all times. Delivery methods that the
    current message types need are therefore removed in a second write, after the message types have changed.
    """
    before, state = known(given.found.provider), given.found.token
    types = known(given.found.message_types)
    removed = set(found.delivery_methods) - set(wanted.delivery_methods)
    if not removed & {METHOD_OF_TYPE.get(kind) for kind in types}:
        return _write_whole(before, wanted, state)
    widened = with_both(found, wanted)
    return (
        *_write_whole(before, widened, state),
        *set_types(types, TYPES[given.desired.sms.delivery]),
        *_write_whole(widened, wanted, SAME),
    )


def _write_whole(found: Provider, wanted: Provider, state: TokenState) -> tuple[Write, ...]:
    """Returns the writes that make Twilio the provider.

    On the legacy stack, the settings are written before Twilio is selected, so that Twilio is never selected without
    an account.
    """
    before: Fields = shown(found) | {TOKEN: None if found.sid is None else state}
    after: Fields = shown(wanted) | {TOKEN: SAME}
    if wanted.stack == "legacy":
        return (
            Write("provider", "set_twilio", "twilio", settings_of(before), settings_of(after)),
            Write("provider", "select_provider", "twilio", {"provider": found.kind}, {"provider": "twilio"}),
        )
    if wanted.id:
        return (Write("provider", "update_provider", wanted.id, before, after),)
    return (Write("provider", "create_provider", "twilio", after=after),)


def _methods(desired: DesiredSms, found: Provider, message_types: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the delivery methods: exactly those of `--delivery` if given.

    Otherwise the default is added to the existing ones and to those that the message types need.
    """
    if found.stack == "legacy":
        return ()
    wanted = {METHOD_OF_TYPE[kind] for kind in TYPES[desired.delivery]}
    if not desired.delivery_given:
        wanted |= {*found.delivery_methods, *(METHOD_OF_TYPE[kind] for kind in message_types if kind in METHOD_OF_TYPE)}
    return kept_or_ordered(found.delivery_methods, wanted)


def _token_path(provider: Provider) -> str:
    return "auth_token" if provider.stack == "legacy" else "credentials.auth_token"


def _notices(found: Provider, token: TokenState, *, exists: bool, written: bool) -> tuple[Notice, ...]:
    if written and found.sid is not None and token != SAME:
        return (_NOT_RESTORABLE,)
    return (_UNVERIFIABLE,) if exists and not written and token == UNKNOWN else ()


def _misplaced(found: Provider) -> tuple[Notice, ...]:
    """Returns the warning about a Messaging Service in the From field, which is for a number."""
    if not is_service(found.sender or ""):
        return ()
    return (
        Notice(
            code="service_as_sender",
            message=(
                f"The provider's From field contains {found.sender}, which is a Messaging Service instead of a number."
            ),
            hint="If the Messaging Service is one of this Twilio account, run `mfa-setup enable-sms` to fix the field.",
        ),
    )


_UNVERIFIABLE = Notice(
    code="token_unverifiable",
    message="Auth0 never shows the Twilio auth token that it stores, so mfa-setup cannot tell whether that token is "
    "still valid.",
    hint="Pass --resend-token to send the current token.",
)


_NOT_RESTORABLE = Notice(
    code="token_not_restorable",
    message="The Twilio auth token that Auth0 stores is replaced. It cannot be read, so `mfa-setup undo` can only "
    "restore it if you provide it.",
    hint="Keep a copy of the old token. `mfa-setup undo` reads it from MFA_SETUP_OLD_TWILIO_AUTH_TOKEN.",
)


PROVIDER = Resource(
    name="provider",
    actions=ACTIONS,
    reads=lambda _: MINIMUM | {"twilio"},
    write_scopes=lambda _, stack: WRITE_SCOPES[stack],
    compare=compare,
    revert=revert,
    revert_reads=lambda _: MINIMUM | {"policies"},
)
