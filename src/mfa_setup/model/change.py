"""The changes that a run plans or has applied to one resource."""

from collections.abc import Callable

from pydantic import Field

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.types import Action, ResourceName, Status


class Price(Frozen):
    """A price per month.

    Attributes:
        amount: The amount as decimal digits, such as `1.15`.
        currency: The three-letter code of the currency.
    """

    amount: str
    currency: str


class FieldChange(Frozen):
    """The change of one field of a resource.

    Attributes:
        path: The name of the field.
        before: The value before the change; null for a sensitive field.
        after: The value after the change; null for a sensitive field.
        sensitive: Whether the field is a secret, whose values are omitted.
    """

    path: str
    before: JsonValue = None
    after: JsonValue = None
    sensitive: bool = False

    def with_real(self, planned: str, real: str) -> "FieldChange":
        """Returns the same change with the real text in place of a planned one, wherever it is within the new value."""
        return self.model_copy(update={"after": _with_real(self.after, planned, real)})


def _with_real(value: JsonValue, planned: str, real: str) -> JsonValue:
    if isinstance(value, list):
        return [_with_real(item, planned, real) for item in value]
    if isinstance(value, dict):
        return {key: _with_real(item, planned, real) for key, item in value.items()}
    return real if value == planned else value


class Words(Frozen):
    """The texts that describe a change to the user; `mfa_setup.resources.words` writes them for each resource.

    Attributes:
        plan: The effect of applying the change, such as `buy +1 415 864 0347 for 1.15 USD per month`.
        doing: The progress text while the change is applied, such as `Setting up Twilio as the provider`.
        done: The result of the change, such as `Bought +1 415 864 0347`.
        now: The present state of the resource, one text per line.
        cost: The cost of the change.
        affects: The users whom the change affects, as a sentence.
    """

    plan: str = ""
    doing: str = ""
    done: str = ""
    now: tuple[str, ...] = ()
    cost: str = ""
    affects: str = ""


class Change(Frozen):
    """The part of a plan or outcome that concerns one resource.

    Attributes:
        resource: The kind of the resource.
        action: What is done to the resource; `none` if it is up to date.
        status: How far the change is; `unknown` if a service gave no clear answer, or if that cannot be decided yet.
        fields: The fields that differ.
    """

    resource: ResourceName
    action: Action = "none"
    status: Status = "none"
    fields: tuple[FieldChange, ...] = ()
    title: str = ""
    """The name of the resource as people know it: the application's name or the phone number."""
    held: str = Field(default="", exclude=True)
    """Why an undo cannot restore all of the resource, as text for people; the change then stays pending."""
    summary: str = ""
    """The effect of the change in one line for people; the present state if the resource is up to date."""
    price: Price | None = None
    """The price of the number that the change buys; None if nothing is bought, or the price is not known."""
    words: Words = Field(default=Words(), exclude=True)

    def with_texts(self, changed: Callable[[str], str]) -> "Change":
        """Returns the same change with `changed` applied to its summary and its plan, progress and result texts."""
        texts = {name: changed(getattr(self.words, name)) for name in ("plan", "doing", "done")}
        return self.model_copy(update={"summary": changed(self.summary), "words": self.words.model_copy(update=texts)})

    @property
    def is_empty(self) -> bool:
        """Whether the change neither applies anything nor has anything to say about the present state."""
        return self.action == "none" and self.status == "none" and not (self.summary or self.held)

    @property
    def pending(self) -> bool:
        """Whether the change has something to apply."""
        return self.action != "none"


def change_of(
    resource: ResourceName, fields: tuple[FieldChange, ...], title: str, words: Words, *, exists: bool
) -> Change:
    """Returns the change that sets these fields; its action is `none` if there are no fields to set."""
    if not fields:
        return Change(resource=resource, title=title, summary=" ".join(words.now[:1]), words=words)
    action: Action = "update" if exists else "create"
    return Change(
        resource=resource,
        action=action,
        status="pending",
        fields=fields,
        title=title,
        summary=words.plan,
        words=words,
    )


def differing(before: dict[str, JsonValue], after: dict[str, JsonValue]) -> tuple[FieldChange, ...]:
    """Returns the fields of `after` whose values differ from those in `before`, in the order of `after`."""
    return tuple(
        FieldChange(path=path, before=before.get(path), after=value)
        for path, value in after.items()
        if before.get(path) != value
    )
