"""Puts the models of a training behind an endpoint: what the state machine asks for, and the rights for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Names, Stack, Token

from constructs_lib.api_shape import api_shape
from constructs_lib.exceptions import ConfigurationError, Problems
from constructs_lib.execution_role import add_policies
from constructs_lib.jobs import statements
from constructs_lib.model import SklearnModel
from constructs_lib.sklearn_version import minor
from constructs_lib.training.rights import ARTIFACT_REASON
from constructs_lib.training.rollout_states import RolloutRequests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from constructs_lib.endpoint import SklearnEndpoint
    from constructs_lib.image import SklearnImage
    from constructs_lib.statements import Statement


class ModelRollout:
    """One endpoint that gets the models of a training.

    Parameters
    ----------
    scope
        The training; what is made becomes its child.
    endpoint
        The endpoint.
    variant_name
        Of the production variant that serves the trained model.
    image
        The image that trains.
    artifacts
        What the model's execution role needs to read every artifact of the training.
    tags
        For models and configurations, by key.

    Raises
    ------
    ConfigurationError
        The variant cannot serve what is trained.
    """

    def __init__(
        self,
        scope: Construct,
        endpoint: SklearnEndpoint,
        *,
        variant_name: str,
        image: SklearnImage,
        artifacts: Sequence[Statement],
        tags: dict[str, str],
    ) -> None:
        self._endpoint = endpoint
        self._tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        definitions = endpoint.config.variants
        names = [variant.name for variant in definitions]
        if variant_name not in names:
            raise ConfigurationError(
                f"there is no variant {variant_name!r}; choose one of {', '.join(map(repr, names))}",
                path=endpoint.node.path,
            )
        self._index = names.index(variant_name)
        model = definitions[self._index].model
        problems = Problems(scope)
        if Stack.of(scope).node.path != Stack.of(endpoint).node.path:
            problems.add([_OTHER_STACK.format(path=endpoint.node.path)])
        problems.add(_problems(model, image))
        problems.add(endpoint.note_training(scope.node.path))
        problems.raise_all()
        self._model = cast("SklearnModel", model)
        self._container, code = self._model.serve_other_artifact(scope, image.sklearn_version)
        suffix = endpoint.node.addr[-8:]
        policies = {code.policy_id: code.statements, f"Artifacts{suffix}": artifacts}
        self.policies = add_policies(
            scope,
            roles=[self._model.role],
            statements_by_id=policies,
            prefix_reasons={f"Artifacts{suffix}": ARTIFACT_REASON},
        )
        """What the state machine must depend on: without them, no model can be made."""

    @property
    def label(self) -> str:
        """How the endpoint is called in the names of states."""
        return str(self._endpoint.node.id)

    @property
    def name_prefix(self) -> str:
        """How the names of models and configurations begin."""
        name = self._endpoint.endpoint_name
        if not Token.is_unresolved(name) and len(name) <= _MAX_PREFIX:
            return name
        derived: str = Names.unique_resource_name(self._endpoint, max_length=_MAX_PREFIX, separator="-")
        return derived.lower()

    def requests(self) -> RolloutRequests:
        """Return what the state machine asks SageMaker for; late, as the endpoint may be changed until synthesis."""
        endpoint, config = self._endpoint, self._endpoint.config.cfn_endpoint_config
        resolve = Stack.of(endpoint).resolve
        model: dict[str, Any] = {
            "ExecutionRoleArn": self._model.role.role_arn,
            "PrimaryContainer": self._container,
            "Tags": self._tags,
        }
        if self._model.cfn_model.vpc_config is not None:
            model["VpcConfig"] = api_shape(resolve(self._model.cfn_model.vpc_config))
        wanted: dict[str, Any] = {
            "ProductionVariants": config.production_variants,
            "ShadowProductionVariants": config.shadow_production_variants,
            "AsyncInferenceConfig": config.async_inference_config,
            "DataCaptureConfig": config.data_capture_config,
            "KmsKeyId": config.kms_key_id,
        }
        rendered = {name: api_shape(resolve(value)) for name, value in wanted.items() if value is not None}
        rendered["ProductionVariants"][self._index].pop("ModelName")
        resource = endpoint.cfn_endpoint
        moved: dict[str, Any] = {
            "EndpointName": endpoint.endpoint_name,
            "DeploymentConfig": resource.deployment_config,
            "RetainAllVariantProperties": resource.retain_all_variant_properties,
            "ExcludeRetainedVariantProperties": resource.exclude_retained_variant_properties,
        }
        return RolloutRequests(
            name_prefix=self.name_prefix,
            endpoint_name=endpoint.endpoint_name,
            model=model,
            config={**rendered, "Tags": self._tags},
            variant_index=self._index,
            update={name: api_shape(resolve(value)) for name, value in moved.items() if value is not None},
        )

    def statements(self) -> list[Statement]:
        """Return what the state machine's role needs."""
        stack = Stack.of(self._endpoint)
        arn = f"arn:{stack.partition}:sagemaker:{stack.region}:{stack.account}"
        # SageMaker writes names in ARNs in lower case.
        prefix = self.name_prefix.lower()
        role: iam.IRole = self._model.role
        return [
            *statements.roll_out_models(
                model_arn=f"{arn}:model/{prefix}-*",
                config_arn=f"{arn}:endpoint-config/{prefix}-*",
                endpoint_arn=self._endpoint.endpoint_arn,
                key_arn=self._endpoint.config.cfn_endpoint_config.kms_key_id,
            ),
            statements.pass_role([role.role_arn]),
        ]


def _problems(model: object, image: SklearnImage) -> Iterator[str]:
    if not isinstance(model, SklearnModel):
        yield "the endpoint runs many models, which need no deployment; copy the artifact below their prefix instead"
        return
    if model.cfn_model.enable_network_isolation:
        yield (
            "the endpoint's model has network_isolation, and would have to fetch its code from S3; leave it out, or "
            "publish the artifact (publish_to) and package it with ModelData.from_file"
        )
    fitted, offered = image.sklearn_version, model.sklearn_version
    if fitted is not None and offered is not None and minor(fitted) != minor(offered):
        yield (
            f"the training has scikit-learn {fitted}, and the endpoint's model runs on {offered}; give both the same "
            "framework_version"
        )


_OTHER_STACK = (
    "the endpoint lies in another stack ({path}); make the training in the endpoint's stack, or publish the artifact "
    "(publish_to) and read it there with ModelData.from_parameter"
)
# A model's name has 63 characters, and ends in a hyphen and the 23 of the time.
_MAX_PREFIX = 39
