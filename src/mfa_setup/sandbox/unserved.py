"""Logs requests that the sandbox does not support, so that developers see more than a 404."""

import logging

_log = logging.getLogger(__name__)


def note(method: str, path: str, status: int) -> None:
    """Logs a request that the sandbox does not serve, and the status that it was answered with."""
    _log.warning("The sandbox does not serve %s %s: answered %d.", method, path, status)
