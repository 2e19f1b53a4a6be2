"""Logs requests that the sandbox does not support, so that developers see more than a 404."""

import logging

_log = logging.getLogger(__name__)


def note(method: str, path: str, status: int) -> None:
    """Name a request that the sandbox does not serve, and what it was answered."""
    _log.warning("The sandbox does not serve %s %s: answered %d.", method, path, status)
