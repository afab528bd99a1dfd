"""Checks across a model's parts: whether artifact, image, code and server fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Token

from constructs_lib.image_table import image_versions
from constructs_lib.sklearn_version import minor
from constructs_lib.vendoring.requirements_file import requirement_names, without_hashes

if TYPE_CHECKING:
    from constructs_lib.dependencies import Requirements
    from constructs_lib.entry_point import ServingCode
    from constructs_lib.environment import Server
    from constructs_lib.image import SklearnImage
    from constructs_lib.model_data import ModelData


def model_problems(
    model_data: ModelData,
    *,
    image: SklearnImage,
    code: ServingCode,
    server: Server,
    network_isolation: bool,
    requirements: Requirements | None,
) -> list[str]:
    """Say everything that would keep the container from serving this model."""
    problems = [] if "model_fn" in code.hooks else model_data.content_problems()
    problems += _version_problems(model_data, image)
    if image.stock_server_only and server == "runtime":
        problems.append(f"server 'runtime' does not run in {image.description}; use server='stock' or a newer version")
    if image.published_by_aws and requirements is not None:
        problems += _skops_problems(model_data, code)
    if network_isolation and not model_data.code_in_archive:
        problems.append(
            "network_isolation keeps the container from fetching its code from S3; package the model with it: "
            "download it and use ModelData.from_directory or ModelData.from_file"
        )
    elif network_isolation and requirements == "installed" and code.requirements:
        problems.append(
            f"network_isolation keeps pip from installing {', '.join(map(without_hashes, code.requirements))} of "
            "requirements.txt; use requirements='vendored', by which they travel with the model, or an image of your "
            "own that has them (SklearnImage.from_ecr, SklearnImage.from_asset)"
        )
    return problems


def is_version_unknown(model_data: ModelData, image: SklearnImage) -> bool:
    """Tell whether the versions of model and image could not be compared for want of the model's."""
    return model_data.sklearn_version is None and image.sklearn_version is not None


def _version_problems(model_data: ModelData, image: SklearnImage) -> list[str]:
    fitted, offered = model_data.sklearn_version, image.sklearn_version
    if fitted is None or offered is None or Token.is_unresolved(fitted) or minor(fitted) == minor(offered):
        return []
    fitting = [name for name, version in image_versions().items() if minor(version.sklearn_version) == minor(fitted)]
    choice = f"choose framework_version {' or '.join(map(repr, fitting))}, " if fitting else ""
    return [
        (
            f"the model was fitted with scikit-learn {fitted}, but {image.description} has {offered}; "
            f"{choice}fit the model with scikit-learn {minor(offered)}, or bring an image that has {minor(fitted)}"
        )
    ]


def _skops_problems(model_data: ModelData, code: ServingCode) -> list[str]:
    if ".skops" not in model_data.formats or "skops" in requirement_names(code.requirements or ()):
        return []
    return [
        (
            "a .skops model needs the package skops, which no image by AWS has; put skops into the requirements.txt of "
            "source_dir, or use an image of your own, or save the model with joblib.dump"
        )
    ]
