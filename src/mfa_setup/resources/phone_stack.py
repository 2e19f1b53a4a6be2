"""The phone stack: the move of a legacy tenant to the unified stack, whose flag is switched last, and its reversal.

The provider and the templates of the unified stack can be written while the tenant still uses the legacy stack: one
recorded legacy tenant listed such a provider. MFA uses them only after the switch, so until then nothing changes for
users, and there is no moment without a sender.
"""

from dataclasses import replace

from mfa_setup.errors import ServiceRefusedError, UnavailableError
from mfa_setup.model.change import Change, FieldChange, Words, change_of, differing
from mfa_setup.model.journal import RunRecord, WriteRecord, traces
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import ResourceName
from mfa_setup.model.write import Fields, Write
from mfa_setup.phone import spaced
from mfa_setup.resources import legacy_phone, moved_texts, provider_revert, templates
from mfa_setup.resources.base import TOKEN, Action, Comparison, Execution, Resource, Reversal, Step
from mfa_setup.resources.moved_provider import moved
from mfa_setup.resources.restore import changed_since
from mfa_setup.services import Services
from mfa_setup.snapshot.names import MINIMUM, PartName
from mfa_setup.snapshot.parts import attempt, known, known_or
from mfa_setup.snapshot.snapshot import Snapshot

NAME: ResourceName = "phone_stack"
FLAG = "phone_consolidated_experience"
"""The tenant setting that says which phone stack is in use."""
KEPT = "legacy"
"""The key, in the write that switches back, of the legacy settings that must then be in force again."""
SWITCH_SCOPES = frozenset({"update:tenant_settings"})
"""The scope that only `migrate` and its undo need."""
WRITE_SCOPES = SWITCH_SCOPES | {
    "create:phone_providers",
    "update:phone_providers",
    "create:phone_templates",
    "update:phone_templates",
    "update:guardian_factors",
}
PARTS: frozenset[PartName] = MINIMUM | {"templates", "policies", "twilio", "branding"}
_ON_UNIFIED = Words(now=("Unified Phone Experience",))


def compare(given: Comparison) -> Step:
    """Returns the step to the unified stack; nothing to do without the wish to move, or after the move.

    Raises:
        MigrationBlockedError, ProviderConflictError: The settings cannot move.
        ChoiceNeededError: A text cannot be converted with certainty, so a person must decide.
    """
    found, move = given.found, given.desired.move
    if move is None or known(found.stack) == "unified":
        return Step(Change(resource=NAME, title="phone stack", summary=_ON_UNIFIED.now[0], words=_ON_UNIFIED))
    legacy_phone.require_movable(known(found.provider), known(found.inventory))
    provider_fields, provider_writes = moved(found, may_replace=given.desired.sms.replace_provider)
    text_fields, text_writes = moved_texts.moved(known(found.templates), known(found.branding).templates, move)
    before: Fields = {FLAG: _flag(found)}
    after: Fields = {FLAG: True}
    fields = (*provider_fields, *text_fields, *differing(before, after))
    writes = (*provider_writes, *text_writes, Write(NAME, "set_stack", "", before, after))
    change = change_of(NAME, fields, "Unified Phone Experience", _words(found, text_writes), exists=True)
    return Step(change, writes, _notices(found))


def _flag(found: Snapshot) -> bool | None:
    """Returns the value of the flag; None if the tenant settings lack it, as on older tenants."""
    stack = known(found.settings).stack
    return None if stack is None else stack == "unified"


def _words(found: Snapshot, text_writes: tuple[Write, ...]) -> Words:
    sender, service = legacy_phone.senders_of(known(found.provider))
    way = " and ".join(filter(None, (sender and spaced(sender), service and f"the Messaging Service {service}")))
    texts = ", convert its texts" if text_writes else ""
    everyone = "From the switch on, all SMS of the tenant are sent by this provider, passwordless logins included."
    return Words(
        plan=f"prepare Twilio (from {way}) under Branding{texts}, then switch to the Unified Phone Experience",
        doing="Moving to the Unified Phone Experience",
        done="Moved the tenant to the Unified Phone Experience",
        now=("legacy phone settings",),
        affects=everyone,
    )


def _notices(found: Snapshot) -> tuple[Notice, ...]:
    """Returns the warning about passwordless connections, whose own settings the unified stack does not use."""
    connections = known_or(found.sms_connections, None)
    if connections is None:
        return (_UNSEEN,)
    if not connections:
        return ()
    names = ", ".join(f'"{name}"' for name in connections)
    return (
        Notice(
            code="passwordless_moves",
            message=f"The tenant has a passwordless SMS connection ({names}). Its own Twilio settings, gateway and "
            "text cannot be moved: after the switch, its SMS are sent by the tenant's one provider.",
            hint="Compare its settings (Auth0 dashboard, Authentication > Passwordless) before you continue.",
        ),
    )


_UNSEEN = Notice(
    code="passwordless_unseen",
    message="The tenant's passwordless SMS connections could not be read. After the switch, their SMS are sent by the "
    "tenant's one provider, not by their own settings.",
    hint="Grant the scope read:connections to see them here.",
)


