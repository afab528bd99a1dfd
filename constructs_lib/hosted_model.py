"""What a variant runs: a SageMaker model with its image, its execution role and its place in a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs_lib import statements
from constructs_lib.entry_point import ServingCode, serving_code
from constructs_lib.environment import (
    METHODS,
    ContainerSettings,
    Server,
    environment_problems,
    render_environment,
)
from constructs_lib.exceptions import ConfigurationError, Problems
from constructs_lib.execution_role import add_policies
from constructs_lib.image import BoundImage, SklearnImage, choose_image
from constructs_lib.instance_types import architecture_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from aws_cdk import aws_ec2 as ec2

    from constructs_lib.bound_model_data import BoundModelData
    from constructs_lib.network import ModelNetwork
    from constructs_lib.statements import Statement


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """Everything that a model is rendered from.

    Attributes
    ----------
    image, bound_image
        The image, and the same in this stack.
    data
        The artifact, or the prefix of many, in this stack.
    environment
        Of the container.
    role
        Execution role; None for a new one.
    network
        None outside of a VPC.
    network_isolation
        Whether the container is cut off from the network.
    cache_models
        Whether a model of many stays in memory.
    vendored_architecture
        The processor that a package which travels with the code is compiled for; None where the code runs on any.
    """

    image: SklearnImage
    bound_image: BoundImage
    data: BoundModelData
    environment: Mapping[str, str]
    role: iam.IRole | None
    network: ModelNetwork | None
    network_isolation: bool = False
    cache_models: bool = True
    vendored_architecture: str | None = None


class HostedModel(Construct):
    """What a variant runs; make it as `SklearnModel` or `SklearnMultiModel`.

    It has no name of its own choosing: every change replaces it, and a fixed name would block that.
    """

    role: iam.IRole
    """Execution role: SageMaker fetches image and artifact with it, and the container runs with it."""
    cfn_model: sagemaker.CfnModel
    """The resource below, for what this class has no parameter for. Do not give it a name."""
    _hosting: Hosting
    _architecture: str | None = None

    @property
    def model_name(self) -> str:
        """The name that CloudFormation gives the model; another one after every change."""
        return self.cfn_model.attr_model_name

    @property
    def is_multi_model(self) -> bool:
        """Whether it is many models under a prefix, and every request names one of them."""
        return self._hosting.data.models_uri is not None

    @property
    def is_uncompressed(self) -> bool:
        """Whether its model data are files below a prefix, not an archive."""
        return self._hosting.data.prefix_uri is not None

    @property
    def sklearn_version(self) -> str | None:
        """The scikit-learn in the image, None where it is not known."""
        return self._hosting.image.sklearn_version

    @property
    def connections(self) -> ec2.Connections:
        """Connections of the containers' network interfaces.

        Raises
        ------
        ConfigurationError
            When the model is in no VPC.
        """
        if self._hosting.network is None:
            kind = type(self).__name__
            raise ConfigurationError(f"the model is in no VPC; give vpc to {kind}", path=self.node.path)
        return self._hosting.network.connections

    def use_instance_type(self, instance_type: str) -> list[str]:
        """Choose the image's build for an instance type; a production variant calls this.

        Returns
        -------
        list of str
            What is wrong with running the model on this type; empty when nothing is.
        """
        image, architecture = self._hosting.image, architecture_of(instance_type)
        if problems := image.architecture_problems(architecture, instance_type):
            return problems
        if self._hosting.vendored_architecture not in (None, architecture):
            return [
                (
                    f"instance type {instance_type!r} is {architecture}, but packages that travel with the model are "
                    f"compiled for {self._hosting.vendored_architecture}; choose an instance type of that, or an image "
                    f"for {architecture}, or use requirements='installed'"
                )
            ]
        if self._architecture not in (None, architecture):
            return [
                (
                    f"instance type {instance_type!r} is {architecture}, but another variant runs the same model on "
                    f"{self._architecture}; make a second {type(self).__name__} for it"
                )
            ]
        if architecture != (self._architecture or image.default_architecture):
            self.cfn_model.primary_container = self._container(image.bind(self, architecture))
        self._architecture = architecture
        return []

    def serverless_obstacles(self) -> Iterator[tuple[str, str]]:
        """Say why SageMaker would not run the model serverless: each reason with its remedy."""
        if self.is_multi_model:
            yield "is many models", "give a SklearnModel"
        if self._hosting.network is not None:
            yield "lies in a VPC", "leave vpc out"
        if self._hosting.network_isolation:
            yield "is cut off from the network", "leave network_isolation out"
        if self._hosting.data.prefix_uri is not None:
            yield "has an uncompressed artifact", "give a model.tar.gz to ModelData"

    def _bind_image(self, image: SklearnImage) -> BoundImage:
        """Resolve the image in this stack, or raise what keeps it from that, with the path of this construct."""
        try:
            return image.bind(self, image.default_architecture)
        except ConfigurationError as error:
            raise ConfigurationError(*error.problems, path=self.node.path) from error

    def _render_environment(
        self, settings: ContainerSettings, user: Mapping[str, str] | None, problems: Problems
    ) -> dict[str, str]:
        """Render the container's variables, or raise what SageMaker would refuse of them."""
        rendered = render_environment(settings, user or {})
        problems.add(environment_problems(user or {}, rendered))
        problems.raise_all()
        return rendered

    def _host(self, hosting: Hosting) -> None:
        """Make role, model and policies."""
        self._hosting = hosting
        self.role = hosting.role or iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        self.cfn_model = sagemaker.CfnModel(
            self,
            "Resource",
            execution_role_arn=self.role.role_arn,
            primary_container=self._container(hosting.bound_image),
            enable_network_isolation=hosting.network_isolation or None,
            vpc_config=None if hosting.network is None else hosting.network.config,
        )
        prefix_reasons = {item.policy_id: item.prefix_reason for item in hosting.data.objects if item.prefix_reason}
        for policy in add_policies(
            self, roles=[self.role], statements_by_id=self._statements_by_id(), prefix_reasons=prefix_reasons
        ):
            # Otherwise SageMaker may look at the artifact before the role can: "Could not access model data".
            self.cfn_model.node.add_dependency(policy)

    def _container(self, bound_image: BoundImage) -> sagemaker.CfnModel.ContainerDefinitionProperty:
        data, source, multi = self._hosting.data, None, None
        if data.prefix_uri is not None:
            source = sagemaker.CfnModel.ModelDataSourceProperty(
                s3_data_source=sagemaker.CfnModel.S3DataSourceProperty(
                    s3_uri=data.prefix_uri, s3_data_type="S3Prefix", compression_type="None"
                )
            )
        if not self._hosting.cache_models:
            multi = sagemaker.CfnModel.MultiModelConfigProperty(model_cache_setting="Disabled")
        return sagemaker.CfnModel.ContainerDefinitionProperty(
            image=bound_image.uri,
            mode=None if data.models_uri is None else "MultiModel",
            model_data_url=data.archive_uri or data.models_uri,
            model_data_source=source,
            multi_model_config=multi,
            environment=self._hosting.environment,
        )

    def _statements_by_id(self) -> dict[str, Sequence[Statement]]:
        image, data = self._hosting.bound_image, self._hosting.data
        needed: dict[str, Sequence[Statement]] = {image.policy_id: statements.pull_image(image.repository_arn)}
        needed |= {item.policy_id: item.statements for item in data.objects}
        if self._hosting.network is not None:
            stack = Stack.of(self)
            needed["Vpc"] = statements.use_vpc(f"arn:{stack.partition}:ec2:{stack.region}:{stack.account}")
        return needed


