"""The run of one tenant of a fleet, composed with `mfa_setup.compose` like any other run."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import SecretStr

from mfa_setup import appconfig
from mfa_setup.adapters.rate_limit import RateLimit
from mfa_setup.compose import Access, Options, SharedAccount, compose
from mfa_setup.engine.diagnosis import examine
from mfa_setup.engine.person import Unattended
from mfa_setup.engine.report import Report
from mfa_setup.engine.reviewed import NEW_PLAN_OF_FLEET
from mfa_setup.engine.task import Task
from mfa_setup.errors import Choice, ChoiceNeededError, InvalidValueError, PlanOutdatedError, PurchaseNotAllowedError
from mfa_setup.model.change import Change
from mfa_setup.model.exchange import Exchange
from mfa_setup.model.fleet import plan_of
from mfa_setup.model.outcome import Outcome, SettingsUsed, Tenant
from mfa_setup.model.plan_file import PlanFile, Planned, TenantPlan
from mfa_setup.settings.credentials import (
    SecretSource,
    auth0_credentials,
    check_formats,
    refuse_misplaced,
    twilio_credentials,
)
from mfa_setup.settings.fleet import FleetTenant, require_twilio, resolved
from mfa_setup.settings.reviewed import given_settings, require_no_secret, require_settings, require_tenant
from mfa_setup.settings.schema import BY_NAME
from mfa_setup.settings.settings import at_url
from mfa_setup.settings.sources import Origin, written

Doing = Callable[[str, str], None]
"""Called with the name of a tenant and its current step."""


@dataclass(slots=True)
class Shared:
    """The state and options that the runs of a fleet share.

    Attributes:
        folder: The folder that relative paths in the fleet file count from.
        environment: The environment variables; only those that the fleet file names are read.
        sandbox: The URL of the sandbox; None for the real services.
        options: The options of every run.
        purchases: The maximum number of phone numbers that all runs together may buy.
        plans: The saved plans to apply, by the names of the tenants; None if every tenant is planned now.
        saves: Whether the plans of the runs will be saved.
        doing: Called with the name of a tenant and its current step.
        exchanged: Called with every attempt of a request, the name of its tenant and the secrets of its run.
    """

    folder: Path
    environment: Mapping[str, str]
    sandbox: str | None
    options: Options
    purchases: int
    doing: Doing
    exchanged: Callable[[Exchange, str, Sequence[SecretStr]], None]
    plans: Mapping[str, TenantPlan] | None = None
    saves: bool = False
    _bought: int = 0
    _accounts: dict[str, SharedAccount] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def account(self, sid: str) -> SharedAccount:
        """Returns the state shared by the tenants that use this Twilio account."""
        with self._lock:
            return self._accounts.setdefault(sid, SharedAccount(RateLimit()))

    def may_buy(self) -> bool:
        """Counts one purchase if another one is allowed, and returns whether it is."""
        with self._lock:
            allowed = self._bought < self.purchases
            self._bought += allowed
        return allowed

    def claim(self, thing: str, name: str) -> None:
        """Reserves a tenant or a config file for one entry of the fleet file.

        Args:
            thing: The tenant or the config file, under a name that is the same for every entry that uses it.
            name: The name of the entry.

        Raises:
            InvalidValueError: Another entry has already reserved the same thing.
        """
        with self._lock:
            first = self._names.setdefault(thing, name)
        if first != name:
            raise InvalidValueError(
                f"The tenants {first} and {name} both use {thing}.",
                hint="Correct the fleet file: each tenant needs its own.",
            )


@dataclass(slots=True)
class TenantRun:
    """One run of one tenant.

    Attributes:
        tenant: The tenant.
        task: The task to carry out.
        shared: The state and options that all runs share.
        report: The report of the run, with everything that is known so far.
        secrets: Every secret that the run has learned.
        made: The plan that the run made, if its task is to plan.
        agreed: The plan that the user has agreed to, in the form that `plan_of` returns; None if nobody was asked.
    """

    tenant: FleetTenant
    task: Task
    shared: Shared
    agreed: str | None = None
    report: Report = field(init=False)
    secrets: list[SecretStr] = field(default_factory=list)
    made: TenantPlan | None = None

    def __post_init__(self) -> None:
        """Creates an empty report; without a desired application, removes the application from the task."""
        self.report = Report(self.task.command)
        self.report.tenant = Tenant(domain=self.tenant.domain)
        self.report.settings = SettingsUsed(file=str(self.tenant.settings.file))
        if self.tenant.settings.desired.application is None:
            self.task = self.task.without_application()

    def carry_out(self) -> None:
        """Executes the command for this tenant.

        Raises:
            MfaSetupError: Something stopped the run.
        """
        tenant, shared, settings = self.tenant, self.shared, self.tenant.settings
        source = SecretSource({}, resolved(tenant, shared.folder, shared.environment), str, lambda _label: None)
        self.secrets += source.known
        refuse_misplaced(source, settings.by_source)
        check_formats(source)
        if self.task.needs_twilio:
            require_twilio(tenant)
        access = self._access(source)
        self.secrets += access.secrets
        saved = self._saved(access.auth0.audience)
        shared.claim(f"the tenant {access.auth0.audience}", tenant.name)
        self.report.warn(settings.notices)
        config = None
        if "application" in self.task.resources:
            config = appconfig.locate(settings.app_dir, settings.write_config, settings.config_base)
            if config:
                shared.claim(f"the config file {config.path.resolve()}", tenant.name)
        desired = at_url(saved.desired if saved else settings.desired, config.url if config else None)
        if shared.purchases and desired.number.sender is None and saved is None:
            desired = desired.model_copy(update={"number": desired.number.model_copy(update={"buy": True})})
        with compose(self.task, desired, access, self._options(access), report=self.report, config=config) as run:
            if self.task.resources:
                replace(run, reviewed=saved).carry_out()
            else:
                examine(run)
        if self.task.command == "plan" and self.report.planned:
            self._note_plan(self.report.planned)

    def _note_plan(self, planned: Planned) -> None:
        """Keeps the plan that the run made, and puts its digest into the report.

        Raises:
            InvalidValueError: The plan will be saved, and would contain a credential.
        """
        plan = TenantPlan(settings=given_settings(self.tenant.settings), planned=planned)
        content = PlanFile.of("plan", {self.tenant.domain: plan})
        if self.shared.saves:
            require_no_secret(content, self.secrets)
        self.made, self.report.digest = plan, content.digest

    def _saved(self, audience: str) -> Planned | None:
        """Returns the saved plan to apply, if it is one of the present settings of this tenant.

        Raises:
            PlanOutdatedError: The saved plans lack this tenant, or its plan is for another one or for other settings.
        """
        if self.shared.plans is None or not self.task.resources:
            return None
        plan = self.shared.plans.get(self.tenant.name)
        if plan is None:
            raise PlanOutdatedError(f"The plan does not contain the tenant {self.tenant.name}.", hint=NEW_PLAN_OF_FLEET)
        require_tenant(plan.planned, self.tenant.domain, audience)
        require_settings(plan.settings, self.tenant.settings)
        return plan.planned

    def _access(self, source: SecretSource) -> Access:
        auth0 = auth0_credentials(source, self.tenant.domain, source.text("AUTH0_CLIENT_ID"))
        sid = source.text("TWILIO_ACCOUNT_SID")
        twilio = twilio_credentials(source, sid) if sid else None
        return Access.to(self.tenant.domain, auth0, twilio, sandbox=self.shared.sandbox)

    def _options(self, access: Access) -> Options:
        common, name, doing = self.shared.options, self.tenant.name, self.shared.doing
        http = common.http and replace(
            common.http,
            on_wait=lambda reason, seconds: doing(name, f"{reason} Trying again in {seconds:.1f} s."),
            on_pace=lambda service: doing(name, f"Waiting for the rate limit of {service}"),
            on_exchange=common.http.on_exchange
            and (lambda exchange: self.shared.exchanged(exchange, name, tuple(self.secrets))),
            domain_source=f"domain of [tenants.{name}] in the fleet file",
        )
        return replace(
            common,
            http=http,
            learned=self.secrets.append,
            person=_FleetPerson(self),
            account=replace(self.shared.account(access.twilio.account_sid), place=self.tenant.place)
            if access.twilio
            else None,
        )


class _FleetPerson(Unattended):
    """The `Person` of one tenant's run in a fleet: reports progress, and allows purchases within the limit."""

    def __init__(self, run: TenantRun) -> None:
        self._run = run

    def doing(self, text: str) -> None:
        """Reports the current step."""
        self._run.shared.doing(self._run.tenant.name, text)

    def starting(self, change: Change) -> None:
        """Reports that a change is about to be applied."""
        self.doing(f"Setting up the {change.resource}")

    def choose(self, needed: ChoiceNeededError) -> Choice:
        """Raises `needed` with a hint about the fleet file, because nobody can be asked."""
        keys = [one for one in needed.choices if one.setting != "buy"]
        written_keys = [
            f"{BY_NAME[one.setting].section} = {{ {written(BY_NAME[one.setting], Origin.FILE, one.value)} }}"
            for one in keys
        ]
        needed.hint = f"In the fleet file, add to [tenants.{self._run.tenant.name}]: {' or '.join(written_keys)}"
        needed.hint += ", or pass --max-purchases N." if len(keys) < len(needed.choices) else "."
        raise needed

    def confirm(self, plan: Outcome, *, changed: tuple[str, ...] = ()) -> bool:
        """Accepts the plan without a question, and allows purchases up to the limit.

        Returns:
            False, because nobody was asked.

        Raises:
            PlanOutdatedError: The plan differs from the one that the user has agreed to.
            PurchaseNotAllowedError: The plan buys a number, but no further purchase is allowed.
        """
        del changed
        if self._run.agreed is not None and plan_of(plan.changes) != self._run.agreed:
            raise PlanOutdatedError("The changes are no longer those that the plan showed.")
        buys = any(change.resource == "number" and change.action == "create" for change in plan.changes)
        if buys and not self._run.shared.may_buy():
            raise PurchaseNotAllowedError("A number must be bought, but --max-purchases allows no further purchase.")
        return False