def mention(runs: tuple[RunRecord, ...]) -> tuple[Notice, ...]:
    """Returns the notice for the first `up` on a legacy tenant; none once the journal has a run."""
    return () if runs else (_MENTION,)


_MENTION = Notice(
    code="legacy_phone_stack",
    message="This tenant uses Auth0's legacy phone settings. They work; newer tenants have the Unified Phone "
    "Experience instead.",
    hint="`mfa-setup migrate` moves the tenant when you want to, and `mfa-setup undo` moves it back.",
)


# --- back -----------------------------------------------------------------------------------------------------------


def back(flag: bool | None, kept: Fields) -> Write:  # noqa: FBT001 the value of the setting before the move
    """Returns the write that switches back to the legacy stack, whose settings must then be as in `kept`.

    A flag that was absent becomes false: the API accepts no null for it (OpenAPI).
    """
    return Write(NAME, "set_stack", "", {FLAG: True}, {FLAG: bool(flag), KEPT: kept})


def revert(given: Reversal) -> Step:
    """Switches back first, and then removes or restores the provider and the texts of the unified stack.

    They are touched only if the tenant does not use them afterwards.
    """
    record, on_unified = given.record, known(given.now.stack) == "unified"
    flag = traces(record.of("set_stack"), given.later).get(FLAG)
    returns = on_unified and flag is not None and flag.changed and not flag.superseded
    if on_unified and not returns:
        return Step(Change(resource=NAME), notices=(changed_since(NAME, "the phone stack"),))
    switch = (back(bool(flag.before), record.kept),) if returns and flag else ()
    fields = (FieldChange(path=FLAG, before=True, after=bool(flag.before)),) if returns and flag else ()
    unused = _as_unused(given)
    provider, texts = provider_revert.revert(unused), templates.revert(unused)
    left = tuple(replace(write, resource=NAME) for write in (*texts.writes, *provider.writes))
    told = Words(
        plan="switch back to the legacy phone settings, and remove what was prepared for the move"
        if switch
        else "remove what was prepared for the move",
        done="Switched back to the legacy phone settings" if switch else "Removed what was prepared for the move",
    )
    change = change_of(NAME, (*fields, *texts.fields, *provider.change.fields), "phone stack", told, exists=True)
    return Step(change, (*switch, *left), (*texts.notices, *provider.notices))


def _as_unused(given: Reversal) -> Reversal:
    """Returns the input for the reversals of the provider and the texts, which know only the stack in use."""
    branding = known(given.now.branding)
    now = replace(given.now, stack="unified", provider=branding.provider, templates=branding.templates)
    return replace(given, record=_unified(given.record), later=tuple(map(_unified, given.later)), now=now)


def _unified(record: RunRecord) -> RunRecord:
    """Returns a run with its writes to the unified stack's provider and texts as those of their own resources."""
    names: dict[str, ResourceName] = {"create_provider": "provider", "update_provider": "provider"}
    names |= {"create_template": "factor", "update_template": "factor"}
    writes = tuple(
        write.model_copy(update={"resource": names[write.action], "after": _set_by(write)})
        for write in record.writes
        if write.action in names
    )
    return record.model_copy(update={"writes": writes})


def _set_by(write: WriteRecord) -> Fields:
    """Returns the values that a write really set.

    A run that finishes the work of one that was cut off sends the same provider again, for the token. The provider is
    then still the earlier run's to remove.
    """
    if write.action != "update_provider":
        return write.after
    return {name: value for name, value in write.after.items() if name == TOKEN or write.before.get(name) != value}


# --- the switch --------------------------------------------------------------------------------------------------


def _set(services: Services, write: Write) -> None:
    """Sends the switch; if its answer is lost, looks whether it took effect."""
    on = bool(write.after[FLAG])
    try:
        services.auth0.set_unified(on=on)
    except UnavailableError:
        found = attempt(services.auth0.stack_by_endpoint)
        if found != ("unified" if on else "legacy"):
            raise


def _switch(execution: Execution, write: Write) -> None:
    """Switches; on the way back, proves that the legacy endpoints answer, and restores what differs there.

    The settings' own answer is no proof: whether every tenant may return is not verified.
    """
    execution.send(write)
    if write.after[FLAG]:
        return
    if execution.services.auth0.stack_by_endpoint() != "legacy":
        raise ServiceRefusedError(
            "Auth0 accepted the switch back, but the tenant still refuses the legacy phone endpoints.",
            hint="Ask Auth0's support to return the tenant to the legacy phone settings. Until then the provider "
            "under Branding > Phone Provider sends the codes, so leave it in place.",
            service="auth0",
        )
    kept = write.after.get(KEPT)
    if isinstance(kept, dict) and kept:
        legacy_phone.restore(execution, kept)


PHONE_STACK = Resource(
    name=NAME,
    actions={"set_stack": Action(_set, SWITCH_SCOPES, perform=_switch)},
    reads=lambda _: PARTS,
    write_scopes=lambda _, __: WRITE_SCOPES,
    compare=compare,
    revert=revert,
    revert_reads=lambda _: MINIMUM | {"templates", "policies", "branding"},
)
