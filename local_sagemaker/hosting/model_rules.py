"""What CreateModel refuses beyond the shapes of its parameters, and what the local cloud does not emulate.

Rules: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html and API_ContainerDefinition.html
there. The wording about images is AWS's, as public reports quote it; the rest is the local cloud's own. What changes
neither the answers nor whether the model starts (InferenceExecutionConfig, the EULA's acceptance) is kept for
DescribeModel only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import is_multi_model
from local_sagemaker.containers.images import repository_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Bytes: all names and values of the environments of a model.
MOST_ENVIRONMENT = 32 * 1024
_NOT_EMULATED = (
    "AdditionalModelDataSources",
    "ContainerMetricsConfig",
    "InferenceSpecificationName",
)
_SOURCE_NOT_EMULATED = ("ETag", "HubAccessConfig", "ManifestEtag", "ManifestS3Uri")


def refusals(
    primary: Mapping[str, Any] | None, containers: Sequence[Mapping[str, Any]] | None, *, partition: str
) -> Iterator[str]:
    """Say why a model is refused.

    Parameters
    ----------
    primary
        PrimaryContainer.
    containers
        Containers.
    partition
        Of the region, such as ``aws``.

    Example
    -------
    >>> list(refusals(None, [], partition="aws"))
    ['A model must have PrimaryContainer or Containers.']
    """
    if primary and containers:
        yield "A model must have PrimaryContainer or Containers, and has both."
    if not primary and not containers:
        yield "A model must have PrimaryContainer or Containers."
    definitions = [*([primary] if primary else ()), *(containers or ())]
    for definition in definitions:
        yield from _container_refusals(definition, partition)
    if len(definitions) > 1 and any(is_multi_model(definition) for definition in definitions):
        yield "More than one container in MultiModel mode is not supported with inference pipeline."
    variables = [item for definition in definitions for item in (definition.get("Environment") or {}).items()]
    size = sum(len(text.encode()) for item in variables for text in item)
    if size > MOST_ENVIRONMENT:
        yield f"Environment must have {MOST_ENVIRONMENT} bytes at most in all containers together, and has {size}."


def _container_refusals(definition: Mapping[str, Any], partition: str) -> Iterator[str]:
    image = definition.get("Image")
    source = (definition.get("ModelDataSource") or {}).get("S3DataSource") or {}
    for owner, names, given in (
        ("", _NOT_EMULATED, definition),
        ("ModelDataSource.S3DataSource.", _SOURCE_NOT_EMULATED, source),
    ):
        for name in names:
            if given.get(name):
                yield f"{owner}{name} is not emulated by the local cloud: leave it out."
    if source and definition.get("ModelDataUrl"):
        yield "A container must have ModelDataUrl or ModelDataSource, and has both."
    if source and is_multi_model(definition):
        yield "ModelDataSource cannot be used with the mode MultiModel: use ModelDataUrl."
    if (definition.get("ImageConfig") or {}).get("RepositoryAccessMode") == "Vpc":
        yield "ImageConfig with RepositoryAccessMode Vpc is not emulated by the local cloud: use an image in ECR."
    elif image and repository_arn(image, partition) is None:
        yield f'Using non-ECR image "{image}" without Vpc repository access mode is not supported.'
    if bool(image) == bool(definition.get("ModelPackageName")):
        yield "Specify one of either Image and Model Data URL or ModelPackageName in container definition."