def image_and_code(
    problems: Problems,
    *,
    framework_version: str | None,
    image: SklearnImage | None,
    entry_point: str | Path | None,
    source_dir: str | Path | None,
) -> tuple[SklearnImage, ServingCode]:
    """Choose the image, and collect the serving code for its Python; what is wrong is added to `problems`."""
    chosen, code = SklearnImage.aws(), ServingCode(files=())
    with problems.collect():
        chosen = choose_image(framework_version, image)
    with problems.collect():
        code = serving_code(entry_point, source_dir, chosen.python_version)
    return chosen, code


def option_problems(
    *,
    server: str,
    method: str,
    vpc: ec2.IVpc | None,
    vpc_subnets: ec2.SubnetSelection | None,
    security_groups: Sequence[ec2.ISecurityGroup] | None,
) -> Iterator[str]:
    """Say what is wrong with the options that every kind of model has."""
    if server not in get_args(Server):
        yield f"server {server!r} is unknown; choose 'runtime' or 'stock'"
    if method not in METHODS:
        yield f"method {method!r} is not one that answers requests; choose one of {', '.join(METHODS)}"
    if vpc is None and (vpc_subnets is not None or security_groups is not None):
        yield "vpc_subnets or security_groups are given without vpc; give the vpc that they lie in"
