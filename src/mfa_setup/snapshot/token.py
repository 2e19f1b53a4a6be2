"""Finds out whether Auth0 holds this run's Twilio token; the unified stack never shows it, so a digest decides."""

from pydantic import SecretStr

from mfa_setup.errors import CredentialsRefusedError, MfaSetupError
from mfa_setup.model.observed import Provider
from mfa_setup.model.types import PhoneStack, TokenState
from mfa_setup.services import Services
from mfa_setup.snapshot.parts import attempt
from mfa_setup.store import digests


def token_state(services: Services, provider: Provider) -> TokenState:
    """Compares our token with the one that Auth0 returns, or with the digest of the one that was sent last.

    Raises:
        InterruptedRunError: The user interrupted the run.
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
    """Returns the state of a token that is not ours, by trying it at Twilio.

    During a rotation, an account has two valid tokens.
    """
    ask = services.other_account
    if ask is None or sid is None:
        return "new"
    found = attempt(lambda: ask(sid, held).account())
    if isinstance(found, CredentialsRefusedError):
        return "refused"
    return "new" if isinstance(found, MfaSetupError) else "works"


def digest_name(stack: PhoneStack, account_sid: object) -> str:
    """Returns the name under which the digest of a provider's token is stored."""
    return f"{stack}:{account_sid}"
