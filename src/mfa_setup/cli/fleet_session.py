"""From one call of a fleet command to its result: the file, the tenants, and what people and programs are shown."""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase

from pydantic import SecretStr

from mfa_setup.cli import signals, typed
from mfa_setup.cli.app import as_ours
from mfa_setup.cli.commands.look import PENDING
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.numbers import whole
from mfa_setup.cli.options import Call
from mfa_setup.cli.session import DEFAULT_TIMEOUT, http_settings, judged, seconds_of
from mfa_setup.compose import Options
from mfa_setup.engine.task import Task
from mfa_setup.errors import ConfirmationNeededError, InvalidValueError, MfaSetupError
from mfa_setup.fleet.rollout import Rollout
from mfa_setup.fleet.tenant_run import Shared
from mfa_setup.model.fleet import Document, Shape, Summary, TenantResult
from mfa_setup.model.outcome import Outcome
from mfa_setup.render import fleet as shown
from mfa_setup.render.error import error_lines
from mfa_setup.render.typed import safe_document
from mfa_setup.settings import parsers
from mfa_setup.settings.endpoints import sandbox_url
from mfa_setup.settings.fleet import FleetTenant, read_fleet
from mfa_setup.store.folders import Folders

_MOST_AT_ONCE = 100
_MOST = 100_000


