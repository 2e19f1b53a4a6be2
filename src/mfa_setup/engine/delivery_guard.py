"""The guard over delivery: a policy waits until codes can arrive, and so does what replaces a working provider."""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from mfa_setup.checks import countries, decide
from mfa_setup.checks.catalog import BY_ID
from mfa_setup.checks.context import CheckContext
from mfa_setup.engine.person import Person
from mfa_setup.engine.plan import Plan, is_rerouted
from mfa_setup.engine.report import Report, notice_of
from mfa_setup.errors import (
    CheckUnmadeError,
    CredentialsRefusedError,
    EnforcedUndeliverableError,
    ForbiddenError,
    GuardRefusedError,
    MfaSetupError,
    ProviderRaceError,
    ServiceRefusedError,
    UnavailableError,
)
from mfa_setup.model.check import Check
from mfa_setup.model.outcome import Notice
from mfa_setup.model.types import TokenState
from mfa_setup.resources import policy
from mfa_setup.snapshot.names import CONSEQUENCES, DECISIVE, MINIMUM, READINESS, Again, PartName
from mfa_setup.snapshot.parts import NOT_READ, Part, first_unread, known_or
from mfa_setup.snapshot.reader import Reader
from mfa_setup.snapshot.snapshot import Snapshot

E = TypeVar("E", bound=MfaSetupError)
At = Literal["policy", "provider", "in force"]
"""What is at stake: a policy that is about to be set, a provider that works today, or a policy that is in force."""

_FIXED = {check_id for check_id, entry in BY_ID.items() if entry.fixed}


