"""Whether Auth0 holds the Twilio token of this run: the unified stack never shows it, so only a digest can tell."""

from pydantic import SecretStr

from mfa_setup.errors import CredentialsRefusedError, MfaSetupError
from mfa_setup.model.observed import Provider
from mfa_setup.model.types import PhoneStack, TokenState
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import attempt
from mfa_setup.store import digests


def token_state(services: Services, provider: Provider) -> TokenState:
    """Compares our token with what Auth0 gives back, or with the digest of the one sent last.

    Raises:
        InterruptedRunError: Somebody interrupts.
    """
    held = provider.token
    if held is not None:
        return "same" if held == services.token else _other(services, provider.sid, held)
    if services.token is None:
        return "unknown"
    same = digests.is_the_last(
        services.folders,
        services.tenant_key,
        digest_name(provider.stack, provider.sid),
        services.token,
        stamp=provider.updated_at,
        run_id=services.journal.run_id,
    )
    if same is not None:
        return "same" if same else "new"
    sent = digests.is_of_run(services.folders, services.tenant_key, services.journal.run_id)
    return "overwritten" if sent else "unknown"


def _other(services: Services, sid: str | None, held: SecretStr) -> TokenState:
    """The state of a token that is not ours, tried at Twilio: while it is rotated, an account has two valid ones."""
    ask = services.other_account
    if ask is None or sid is None:
        return "new"
    found = attempt(lambda: ask(sid, held).account())
    if isinstance(found, CredentialsRefusedError):
        return "refused"
    return "new" if isinstance(found, MfaSetupError) else "works"


def digest_name(stack: PhoneStack, account_sid: object) -> str:
    """The name under which the digest of a provider's token is kept."""
    return f"{stack}:{account_sid}"
