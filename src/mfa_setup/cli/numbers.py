"""Options that are whole numbers."""

from mfa_setup.errors import InvalidValueError


def whole(name: str, text: str, most: int, least: int = 0) -> int:
    """The number that an option holds.

    Args:
        name: The option by its name in a call.
        text: What was given.
        most: The largest number that it takes.
        least: The smallest one.

    Raises:
        InvalidValueError: It is no such number.
    """
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_whole or not least <= int(text) <= most:
        from mfa_setup.settings.parsers import quoted  # noqa: PLC0415 slow to import, and needed for this error only

        raise InvalidValueError(
            f"--{name.replace('_', '-')} is {quoted(text)}.", hint=f"It is a whole number from {least} to {most}."
        )
    return int(text)
