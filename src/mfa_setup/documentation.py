"""Where a reader finds the documentation, as help pages and errors name it."""

DOCUMENTATION = "Documentation: README.md and docs/ in the source repository of mfa-setup."


def about_error(code: str) -> str:
    """The page that lists an error, and the code to look for on it."""
    return f"Documentation: docs/errors.md ({code})"