@dataclass(slots=True)
class DeliveryGuard:
    """The guard of one run.

    Attributes:
        reader: Reads what is there now.
        context: What the checks judge, but for the snapshot.
        report: Where the checks go.
        person: Asked where somebody can be asked.
        overrides: The checks that are overridden; those that a person overrules are added.
        policies: The policies that are in force.
        awaited: The phones that a test SMS goes to before the policy is set.
        checks: The latest verdict.
        agreed: What somebody agreed to before the first write.
    """

    reader: Reader
    context: CheckContext
    report: Report
    person: Person
    overrides: set[str] = field(default_factory=set)
    policies: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    agreed: tuple[Check, ...] = ()
    _token: TokenState = "unknown"  # noqa: S105 a state, not a token
    _journaled: set[str] = field(default_factory=set)

    # --- when ----------------------------------------------------------------------------------------------------

    def at_stake(self, plan: Plan) -> At | None:
        """Why codes must be able to arrive before anything is bought or written, if they must."""
        after = plan.after(plan.found)
        if demands_codes(plan) and (plan.spends or after.policies != plan.found.policies):
            return "policy"
        provider = known_or(plan.found.provider, None)
        if provider is None or not provider.can_send:
            return None  # passwordless logins are sent by it too, whatever the factor is
        return "provider" if is_rerouted(plan.found, after) else None

    def before(self, plan: Plan, at: At) -> None:
        """Judges the tenant as the plan would leave it, before anything is bought or written.

        What a test SMS is to show waits for it, unless the plan replaces a provider that users depend on before that.

        Raises:
            GuardRefusedError: Checks fail; `EnforcedUndeliverableError` where the policy is in force already.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be made.
        """
        waits = at == "policy" and not (plan.found.codes_demanded and is_rerouted(plan.found, plan.after(plan.found)))
        self._require(self.judge(plan, self.awaited if waits else ()), at)

    def foresee(self, plan: Plan, at: At) -> None:
        """Reports as a warning what the guard would refuse, or what is wrong with the policy that is in force."""
        found = self.judge(plan)
        self.report.checks = [check for check in found if check.status != "pass" and check.applies]
        failing, unmade = self._failing(found)
        if at == "in force" and not failing:
            self._tell_unmade(unmade)
        elif failing or unmade:
            refused = self._refusal(failing, at) if failing else _unmade(unmade)
            code = refused.code if at == "in force" else "guard_would_refuse"
            self.report.warn([notice_of(refused).model_copy(update={"code": code})])

    def judge(self, plan: Plan, awaited: tuple[str, ...] = ()) -> tuple[Check, ...]:
        """The checks on the tenant as the plan would leave it, before a test SMS is sent to these phones."""
        parts = self._readiness() | (CONSEQUENCES if demands_codes(plan) else frozenset())
        return self._judged(plan.after(self.reader.missing(parts, plan.found)), awaited=awaited)

    def at_policy(self, snapshot: Snapshot, at: At, *, just_read: bool = False) -> Snapshot:
        """Judges what is there now, read afresh, the Twilio account included: it decides whether people can log in.

        Where all could be read, it is refused by no less than a whole reading. A person who is asked to overrule a
        check may take long to answer, so everything is read again after that, too.

        Args:
            snapshot: The latest one.
            at: Whether the policy is about to be set, or is in force already.
            just_read: Whether all of it was read a moment ago, so that only what decides is read again at first.

        Raises:
            GuardRefusedError: Checks fail; `EnforcedUndeliverableError` where the policy is in force already.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be made.
        """
        known = self.reader.missing(self._readiness() | CONSEQUENCES if just_read else CONSEQUENCES, snapshot)
        overridden = set(self.overrides)
        if just_read:
            now = self.reader.read(DECISIVE, known, again="decides")
            checks = self._judged(now)
            if _unread(now, now.profiles, now.dialing, now.toll_free) or not any(self._failing(checks)):
                self._require(checks, at)
                if self.overrides == overridden:
                    return now
        while True:
            overridden = set(self.overrides)
            now = self.reader.read(MINIMUM | READINESS, known)
            self._require(self._judged(now), at)
            if self.overrides == overridden:
                return now

    def second_look(self, judged: Snapshot) -> None:
        """Reads once more what the policy stands on, right after it was set: somebody may have changed it in between.

        It is judged by a whole reading where it has changed. Where that fails, it is a warning: the policy was judged
        right before.

        Raises:
            EnforcedUndeliverableError: Codes do not arrive any more.
        """
        now = self._looked(judged, "holds")
        if not _unread(now) and now != judged and any(self._failing(self._judged(now))):
            now = self._looked(judged)
        if unread := _unread(now):
            message = (
                f"The MFA policy was set, but that codes are delivered could not be checked again: {unread.message}"
            )
            self.report.warn([Notice(code="delivery_unchecked", message=message, hint="Run `mfa-setup doctor`.")])
        elif now != judged:
            self._require(self._judged(now), "in force")

    def _looked(self, judged: Snapshot, again: Again | None = None) -> Snapshot:
        parts: frozenset[PartName] = MINIMUM | {"twilio"}
        now = self.reader.read(parts if again else parts | {"templates"}, judged, again=again)
        now = replace(now, headroom=judged.headroom)
        return replace(now, token=judged.token) if now.provider == judged.provider else now

    def rerouted(self, would_be: Snapshot, *, sends_token: bool) -> None:
        """Judges another provider, sender or account under a policy that is in force.

        A sender that was there before is refused by what is known to fail, not because its reach is not known.

        Raises:
            GuardRefusedError: Checks fail.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be made.
        """
        ready = self.reader.missing(READINESS, would_be)
        checks = self._judged(ready.with_our_token() if sends_token else ready)
        known_enough = (check for check in checks if check.id != "registration" or check.status != "skip")
        self._require(tuple(known_enough), "provider")

    def agree(self, checks: tuple[Check, ...]) -> None:
        """Keeps what somebody agreed to."""
        self.agreed = tuple(check.model_copy(update={"overridden": True}) for check in checks)
        for check in self.agreed:
            self._journal(check)
        self.report.checks = list(self.agreed)

    def finish(self) -> None:
        """Names the overrides that nothing needed."""
        used = {check.id for check in self.report.checks if check.overridden}
        self.report.warn(
            [
                Notice(
                    code="override_unused",
                    message=f"--override {check_id} was not needed: that check did not fail.",
                    hint="Remove the option, so that it cannot hide a failure later.",
                )
                for check_id in sorted(self.overrides - used)
            ]
        )

    def _readiness(self) -> frozenset[PartName]:
        """What decides whether codes arrive; what was sent tells only of the token of a Twilio provider."""
        provider = known_or(self.context.snapshot.provider, None)
        return READINESS - {"sends"} if provider and provider.kind != "twilio" else READINESS

    # --- deciding ----------------------------------------------------------------------------------------------

    def _judged(self, snapshot: Snapshot, *, awaited: tuple[str, ...] = ()) -> tuple[Check, ...]:
        context, self._token = replace(self.context, snapshot=snapshot, awaited=awaited), snapshot.token
        self.report.outputs = self.report.outputs.model_copy(update={"countries": countries.judged_countries(context)})
        self.checks = decide.guarding(context)
        return self.checks

    def _require(self, found: tuple[Check, ...], at: At) -> None:
        failing, unmade = self._failing(found)
        in_force = at == "in force"
        if failing and not in_force and not any(BY_ID[check.id].fixed for check in failing):
            if self.person.overrule((*failing, *unmade), self.reader.services.domain):
                self.overrides |= {check.id for check in (*failing, *unmade)}
            failing, unmade = self._failing(found)
        self._note(found, passed=not failing and (in_force or not unmade))
        if any(check.id == "twilio_credentials" for check in failing):
            raise _refused_credentials(failing)
        if failing:
            raise self._refusal((*failing, *unmade), at)
        if in_force:
            self._tell_unmade(unmade)
        elif unmade:
            raise self._race(unmade) or _unmade(unmade)

    def _race(self, unmade: tuple[Check, ...]) -> MfaSetupError | None:
        """The error for what cannot be judged only because another run has written the provider meanwhile."""
        if self._token != "overwritten" or any(check.id != "provider_token" for check in unmade):  # noqa: S105 a state
            return None
        return standing_on(ProviderRaceError(unmade[0].evidence), unmade)

    def _tell_unmade(self, unmade: tuple[Check, ...]) -> None:
        """Under a policy that is in force it is a warning: nobody knows that codes fail to arrive."""
        if any(warning.code == "token_unverifiable" for warning in self.report.warnings):
            unmade = tuple(check for check in unmade if check.id != "provider_token")
        if unmade:
            message = _unmade(unmade).message
            self.report.warn([Notice(code="delivery_unchecked", message=message, hint=unmade[0].fix)])

    def _failing(self, found: tuple[Check, ...]) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
        """The checks that fail, and those that could not be made, but for what is overridden."""
        open_ones = [check for check in found if check.id not in self.overrides or BY_ID[check.id].fixed]
        failing = tuple(check for check in open_ones if check.status == "fail")
        return failing, tuple(check for check in open_ones if check.status == "skip" and check.applies)

    def _note(self, found: tuple[Check, ...], *, passed: bool) -> None:
        """Keeps what is overridden and, where the run goes on, what else did not simply pass."""
        overridden = [
            check.model_copy(update={"overridden": True})
            for check in found
            if check.id in self.overrides - _FIXED and check.status in {"fail", "skip"} and check.applies
        ]
        for check in overridden:
            if passed:
                self._journal(check)
        agreed = {check.id for check in self.agreed}
        warning = (check for check in found if check.status == "warn" and passed and check.id not in agreed)
        self.report.checks = [*self.agreed, *overridden, *warning]

    def _journal(self, check: Check) -> None:
        if check.id not in self._journaled:
            self._journaled.add(check.id)
            self.reader.services.journal.override(check.id, check.evidence)

    def _refusal(self, failing: tuple[Check, ...], at: At) -> GuardRefusedError:
        evidence = " ".join(check.evidence for check in failing)
        fixed = ", ".join(check.id for check in failing if BY_ID[check.id].fixed)
        knowingly = f"{failing[0].fix} To continue anyway: {overriding(failing)}."
        if at == "in force":
            error: GuardRefusedError = EnforcedUndeliverableError(
                f"The MFA policy is in force, and codes do not reach users: {evidence}"
            )
        elif at == "provider":
            error = GuardRefusedError(
                f"The working phone provider would be replaced by one whose codes do not arrive: {evidence}",
                hint=knowingly,
            )
        else:
            hint = f"{_FIRST} These checks cannot be overridden: {fixed}." if fixed else knowingly
            if self.policies:
                name = policy.name_of(self.policies)
                hint += f" The policy is already {name}. To lift it, run `mfa-setup policy never`."
            error = GuardRefusedError(f"The policy would lock users out: {evidence}", hint=hint)
        return standing_on(error, failing)


