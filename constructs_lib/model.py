"""A scikit-learn model as SageMaker hosts it: artifact, serving code, image, environment and execution role."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from aws_cdk import Annotations, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs_lib import statements
from constructs_lib.entry_point import ServingCode, serving_code
from constructs_lib.environment import METHODS, ContainerSettings, Server, environment_problems, render_environment
from constructs_lib.exceptions import ConfigurationError, Problems
from constructs_lib.execution_role import add_policies
from constructs_lib.image import SklearnImage
from constructs_lib.instance_types import architecture_of
from constructs_lib.model_checks import is_version_unknown, model_problems
from constructs_lib.network import ModelNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from aws_cdk import aws_ec2 as ec2

    from constructs_lib.model_data import ModelData
    from constructs_lib.statements import Statement


class SklearnModel(Construct):
    """A model, ready to be put behind an endpoint.

    It has no name of its own choosing: every change replaces it, and a fixed name would block that.

    Parameters
    ----------
    model_data
        The artifact; see `ModelData`.
    entry_point
        Your script with hooks (``model_fn``, ``input_fn``, ``predict_fn``, ``output_fn``, or ``transform_fn``;
        ``execution_parameters_fn``); the runtime's own stand in for those that it leaves out. Default: all the
        runtime's. Relative to `source_dir`, or to the working directory without one.
    source_dir
        A folder whose files travel with the script, or only with the model: modules that the pickle imports.
        A ``requirements.txt`` in it is installed with ``server="stock"`` and with model data from S3 only.
    framework_version
        An image by AWS; default ``1.9-0``. Not together with `image`.
    image
        Another image; see `SklearnImage`.
    server
        ``runtime``: the fast server of this project, in the same image. ``stock``: the image's own server; needed
        for framework version 0.20.0, and for a ``requirements.txt``.
    method
        The model's method that answers a request unless the request names one: ``predict``, ``predict_proba``, ...
    float32
        Cast JSON and CSV to float32, as the image's own server does; default False: they stay float64.
    environment
        Variables for the container, at most 1,024 characters a value. ``OMP_NUM_THREADS`` and
        ``OPENBLAS_NUM_THREADS`` are 1 unless they are given here.
    role
        Execution role; default: a new one with the least rights. To an imported role nothing is added, but a
        warning prints the statements that it needs.
    vpc, vpc_subnets, security_groups
        Where the containers' network interfaces lie; default: no VPC; with one, its private subnets and a new
        security group. The rights for it include ``ec2:Describe*`` actions, for which EC2 takes no resource.
    network_isolation
        Cut the container off from the network; the code must then lie in the model archive. Default False.

    Raises
    ------
    ConfigurationError
        With every problem found, e.g. a model fitted with another scikit-learn than the image's.

    Example
    -------
    >>> from aws_cdk import App, Stack
    >>> from constructs_lib import ModelData
    >>> stack = Stack(App(), "Churn")
    >>> data = ModelData.from_s3("s3://models/0123456789abcdef0123456789abcdef.tar.gz", sklearn_version="1.9.0")
    >>> model = SklearnModel(stack, "Model", model_data=data, method="predict_proba")

    A right that your hooks need while the model loads must be there before the model:

    >>> from aws_cdk import aws_s3
    >>> bucket = aws_s3.Bucket(stack, "Vocabulary")
    >>> bucket.grant_read(model.role).apply_before(model.cfn_model)
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        model_data: ModelData,
        entry_point: str | Path | None = None,
        source_dir: str | Path | None = None,
        framework_version: str | None = None,
        image: SklearnImage | None = None,
        server: Server = "runtime",
        method: str = "predict",
        float32: bool = False,
        environment: Mapping[str, str] | None = None,
        role: iam.IRole | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        network_isolation: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self._image, code = SklearnImage.aws(), ServingCode(files=())
        problems = Problems(self)
        with problems.collect():
            self._image = _choose_image(framework_version, image)
        with problems.collect():
            code = serving_code(entry_point, source_dir, self._image.python_version)
        if not problems:
            problems.add(
                model_problems(
                    model_data, image=self._image, code=code, server=server, network_isolation=network_isolation
                )
            )
        problems.add(_option_problems(server, method))
        if vpc is None and (vpc_subnets is not None or security_groups is not None):
            problems.add(["vpc_subnets or security_groups are given without vpc; give the vpc that they lie in"])
        problems.raise_all()

        with problems.collect():
            self._bound_image = self._image.bind(self, self._image.default_architecture)
        problems.raise_all()
        self._bound_data = model_data.bind(self, code.files)
        self._network_isolation = network_isolation
        self._network = None if vpc is None else ModelNetwork(self, vpc, vpc_subnets, security_groups)
        self._architecture: str | None = None
        self._environment = render_environment(
            ContainerSettings(
                server=server,
                region=Stack.of(self).region,
                hooks_file=code.hooks_file,
                program=code.program,
                code_uri=self._bound_data.code_uri,
                model_sha256=model_data.sha256,
                model_sklearn_version=model_data.sklearn_version,
                model_revision=model_data.revision,
                method=method,
                float32=float32,
            ),
            environment or {},
        )
        problems.add(environment_problems(environment or {}, self._environment))
        problems.raise_all()

        self.role: iam.IRole = role or iam.Role(
            self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com")
        )
        """Execution role: SageMaker fetches image and artifact with it, and the container runs with it."""
        self.cfn_model = sagemaker.CfnModel(
            self,
            "Resource",
            execution_role_arn=self.role.role_arn,
            primary_container=self._container(),
            enable_network_isolation=network_isolation or None,
            vpc_config=None if self._network is None else self._network.config,
        )
        """The resource below, for what this class has no parameter for. Do not give it a name."""
        for policy in add_policies(self, roles=[self.role], statements_by_id=self._statements_by_id()):
            # Otherwise SageMaker may look at the artifact before the role can: "Could not access model data".
            self.cfn_model.node.add_dependency(policy)
        if is_version_unknown(model_data, self._image):
            Annotations.of(self).add_warning_v2(
                "constructs_lib:unknown-sklearn-version",
                "the scikit-learn version that the model was fitted with is not known, so it was not compared with "
                f"the image's {self._image.sklearn_version}; give sklearn_version= to ModelData",
            )

    @property
    def model_name(self) -> str:
        """The name that CloudFormation gives the model; another one after every change."""
        return self.cfn_model.attr_model_name

    @property
    def connections(self) -> ec2.Connections:
        """Connections of the containers' network interfaces.

        Raises
        ------
        ConfigurationError
            When the model is in no VPC.
        """
        if self._network is None:
            raise ConfigurationError("the model is in no VPC; give vpc to SklearnModel", path=self.node.path)
        return self._network.connections

    def use_instance_type(self, instance_type: str) -> list[str]:
        """Choose the image's build for an instance type; a production variant calls this.

        Returns
        -------
        list of str
            What is wrong with running the model on this type; empty when nothing is.
        """
        architecture = architecture_of(instance_type)
        if problems := self._image.architecture_problems(architecture, instance_type):
            return problems
        if self._architecture not in (None, architecture):
            return [
                (
                    f"instance type {instance_type!r} is {architecture}, but another variant runs the same model on "
                    f"{self._architecture}; make a second SklearnModel for it"
                )
            ]
        if architecture != (self._architecture or self._image.default_architecture):
            self._bound_image = self._image.bind(self, architecture)
            self.cfn_model.primary_container = self._container()
        self._architecture = architecture
        return []

    def serverless_obstacles(self) -> Iterator[tuple[str, str]]:
        """Say why SageMaker would not run the model serverless: each reason with its remedy."""
        if self._network is not None:
            yield "lies in a VPC", "leave vpc out"
        if self._network_isolation:
            yield "is cut off from the network", "leave network_isolation out"
        if self._bound_data.prefix_uri is not None:
            yield "has an uncompressed artifact", "give a model.tar.gz to ModelData"

    def _container(self) -> sagemaker.CfnModel.ContainerDefinitionProperty:
        source = None
        if self._bound_data.prefix_uri is not None:
            source = sagemaker.CfnModel.ModelDataSourceProperty(
                s3_data_source=sagemaker.CfnModel.S3DataSourceProperty(
                    s3_uri=self._bound_data.prefix_uri, s3_data_type="S3Prefix", compression_type="None"
                )
            )
        return sagemaker.CfnModel.ContainerDefinitionProperty(
            image=self._bound_image.uri,
            model_data_url=self._bound_data.archive_uri,
            model_data_source=source,
            environment=self._environment,
        )

    def _statements_by_id(self) -> dict[str, Sequence[Statement]]:
        needed: dict[str, Sequence[Statement]] = {
            self._bound_image.policy_id: statements.pull_image(self._bound_image.repository_arn)
        }
        needed |= {item.policy_id: item.statements for item in self._bound_data.objects}
        if self._network is not None:
            stack = Stack.of(self)
            needed["Vpc"] = statements.use_vpc(f"arn:{stack.partition}:ec2:{stack.region}:{stack.account}")
        return needed


def _choose_image(framework_version: str | None, image: SklearnImage | None) -> SklearnImage:
    if image is not None and framework_version is not None:
        raise ConfigurationError(
            f"framework_version {framework_version!r} and image are both given; the image decides, give one of them"
        )
    return image or (SklearnImage.aws() if framework_version is None else SklearnImage.aws(framework_version))


def _option_problems(server: str, method: str) -> Iterator[str]:
    if server not in get_args(Server):
        yield f"server {server!r} is unknown; choose 'runtime' or 'stock'"
    if method not in METHODS:
        yield f"method {method!r} is not one that answers requests; choose one of {', '.join(METHODS)}"
