"""Model packages in the registry: what CreateModel takes of one for a container.

Rules: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html (ModelPackageName) and
https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy.html. That a model's own variables stand above the
package's, and the wording of the refusals, are inferred, not seen on AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import sagemaker_backends
from moto.sagemaker.utils import arn_formatter

if TYPE_CHECKING:
    from collections.abc import Mapping


def unpacked(definition: Mapping[str, Any], *, account_id: str, region: str) -> Mapping[str, Any]:
    """Give what a container runs: its definition, or with ModelPackageName the package's with its variables merged.

    Parameters
    ----------
    definition
        ContainerDefinition, as CreateModel takes it.
    account_id, region
        Of the model.

    Raises
    ------
    ValidationError
        There is no such package, it is not approved, or it has more than one container.
    """
    name = definition.get("ModelPackageName")
    if not name:
        return definition
    arn = name if ":" in name else arn_formatter("model-package", name.lower(), account_id, region)
    _, _, _, owner_region, owner, _ = arn.split(":", 5)
    # By ARN: moto keeps of a group's name only the last version that it got.
    package = sagemaker_backends[owner][owner_region].model_packages.get(arn)
    if package is None:
        raise ValidationError(message=f'Could not find model package "{arn}".')
    if package.model_approval_status not in (None, "Approved"):
        raise ValidationError(
            message=f'Model package "{arn}" has the approval status {package.model_approval_status}: only an Approved '
            "one can be deployed."
        )
    containers = (package.inference_specification or {}).get("Containers") or []
    if len(containers) != 1:
        raise ValidationError(
            message=f'Model package "{arn}" has {len(containers)} containers: the local cloud runs packages of one.'
        )
    (container,) = containers
    environment = {**(container.get("Environment") or {}), **(definition.get("Environment") or {})}
    return {**definition, **container, "Environment": environment}
