"""What a run would change, or has changed, in one resource."""

from pydantic import Field

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.types import Action, ResourceName, Status


class FieldChange(Frozen):
    """One field of a resource, before and after; a secret has neither value."""

    path: str
    before: JsonValue = None
    after: JsonValue = None
    sensitive: bool = False


class Change(Frozen):
    """One resource's part of a plan or outcome; `action` is `none` where nothing differs."""

    resource: ResourceName
    action: Action = "none"
    status: Status = "none"
    fields: tuple[FieldChange, ...] = ()
    title: str = ""
    """What it is about, for people: the application's name, the number."""
    held: str = Field(default="", exclude=True)
    """Of an undo: what of it is left and why, for people. Such a change stays pending."""

    @property
    def pending(self) -> bool:
        """Whether there is something to do."""
        return self.action != "none"


def change_of(resource: ResourceName, fields: tuple[FieldChange, ...], title: str, *, exists: bool) -> Change:
    """The change that sets these fields; none where nothing differs."""
    if not fields:
        return Change(resource=resource, title=title)
    action: Action = "update" if exists else "create"
    return Change(resource=resource, action=action, status="pending", fields=fields, title=title)


def differing(before: dict[str, JsonValue], after: dict[str, JsonValue]) -> tuple[FieldChange, ...]:
    """The fields of `after` whose value is another one in `before`, in the order of `after`."""
    return tuple(
        FieldChange(path=path, before=before.get(path), after=value)
        for path, value in after.items()
        if before.get(path) != value
    )
