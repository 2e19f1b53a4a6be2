"""Renders Liquid, the language of Auth0's phone templates, to get the text of a message with a code.

A template is untrusted text from the tenant. Rendering takes a bounded amount of time and memory, accesses no file, and
raises only `InvalidTemplateError`.
"""

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liquid import Environment

_LONGEST = 20_000
"""The highest number of characters in a template and in each value in it: the longest text Auth0 stores (OpenAPI)."""
_MOST_ITEMS = 1_000


class InvalidTemplateError(Exception):
    """A template that is not valid Liquid, or that would take too much time or memory to render.

    What Auth0 does with such a template is not verified.
    """


def rendered(template: str, variables: Mapping[str, object]) -> str:
    """Renders a template.

    Args:
        template: The template. Text without Liquid, such as `Your code is: @{code}`, is returned unchanged.
        variables: The variables that the template can use; `{"tenant": {"friendly_name": …}}` defines
            `tenant.friendly_name`. An undefined variable renders as an empty text.

    Raises:
        InvalidTemplateError: The template is not valid Liquid, uses a filter or tag that does not exist, or exceeds a
            limit.
    """
    if len(template) > _LONGEST:
        raise InvalidTemplateError(f"the template is longer than {_LONGEST} characters")
    try:
        return _environment().from_string(template).render(**variables)
    except Exception as error:
        # For most invalid templates the Liquid engine raises its own errors; for the others, any Python exception.
        raise InvalidTemplateError(_first_line(error)) from error


def code_variables(code: str, name: str, raw_name: str | None = None) -> dict[str, object]:
    """Returns the variables of a message with a code (sources: auth0-template-variables).

    Args:
        code: The code.
        name: The tenant's friendly name.
        raw_name: On the unified stack the tenant's raw name, which is all that `tenant` is there, so
            `tenant.friendly_name` renders as an empty text; None on the legacy stack, which has no `friendly_name`.
    """
    if raw_name is not None:
        return {"code": code, "friendly_name": name, "tenant": raw_name}
    return {"code": code, "tenant": {"friendly_name": name, "friendlyName": name}}


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


@cache
def _environment() -> "Environment":
    """Creates a Liquid environment with limits that are far above any real text message."""
    from liquid import Environment  # noqa: PLC0415 - the import takes 0.1 s, and few runs render a text

    class Bounded(Environment):
        loop_iteration_limit = _MOST_ITEMS
        local_namespace_limit = 10 * _LONGEST
        output_stream_limit = 4 * _LONGEST

    environment = Bounded()
    environment.filters = {name: _bounded(filter_) for name, filter_ in environment.filters.items()}
    return environment


def _bounded(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Limits the size of a filter's input and output, because a few chained filters could otherwise fill the memory."""

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
