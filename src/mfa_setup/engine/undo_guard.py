"""The guard of an undo: keeps what a policy in force depends on, and checks any other way of sending codes first."""

from dataclasses import dataclass, replace
from typing import Any

from mfa_setup.checks.provider import minimum
from mfa_setup.engine.delivery_guard import DeliveryGuard, require_minimum, standing_on
from mfa_setup.engine.plan import Plan, Stage
from mfa_setup.engine.run import Run
from mfa_setup.errors import CredentialsRefusedError, GuardRefusedError, ValueNeededError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Provider
from mfa_setup.resources import policy_names
from mfa_setup.services import Services
from mfa_setup.snapshot.names import OF_TWILIO, READINESS
from mfa_setup.snapshot.parts import NOT_READ, known, known_or
from mfa_setup.snapshot.reader import Reader
from mfa_setup.snapshot.snapshot import Snapshot

_WOULD_BE = {
    "factor_on": "The SMS factor would be off.",
    "message_type_set": "No message type would be set.",
    "message_type_carried": "The phone provider would not carry every message type that would be set.",
    "provider_enabled": "No enabled phone provider would be there to send codes.",
}
"""The evidence of the minimum checks, worded for an undo that has not happened yet."""
_IN_ACTION = "mfa_in_action"
_UNREAD: dict[str, Any] = dict.fromkeys(READINESS & OF_TWILIO, NOT_READ)
"""Twilio parts of a snapshot, cleared because they were read from an account that will not send after the undo."""


@dataclass(slots=True)
class UndoGuard:
    """Checks the stages of one undo; a policy that demands codes is restored only if codes can arrive."""

    run: Run
    reader: Reader
    command: str
    overrides: set[str]
    judged: Snapshot | None = None

    def require_safe(self, plan: Plan) -> None:
        """Checks the whole plan before any question or write.

        Raises:
            GuardRefusedError: The undo would remove something that the policy after it depends on.
            MfaSetupError: The plan could not be checked.
        """
        for stage in plan.stages:
            self._require_kept(stage, stage.after)
        for stage in plan.stages:
            if stage.after.requires_codes:
                self._require_deliverable(stage)

    def before(self, stage: Stage) -> None:
        """Checks one stage against the current state, not against the snapshot from the start.

        Raises:
            GuardRefusedError: The stage would remove something that the policy depends on.
            MfaSetupError: The stage could not be checked.
        """
        if stage.sets_policy:
            self.judged = self._guard(stage, self.reader).at_policy(stage.after, "policy")
        elif self._loses(stage):
            self._require_kept(stage, self._policies_now(stage))
        elif stage.reroutes and not stage.after.requires_codes and self._policies_now(stage).requires_codes:
            self._require_deliverable(stage)

    def after(self, stage: Stage) -> None:
        """Checks again right after a policy was restored, or after the way of sending codes changed under one."""
        if self.judged is not None:
            self._guard(stage, self.reader).second_look(self.judged)
            self.judged = None
        elif stage.reroutes and stage.after.requires_codes:
            self._guard(stage, self._reader_of(stage)).at_policy(stage.after, "in force")

    def _guard(self, stage: Stage, reader: Reader) -> DeliveryGuard:
        return self.run.guard(stage.before, reader, self.overrides)

    def _reader_of(self, stage: Stage) -> Reader:
        """Returns a reader for the Twilio account that sends the codes after a stage."""
        return replace(self.reader, services=_of_account(self.run.services, known(stage.after.provider)))

    def _policies_now(self, stage: Stage) -> Snapshot:
        return self.reader.read({"policies"}, stage.after, also={"actions"}, strict=True)

    def _require_kept(self, stage: Stage, then: Snapshot) -> None:
        """Refuses a stage after which a policy or an Action demands codes that cannot be sent."""
        if not then.requires_codes:
            self._require_kept_for_actions(stage, then)
            return
        if stage.before.policies != stage.after.policies:
            require_minimum(minimum(known(stage.before.factor), known(stage.before.provider)))
        if not (checks := self._loses(stage)):
            return
        error = GuardRefusedError(
            f"The policy is {policy_names.name_in_force(then)}, and this would lock users out: "
            + " ".join(check.evidence for check in checks),
            hint=checks[0].fix,
        )
        raise standing_on(error, checks)

    def _require_kept_for_actions(self, stage: Stage, then: Snapshot) -> None:
        """Refuses, unless overridden, to remove a factor that an Action asks users for under the policy Never."""
        if not then.enforcing or _IN_ACTION in self.overrides or not (checks := self._loses(stage)):
            return
        names = ", ".join(f'"{action.name}"' for action in then.enforcing)
        evidence = f"Post-login Actions ask users for a second factor, whatever the policy is: {names}. "
        fix = f"Unbind them first (Auth0 dashboard: Actions > Triggers), or pass --override {_IN_ACTION}."
        error = GuardRefusedError(evidence + " ".join(check.evidence for check in checks), hint=fix)
        raise standing_on(error, tuple(check.model_copy(update={"fix": fix}) for check in checks))

    def _loses(self, stage: Stage) -> tuple[Check, ...]:
        """Returns the checks that a stage would newly make fail, so that codes could no longer be sent."""
        had = {check.id for check in _failing(stage.before)}
        checks = tuple(
            check.model_copy(update={"evidence": _WOULD_BE[check.id]})
            for check in _failing(stage.after)
            if check.id not in had
        )
        for phone in sorted(stage.after.cut_off - stage.before.cut_off):
            evidence = f"The codes are sent from {phone}, which would be given back or leave its Messaging Service."
            checks += (Check(id="number_in_use", status="fail", evidence=evidence),)
        # The fix names the run, because `policy never` itself will then be the last run.
        fix = f"Run `mfa-setup policy never` first, if nobody is to be asked for a code; then `{self.command}`."
        return tuple(check.model_copy(update={"fix": fix}) for check in checks)

    def _require_deliverable(self, stage: Stage) -> None:
        """Refuses a stage after which codes would not arrive; another account is checked with its own token."""
        if not stage.reroutes:
            return
        self.run.person.doing("Checking that codes can arrive")
        reader = self._reader_of(stage)
        would_be = (
            stage.after
            if reader.services is self.run.services
            else reader.read({"twilio"}, replace(stage.after, **_UNREAD))
        )
        self._guard(stage, reader).rerouted(would_be, sends_token=stage.sends_token)


def _failing(snapshot: Snapshot) -> list[Check]:
    """Returns the failed minimum checks; none if the factor or the provider was not read."""
    factor, provider = known_or(snapshot.factor, None), known_or(snapshot.provider, None)
    if factor is None or provider is None:
        return []
    return [check for check in minimum(factor, provider) if check.status == "fail"]


def _of_account(services: Services, would_be: Provider) -> Services:
    """Returns the services with the account that would send, after Twilio accepted its token (`GET /Accounts/{Sid}`).

    Raises:
        CredentialsRefusedError: Twilio refuses the token of the other account.
        ValueNeededError: The credentials to query the other account are not known.
    """
    sid, token, own = would_be.sid, services.old_token, services.twilio
    if would_be.kind != "twilio" or sid is None or (own is not None and own.account_sid == sid):
        return services
    if token is None or services.other_account is None:
        raise ValueNeededError(
            "Twilio must confirm that codes can be delivered before the provider is restored under this policy.",
            hint="Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or --twilio-auth-token-file PATH).",
        )
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
