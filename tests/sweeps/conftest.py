"""What the sweeps share: places to run in, processes to kill, and the state that an undisturbed `up` leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.lab import Lab, Labs
from support.nursery import Nursery
from support.trial import UP, Ground, Place

STACKS = ("unified", "legacy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder takes minutes."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.sweep)


@pytest.fixture(scope="session")
def nurseries(labs: Labs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nursery, Nursery]]:
    """Two, for runs that meet; each has rehearsed on both stacks."""
    with Nursery() as one, Nursery() as other:
        for nursery in (one, other):
            for stack in STACKS:
                place = Place(tmp_path_factory.mktemp("rehearsal"), labs.get(phone_stack=stack))
                nursery.rehearse(*UP, env=place.env, folder=place.folder)
        yield one, other


@pytest.fixture
def ground(lab: Lab, tmp_path: Path, nurseries: tuple[Nursery, Nursery]) -> Ground:
    """A sandbox of each stack, and what an undisturbed `up` does to it."""
    place = Place(tmp_path / "undisturbed", lab)
    result = nurseries[0].start(*UP, env=place.env, folder=place.folder).result()
    assert result.code == 0, result
    ground = Ground(lab, tmp_path, nurseries, lab.comparable(), lab.log())
    lab.reset()
    return ground
