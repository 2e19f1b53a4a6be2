"""Liquid, the language of Auth0's phone templates: what a template makes of a code.

A template is text that somebody typed into a tenant. Rendering one takes a bounded time and amount of memory, reaches
no file, and fails in one way only.
"""

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liquid import Environment

_LONGEST = 20_000
"""Characters of a template and of what it leads to: the longest text that Auth0 stores (OpenAPI)."""
_MOST_ITEMS = 1_000


class InvalidTemplateError(Exception):
    """A template that is not Liquid, or that would take too much to render.

    What Auth0 does with such a template is not verified.
    """


def rendered(template: str, variables: Mapping[str, object]) -> str:
    """Render a template.

    Args:
        template: The text. One without Liquid, such as `Your code is: @{code}`, is returned as it is.
        variables: What the template can name; `{"tenant": {"friendly_name": …}}` answers to `tenant.friendly_name`.
            A name that is not there leaves nothing.

    Raises:
        InvalidTemplateError: It is not Liquid, uses a filter or tag that does not exist, or exceeds a limit.
    """
    if len(template) > _LONGEST:
        raise InvalidTemplateError(f"the template is longer than {_LONGEST} characters")
    try:
        return _environment().from_string(template).render(**variables)
    except Exception as error:
        # The engine raises its own errors for most templates, and whatever Python raises for the others.
        raise InvalidTemplateError(_first_line(error)) from error


def code_variables(code: str, tenant_name: str) -> dict[str, object]:
    """The variables of a message that carries a code, on both phone stacks (sources: auth0-template-variables)."""
    tenant = {"friendly_name": tenant_name, "friendlyName": tenant_name}
    return {"code": code, "friendly_name": tenant_name, "tenant": tenant}


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


@cache
def _environment() -> "Environment":
    """Liquid with limits that no real text message comes near."""
    from liquid import Environment  # noqa: PLC0415 - a tenth of a second at every start, and few runs render a text

    class Bounded(Environment):
        loop_iteration_limit = _MOST_ITEMS
        local_namespace_limit = 10 * _LONGEST
        output_stream_limit = 4 * _LONGEST

    environment = Bounded()
    environment.filters = {name: _bounded(filter_) for name, filter_ in environment.filters.items()}
    return environment


def _bounded(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, for values of a sensible size: a few of them in a row could otherwise fill the memory."""

    @wraps(filter_)
    def call(*values: Any, **options: Any) -> Any:
        _check_size(values[0])
        result = filter_(*values, **options)
        _check_size(result)
        return result

    return call


def _check_size(value: Any) -> None:
    most = _LONGEST if isinstance(value, str) else _MOST_ITEMS
    if isinstance(value, str | list | range) and len(value) > most:
        raise InvalidTemplateError("a value becomes too large")
