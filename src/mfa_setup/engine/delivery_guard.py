"""The guard over delivery: a policy waits until codes can arrive, and so does whatever replaces a working provider."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from mfa_setup.checks import decide, tenant
from mfa_setup.checks.catalog import BY_ID
from mfa_setup.checks.decide import attempt
from mfa_setup.checks.scene import Readiness, Scene
from mfa_setup.engine.observe import observe_floor
from mfa_setup.engine.plan import Inputs, Plan
from mfa_setup.engine.report import Report
from mfa_setup.errors import (
    CheckUnmadeError,
    CredentialsRefusedError,
    EnforcedUndeliverableError,
    ForbiddenError,
    GuardRefusedError,
    MfaSetupError,
    ServiceRefusedError,
    UnavailableError,
)
from mfa_setup.model.check import Check
from mfa_setup.model.observed import AccountSeen, Factor, Provider
from mfa_setup.model.outcome import Notice, PhoneStack
from mfa_setup.model.types import ResourceName
from mfa_setup.resources import number, provider
from mfa_setup.resources.base import Services
from mfa_setup.resources.factor import FactorStep
from mfa_setup.resources.number import NumberStep
from mfa_setup.resources.policy import PolicyStep
from mfa_setup.resources.provider import ProviderStep

At = Literal["policy", "provider"]
"""What is at stake: whether people can log in, or a provider that works today."""


_FIXED = {check_id for check_id, question in BY_ID.items() if question.fixed}


class Overruler(Protocol):
    """Whoever may go on although checks fail."""

    def overrule(self, failing: tuple[Check, ...], domain: str) -> bool:
        """Shows the failing checks; true where the person has typed the tenant's domain."""


