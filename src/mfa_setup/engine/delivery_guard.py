"""The delivery guard: refuses to set a policy, or to replace a working provider, until codes can arrive."""

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
from mfa_setup.resources import policy_names
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
    """Refuses to set a policy, or to replace a working provider, as long as codes cannot arrive; one for each run.

    Attributes:
        reader: Reads the current state of both services.
        context: The input of the checks; the snapshot in it is replaced before each evaluation.
        report: The report that the checks and warnings are added to.
        person: Asked to overrule failed checks, where a person can be asked.
        overrides: IDs of the overridden checks; checks that the person overrules are added.
        policies: The MFA policies that are in force.
        awaited: The phones that receive a test SMS before the policy is set.
        checks: The checks as last evaluated.
        agreed: The checks that the user gave consent for before the first write.
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

    # --- before, during and after the writes -----------------------------------------------------------------------

    def at_stake(self, plan: Plan) -> At | None:
        """Returns why codes must be able to arrive before anything is bought or written; None if they need not."""
        after = plan.after(plan.found)
        if demands_codes(plan) and (plan.spends or any(stage.sets_policy for stage in plan.stages)):
            return "policy"
        provider = known_or(plan.found.provider, None)
        if provider is None or not provider.can_send:
            return None  # a provider that can send also serves passwordless logins, whatever the factor is
        return "provider" if is_rerouted(plan.found, after) else None

    def before(self, plan: Plan, at: At) -> None:
        """Checks the tenant as the plan would leave it, before anything is bought or written.

        Checks that the test SMS will answer are postponed until it is sent, unless the plan first replaces a provider
        that users depend on.

        Raises:
            GuardRefusedError: Checks failed; `EnforcedUndeliverableError` if the policy is already in force.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be evaluated.
        """
        waits = at == "policy" and not (plan.found.codes_demanded and is_rerouted(plan.found, plan.after(plan.found)))
        self._require(self.judge(plan, self.awaited if waits else ()), at)

    def foresee(self, plan: Plan, at: At) -> None:
        """Warns about what the guard would refuse, or about what is wrong under the policy that is in force."""
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
        """Evaluates the checks on the tenant as the plan would leave it, before a test SMS to the `awaited` phones."""
        parts = self._readiness() | (CONSEQUENCES if demands_codes(plan) else frozenset())
        end = plan.after(self.reader.missing(parts, plan.found))
        self.context = replace(self.context, end=end)
        return self._judged(end, awaited=awaited)

    def at_policy(self, snapshot: Snapshot, at: At, *, just_read: bool = False) -> Snapshot:
        """Reads the tenant and the Twilio account again and checks that codes can arrive: users' logins depend on it.

        After a short reading in which everything could be read, a failure counts only once a full reading confirms it.
        A person who is asked to overrule a check may take long to answer, so everything is read again after the answer.

        Args:
            snapshot: The latest snapshot.
            at: Whether the policy is about to be set, or is already in force.
            just_read: Whether the snapshot was read just now; if so, only the decisive parts are read again at first.

        Raises:
            GuardRefusedError: Checks failed; `EnforcedUndeliverableError` if the policy is already in force.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be evaluated.
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
        """Reads all that the policy depends on again, right after it was set, in case somebody changed it meanwhile.

        If something has changed and a check fails, a full reading decides. If the second reading itself fails, the run
        only warns, because the guard passed right before the policy was set.

        Raises:
            EnforcedUndeliverableError: Codes no longer arrive.
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
        """Checks the provider, sender or account that an undo restores under a policy that is in force.

        A restored sender is refused only for checks that are known to fail, not because its registration could not be
        checked.

        Raises:
            GuardRefusedError: Checks failed.
            CheckUnmadeError, ForbiddenError, UnavailableError: Checks could not be evaluated.
        """
        ready = self.reader.missing(READINESS, would_be)
        checks = self._judged(ready.with_our_token() if sends_token else ready)
        known_enough = (check for check in checks if check.id != "registration" or check.status != "skip")
        self._require(tuple(known_enough), "provider")

    def agree(self, checks: tuple[Check, ...]) -> None:
        """Records the checks that the user gave consent for, in the report and in the journal."""
        self.agreed = tuple(check.model_copy(update={"overridden": True}) for check in checks)
        for check in self.agreed:
            self._journal(check)
        self.report.checks = list(self.agreed)

    def finish(self) -> None:
        """Warns about each override whose check did not fail."""
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
        """Returns the parts that decide whether codes arrive; past sends only prove the token of a Twilio provider."""
        provider = known_or(self.context.snapshot.provider, None)
        return READINESS - {"sends"} if provider and provider.kind != "twilio" else READINESS

    # --- the verdict ----------------------------------------------------------------------------------------------

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
        """Returns an error if only the token is unchecked, because another run has written the provider meanwhile."""
        if self._token != "overwritten" or any(check.id != "provider_token" for check in unmade):  # noqa: S105 a state
            return None
        return standing_on(ProviderRaceError(unmade[0].evidence), unmade)

    def _tell_unmade(self, unmade: tuple[Check, ...]) -> None:
        """Warns about checks that could not be evaluated under a policy in force: codes are not known to fail."""
        if any(warning.code == "token_unverifiable" for warning in self.report.warnings):
            unmade = tuple(check for check in unmade if check.id != "provider_token")
        if unmade:
            message = _unmade(unmade).message
            self.report.warn([Notice(code="delivery_unchecked", message=message, hint=unmade[0].fix)])

    def _failing(self, found: tuple[Check, ...]) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
        """Returns the failed checks, and those that could not be evaluated, both without the overridden ones."""
        open_ones = [check for check in found if check.id not in self.overrides or BY_ID[check.id].fixed]
        failing = tuple(check for check in open_ones if check.status == "fail")
        return failing, tuple(check for check in open_ones if check.status == "skip" and check.applies)

    def _note(self, found: tuple[Check, ...], *, passed: bool) -> None:
        """Puts consents and overridden checks into the report and, if the run continues, the checks with warnings."""
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
                name = policy_names.name_of(self.policies)
                hint += f" The policy is already {name}. To lift it, run `mfa-setup policy never`."
            error = GuardRefusedError(f"The policy would lock users out: {evidence}", hint=hint)
        return standing_on(error, failing)


def _unread(now: Snapshot, *more: Part[object]) -> MfaSetupError | None:
    """Returns the error of the first decisive part, or of `more`, that could not be read; None if all were read."""
    parts = (now.factor, now.provider, now.templates, now.twilio, *more)
    return first_unread(part for part in parts if part is not NOT_READ)


_FIRST = "Run `mfa-setup enable-sms` first, or `mfa-setup up`, which applies everything in a safe order."


def overriding(checks: tuple[Check, ...]) -> str:
    """Returns the command-line options that override these checks."""
    return " ".join(f"--override {check.id}" for check in checks)


def demands_codes(plan: Plan) -> bool:
    """Whether a policy that demands codes is in force after the plan, be it new or unchanged."""
    return plan.after(plan.found).requires_codes


def require_minimum(checks: tuple[Check, ...]) -> None:
    """Refuses a policy if the tenant could not even send the codes.

    Raises:
        GuardRefusedError: At least one of the minimum checks failed; the error carries all failed ones.
    """
    if failing := tuple(check for check in checks if check.status == "fail"):
        evidence = " ".join(check.evidence for check in failing)
        ids = ", ".join(check.id for check in failing)
        hint = f"{_FIRST} These checks cannot be overridden: {ids}."
        raise standing_on(GuardRefusedError(f"The policy would lock users out: {evidence}", hint=hint), failing)


def standing_on(error: E, checks: tuple[Check, ...]) -> E:
    """Attaches to an error the checks that caused it, and the first service answer that one of them has."""
    error.checks = checks
    answer = next((check for check in checks if check.http_status is not None), checks[0])
    error.service, error.status, error.request_id = answer.service, answer.http_status, answer.request_id
    return error


def _refused_credentials(failing: tuple[Check, ...]) -> MfaSetupError:
    """Returns the error for credentials that Twilio refuses, without which no other Twilio check can be made."""
    refused = next(check for check in failing if check.id == "twilio_credentials")
    return standing_on(CredentialsRefusedError(refused.evidence, hint=refused.fix), failing)


_KINDS: dict[int, type[MfaSetupError]] = {
    1: ServiceRefusedError,
    3: ServiceRefusedError,
    4: ForbiddenError,
    5: UnavailableError,
}
"""The error class for a check that could not be evaluated, by the exit code of the error that prevented it."""


def _unmade(checks: tuple[Check, ...]) -> MfaSetupError:
    """Returns the error for checks that could not be evaluated: they count as not passed."""
    first, names = checks[0], ", ".join(check.id for check in checks)
    error = _KINDS.get(first.because, CheckUnmadeError)(
        f"mfa-setup could not check whether codes arrive ({names}): {first.evidence}",
        hint=f"{first.fix} To continue without this check: {overriding(checks)}.",
    )
    return standing_on(error, checks)
