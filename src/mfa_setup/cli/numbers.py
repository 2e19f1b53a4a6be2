"""Parses options that are whole numbers."""

from mfa_setup.errors import InvalidValueError


def whole(name: str, text: str, most: int, least: int = 0) -> int:
    """Returns the number in an option.

    Args:
        name: The name of the option in `Call`.
        text: The value as given.
        most: The largest allowed number.
        least: The smallest allowed number.

    Raises:
        InvalidValueError: The text is not a whole number in that range.
    """
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_whole or not least <= int(text) <= most:
        from mfa_setup.settings.parsers import quoted  # noqa: PLC0415 slow to import, and only needed for this error

        raise InvalidValueError(
            f"--{name.replace('_', '-')} is {quoted(text)}.", hint=f"It is a whole number from {least} to {most}."
        )
    return int(text)
