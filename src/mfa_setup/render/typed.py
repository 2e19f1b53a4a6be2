"""The last safeguard for a misplaced secret: shortens what a user entered in the errors of an outcome."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from mfa_setup.quoting import shortened, without_typed
from mfa_setup.render import sanitize

if TYPE_CHECKING:  # slow to import, and an invalid command line needs only `safe_text`
    from pydantic import SecretStr

    from mfa_setup.model.base import Frozen
    from mfa_setup.model.outcome import Outcome

T = TypeVar("T", bound="Frozen")


def without_typed_words(outcome: "Outcome", typed: Sequence[str], secrets: "Sequence[SecretStr]") -> "Outcome":
    """Shortens the words in an outcome's error, warnings and checks that a user entered and that may be secrets.

    Args:
        outcome: The outcome. Values in its outputs name existing resources, so they are not misplaced secrets.
        typed: The values that the user entered.
        secrets: The secrets of the run, of which no part is shown.
    """
    real = {value for value in outcome.outputs.model_dump().values() if isinstance(value, str)}
    words = [value for value in typed if value not in real]
    safe = safe_text(words, [secret.get_secret_value() for secret in secrets])
    return outcome.model_copy(
        update={
            "error": _changed(outcome.error, safe, "message", "hint") if outcome.error else None,
            "warnings": tuple(_changed(warning, safe, "message", "hint") for warning in outcome.warnings),
            "checks": tuple(_changed(check, safe, "evidence", "fix") for check in outcome.checks),
        }
    )


def safe_document(
    outcome: "Outcome", typed: Sequence[str], free_texts: Sequence[str], secrets: "Sequence[SecretStr]"
) -> dict[str, Any]:
    """Returns the JSON document of an outcome, with every secret masked.

    Args:
        outcome: The outcome.
        typed: The values that the user entered; errors and warnings shorten words in them that may be secrets.
        free_texts: Values of settings that accept any text; words in them that may be secrets are shortened everywhere.
        secrets: The secrets of the run.
    """
    document = without_typed_words(outcome, typed, secrets).model_dump(mode="json")
    mask = sanitize.masker(secret.get_secret_value() for secret in secrets)
    found = sanitize.changed(lambda text: without_typed(mask(text), free_texts), document)
    return dict(found)  # type: ignore[call-overload,no-any-return] # `changed` returns a dictionary for a dictionary


def safe_text(words: Sequence[str], secrets: Collection[str]) -> Callable[[str], str]:
    """Returns a function that masks secrets in a text and shortens entered words that may be secrets."""
    beginnings = [shortened(value) for value in secrets if shortened(value) != value]
    mask = sanitize.masker(secrets)

    def safe(text: str) -> str:
        text = without_typed(mask(text), words)
        for beginning in beginnings:
            text = text.replace(beginning, sanitize.MASK)
        return text

    return safe


def _changed(model: T, change: Callable[[str], str], *fields: str) -> T:
    texts = {name: getattr(model, name) for name in fields}
    return model.model_copy(update={name: change(text) for name, text in texts.items() if isinstance(text, str)})
