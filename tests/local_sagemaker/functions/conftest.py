"""One cloud for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.local_sagemaker.functions.function_cloud import FunctionCloud, running_functions


@pytest.fixture(scope="module")
def cloud() -> Iterator[FunctionCloud]:
    with running_functions() as cloud:
        yield cloud