def _unread(now: Snapshot, *more: Part[object]) -> MfaSetupError | None:
    """Why the first part that decides could not be read, these others included; None where all were that matter."""
    parts = (now.factor, now.provider, now.templates, now.twilio, *more)
    return first_unread(part for part in parts if part is not NOT_READ)


_FIRST = "Run `mfa-setup enable-sms` first, or `mfa-setup up`, which applies everything in a safe order."


def overriding(checks: tuple[Check, ...]) -> str:
    """The options that override some checks."""
    return " ".join(f"--override {check.id}" for check in checks)


def demands_codes(plan: Plan) -> bool:
    """Whether the plan is about the policy, and leaves one that demands codes, be it new or in force."""
    return plan.after(plan.found).requires_codes


def require_minimum(checks: tuple[Check, ...]) -> None:
    """Refuses a policy whose codes could not even be sent.

    Raises:
        GuardRefusedError: A check of the minimum fails; the error carries all of them that do.
    """
    if failing := tuple(check for check in checks if check.status == "fail"):
        evidence = " ".join(check.evidence for check in failing)
        ids = ", ".join(check.id for check in failing)
        hint = f"{_FIRST} These checks cannot be overridden: {ids}."
        raise standing_on(GuardRefusedError(f"The policy would lock users out: {evidence}", hint=hint), failing)


def standing_on(error: E, checks: tuple[Check, ...]) -> E:
    """Names the checks that an error stands on, and the service's answer to the first of them that has one."""
    error.checks = checks
    answer = next((check for check in checks if check.http_status is not None), checks[0])
    error.service, error.status, error.request_id = answer.service, answer.http_status, answer.request_id
    return error


def _refused_credentials(failing: tuple[Check, ...]) -> MfaSetupError:
    """With credentials that Twilio refuses nothing of it can be judged."""
    refused = next(check for check in failing if check.id == "twilio_credentials")
    return standing_on(CredentialsRefusedError(refused.evidence, hint=refused.fix), failing)


_KINDS: dict[int, type[MfaSetupError]] = {
    1: ServiceRefusedError,
    3: ServiceRefusedError,
    4: ForbiddenError,
    5: UnavailableError,
}
"""The error that stands for a check which could not be made, by the exit code of what kept it from being made."""


def _unmade(checks: tuple[Check, ...]) -> MfaSetupError:
    """What could not be checked has not passed."""
    first, names = checks[0], ", ".join(check.id for check in checks)
    error = _KINDS.get(first.because, CheckUnmadeError)(
        f"mfa-setup could not check whether codes arrive ({names}): {first.evidence}",
        hint=f"{first.fix} To continue without this check: {overriding(checks)}.",
    )
    return standing_on(error, checks)
