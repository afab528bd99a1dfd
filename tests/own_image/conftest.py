"""The image of our own, built from `runtime/Dockerfile`, and containers of it that are stopped by their id."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.own_image import tools
from tests.own_image.container import Container

RUNTIME = tools.ROOT / "runtime"
NAME = "localhost/sklearn-runtime"
BASE = "localhost/debian-python"

StartContainer = Callable[..., Container]


@pytest.fixture(scope="session")
def image() -> str:
    """The name of the image."""
    if obstacles := tools.obstacles():
        # Whoever runs the tests at home need not have these tools; continuous integration must.
        (pytest.fail if os.environ.get("CI") else pytest.skip)("; ".join(obstacles))
    tools.make_base(BASE)
    tools.build(RUNTIME, NAME, BASE, tools.download_wheels(RUNTIME / "requirements.txt", os.uname().machine))
    return NAME


@pytest.fixture
def start(image: str) -> Iterator[StartContainer]:
    """Starts containers as SageMaker would, on a loopback port of the host, and removes them."""
    made: list[Container] = []

    def start(model: Path, **variables: str) -> Container:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        made.append(Container(image, model, port, variables))
        return made[-1]

    yield start
    for container in made:
        container.remove()
