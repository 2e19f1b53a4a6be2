"""All checks at once, on one snapshot: every read is made once, and none that fails stops another."""

from dataclasses import replace

from mfa_setup.checks import account, decide, provider, tenant
from mfa_setup.checks.context import CheckContext
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.snapshot.names import OF_TWILIO, PartName
from mfa_setup.snapshot.parts import attempt, first_unread
from mfa_setup.snapshot.reader import Reader
from mfa_setup.snapshot.snapshot import Snapshot

READS: frozenset[PartName] = OF_TWILIO | tenant.DOCTOR | {"settings", "actions"}


def read_everything(reader: Reader) -> Snapshot:
    """Everything that the checks need; where not even the phone stack can be read, nothing more is asked of Auth0."""
    scopes = attempt(reader.token.scopes)
    begun = scopes if isinstance(scopes, MfaSetupError) else attempt(reader.begin)
    if isinstance(begun, MfaSetupError):
        unread = Snapshot(domain=reader.services.domain, stack=begun, scopes=scopes)
        return reader.read(READS, unread)
    return reader.read(READS, replace(begun, scopes=scopes))


def examine(given: CheckContext) -> tuple[Check, ...]:
    """All checks, in the order in which they are asked."""
    return (
        *tenant.checks(given),
        *decide.deciding(given),
        provider.recent_sends(given),
        account.alerts(given),
        account.region(given.region_variables),
    )


def broken(snapshot: Snapshot) -> MfaSetupError | None:
    """Credentials that are refused, or a service that cannot be reached: what the whole examination ends with."""
    return first_unread((snapshot.stack, snapshot.twilio, snapshot.factor, snapshot.provider))
