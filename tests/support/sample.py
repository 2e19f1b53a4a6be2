"""The option `--every N`, for a run in another environment: it selects a fixed part of the tests, by their names."""

from zlib import crc32

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option."""
    parser.addoption("--every", type=int, default=1, metavar="N", help="run one of N tests, always the same ones")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects all but one of N tests."""
    number = config.getoption("--every")
    left = [item for item in items if crc32(item.nodeid.encode()) % number]
    items[:] = [item for item in items if not crc32(item.nodeid.encode()) % number]
    config.hook.pytest_deselected(items=left)