@dataclass(slots=True)
class Delivery:
    """The guard of one run.

    Attributes:
        services: Both services.
        report: Where the checks go.
        person: Asked where somebody can be asked.
        countries: The users' countries, where they were named.
        overrides: The checks that were overridden from the start; those that a person overrules come to them.
        may_read_log: Whether the token may read the tenant's log.
        account: The Twilio account, where the run has looked at it.
        stands: The policy that demands codes already; None where none does.
    """

    services: Services
    report: Report
    person: Overruler
    countries: tuple[str, ...] = ()
    overrides: set[str] = field(default_factory=set)
    may_read_log: bool = True
    account: AccountSeen | MfaSetupError | None = None
    stands: str | None = None
    _readiness: Readiness | None = None
    _journaled: set[str] = field(default_factory=set)

    def at_stake(self, given: Inputs, plan: Plan) -> At | None:
        """Why codes must be able to arrive before anything is bought or written, if they must."""
        pending = {step.change.resource: step.change.pending for step in plan.steps}
        buys = any(isinstance(step, NumberStep) and step.sender.to_buy for step in plan.steps)
        if demands_codes(plan) and (pending["policy"] or buys):
            return "policy"
        there, seen = given.observed.provider, given.observed.factor
        if there is None or seen is None or not there.can_send:
            return None  # passwordless logins are sent by it too, whatever the factor is
        replaced = any(isinstance(step, ProviderStep) and step.replaces(there) for step in plan.steps)
        return "provider" if replaced or (seen.enabled and _changes_types(plan, seen)) else None

    def before(self, given: Inputs, plan: Plan, at: At) -> None:
        """Judges the tenant as the plan would leave it, before anything is bought or written.

        Raises:
            GuardRefusedError: Checks fail.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be made.
        """
        self._require(self.judge(given, plan), at)

    def standing(self, given: Inputs, plan: Plan) -> None:
        """Judges a policy that stands already, where this run has nothing to change.

        Raises:
            EnforcedUndeliverableError: Codes do not arrive.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be made.
        """
        self._require(self.judge(given, plan), "standing")

    def foresee(self, given: Inputs, plan: Plan, *, stands: bool) -> None:
        """Tells as a warning what the guard would refuse, or what is wrong with the policy that stands."""
        found = self.judge(given, plan)
        self.report.checks = [check for check in found if check.status != "pass" and check.applies]
        failing = tuple(check for check in found if check.status == "fail")
        if failing:
            refused = _refusal(failing, "standing" if stands else "policy", self.stands)
            code = refused.code if stands else "guard_would_refuse"
            self.report.warn([Notice(code=code, message=refused.message, hint=refused.hint)])

    def judge(self, given: Inputs, plan: Plan) -> tuple[Check, ...]:
        """The checks on the tenant as the plan would leave it."""
        return self._judged(_planned(given, plan, self._scene(given.observed.factor, given.observed.provider)))

    def at_policy(self, stack: PhoneStack, *, stands: bool) -> None:
        """Judges what is there now, read afresh: it decides whether people can log in.

        Raises:
            GuardRefusedError: Checks fail; `EnforcedUndeliverableError` where the policy stands already.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be made.
        """
        seen, there = observe_floor(self.services, stack)
        if self.services.twilio is not None and self._wrote("number"):
            self.account = None
            if self._readiness:
                self._readiness = replace(self._readiness, toll_free=attempt(self.services.twilio.toll_free))
        scene = self._scene(seen, there)
        if self._wrote("provider"):
            scene = _with_our_token(scene)
        self._require(self._judged(scene), "standing" if stands else "policy")

    def rerouted(self, seen: Factor, would_be: Provider, *, sends_token: bool) -> None:
        """Judges another provider, sender or account under a policy that stands.

        Args:
            seen: The factor as it is then.
            would_be: The provider as it would be.
            sends_token: A token that is known to work goes along; else Auth0 keeps the one it has.

        Raises:
            GuardRefusedError: Checks fail.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be made.
        """
        scene = self._scene(seen, would_be)
        self._require(self._judged(_with_our_token(scene) if sends_token else scene), "provider")

    def finish(self) -> None:
        """Says which overrides nothing needed."""
        used = {check.id for check in self.report.checks if check.overridden}
        self.report.warn(
            [
                Notice(
                    code="override_unused",
                    message=f"--override {check_id} was not needed: that check does not fail.",
                    hint="Leave it out, so that it cannot hide a failure later.",
                )
                for check_id in sorted(self.overrides - used)
            ]
        )

    # --- seeing ------------------------------------------------------------------------------------------------

    def _scene(self, seen: Factor | None, there: Provider | None) -> Scene:
        if seen is None or there is None:
            raise AssertionError("observed for every task that the guard knows")
        twilio = self.services.twilio
        if twilio is not None and self.account is None:
            self.account = attempt(lambda: number.observe(twilio))
        if twilio is not None and self._readiness is None and not isinstance(self.account, MfaSetupError):
            self._readiness = decide.readiness(twilio)
        return Scene(
            factor=seen,
            provider=there,
            token=provider.token_state(self.services, there),
            account=self.account,
            readiness=self._readiness,
            countries=self.countries,
            sends=attempt(self.services.auth0.send_events) if self.may_read_log else (),
        )

    def _judged(self, scene: Scene) -> tuple[Check, ...]:
        return (*decide.deciding(scene), tenant.plan(scene.sends, self.services.auth0.headroom(), _stack(scene)))

    def _wrote(self, resource: ResourceName) -> bool:
        return any(change.resource == resource and change.status == "applied" for change in self.report.changes)

    # --- deciding ----------------------------------------------------------------------------------------------

    def _require(self, found: tuple[Check, ...], at: At | Literal["standing"]) -> None:
        failing, unmade = self._failing(found)
        if failing and at != "standing" and not any(BY_ID[check.id].fixed for check in failing):
            self._ask((*failing, *unmade))
            failing, unmade = self._failing(found)
        stands = at == "standing"
        self._note(found, passed=not failing and (stands or not unmade))
        if any(check.id == "twilio_credentials" for check in failing):
            raise _refused_credentials(failing)
        if failing:
            raise _refusal((*failing, *unmade), at, self.stands)
        if stands:
            self._tell_unmade(unmade)
        elif unmade:
            raise _unmade(unmade)

    def _tell_unmade(self, unmade: tuple[Check, ...]) -> None:
        """Under a policy that stands it is a warning: nobody knows that codes fail to arrive."""
        if any(warning.code == "token_unverifiable" for warning in self.report.warnings):
            unmade = tuple(check for check in unmade if check.id != "provider_token")
        if unmade:
            message = _unmade(unmade).message
            self.report.warn([Notice(code="delivery_unchecked", message=message, hint=unmade[0].fix)])

    def _failing(self, found: tuple[Check, ...]) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
        """The checks that fail, and those that could not be made, but for what was overridden."""
        return self._open(found, "fail"), tuple(check for check in self._open(found, "skip") if check.applies)

    def _open(self, checks: tuple[Check, ...], status: str) -> tuple[Check, ...]:
        return tuple(
            check
            for check in checks
            if check.status == status and (check.id not in self.overrides or BY_ID[check.id].fixed)
        )

    def _ask(self, failing: tuple[Check, ...]) -> None:
        if self.person.overrule(failing, self.services.domain):
            self.overrides |= {check.id for check in failing}

    def _note(self, found: tuple[Check, ...], *, passed: bool) -> None:
        """Keeps what was overridden and, where the run goes on, what else did not simply pass."""
        overridden = [
            check.model_copy(update={"overridden": True})
            for check in found
            if check.id in self.overrides - _FIXED and check.status in {"fail", "skip"} and check.applies
        ]
        for check in overridden:
            if passed and check.id not in self._journaled:
                self._journaled.add(check.id)
                self.services.journal.override(check.id, check.evidence)
        self.report.checks = [*overridden, *(check for check in found if check.status == "warn" and passed)]


