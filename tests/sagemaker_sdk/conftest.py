"""A local cloud for the SageMaker SDK, as `env --sagemaker-sdk` gives it to a shell."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import LocalCloud, local_cloud_process


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A cloud of the module's own."""
    with local_cloud_process(tmp_path_factory.mktemp("home"), "--sagemaker-sdk") as cloud:
        yield cloud
