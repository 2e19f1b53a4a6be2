"""Whether Auth0 holds the Twilio token of this run: the unified stack never shows it, so only a digest can tell."""

from mfa_setup.model.observed import Provider
from mfa_setup.model.types import PhoneStack, TokenState
from mfa_setup.services import Services
from mfa_setup.store import digests


def token_state(services: Services, provider: Provider) -> TokenState:
    """Compares our token with what Auth0 gives back, or with the digest of the one sent last."""
    if services.token is None:
        return "unknown"
    if provider.token is not None:
        return "same" if provider.token == services.token else "new"
    name = digest_name(provider.stack, provider.sid)
    same = digests.is_the_last(services.folders, services.tenant_key, name, services.token, provider.updated_at)
    return "unknown" if same is None else "same" if same else "new"


def digest_name(stack: PhoneStack, account_sid: object) -> str:
    """The name under which the digest of a provider's token is kept."""
    return f"{stack}:{account_sid}"
