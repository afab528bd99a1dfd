"""Every mend is shown twice: moto alone does otherwise than AWS, and mended as AWS does."""

from collections.abc import Iterator
from typing import Any

import pytest

from local_sagemaker import moto_mends
from local_sagemaker.app import DEFAULT_REGION
from local_sagemaker.cloudformation import stack_api
from local_sagemaker.moto_mends.patching import unpatch_all


@pytest.fixture(params=[False, True], ids=["moto alone", "mended"])
def mended(request: pytest.FixtureRequest, empty_moto: None) -> Iterator[bool]:
    """Say whether the mends are applied; the executor is there in any case."""
    unpatch_all()
    stack_api.install()
    if request.param:
        moto_mends.apply_all()
        moto_mends.apply_all()
    yield request.param
    moto_mends.apply_all()


@pytest.fixture
def stacks(mended: bool, deployer_in: Any) -> Any:
    """Deploy stacks in this process, with or without the mends."""
    return deployer_in(DEFAULT_REGION)
