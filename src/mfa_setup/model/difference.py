"""The difference between a saved plan and the present state."""

from collections.abc import Iterable, Iterator, Mapping

from mfa_setup.model.base import Frozen, JsonValue
from mfa_setup.model.types import LABELS


class Difference(Frozen):
    """One value that differs between a saved plan and the present state.

    Attributes:
        path: The value: a field of a resource (`application.callbacks`), a check (`checks.balance`), a setting
            (`settings.policy`), `number.price`, `tenant.domain`, `tenant.audience`, `tenant.phone_stack` or `version`.
        planned: The value in the plan; of a field of a resource the change, `{"before", "after"}`; null for none.
        now: The present value, in the same form.
    """

    path: str
    planned: JsonValue = None
    now: JsonValue = None


def between(prefix: str, planned: Mapping[str, JsonValue], now: Mapping[str, JsonValue]) -> Iterator[Difference]:
    """Yields the values that differ between two mappings, under paths that begin with a prefix and a dot."""
    for key in dict.fromkeys((*planned, *now)):
        if planned.get(key) != now.get(key):
            yield Difference(path=f"{prefix}.{key}", planned=planned.get(key), now=now.get(key))


def names_of(differences: Iterable[Difference]) -> tuple[str, ...]:
    """Returns the resources, settings and checks that differ, each once, as messages name them."""
    return tuple(dict.fromkeys(_name(one.path) for one in differences))


def _name(path: str) -> str:
    first, _, rest = path.partition(".")
    kinds = {"checks": f"the check {rest}", "settings": f"the setting {rest}", "tenant": f"the tenant's {rest}"}
    labels = {resource: f"the {label}" for resource, label in LABELS.items()}
    return (kinds | labels).get(first, f"the {first}")
