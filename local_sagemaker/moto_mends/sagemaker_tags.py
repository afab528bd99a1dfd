"""A tag that SageMaker's AddTags gives again has the new value, and an ARN of nothing is refused.

moto 5.2.5 keeps both values of a key, and fails with status 500 for an ARN of a resource that is not there
(``SageMakerModelBackend.add_tags`` and ``_get_resource_from_arn`` in moto/sagemaker/models.py).
Rule: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import SagemakerClientError, ValidationError
from moto.sagemaker.responses import SageMakerResponse
from moto.utilities.utils import get_partition

from local_sagemaker.moto_mends.patching import patch

# Of one resource; no more than ListTags gives in its smallest page, so that there is never a second.
MOST_TAGS = 50
# By the kind that an ARN names: where moto keeps the resources, and what messages call one.
_KINDS = {
    "endpoint": ("endpoints", "endpoint"),
    "endpoint-config": ("endpoint_configs", "endpoint configuration"),
    "hyper-parameter-tuning-job": ("hyper_parameter_tuning_jobs", "hyperparameter tuning job"),
    "model": ("_models", "model"),
    "training-job": ("training_jobs", "training job"),
}


class TooManyTagsError(SagemakerClientError):
    """A resource would have more tags than AWS lets it have."""

    code = "ResourceLimitExceeded"


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    for method in (add_tags, list_tags, delete_tags):
        patch(SageMakerResponse, method.__name__, method)


def add_tags(self: Any) -> ActionResult:
    """Answer AddTags."""
    resource = _resource(self)
    values = {tag["Key"]: tag["Value"] for tag in [*resource.tags, *self._get_param("Tags")]}
    if len(values) > MOST_TAGS:
        raise TooManyTagsError(
            f"A resource can have {MOST_TAGS} tags, and this one would have {len(values)}: delete some first."
        )
    resource.tags = [{"Key": key, "Value": value} for key, value in values.items()]
    return ActionResult({"Tags": resource.tags})


def list_tags(self: Any) -> ActionResult:
    """Answer ListTags."""
    resource = _resource(self)
    if token := self._get_param("NextToken"):
        raise ValidationError(message=f'Invalid pagination token because "{token}" is no token of this list.')
    return ActionResult({"Tags": resource.tags})


def delete_tags(self: Any) -> ActionResult:
    """Answer DeleteTags; AWS minds no key that is not there."""
    resource, keys = _resource(self), self._get_param("TagKeys")
    resource.tags = [tag for tag in resource.tags if tag["Key"] not in keys]
    return EmptyResult()


def _resource(response: Any) -> Any:
    arn, backend = response._get_param("ResourceArn"), response.sagemaker_backend
    place, _, rest = arn.rpartition(":")
    kind, _, name = rest.partition("/")
    here = f"arn:{get_partition(backend.region_name)}:sagemaker:{backend.region_name}:{backend.account_id}"
    store, what = _KINDS.get(kind, (None, kind))
    found = None
    if place == here and store is not None:
        # AWS writes the name in an endpoint's ARN in lower case.
        resources = getattr(backend, store).items()
        found = next((resource for key, resource in resources if key.lower() == name.lower()), None)
    elif place == here:
        found = _other(backend, arn)
    if found is None:
        raise ValidationError(message=f'Could not find {what} "{arn}".')
    return found


def _other(backend: Any, arn: str) -> Any:
    try:
        return backend._get_resource_from_arn(arn)
    except (AttributeError, ValueError):
        # A kind that moto gives no tags, or no kind and name.
        return None
