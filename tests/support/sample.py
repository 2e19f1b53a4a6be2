"""The options `--every N` and `--seed TEXT`, which select a part of the tests by their names, for long runs."""

from zlib import crc32

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    parser.addoption("--every", type=int, default=1, metavar="N", help="run one of N tests")
    parser.addoption("--seed", default="", metavar="TEXT", help="another text selects other tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects all but one of N tests."""
    number, seed = config.getoption("--every"), config.getoption("--seed")
    left = {item for item in items if crc32(f"{seed}{item.nodeid}".encode()) % number}
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=left)
