"""What became of the tenants of a fleet."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mfa_setup.model.change import Change

Document = Mapping[str, Any]
"""The JSON document of one tenant's run, safe to show."""
Shape = tuple[tuple[str, str, tuple[str, ...]], ...]
"""What a plan changes, without its values: resources, actions and the paths of fields."""


def plan_of(changes: Iterable[Change]) -> str:
    """What a plan would write, to compare it with a later one.

    Which number is on sale differs from one search to the next: only its country, type and price count.
    """
    pending = [change for change in changes if change.pending]
    offered = next((one.title for one in pending if one.resource == "number" and one.action == "create"), None)
    written = json.dumps([change.model_dump(mode="json", exclude={"status", "summary"}) for change in pending])
    return written.replace(offered, "(on sale)") if offered else written


@dataclass(frozen=True, slots=True)
class TenantResult:
    """What became of one tenant. The document is kept as text: that of a thousand tenants has to fit into memory.

    Attributes:
        name: The tenant's name in the fleet file.
        command: What was run for it.
        exit_code: What a run for this tenant alone would exit with.
        skipped: Whether it was not tried.
        seconds: How long it took.
        text: Its JSON document, on one line.
        changed: Whether something was written.
        changes: The pending and applied changes of the document.
        checks: Its checks that fail or warn.
        pending: Whether checks wait for `up`, because the tenant is not set up yet.
        warnings: Its warnings.
        error: Its error; None where it succeeded.
        plan: What its plan would write, as `plan_of` has it.
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
        """The result that a document tells of, and the plan in it."""
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
        """Whether it succeeded."""
        return self.error is None and not self.skipped

    @property
    def failed(self) -> bool:
        """Whether it was tried and did not succeed."""
        return self.error is not None and not self.skipped

    @property
    def shape(self) -> Shape:
        """What its changes may have in common with those of other tenants."""
        return tuple(
            (change["resource"], change["action"], tuple(one["path"] for one in change["fields"]))
            for change in self.changes
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """How many tenants of a fleet came to which end.

    Attributes:
        ok: Those that succeeded.
        changed: Those in which something was written.
        failed: Those that were tried and did not succeed.
        skipped: Those that were not tried.
        seconds: How long all of it took.
    """

    ok: int
    changed: int
    failed: int
    skipped: int
    seconds: float

    @classmethod
    def of(cls, results: Iterable[TenantResult], seconds: float) -> "Summary":
        """The summary of all results."""
        found = tuple(results)
        return cls(
            ok=sum(result.ok for result in found),
            changed=sum(result.changed for result in found),
            failed=sum(result.failed for result in found),
            skipped=sum(result.skipped for result in found),
            seconds=round(seconds, 1),
        )