def _stack(scene: Scene) -> PhoneStack:
    return "unified" if isinstance(scene.provider, MfaSetupError) else scene.provider.stack


def _changes_types(plan: Plan, seen: Factor) -> bool:
    """Whether codes that go out one way today would go out another: SMS and calls need other things."""
    planned = [step.message_types for step in plan.steps if isinstance(step, FactorStep)]
    return bool(seen.message_types) and any(
        types is not None and set(types) != set(seen.message_types) for types in planned
    )


def demands_codes(plan: Plan) -> bool:
    """Whether the policy asked for needs codes to arrive, be it new or standing."""
    return any(isinstance(step, PolicyStep) and step.wanted != "never" for step in plan.steps)


def require_floor(checks: tuple[Check, ...]) -> None:
    """Refuses a policy whose codes could not even leave.

    Raises:
        GuardRefusedError: A check of the floor fails; the error carries all of them that do.
    """
    if failing := tuple(check for check in checks if check.status == "fail"):
        raise _refusal(failing, "policy", None)


def _planned(given: Inputs, plan: Plan, scene: Scene) -> Scene:
    """The scene as it would be once the plan is carried out."""
    seen = given.observed.factor
    for step in plan.steps:
        match step:
            case NumberStep():
                offer = given.offers[0] if step.sender.to_buy and given.offers else None
                scene = replace(
                    scene,
                    sender=step.sender.number,
                    service=step.pool,
                    offer=offer,
                    country=given.desired.number.country,
                )
            case ProviderStep():
                scene = replace(scene, provider=step.wanted)
                if step.change.pending:  # every write of the provider sends our token along
                    scene = _with_our_token(scene)
            case FactorStep() if seen:
                types = step.message_types if step.message_types is not None else seen.message_types
                scene = replace(scene, factor=seen.model_copy(update={"enabled": True, "message_types": types}))
    return scene


def _with_our_token(scene: Scene) -> Scene:
    """The scene once Auth0 has been sent our token: what was refused before that says nothing of it."""
    sends = scene.sends
    accepted = sends if isinstance(sends, MfaSetupError) else tuple(send for send in sends if not send.failed)
    return replace(scene, token="same", sends=accepted)  # noqa: S106 a state, not a token


def _refusal(failing: tuple[Check, ...], at: At | Literal["standing"], stands: str | None) -> GuardRefusedError:
    evidence = " ".join(check.evidence for check in failing)
    fixed = [check.id for check in failing if BY_ID[check.id].fixed]
    flags = " ".join(f"--override {check.id}" for check in failing)
    if at == "standing":
        error: GuardRefusedError = EnforcedUndeliverableError(
            f"The policy demands a code at every login, and codes do not arrive: {evidence}"
        )
    elif at == "provider":
        error = GuardRefusedError(
            f"The provider that works today would be replaced by one whose codes do not arrive: {evidence}",
            hint=f"{failing[0].fix} To go on knowingly: {flags}.",
        )
    else:
        hint = (
            "Run `mfa-setup enable-sms` first, or `mfa-setup up`, which does all of it in a safe order. "
            f"{', '.join(fixed)} cannot be overridden."
            if fixed
            else f"{failing[0].fix} To go on knowingly: {flags}."
        )
        if stands:
            hint += f" The policy {stands} stands now; the way back: `mfa-setup policy never`."
        error = GuardRefusedError(f"The policy would lock people out: {evidence}", hint=hint)
    error.checks = failing
    return error


def _refused_credentials(failing: tuple[Check, ...]) -> MfaSetupError:
    """With credentials that Twilio refuses nothing of it can be judged."""
    refused = next(check for check in failing if check.id == "twilio_credentials")
    error = CredentialsRefusedError(refused.evidence, hint=refused.fix, service="twilio")
    error.checks = failing
    return error


def _unmade(checks: tuple[Check, ...]) -> MfaSetupError:
    """What could not be looked into has not passed."""
    names = ", ".join(check.id for check in checks)
    kinds: dict[int, Callable[..., MfaSetupError]] = {
        1: ServiceRefusedError,
        3: ServiceRefusedError,
        4: ForbiddenError,
        5: UnavailableError,
    }
    kind = kinds.get(checks[0].because, CheckUnmadeError)
    error = kind(
        f"Whether codes arrive could not be checked ({names}): {checks[0].evidence}",
        hint=f"{checks[0].fix} To go on without knowing: "
        + " ".join(f"--override {check.id}" for check in checks)
        + ".",
    )
    error.checks = checks
    return error
