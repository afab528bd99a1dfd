"""A scikit-learn model as SageMaker hosts it: artifact, serving code, image, environment and execution role."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Stack

from constructs_lib.api_shape import api_shape
from constructs_lib.bound_model_data import archive_asset
from constructs_lib.dependencies import Requirements, requirements_problems, way_of_requirements, with_packages
from constructs_lib.environment import (
    ContainerSettings,
    Server,
    carried_variables,
    neglected_variables,
    render_environment,
)
from constructs_lib.exceptions import Problems
from constructs_lib.hosted_model import HostedModel, Hosting, image_and_code, option_problems
from constructs_lib.internet import warn_of_installation, warn_of_isolation
from constructs_lib.model_checks import is_version_unknown, model_problems
from constructs_lib.network import ModelNetwork
from constructs_lib.vendoring.requirements_file import without_hashes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from constructs_lib.bound_model_data import ReadableObject
    from constructs_lib.image import SklearnImage
    from constructs_lib.model_data import ModelData


class SklearnModel(HostedModel):
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
        For a ``requirements.txt`` in it, see `requirements`.
    framework_version
        An image by AWS; default ``1.9-0``. Not together with `image`.
    image
        Another image; see `SklearnImage`.
    server
        ``runtime``: the fast server of this project, in the same image. ``stock``: the image's own server; needed
        for framework version 0.20.0.
    requirements
        How the packages of ``requirements.txt`` come into the container. ``vendored``: as wheels for the image's
        Python, which pip fetches when the app is synthesized, and which travel with the code; every line is then
        ``name==version --hash=sha256:...``, as ``python -m constructs_lib pin`` writes it. ``installed``: pip fetches
        them whenever a container starts, which takes time and a package index. Default: ``vendored``, but
        ``installed`` with ``server="stock"`` and with model data from S3; an image of your own has them.
    orjson
        Have the package orjson travel with the code, by which the runtime reads and writes JSON faster. Default False.
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
        requirements: Requirements | None = None,
        orjson: bool = False,
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
        problems = Problems(self)
        chosen, code = image_and_code(
            problems,
            framework_version=framework_version,
            image=image,
            entry_point=entry_point,
            source_dir=source_dir,
        )
        with problems.collect():
            model_data = model_data.in_scope(self)
        way = way_of_requirements(requirements, image=chosen, server=server, code_in_archive=model_data.code_in_archive)
        if not problems:
            problems.add(
                model_problems(
                    model_data,
                    image=chosen,
                    code=code,
                    server=server,
                    network_isolation=network_isolation,
                    requirements=way,
                )
            )
            problems.add(requirements_problems(requirements, code))
        problems.add(
            option_problems(
                server=server, method=method, vpc=vpc, vpc_subnets=vpc_subnets, security_groups=security_groups
            )
        )
        if not problems:
            with problems.collect():
                code = with_packages(code, chosen, way, orjson=orjson)
        problems.raise_all()

        bound_image = self._bind_image(chosen)
        data = model_data.bind(self, code.files)
        network = None if vpc is None else ModelNetwork(self, vpc, vpc_subnets, security_groups)
        settings = ContainerSettings(
            server=server,
            region=Stack.of(self).region,
            hooks_file=code.hooks_file,
            program=code.program,
            code_uri=data.code_uri,
            model_sha256=model_data.sha256,
            model_sklearn_version=model_data.sklearn_version,
            model_revision=model_data.revision,
            method=method,
            float32=float32,
            vendored=code.vendored,
            installs_requirements=requirements == "installed",
        )
        variables = carried_variables(model_data.environment) | dict(environment or {})
        if network_isolation:
            warn_of_isolation(self, code.script)
        if way == "installed":
            packages = [without_hashes(line) for line in code.requirements or ()]
            warn_of_installation(self, packages, network, variables)
        rendered = self._render_environment(settings, variables, problems)
        if neglected := neglected_variables(model_data.environment, rendered, code.program):
            Annotations.of(self).add_warning_v2(
                "constructs_lib:model-package-variables",
                f"the model package {model_data.revision} sets what the constructs set themselves, and is not followed "
                f"in it: {', '.join(neglected)}",
            )
        self._code = code
        self._settings = settings
        self._own_environment = variables
        self._host(
            Hosting(
                image=chosen,
                bound_image=bound_image,
                data=data,
                environment=rendered,
                role=role,
                network=network,
                network_isolation=network_isolation,
                vendored_architecture=code.vendored_architecture,
            )
        )
        if is_version_unknown(model_data, chosen):
            Annotations.of(self).add_warning_v2(
                "constructs_lib:unknown-sklearn-version",
                "the scikit-learn version that the model was fitted with is not known, so it was not compared with "
                f"the image's {chosen.sklearn_version}; give sklearn_version= to ModelData",
            )

    def serve_other_artifact(
        self, scope: Construct, sklearn_version: str | None
    ) -> tuple[dict[str, object], ReadableObject]:
        """Return the container for an artifact that a training job makes, with this model's code and settings.

        Parameters
        ----------
        scope
            The construct that the code becomes an asset of.
        sklearn_version
            What the artifact is fitted with.

        Returns
        -------
        container, code
            ContainerDefinition as the API takes it, without ModelDataUrl; and what the execution role must read.
        """
        asset, readable_code = archive_asset(scope, f"Code{self.node.addr[-8:]}", self._code.files, None)
        settings = replace(
            self._settings,
            code_uri=asset.s3_object_url,
            model_sha256=None,
            model_revision=None,
            model_sklearn_version=sklearn_version,
        )
        # The image follows the instance type, which a variant chooses after the model was made.
        container = api_shape(Stack.of(self).resolve(self.cfn_model.primary_container))
        environment = render_environment(settings, self._own_environment)
        return {"Image": container["Image"], "Environment": environment}, readable_code
