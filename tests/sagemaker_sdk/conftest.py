"""A local cloud for the SageMaker SDK, as `env --sagemaker-sdk` gives it to a shell."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import LocalCloud, local_cloud_process


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A cloud of the module's own, bootstrapped."""
    home = tmp_path_factory.mktemp("home")
    with local_cloud_process(home, "--sagemaker-sdk") as cloud:
        cloud.cdk("bootstrap", "aws://123456789012/us-east-1", cwd=home)
        yield cloud
