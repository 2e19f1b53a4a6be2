"""What a run would change, or has changed, in one resource."""

from collections.abc import Callable

from pydantic import Field

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.types import Action, ResourceName, Status


class FieldChange(Frozen):
    """One field of a resource, before and after; a secret has neither value."""

    path: str
    before: JsonValue = None
    after: JsonValue = None
    sensitive: bool = False


class Words(Frozen):
    """A change in the words of the user; its resource writes them (`mfa_setup.resources.words`).

    Attributes:
        plan: What applying it does, such as `buy +1 415 864 0347 for 1.15 USD per month`.
        doing: What is under way while it is applied.
        done: What was done, such as `Bought +1 415 864 0347`.
        now: What is there at present; each text is a line.
        cost: What it costs.
        affects: The users who are concerned, as a sentence.
    """

    plan: str = ""
    doing: str = ""
    done: str = ""
    now: tuple[str, ...] = ()
    cost: str = ""
    affects: str = ""


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
    summary: str = ""
    """What it does in one line for people; where nothing differs, what is there."""
    words: Words = Field(default=Words(), exclude=True)

    def with_texts(self, changed: Callable[[str], str]) -> "Change":
        """The same change with other texts for people."""
        texts = {name: changed(getattr(self.words, name)) for name in ("plan", "doing", "done")}
        return self.model_copy(update={"summary": changed(self.summary), "words": self.words.model_copy(update=texts)})

    @property
    def pending(self) -> bool:
        """Whether there is something to do."""
        return self.action != "none"


def change_of(
    resource: ResourceName, fields: tuple[FieldChange, ...], title: str, words: Words, *, exists: bool
) -> Change:
    """The change that sets these fields; none where nothing differs."""
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
    """The fields of `after` whose value is another one in `before`, in the order of `after`."""
    return tuple(
        FieldChange(path=path, before=before.get(path), after=value)
        for path, value in after.items()
        if before.get(path) != value
    )
