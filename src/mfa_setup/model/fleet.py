"""The results of a command for the tenants of a fleet."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mfa_setup.model.base import Frozen
from mfa_setup.model.change import Change
from mfa_setup.model.outcome import Failure, Outcome

Document = Mapping[str, Any]
"""The JSON document of one tenant's run, with secrets removed, so that it can be shown."""
Shape = tuple[tuple[str, str, tuple[str, ...]], ...]
"""The changes of a plan without their values: resource, action and paths of the fields of each change."""


def plan_of(changes: Iterable[Change]) -> str:
    """Returns the pending changes as text that can be compared with the text of a later plan.

    The number to buy is masked, because each search may offer another one: only its country, type and price count.
    """
    pending = [change for change in changes if change.pending]
    offered = next((one.title for one in pending if one.resource == "number" and one.action == "create"), None)
    written = json.dumps([change.model_dump(mode="json", exclude={"status", "summary"}) for change in pending])
    return written.replace(offered, "(on sale)") if offered else written


@dataclass(frozen=True, slots=True)
class TenantResult:
    """The result of a command for one tenant.

    The document is stored as text, so that the documents of a thousand tenants fit into memory.

    Attributes:
        name: The tenant's name in the fleet file.
        command: The command that was run for the tenant.
        exit_code: The exit code that a run for this tenant alone would have.
        skipped: Whether the tenant was not started.
        seconds: The duration of the run in seconds.
        text: The JSON document of the run, on one line.
        changed: Whether the run wrote anything.
        changes: The changes in the document whose action is not `none`.
        checks: The checks in the document that fail or warn.
        pending: Whether any check waits for `up`, because the tenant is not set up yet.
        warnings: The warnings in the document.
        error: The error in the document; None if the run succeeded.
        plan: The pending changes of the run, in the form that `plan_of` returns.
    """

    name: str
    command: str
    exit_code: int
    skipped: bool
    seconds: float
    text: str = field(repr=False)
    changed: bool
    changes: tuple[Document, ...]
    checks: tuple[Document, ...]
    pending: bool
    warnings: tuple[Document, ...]
    error: Document | None
    plan: str = field(repr=False)

    @classmethod
    def of(
        cls, name: str, document: Document, plan: str, *, exit_code: int, seconds: float = 0.0, skipped: bool = False
    ) -> "TenantResult":
        """Creates the result of a tenant from the JSON document of its run and the text of its plan."""
        return cls(
            name=name,
            command=document["command"],
            exit_code=exit_code,
            skipped=skipped,
            seconds=seconds,
            text=json.dumps(document, ensure_ascii=True),
            changed=bool(document["changed"]),
            changes=tuple(change for change in document["changes"] if change["action"] != "none"),
            checks=tuple(check for check in document["checks"] if check["status"] in {"fail", "warn"}),
            pending=any(check["pending"] for check in document["checks"]),
            warnings=tuple(document["warnings"]),
            error=document["error"],
            plan=plan,
        )

    @property
    def ok(self) -> bool:
        """Whether the run succeeded."""
        return self.error is None and not self.skipped

    @property
    def failed(self) -> bool:
        """Whether the run was started and did not succeed."""
        return self.error is not None and not self.skipped

    @property
    def shape(self) -> Shape:
        """The tenant's changes without their values, so that tenants with the same changes can be grouped."""
        return tuple(
            (change["resource"], change["action"], tuple(one["path"] for one in change["fields"]))
            for change in self.changes
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """The number of tenants of a fleet with each kind of result.

    Attributes:
        ok: The number of tenants whose run succeeded.
        changed: The number of tenants in which something was written.
        failed: The number of tenants whose run was started and did not succeed.
        skipped: The number of tenants that were not started.
        seconds: The duration of the whole command in seconds.
    """

    ok: int
    changed: int
    failed: int
    skipped: int
    seconds: float

    @classmethod
    def of(cls, results: Iterable[TenantResult], seconds: float) -> "Summary":
        """Counts the results of all tenants."""
        found = tuple(results)
        return cls(
            ok=sum(result.ok for result in found),
            changed=sum(result.changed for result in found),
            failed=sum(result.failed for result in found),
            skipped=sum(result.skipped for result in found),
            seconds=round(seconds, 1),
        )


class FleetDocument(Frozen):
    """The JSON document of a fleet command (docs/fleet.md), which is also the last of its JSON Lines.

    Attributes:
        schema_version: The version of this form; keys are added without a new version.
        command: The command, such as `fleet up`.
        ok: Whether the command succeeded for every tenant.
        changed: Whether anything was changed in any tenant, or may have been.
        tenants: The documents of the tenants by name, in the order of the file; empty in the last of the JSON Lines.
        summary: The number of tenants with each kind of result.
        error: Why the command itself failed, such as a mistake in the file; null if it did not.
    """

    schema_version: Literal[1] = 1
    command: str
    ok: bool
    changed: bool
    tenants: Mapping[str, Outcome] = {}
    summary: Summary
    error: Failure | None = None


class FleetLine(Frozen):
    """One of the JSON Lines of `mfa-setup fleet --jsonl`: the result of one tenant.

    Attributes:
        name: The tenant's name in the fleet file.
        document: The document that a run for that tenant alone would print.
    """

    name: str
    document: Outcome
