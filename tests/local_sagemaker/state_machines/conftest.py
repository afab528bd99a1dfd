"""One local cloud with state machines and real training jobs for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.local_sagemaker.state_machines.machine_room import MachineRoom, running_machine_room


@pytest.fixture(scope="module")
def room() -> Iterator[MachineRoom]:
    """Give a local cloud with state machines."""
    with running_machine_room() as machine_room:
        yield machine_room


@pytest.fixture(scope="module")
def trainer(room: MachineRoom) -> str:
    """Give a role that may run training jobs whose names begin with ``job-``."""
    return room.trainer()
