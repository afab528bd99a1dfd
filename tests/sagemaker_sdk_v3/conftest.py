"""One local cloud for all scripts of the SageMaker Python SDK v3."""

from collections.abc import Iterator

import pytest

from tests.sagemaker_sdk_v3.sdk_cloud import SdkCloud, running_sdk_cloud


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SdkCloud]:
    with running_sdk_cloud(tmp_path_factory.mktemp("sdk")) as cloud:
        yield cloud
