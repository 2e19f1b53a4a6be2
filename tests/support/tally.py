"""What the sweeps have tried, summed over all workers and shown at the end of the tests."""

from collections import Counter
from collections.abc import Callable

import pytest

_KEY = "tried"
SEED = "seed"
"""The property of a test that tells the seed of its chances."""
Count = Callable[[str], None]
"""Counts one try of a kind: `count("kills")`."""


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Count:
    """Counts the tries of this test."""
    tried: dict[str, int] = {}  # plain, so that a worker can hand it over
    request.node.user_properties.append((_KEY, tried))

    def one(kind: str) -> None:
        tried[kind] = tried.get(kind, 0) + 1

    return one


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows the sums."""
    total: Counter[str] = Counter()
    seeds: set[object] = set()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "teardown":
                for key, tried in report.user_properties:
                    if key == _KEY and isinstance(tried, dict):
                        total.update(tried)
                    elif key == SEED:
                        seeds.add(tried)
    if total:
        terminalreporter.write_line("tried: " + ", ".join(f"{number} {kind}" for kind, number in total.items()))
    for seed in seeds:
        terminalreporter.write_line(f"MFA_SETUP_SWEEP_SEED={seed}")
