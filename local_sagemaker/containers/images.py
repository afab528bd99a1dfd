"""Container images: what SageMaker may pull, and the rights that a pull takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from local_sagemaker.access.rights import Principal

_ECR_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?P<suffix>[a-z0-9.-]+)/(?P<name>[^:@]+)"
    r"(?::(?P<tag>[^:@]+)|@.+)?"
)
_LAYER_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")


class ImageAddress(NamedTuple):
    """Where an image lies in ECR; its tag is None where a digest, or nothing, names it."""

    region: str
    repository: str
    tag: str | None


def split_address(image: str) -> ImageAddress | None:
    """Take the URI of an image in ECR apart, None for another.

    Parameters
    ----------
    image
        URI, such as ``123456789012.dkr.ecr.us-east-1.amazonaws.com/team/serving:v1``.
    """
    found = _ECR_IMAGE.fullmatch(image)
    return found and ImageAddress(found["region"], found["name"], found["tag"])


def repository_arn(image: str, partition: str) -> str | None:
    """Give the ARN of the repository that holds an image.

    Parameters
    ----------
    image
        URI, such as ``683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3``.
    partition
        Such as ``aws``.

    Returns
    -------
    str or None
        None for an image that is not in ECR.

    Example
    -------
    >>> repository_arn("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3", "aws")
    'arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn'
    """
    found = _ECR_IMAGE.fullmatch(image)
    return found and f"arn:{partition}:ecr:{found['region']}:{found['account']}:repository/{found['name']}"


def authorize_pull(role: Principal, image: str, partition: str) -> None:
    """Ask for every right that pulling an image from ECR takes; no image is pulled, the local cloud has none.

    Parameters
    ----------
    role
        Execution role.
    image
        URI of the image.
    partition
        Such as ``aws``.

    Raises
    ------
    AccessDeniedError
        A right is missing.
    """
    repository = repository_arn(image, partition)
    if repository is None:
        return
    role.authorize("ecr:GetAuthorizationToken", "*")
    for action in _LAYER_ACTIONS:
        role.authorize(action, repository)
