"""The expressions of GitHub Actions, as far as the examples use them: names, literals, `!`, `==`, `!=`, `&&`, `||`."""

import re
from collections.abc import Mapping
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


def filled(value: object, context: Mapping[str, Any]) -> str:
    """The text of a value of a workflow: every `${{ … }}` is replaced, what is unknown by nothing, as GitHub does."""
    return _EXPRESSION.sub(lambda found: _text(value_of(found[1], context)), _text(value))


def is_true(condition: object, context: Mapping[str, Any]) -> bool:
    """Whether an `if` lets its job or step run; without a function of its own it asks for success as well."""
    expression = str(condition).removeprefix("${{").removesuffix("}}")
    ran = all(word not in expression for word in ("always()", "cancelled()", "failure()", "success()"))
    return bool(value_of(expression, context)) and (not ran or bool(value_of("success()", context)))


def value_of(expression: str, context: Mapping[str, Any]) -> Any:
    """The value of an expression without parentheses."""
    for sign, decide in (("||", any), ("&&", all)):
        parts = expression.split(sign)
        if len(parts) > 1:
            return decide(bool(value_of(part, context)) for part in parts)
    if match := re.fullmatch(r"(.+?)(==|!=)(.+)", expression.strip()):
        same = value_of(match[1], context) == value_of(match[3], context)
        return same if match[2] == "==" else not same
    return _operand(expression.strip(), context)


def _operand(name: str, context: Mapping[str, Any]) -> Any:
    if name.startswith("!"):
        return not _operand(name[1:].strip(), context)
    if name.startswith("'"):
        return name.strip("'")
    value: Any = context
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
