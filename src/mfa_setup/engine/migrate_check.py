"""The checks around the switch to the unified phone stack: the prepared provider before it, and the tenant after it."""

from mfa_setup.engine.run import Run
from mfa_setup.errors import ProofFailedError, ProviderRaceError
from mfa_setup.model.observed import Provider
from mfa_setup.model.write import Fields
from mfa_setup.resources.channels import carries
from mfa_setup.resources.restore import texts


def require_prepared(run: Run, wanted: Provider) -> None:
    """Refuses to switch unless the prepared provider is as it was written.

    Raises:
        ProviderRaceError: Somebody has changed or removed it since.
    """
    there = run.services.auth0.provider("unified")
    if there.route != wanted.route or not carries(there, run.services.auth0.message_types()):
        raise ProviderRaceError(
            "The provider under Branding was changed after it was prepared. The tenant was not switched.",
            hint="Run `mfa-setup migrate` again.",
        )


def require_unified(run: Run, kept: Fields) -> None:
    """Checks the tenant after the switch: flag, provider, message types, legacy endpoints, and a send with `--test-to`.

    Args:
        run: The run.
        kept: The settings from before the switch.

    Raises:
        ProofFailedError: The tenant is not as it must be, or the test SMS did not arrive.
        MfaSetupError: A check could not be made.
    """
    auth0 = run.services.auth0
    run.person.doing("Checking the tenant after the switch")
    if auth0.settings().stack != "unified":
        raise ProofFailedError("The tenant settings do not show the Unified Phone Experience.")
    provider = auth0.provider("unified")
    if not provider.can_send or provider.sid != kept["sid"]:
        raise ProofFailedError("The tenant has no enabled provider of its Twilio account under Branding.")
    types = auth0.message_types()
    if set(types) != set(texts(kept["message_types"])) or (types and not carries(provider, types)):
        raise ProofFailedError("The message types are not the ones from before, or the provider does not deliver them.")
    if auth0.stack_by_endpoint() != "unified":
        raise ProofFailedError("The legacy phone endpoints still answer, so the tenant did not switch.")
    if run.test_sms:
        run.test_sms("unified")
