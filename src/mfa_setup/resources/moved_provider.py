"""The provider of the unified stack that the legacy Twilio settings become."""

from mfa_setup.errors import ProviderConflictError
from mfa_setup.model.change import FieldChange, differing
from mfa_setup.model.observed import Provider
from mfa_setup.model.write import Fields, Write
from mfa_setup.resources.base import TOKEN
from mfa_setup.resources.channels import METHOD_OF_TYPE, kept_or_ordered
from mfa_setup.resources.legacy_phone import senders_of
from mfa_setup.resources.provider_writes import shown
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot


def wanted(found: Snapshot) -> Provider:
    """Returns the provider that sends by the same account and sender as the legacy settings, on both their channels."""
    legacy, there = known(found.provider), known(found.branding).provider
    sender, service = senders_of(legacy)
    methods = {METHOD_OF_TYPE[kind] for kind in known(found.message_types) if kind in METHOD_OF_TYPE} or {"text"}
    return Provider(
        stack="unified",
        kind="twilio",
        id=there.id,
        enabled=True,
        sid=legacy.sid,
        sender=sender,
        messaging_service_sid=service,
        delivery_methods=kept_or_ordered(there.delivery_methods, methods | set(there.delivery_methods)),
    )


def moved(found: Snapshot, *, may_replace: bool) -> tuple[tuple[FieldChange, ...], tuple[Write, ...]]:
    """Returns the fields and the write that prepare the provider; none if it is there with this run's token.

    A provider with the same settings gets the token again if Auth0 may hold another one: nothing uses it yet.

    Raises:
        ProviderConflictError: Another provider is there, and `--replace-provider` is not given.
    """
    branding, then = known(found.branding), wanted(found)
    there = branding.provider
    before: Fields = shown(there) if there.id else {}
    fields = differing(before, shown(then))
    if there.id and fields and not may_replace:
        names = ", ".join(field.path for field in fields)
        raise ProviderConflictError(
            f"A phone provider is already there under Branding, and it differs from the legacy settings: {names}. "
            "Nothing was changed.",
            hint="Pass --replace-provider to overwrite it with the legacy settings. Its present token cannot be read, "
            "so an undo can restore it only if you provide it.",
        )
    if there.id and not fields and branding.token == "same":  # noqa: S105 a state, not a token
        return (), ()
    sent = shown(then) | {TOKEN: "same"}
    token = FieldChange(path="credentials.auth_token", sensitive=True)
    if there.id:
        write = Write("phone_stack", "update_provider", there.id, before | {TOKEN: branding.token}, sent)
    else:
        write = Write("phone_stack", "create_provider", "twilio", after=sent)
    return (*fields, token), (write,)
