"""What SageMaker takes as no model, and what the local cloud does not emulate of one."""

from typing import Any

import pytest

from local_sagemaker.hosting.model_rules import MOST_ENVIRONMENT, refusals
from tests.local_sagemaker.cloud import IMAGE


def container(**more: Any) -> dict[str, Any]:
    return {"Image": IMAGE, **more}


def problems(primary: Any = None, containers: Any = None) -> list[str]:
    return list(refusals(primary, containers, partition="aws"))


def source(**more: Any) -> dict[str, Any]:
    return {"S3DataSource": {"S3Uri": "s3://b/k/", "S3DataType": "S3Prefix", "CompressionType": "None", **more}}


@pytest.mark.parametrize(
    "definition",
    [
        container(),
        container(ModelDataUrl="s3://b/k", Mode="SingleModel", Environment={"A": "x" * (MOST_ENVIRONMENT - 1)}),
        container(ModelDataUrl="s3://b/k/", Mode="MultiModel", MultiModelConfig={"ModelCacheSetting": "Disabled"}),
        container(ModelDataSource=source(ModelAccessConfig={"AcceptEula": True})),
        container(ImageConfig={"RepositoryAccessMode": "Platform"}, ContainerHostname="one"),
    ],
)
def test_what_is_a_model(definition):
    assert problems(definition) == problems(None, [definition]) == []


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (
            {"Environment": {"A": "b"}},
            "Specify one of either Image and Model Data URL or ModelPackageName in",
        ),
        ({"Image": "own"}, 'Using non-ECR image "own" without Vpc repository access mode is not supported.'),
        (
            {"Image": "own", "ImageConfig": {"RepositoryAccessMode": "Vpc"}},
            "ImageConfig with RepositoryAccessMode Vpc is not emulated by the local cloud: use an image in ECR.",
        ),
        (
            container(ModelPackageName="package"),
            "Specify one of either Image and Model Data URL or ModelPackageName in",
        ),
        (container(InferenceSpecificationName="one"), "InferenceSpecificationName is not emulated"),
        (container(AdditionalModelDataSources=[source()]), "AdditionalModelDataSources is not emulated"),
        (container(ContainerMetricsConfig={"MetricsEndpoints": []}), "ContainerMetricsConfig is not emulated"),
        (container(ModelDataSource=source(ETag="e")), "ModelDataSource.S3DataSource.ETag is not emulated"),
        (container(ModelDataSource=source(), ModelDataUrl="s3://b/k"), "ModelDataUrl or ModelDataSource, and has both"),
        (container(ModelDataSource=source(), Mode="MultiModel"), "cannot be used with the mode MultiModel: use Model"),
        (
            container(Environment={"A": "ü" * (MOST_ENVIRONMENT // 2)}),
            "must have 32768 bytes at most in all containers",
        ),
    ],
)
def test_what_is_none(definition, reason):
    (problem,) = problems(definition)
    assert reason in problem
    assert problems(None, [definition]) == [problem]


def test_a_model_has_one_container_or_a_list():
    assert problems(container(), [container()]) == ["A model must have PrimaryContainer or Containers, and has both."]
    assert problems({}, []) == ["A model must have PrimaryContainer or Containers."]


def test_a_pipeline_is_of_single_models_with_one_environment_together():
    half = container(Environment={"A": "x" * (MOST_ENVIRONMENT // 2)})
    assert problems(None, [container(), container()]) == []
    assert problems(None, [half, half]) == [
        "Environment must have 32768 bytes at most in all containers together, and has 32770."
    ]
    many = container(ModelDataUrl="s3://b/k/", Mode="MultiModel")
    assert problems(None, [container(), many]) == [
        "More than one container in MultiModel mode is not supported with inference pipeline."
    ]
