"""Runs a fleet command: reads the file, runs the task for each tenant, and writes progress and the result."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import SecretStr

from mfa_setup.cli import plan_file, signals, typed
from mfa_setup.cli.app import as_ours
from mfa_setup.cli.commands.look import PENDING
from mfa_setup.cli.context import CommandContext
from mfa_setup.cli.numbers import whole
from mfa_setup.cli.options import Call
from mfa_setup.cli.session import http_settings
from mfa_setup.cli.values import DEFAULT_TIMEOUT, judged, seconds_of
from mfa_setup.compose import Options
from mfa_setup.engine.task import Task
from mfa_setup.errors import ConfirmationNeededError, InvalidValueError, MfaSetupError, OutputUnwritableError
from mfa_setup.fleet.rollout import Rollout
from mfa_setup.fleet.tenant_run import Shared
from mfa_setup.model.fleet import Document, FleetDocument, Summary, TenantResult
from mfa_setup.model.outcome import Outcome
from mfa_setup.model.plan_file import PlanFile
from mfa_setup.render import annotated
from mfa_setup.render import fleet as shown
from mfa_setup.render.error import error_lines
from mfa_setup.render.parts import counted
from mfa_setup.render.typed import safe_document
from mfa_setup.settings import parsers
from mfa_setup.settings.endpoints import sandbox_url
from mfa_setup.settings.fleet import FleetTenant, read_fleet
from mfa_setup.settings.reviewed import require_tenants
from mfa_setup.store.folders import Folders

_MOST_AT_ONCE = 100
_MOST = 100_000
_BROKEN_PIPE = 1
"""The exit code if the reader of standard output has gone away, the same as for every command."""


@dataclass(slots=True)
class FleetSession:
    """One call of a fleet command.

    Attributes:
        call: The call.
        context: The context of the command.
        task: The task to run for each tenant.
    """

    call: Call
    context: CommandContext
    task: Task
    _begun: float = field(default_factory=time.monotonic)
    _tenants: tuple[FleetTenant, ...] = ()
    _results: dict[str, TenantResult] = field(default_factory=dict)
    _running: dict[str, tuple[str, float]] = field(default_factory=dict)
    _rollout: Rollout | None = None
    _why: str = "the command ended before"
    _out: Path | None = None
    _unwritable: BrokenPipeError | OutputUnwritableError | None = None

    def carry_out(self) -> int:
        """Runs the task and writes the result, even after a failure; returns the exit code."""
        sink, error = self.context.sink, None
        if self.call.own["jsonl"] and sink.format == "text":  # of Markdown, `_go` refuses it
            sink.format = "json"
            self.context.terminal.can_ask = False
        try:
            self._go()
        except Exception as raised:  # noqa: BLE001 every failure becomes one message and an exit code
            error = as_ours(raised, verbose=self.call.common.verbose > 0, sink=sink)
        signals.end()
        self.context.report.silent = True
        for result in self._rollout.missing(self._why) if self._rollout else ():
            self._ended(result)
        with self._going_on():
            self._write(error)
        if isinstance(self._unwritable, OutputUnwritableError):
            raise self._unwritable
        return _BROKEN_PIPE if self._unwritable else self._exit_code(error)

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        """Wraps a write, so that a closed output does not stop the work on tenants; it is reported at the end."""
        try:
            yield
        except (BrokenPipeError, OutputUnwritableError) as unwritable:
            self._unwritable = unwritable
        except SystemExit:  # Rich exits if the reader of its output has gone away
            self._unwritable = BrokenPipeError()

    # --- the work ------------------------------------------------------------------------------------------------

    def _go(self) -> None:
        """Runs the command from its options to the last tenant.

        Raises:
            MfaSetupError: The command was interrupted, or could not start.
        """
        own, common = self.call.own, self.call.common
        if own["jsonl"] and common.format == "markdown":
            raise InvalidValueError(
                "--jsonl and --format markdown cannot be used together: each has standard output for itself.",
                hint="Leave one of them out.",
            )
        if common.config is not None:
            raise InvalidValueError(
                "--config names the settings file of one tenant; a fleet's settings are in its own file.",
                hint="Leave --config out.",
            )
        most = whole("concurrency", own["concurrency"], _MOST_AT_ONCE, least=1)
        canaries = whole("canary", own.get("canary", "0"), _MOST)
        purchases = whole("max_purchases", own.get("max_purchases", "0"), _MOST)
        seconds = seconds_of(self.call, DEFAULT_TIMEOUT)
        self._out = plan_file.target(self.call) if "out" in own else None
        plans = None if own.get("plan") is None else plan_file.read(self.call).plans
        path = judged("The fleet file is ", parsers.path, own["file"])
        allowed = frozenset(
            judged("--allow-domain is ", parsers.domain, host).lower() for host in own["allow_domain"] or ()
        )
        sandbox = os.environ.get("MFA_SETUP_SANDBOX", "").strip() or None
        if sandbox:
            sandbox_url(sandbox)
        tenants = read_fleet(path, allowed=allowed, sandbox=sandbox is not None)
        require_tenants(plans or {}, [tenant.name for tenant in tenants])
        self._tenants = self._selected(tenants)
        options = Options(Folders.of(os.environ), http_settings(self.context, seconds))
        shared = Shared(
            path.parent, os.environ, sandbox, options, purchases, self._doing, self.context.sink.exchanged, plans
        )
        shared.saves = self._out is not None
        cancellation = self.context.cancellation
        self._rollout = rollout = Rollout(
            self._tenants, self.task, shared, cancellation, _written, most, canaries, own["fail_fast"], tick=self._tick
        )
        if self.task.read_only or self.context.terminal.agreed or self._agreed(rollout):
            rollout.carry_out(self._ended)
        self._save()

    def _save(self) -> None:
        """Saves the plans of all tenants that could be planned, in one file, and notes their digest.

        Raises:
            InvalidValueError: The file cannot be written.
        """
        plans = {result.name: result.made for result in self._in_order if result.made}
        if plans:
            saved = PlanFile.of("fleet plan", plans)
            self.context.report.digest = saved.digest
            if self._out:
                plan_file.OUT.write(self._out, saved.text)
                self.context.sink.say(f"Saved the plan of {counted(len(plans), 'tenant')} to {self._out}.")

    def _selected(self, tenants: tuple[FleetTenant, ...]) -> tuple[FleetTenant, ...]:
        patterns = self.call.own["select"] or ["*"]
        for pattern in patterns:
            if not any(fnmatchcase(one.name, pattern) for one in tenants):
                raise InvalidValueError(
                    f"--select is {parsers.quoted(pattern)}, which matches no tenant of the fleet file.",
                    hint=f"The first tenant of the file is {tenants[0].name}.",
                )
        return tuple(one for one in tenants if any(fnmatchcase(one.name, pattern) for pattern in patterns))

    def _agreed(self, rollout: Rollout) -> bool:
        """Plans all tenants, shows what would change, and asks; returns False if a failure stops the rollout.

        For a tenant that cannot be planned, the failed plan is its result.

        Raises:
            DeclinedError: The user declined.
            ConfirmationNeededError: Something would change, and there is no terminal to ask at.
        """
        terminal, sink = self.context.terminal, self.context.sink
        planning = replace(rollout, task=replace(self.task, read_only=True), canaries=0)

        def planned(result: TenantResult) -> None:
            if result.ok:
                self._running.pop(result.name, None)
            else:
                rollout.results[result.name] = result
                self._ended(result)

        planning.carry_out(planned)
        if rollout.is_stopped:
            return False
        plans = [planning.results[one.name] for one in self._tenants if one.name not in rollout.results]
        rollout.agreed = {result.name: result.plan for result in plans}
        changing = [result for result in plans if result.changes]
        if not changing:
            return True
        self._why = "the plan was not confirmed"
        if not terminal.can_ask:
            raise ConfirmationNeededError(
                f"These plans need your confirmation: {len(changing)} of {len(self._tenants)} tenants would change.",
                hint="Review the output of `mfa-setup fleet plan`, then pass --yes.",
            )
        sink.messages(shown.plan_lines(changing, all_values=self.call.common.verbose > 0))
        sink.messages(shown.purchase_lines(changing, rollout.shared.purchases))
        count = len(changing)
        terminal.agree(f"Apply {'this plan' if count == 1 else 'these plans'} to {count} tenant{'s' * (count > 1)}?")
        return True

    # --- progress ------------------------------------------------------------------------------------------------

    def _doing(self, name: str, text: str) -> None:
        _, since = self._running.get(name, ("", time.monotonic()))
        self._running[name] = (text, since)

    def _tick(self) -> None:
        failed = sum(result.failed for result in self._results.values())
        table = shown.running_table(self._running, len(self._results), failed, len(self._tenants))
        self.context.sink.showing(table)

    def _ended(self, result: TenantResult) -> None:
        """Writes the result of one tenant; plans are text that is written together at the end."""
        self._running.pop(result.name, None)
        self._results[result.name] = result
        with self._going_on():
            if self.call.own["jsonl"]:
                line = f'{{"name": {json.dumps(result.name)}, "document": {result.text}}}'
                self.context.sink.json_line((line,))
            elif self.task.command != "plan" or self.context.sink.format == "markdown":
                self._tell([result])
        self._tick()

    def _tell(self, results: Sequence[TenantResult]) -> None:
        """Writes one line for each tenant; with `--quiet` only for tenants that failed."""
        width = max((len(tenant.name) for tenant in self._tenants), default=0)
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
        """Writes the result of the fleet: one JSON document, the last line of the JSON Lines, Markdown or text."""
        sink, results = self.context.sink, self._in_order
        summary = Summary.of(results, time.monotonic() - self._begun)
        outcome = sink.safe(self.context.report.outcome(error))
        if sink.as_json:
            ok = error is None and summary.ok == len(results)
            changed = summary.changed > 0
            document = FleetDocument(
                command=self.call.command,
                ok=ok,
                changed=changed,
                summary=summary,
                error=outcome.error,
                digest=outcome.digest,
            )
            sink.json_line(_pieces(document, () if self.call.own["jsonl"] else results))
            return
        if sink.format == "markdown":
            from mfa_setup.render.markdown.fleet import fleet_document  # noqa: PLC0415 only this format needs it

            sink.markdown(fleet_document(outcome, self.task.command, results, summary))
        else:
            self._write_text(results, summary)
        if error is not None and outcome.error:
            sink.messages(error_lines(outcome, outcome.error, listed=outcome.checks))
        sink.annotate(annotated.of_fleet(outcome, results))

    def _write_text(self, results: Sequence[TenantResult], summary: Summary) -> None:
        """Writes the plans or the warnings of all tenants, and the number of tenants with each result."""
        sink = self.context.sink
        good = [result for result in results if result.ok]
        if self.task.command == "plan":
            sink.texts(shown.plan_lines(good, all_values=self.call.common.verbose > 0))
            self._tell([result for result in results if not result.ok])
        else:
            sink.texts(shown.note_lines(results))
        if results:
            sink.texts(shown.summary_lines(self.task.command, summary))


def _written(outcome: Outcome, tenant: FleetTenant, secrets: Sequence[SecretStr]) -> Document:
    """Returns the JSON document of one tenant's outcome, safe to show."""
    given = tenant.settings.given
    return safe_document(outcome, list(typed.of_settings(given)), list(typed.free_texts(given)), secrets)


def _pieces(document: FleetDocument, results: Sequence[TenantResult]) -> Iterator[str]:
    """Yields a fleet's JSON document in pieces, with the documents of its tenants, which are text already."""
    head, empty, tail = json.dumps(document.model_dump(mode="json")).partition('"tenants": {}')
    yield head + empty[:-1]
    for at, result in enumerate(results):
        yield f"{', ' if at else ''}{json.dumps(result.name)}: "
        yield result.text
    yield empty[-1:] + tail
