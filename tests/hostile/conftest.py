"""Sandboxes that lie, and time that does not pass."""

from collections.abc import Callable, Iterator

import pytest

from hostile.spoiler import HostileLab, Spoiler
from mfa_setup.adapters import http_policy
from support.answers import Answers

Hostile = Callable[[str], HostileLab]


@pytest.fixture(scope="session")
def hostile_labs(answers: Answers) -> Iterator[dict[str, HostileLab]]:
    """One sandbox of each phone stack whose answers can be spoilt."""
    del answers  # it watches what the sandboxes answer before that is spoilt
    labs = {stack: HostileLab(Spoiler(), phone_stack=stack) for stack in ("unified", "legacy")}
    yield labs
    for lab in labs.values():
        lab.close()
        lab.sandbox.stop()


@pytest.fixture(params=["unified", "legacy"])
def hostile(request: pytest.FixtureRequest, hostile_labs: dict[str, HostileLab]) -> HostileLab:
    """A sandbox of each phone stack, on its first day and honest still."""
    lab = hostile_labs[request.param]
    lab.reset()
    return lab


@pytest.fixture
def liar(hostile_labs: dict[str, HostileLab]) -> HostileLab:
    """A sandbox on the unified stack, for what does not depend on it."""
    lab = hostile_labs["unified"]
    lab.reset()
    return lab


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries and pacing wait for nothing."""
    monkeypatch.setattr(http_policy.HttpPolicy, "_backoff", staticmethod(lambda _attempt: 0.0))
    monkeypatch.setattr(http_policy, "LONGEST_PACE", 0.01)
