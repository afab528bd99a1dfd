"""What CreateTransformJob refuses beyond the shapes of its parameters, and what the local cloud does not emulate.

Rules: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html. The wording is the local
cloud's own, as far as no public report quotes AWS's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import Location, is_multi_model
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.transform import association
from local_sagemaker.transform.settings import DEFAULT_PAYLOAD, MOST_MEGABYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NOT_EMULATED = ("DataCaptureConfig",)
_DATA_TYPES = ("S3Prefix", "ManifestFile")
_SPLIT_TYPES = ("None", "Line")


def refusals(request: Mapping[str, Any]) -> Iterator[str]:
    """Say why a transform job is refused, or not emulated.

    Parameters
    ----------
    request
        Parameters of CreateTransformJob, of the right shapes.
    """
    for name in _NOT_EMULATED:
        if request.get(name):
            yield f"{name} is not emulated by the local cloud for transform jobs: leave it out."
    given = request["TransformInput"]
    data_type = given["DataSource"]["S3DataSource"]["S3DataType"]
    if data_type not in _DATA_TYPES:
        yield f"S3DataType {data_type} is not emulated by the local cloud: use {' or '.join(_DATA_TYPES)}."
    if (given.get("SplitType") or "None") not in _SPLIT_TYPES:
        yield f"SplitType {given['SplitType']} is not emulated by the local cloud: use {' or '.join(_SPLIT_TYPES)}."
    yield from _size_refusals(request)
    yield from association.refusals(request)
    for what, address in (
        ("TransformInput.DataSource.S3DataSource.S3Uri", given["DataSource"]["S3DataSource"]["S3Uri"]),
        ("TransformOutput.S3OutputPath", request["TransformOutput"]["S3OutputPath"]),
    ):
        if problem := _address_problem(address):
            yield f"{what}: {problem}."


def model_refusals(model: Any) -> Iterator[str]:
    """Say why a model cannot be run by a transform job.

    Parameters
    ----------
    model
        moto's model.
    """
    for definition in model.definitions:
        if is_multi_model(definition):
            yield f'Model "{model.model_name}" is a multi-model container, which batch transform does not support.'
        source = (definition.get("ModelDataSource") or {}).get("S3DataSource") or {}
        if source.get("CompressionType") == "None":
            yield (
                f'Model "{model.model_name}" has uncompressed model data (ModelDataSource), which batch transform does '
                "not support: give a model.tar.gz in ModelDataUrl."
            )


def _address_problem(address: str) -> str | None:
    try:
        Location.parse(address)
    except DataPlaneError as error:
        return str(error)
    return None


def _size_refusals(request: Mapping[str, Any]) -> Iterator[str]:
    payload = request.get("MaxPayloadInMB")
    concurrent = request.get("MaxConcurrentTransforms")
    if payload is not None and payload > MOST_MEGABYTES:
        yield f"MaxPayloadInMB must be at most {MOST_MEGABYTES}, and is {payload}."
    elif concurrent:
        each = DEFAULT_PAYLOAD if payload is None else payload
        if each * concurrent > MOST_MEGABYTES:
            yield (
                f"MaxConcurrentTransforms * MaxPayloadInMB must be at most {MOST_MEGABYTES} MB, and is {concurrent} * "
                f"{each} = {concurrent * each}."
            )