@dataclass(slots=True)
class FleetSession:
    """One call of a fleet command.

    Attributes:
        call: The call.
        context: What it works at.
        task: What is to be done at each tenant.
    """

    call: Call
    context: CommandContext
    task: Task
    _begun: float = field(default_factory=time.monotonic)
    _tenants: tuple[FleetTenant, ...] = ()
    _results: dict[str, TenantResult] = field(default_factory=dict)
    _running: dict[str, tuple[str, float]] = field(default_factory=dict)

    def carry_out(self) -> int:
        """Does the work and writes the result, whatever happens; returns the exit code."""
        sink, error = self.context.sink, None
        if self.call.own["jsonl"]:
            sink.as_json = True
            self.context.terminal.can_ask = False
        try:
            self._go()
        except Exception as raised:  # noqa: BLE001 whatever it is, it ends in one message and an exit code
            error = as_ours(raised, verbose=self.call.common.verbose, sink=sink)
        signals.end()
        self.context.report.silent = True
        self._write(error)
        return self._exit_code(error)

    # --- the work ------------------------------------------------------------------------------------------------

    def _go(self) -> None:
        """The whole way, from the options to the last tenant.

        Raises:
            MfaSetupError: The command was interrupted, or could not begin.
        """
        own, common = self.call.own, self.call.common
        if common.config is not None:
            raise InvalidValueError(
                "--config names the settings file of one tenant; a fleet's settings are in its own file.",
                hint="Leave --config out.",
            )
        most = whole("concurrency", own["concurrency"], _MOST_AT_ONCE, least=1)
        canaries = whole("canary", own.get("canary", "0"), _MOST)
        purchases = whole("max_purchases", own.get("max_purchases", "0"), _MOST)
        seconds = seconds_of(self.call, DEFAULT_TIMEOUT)
        path = judged("The fleet file is ", parsers.path, own["file"])
        allowed = frozenset(
            judged("--allow-domain is ", parsers.domain, host).lower() for host in own["allow_domain"] or ()
        )
        sandbox = os.environ.get("MFA_SETUP_SANDBOX", "").strip() or None
        if sandbox:
            sandbox_url(sandbox)
        self._tenants = self._selected(read_fleet(path, allowed=allowed, sandbox=sandbox is not None))
        options = Options(Folders.of(os.environ), http_settings(self.context, seconds))
        shared = Shared(path.parent, os.environ, sandbox, options, purchases, self._doing)
        cancellation = self.context.cancellation
        rollout = Rollout(
            self._tenants, self.task, shared, cancellation, _written, most, canaries, own["fail_fast"], tick=self._tick
        )
        if not self.task.read_only and not self.context.terminal.agreed:
            rollout = self._agreed(rollout)
        rollout.carry_out(self._ended)

    def _selected(self, tenants: tuple[FleetTenant, ...]) -> tuple[FleetTenant, ...]:
        patterns = self.call.own["select"]
        if not patterns:
            return tenants
        found = tuple(one for one in tenants if any(fnmatchcase(one.name, pattern) for pattern in patterns))
        if not found:
            named = ", ".join(parsers.quoted(pattern) for pattern in patterns)
            raise InvalidValueError(
                f"--select is {named}, and no tenant of the fleet file has such a name.",
                hint=f"Its first one is {tenants[0].name}.",
            )
        return found

    def _agreed(self, rollout: Rollout) -> Rollout:
        """The rollout of the plans that a person has agreed to; tenants that cannot be planned are left out.

        Raises:
            DeclinedError: No.
            ConfirmationNeededError: Something would change, and nobody can be asked.
        """
        terminal = self.context.terminal
        planning = replace(rollout, task=replace(self.task, read_only=True), canaries=0, results={})
        planning.carry_out(self._planned)
        ends = [planning.results[tenant.name] for tenant in self._tenants]
        planned = {result.name: result for result in ends if result.ok}
        changing = [result for result in planned.values() if result.changes]
        self._results |= {result.name: replace(result, skipped=True) for result in changing}
        if changing and not terminal.can_ask:
            raise ConfirmationNeededError(
                f"This needs a confirmation: {len(changing)} of {len(self._tenants)} tenants would change.",
                hint="Look at `mfa-setup fleet plan`, then pass --yes.",
            )
        if changing:
            self.context.sink.messages(shown.plan_lines(changing, all_values=self.call.common.verbose))
            terminal.agree()
        for result in planned.values():
            self._results.pop(result.name)
        shapes: Mapping[str, Shape] = {name: result.shape for name, result in planned.items()}
        rest = tuple(tenant for tenant in self._tenants if tenant.name in planned)
        return replace(rollout, tenants=rest, expected=shapes)

    # --- progress ------------------------------------------------------------------------------------------------

    def _doing(self, name: str, text: str) -> None:
        since = self._running[name][1] if name in self._running else time.monotonic()
        self._running[name] = (text, since)

    def _tick(self) -> None:
        failed = sum(result.failed for result in self._results.values())
        table = shown.running_table(self._running, len(self._results), failed, len(self._tenants))
        self.context.sink.showing(table)

    def _planned(self, result: TenantResult) -> None:
        """Notes a plan that a person is to agree to; a tenant that has none is told at once."""
        if result.ok:
            self._note(result)
        else:
            self._ended(result)

    def _note(self, result: TenantResult) -> None:
        self._running.pop(result.name, None)
        self._results[result.name] = result

    def _ended(self, result: TenantResult) -> None:
        """Writes what became of one tenant; plans are written together, at the end."""
        self._note(result)
        sink = self.context.sink
        if self.call.own["jsonl"]:
            sink.json_line((f'{{"name": {json.dumps(result.name)}, "document": {result.text}}}',))
        elif self.task.command != "plan":
            self._tell([result])
        self._tick()

    def _tell(self, results: Sequence[TenantResult]) -> None:
        """One line for each tenant; with `--quiet` only for those that failed."""
        width = max(len(tenant.name) for tenant in self._tenants)
        for result in results:
            lines = shown.result_lines(result, width)
            if result.failed and self.call.common.quiet and not self.context.sink.as_json:
                self.context.sink.messages(lines)
            else:
                self.context.sink.texts(lines)

    # --- the result ----------------------------------------------------------------------------------------------

    def _exit_code(self, error: MfaSetupError | None) -> int:
        if error is not None:
            return error.exit_code
        failed = next((result for result in self._in_order if result.failed), None)
        if failed:
            return failed.exit_code
        pending = any(result.changes for result in self._in_order)
        return PENDING if self.call.own.get("check") and pending else 0

    @property
    def _in_order(self) -> list[TenantResult]:
        return [self._results[tenant.name] for tenant in self._tenants if tenant.name in self._results]

    def _write(self, error: MfaSetupError | None) -> None:
        """Writes the result: one JSON document, the last of several, or text for people."""
        sink, results = self.context.sink, self._in_order
        summary = Summary.of(results, time.monotonic() - self._begun)
        outcome = sink.safe(self.context.report.outcome(error))
        if sink.as_json:
            ok = error is None and summary.ok == len(results)
            head = {"schema_version": 1, "command": self.call.command, "ok": ok, "changed": summary.changed > 0}
            tail = {"summary": asdict(summary), "error": outcome.error and outcome.error.model_dump(mode="json")}
            sink.json_line(_pieces(head, () if self.call.own["jsonl"] else results, tail))
            return
        good = [result for result in results if result.ok]
        if self.task.command == "plan":
            sink.texts(shown.plan_lines(good, all_values=self.call.common.verbose))
            self._tell([result for result in results if not result.ok])
        else:
            sink.texts(shown.note_lines(results))
        if results:
            sink.texts(shown.summary_lines(self.task.command, summary))
        if error is not None and outcome.error:
            sink.messages(error_lines(outcome, outcome.error, with_checks=True))


def _written(outcome: Outcome, tenant: FleetTenant, secrets: Sequence[SecretStr]) -> Document:
    """The document of one tenant's outcome, safe to show."""
    given = tenant.settings.given
    return safe_document(outcome, list(typed.of_settings(given)), list(typed.free_texts(given)), secrets)


def _pieces(head: Document, results: Sequence[TenantResult], tail: Document) -> Iterator[str]:
    """A fleet's document: what comes before its tenants, their documents, and what comes after them."""
    yield json.dumps(head)[:-1] + ', "tenants": {'
    for at, result in enumerate(results):
        yield f"{', ' if at else ''}{json.dumps(result.name)}: "
        yield result.text
    yield "}, " + json.dumps(tail)[1:]
