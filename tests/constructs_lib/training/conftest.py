"""A script to train with, and an endpoint to serve what it trained."""

from pathlib import Path

import aws_cdk as cdk
import pytest

from constructs_lib import (
    ModelData,
    SklearnEndpoint,
    SklearnModel,
)
from tests.constructs_lib.training.synthesized import S3_URI


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "train.py"
    file.write_text("print('f1=0.5')")
    return file


@pytest.fixture
def endpoint(stack: cdk.Stack) -> SklearnEndpoint:
    model = SklearnModel(stack, "Model", model_data=ModelData.from_s3(S3_URI, sklearn_version="1.9.0"))
    return SklearnEndpoint(stack, "Endpoint", model=model)
