"""The guard of an undo that makes codes leave by another account or sender while a policy stands."""

from dataclasses import replace

from mfa_setup.engine.delivery_guard import Delivery
from mfa_setup.engine.run import Run
from mfa_setup.engine.stages import Stage
from mfa_setup.errors import CredentialsRefusedError
from mfa_setup.model.observed import Provider
from mfa_setup.resources.base import Services
from mfa_setup.resources.provider_revert import account_needed


def is_rerouted(stage: Stage) -> bool:
    """Whether codes leave by another provider, account or sender after the stage."""
    return stage.after.provider.can_send and _way(stage.before.provider) != _way(stage.after.provider)


def _way(one: Provider) -> tuple[object, ...]:
    return one.kind, one.enabled, one.sid, one.sender, one.messaging_service_sid


def require_deliverable(run: Run, stage: Stage) -> None:
    """Refuses a way on which codes would not arrive; another account is judged with its own token.

    Raises:
        CredentialsRefusedError: Twilio refuses the token of the other account.
        ValueNeededError: That account cannot be asked.
        GuardRefusedError, CheckUnmadeError, ForbiddenError, UnavailableError: As the guard of any run.
    """
    if not is_rerouted(stage):
        return
    run.person.doing("Checking that codes can arrive")
    services = _of_account(run.services, stage.after.provider)
    delivery = Delivery(services, run.report, run.person, run.desired.countries, set(run.overrides))
    delivery.rerouted(stage.after.factor, stage.after.provider, sends_token=stage.sends_token)


def _of_account(services: Services, would_be: Provider) -> Services:
    """The services with the account that would send; its token is known to work then (`GET /Accounts/{Sid}`)."""
    sid, token, own = would_be.sid, services.old_token, services.twilio
    if would_be.kind != "twilio" or sid is None or (own is not None and own.account_sid == sid):
        return services
    if token is None or services.other_account is None:
        raise account_needed()
    other = services.other_account(sid, token)
    try:
        other.account()
    except CredentialsRefusedError as refused:
        raise CredentialsRefusedError(
            f"Twilio refuses the old token of the account {sid}, so Auth0 is not given it under this policy.",
            hint="Correct MFA_SETUP_OLD_TWILIO_AUTH_TOKEN, or --old-twilio-auth-token-file PATH.",
            service="twilio",
            status=refused.status,
            request_id=refused.request_id,
        ) from None
    return replace(services, twilio=other, token=token)
