"""The endpoint: a name that stays, in front of the models of an endpoint configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import jsii
from aws_cdk import ArnFormat, CfnOutput, Names, Stack, Token
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib import statements
from constructs_lib.async_inference import PREFIX_REASON as ASYNC_REASON
from constructs_lib.data_capture import PREFIX_REASON as CAPTURE_REASON
from constructs_lib.endpoint_base import EndpointBase
from constructs_lib.endpoint_config import SklearnEndpointConfig
from constructs_lib.endpoint_variant import EndpointVariant
from constructs_lib.exceptions import ConfigurationError, Problems
from constructs_lib.execution_role import add_policies
from constructs_lib.guardrails import Guardrails
from constructs_lib.imported_endpoint import ImportedEndpoint
from constructs_lib.names import name_problems, parameter_name_problems
from constructs_lib.variant import InstanceVariant

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_ssm as ssm
    from aws_cdk.interfaces import aws_sagemaker as interfaces
    from constructs import Construct

    from constructs_lib.async_inference import AsyncInference, BoundAsyncInference
    from constructs_lib.data_capture import DataCapture
    from constructs_lib.deployment import Deployment
    from constructs_lib.endpoint_traits import EndpointTraits
    from constructs_lib.hosted_model import HostedModel
    from constructs_lib.rollback_alarms import RollbackAlarms
    from constructs_lib.smoke_test import SmokeTest


@jsii.implements(sagemaker.IEndpoint)
class SklearnEndpoint(EndpointBase):
    """A real-time endpoint, on instances or serverless.

    Its name is literal, given or derived from its place in the tree: clients, alarms and policies can refer to it,
    and a new model is never a reason to replace the endpoint. SageMaker cannot turn an endpoint on instances into a
    serverless one, nor back: a derived name says the kind, so that the other kind is another endpoint; with a name of
    your own, change the name together with the kind.

    Parameters
    ----------
    model
        The model of the only variant, ``AllTraffic``: a `SklearnModel` or a `SklearnMultiModel`. Either this or
        `config`.
    instance_type
        Of that variant; see `InstanceVariant`.
    initial_instance_count
        Of that variant.
    config
        A configuration of your own, for several variants or their finer settings, for a serverless or a shadow
        variant; it then holds everything that `instance_type`, `initial_instance_count`, `data_capture` and
        `encryption_key` would say.
    endpoint_name
        At most 63 letters, digits and hyphens; default: derived from the path, lower-case.
    name_parameter
        Name of a parameter of Systems Manager that holds the endpoint's name, such as ``/churn/endpoint``: the client
        finds it by `Predictor.from_parameter`. Default: there is none, and the stack's output says it alone.
    data_capture
        Has requests and answers written to S3; see `DataCapture`. Default: they are not.
    encryption_key
        Encrypts the instances' volumes; see `SklearnEndpointConfig`.
    deployment
        How an update moves the traffic: `AllAtOnce`, `Canary`, `Linear` or `Rolling`. Default: `Canary` where every
        variant starts with two instances or more, and scales to no fewer; else `AllAtOnce`. Serverless: none.
        SageMaker wants the same variant names before and after: to add, remove or rename one, deploy once with
        `AllAtOnce`.
    rollback_alarms
        What undoes an update; see `RollbackAlarms` for its defaults. Serverless: none.
    smoke_test
        A prediction after each deployment, which undoes it where the answer is wrong; see `SmokeTest`. Default: none.

    Raises
    ------
    ConfigurationError
        With every problem found.

    Notes
    -----
    The execution roles get the right to write the endpoint's log group and its instance metrics.
    The stack gets an output with the endpoint's name.

    Example
    -------
    >>> from aws_cdk import App, Stack, aws_iam
    >>> from constructs_lib import ModelData, SklearnModel
    >>> stack = Stack(App(), "Churn")
    >>> data = ModelData.from_s3("s3://models/0123456789abcdef0123456789abcdef.tar.gz", sklearn_version="1.9.0")
    >>> model = SklearnModel(stack, "Model", model_data=data)
    >>> endpoint = SklearnEndpoint(stack, "Endpoint", model=model, instance_type="ml.c5.large")
    >>> endpoint.endpoint_name
    'churn-endpoint-57ad3240'
    >>> caller = aws_iam.Role(stack, "Caller", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
    >>> endpoint.grant_invoke(caller).success
    True
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        model: HostedModel | None = None,
        instance_type: str = "ml.m5.large",
        initial_instance_count: int = 1,
        config: SklearnEndpointConfig | None = None,
        endpoint_name: str | None = None,
        name_parameter: str | None = None,
        data_capture: DataCapture | None = None,
        encryption_key: kms.IKey | None = None,
        deployment: Deployment | None = None,
        rollback_alarms: RollbackAlarms | None = None,
        smoke_test: SmokeTest | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(self)
        if (model is None) == (config is None):
            problems.add([f"model and config are {'both' if model else 'not'} given; give one of them"])
        given = (instance_type, initial_instance_count, data_capture, encryption_key)
        if config is not None and given != ("ml.m5.large", 1, None, None):
            names = "instance_type, initial_instance_count, data_capture and encryption_key"
            problems.add([f"{names} belong to the config when one is given"])
        if endpoint_name is not None:
            problems.add(name_problems("endpoint_name", endpoint_name))
        if name_parameter is not None:
            problems.add(parameter_name_problems(name_parameter))
        problems.raise_all()

        if config is None:
            variant = InstanceVariant(
                model=cast("HostedModel", model),
                instance_type=instance_type,
                initial_instance_count=initial_instance_count,
            )
            config = SklearnEndpointConfig(
                self, "Config", variants=[variant], data_capture=data_capture, encryption_key=encryption_key
            )
        self.config = config
        """The configuration, with its variants and their models."""
        self._trained_by: str | None = None
        self._guardrails = Guardrails(config, deployment, rollback_alarms)
        problems.add(self._guardrails.problems())
        if smoke_test is not None:
            problems.add(smoke_test.problems(config))
        problems.raise_all()
        self._name = endpoint_name or self._derived_name("-serverless" if config.is_serverless else "")
        self.cfn_endpoint = sagemaker.CfnEndpoint(
            self,
            "Serverless" if config.is_serverless else "Resource",
            endpoint_name=self._name,
            endpoint_config_name=config.endpoint_config_name,
        )
        """The resource below, for what this class has no parameter for."""
        # Removal policies and aspects look for it, whatever its id.
        self.node.default_child = self.cfn_endpoint
        self.rollback_alarms = self._guardrails.make_alarms(self, self._name)
        """The alarms that undo an update; give them actions to be told as well."""
        self.cfn_endpoint.deployment_config = self._guardrails.render()
        self._add_policy()
        if smoke_test is not None:
            # What it needs of the CDK takes long to import, and most endpoints do without.
            from constructs_lib.smoke_test_run import SmokeTestRun

            SmokeTestRun(
                self,
                "SmokeTest",
                settings=smoke_test,
                config=config,
                endpoint=self.cfn_endpoint,
                endpoint_name=self._name,
            )
        self.name_parameter = None if name_parameter is None else self._make_parameter(name_parameter)
        """The parameter that holds the endpoint's name; None where there is none."""
        CfnOutput(self, "EndpointName", value=self.cfn_endpoint.attr_endpoint_name, description="SageMaker endpoint")
        if config.async_inference is not None:
            path = config.async_inference.input_path
            CfnOutput(self, "AsyncInputPath", value=path, description="where requests of the endpoint are put")
        if config.data_capture is not None:
            path = config.data_capture.capture_path
            CfnOutput(self, "CapturePath", value=path, description="where captured requests and answers are written")

    @staticmethod
    def from_endpoint_name(
        scope: Construct, construct_id: str, endpoint_name: str, *, traits: EndpointTraits | None = None
    ) -> ImportedEndpoint:
        """Refer to an endpoint that exists in the stack's account and region, by its name.

        Parameters
        ----------
        endpoint_name
            With capital letters where it has some.
        traits
            See `from_endpoint_attributes`.
        """
        return SklearnEndpoint.from_endpoint_attributes(scope, construct_id, endpoint_name=endpoint_name, traits=traits)

    @staticmethod
    def from_endpoint_arn(
        scope: Construct, construct_id: str, endpoint_arn: str, *, traits: EndpointTraits | None = None
    ) -> ImportedEndpoint:
        """Refer to an endpoint that exists in any account and region, by its ARN.

        SageMaker writes the name in an ARN in lower case; use `from_endpoint_attributes` for a name with capitals, or
        CloudWatch finds no metrics.

        Parameters
        ----------
        endpoint_arn
            As SageMaker gives it.
        traits
            See `from_endpoint_attributes`.
        """
        parts = Stack.of(scope).split_arn(endpoint_arn, ArnFormat.SLASH_RESOURCE_NAME)
        if not Token.is_unresolved(endpoint_arn) and (parts.service, parts.resource) != ("sagemaker", "endpoint"):
            raise ConfigurationError(
                f"endpoint_arn {endpoint_arn!r} is not an endpoint's; give one such as "
                "'arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn'",
                path=f"{scope.node.path}/{construct_id}",
            )
        return SklearnEndpoint.from_endpoint_attributes(
            scope,
            construct_id,
            endpoint_name=cast("str", parts.resource_name),
            endpoint_arn=endpoint_arn,
            traits=traits,
        )

    @staticmethod
    def from_endpoint_attributes(
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        endpoint_arn: str | None = None,
        traits: EndpointTraits | None = None,
        async_inference: AsyncInference | None = None,
    ) -> ImportedEndpoint:
        """Refer to an endpoint that exists, by all that is known of it.

        Parameters
        ----------
        endpoint_name
            With capital letters where it has some.
        endpoint_arn
            Default: of that name, in the stack's account and region.
        traits
            Its kind and the names of its variants, for its metrics. Default: one variant ``AllTraffic``, on instances.
        async_inference
            Bucket, prefixes and key of an asynchronous endpoint, for `grant_invoke_async`; the bucket must be given.

        Raises
        ------
        ConfigurationError
            The name is not one, or what is said of it does not go together.
        """
        return ImportedEndpoint(
            scope,
            construct_id,
            endpoint_name=endpoint_name,
            endpoint_arn=endpoint_arn,
            traits=traits,
            async_inference=async_inference,
        )

    @property
    def endpoint_arn(self) -> str:
        """The endpoint's ARN; using it makes the user wait for the endpoint."""
        return self.cfn_endpoint.ref

    @property
    def endpoint_name(self) -> str:
        """The endpoint's literal name."""
        return self._name

    @property
    def endpoint_ref(self) -> interfaces.EndpointReference:
        """The reference that CDK's own constructs take."""
        return self.cfn_endpoint.endpoint_ref

    @property
    def traits(self) -> EndpointTraits:
        """The kind of the endpoint and the names of its variants."""
        return self.config.traits

    @property
    def async_storage(self) -> BoundAsyncInference | None:
        """Where requests and answers of an asynchronous endpoint lie."""
        return self.config.async_inference

    def variant(self, name: str = "AllTraffic") -> EndpointVariant:
        """Give a variant by its name, for its metrics and its scaling.

        Parameters
        ----------
        name
            Of a production variant, or of the shadow variant.

        Raises
        ------
        ConfigurationError
            The configuration has no variant of that name.
        """
        self._check_variant(name)
        definitions = {variant.name: variant for variant in self.config.all_variants}
        return EndpointVariant(self, definitions[name])

    def _derived_name(self, kind: str) -> str:
        name: str = Names.unique_resource_name(self, max_length=_MAX_NAME - len(kind), separator="-")
        return name.lower() + kind

    def note_scaling(self, variant_name: str, min_capacity: int) -> list[str]:
        """Take into account that a variant may scale to fewer instances; `EndpointVariant` calls this.

        Returns
        -------
        list of str
            What is wrong with that; empty when nothing is.
        """
        problems = self._guardrails.note_scaling(variant_name, min_capacity)
        if not problems:
            self.cfn_endpoint.deployment_config = self._guardrails.render()
        return problems

    def note_training(self, path: str) -> list[str]:
        """Take into account that a training brings models; `SklearnTraining.deploy_to` calls this.

        Parameters
        ----------
        path
            Of the training.

        Returns
        -------
        list of str
            What is wrong with that; empty when nothing is.
        """
        if self._trained_by is not None:
            # Each would put the template's model back into the other's variant.
            return [
                (
                    f"the endpoint gets the models of {self._trained_by} already, and each rollout brings a whole "
                    "configuration; make an endpoint for each training"
                )
            ]
        self._trained_by = path
        return []

    def _make_parameter(self, name: str) -> ssm.StringParameter:
        # It takes long to import, and most endpoints do without.
        from aws_cdk import aws_ssm as ssm

        return ssm.StringParameter(
            self,
            "NameParameter",
            parameter_name=name,
            # Not the literal name: who finds the parameter finds an endpoint.
            string_value=self.cfn_endpoint.attr_endpoint_name,
            description="Name of a SageMaker endpoint",
        )

    def _add_policy(self) -> None:
        stack = Stack.of(self)
        prefix = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}"
        log_group_arn = f"{prefix}:log-group:/aws/sagemaker/Endpoints/{self._name}"
        roles = {variant.model.role.node.path: variant.model.role for variant in self.config.all_variants}
        needed: dict[str, list[statements.Statement]] = {
            "Logs": [statements.write_logs(log_group_arn), statements.put_metrics()]
        }
        if self.config.async_inference is not None:
            needed["Async"] = self.config.async_inference.endpoint_statements()
        if self.config.data_capture is not None:
            needed["Capture"] = self.config.data_capture.endpoint_statements()
        if self.rollback_alarms:
            alarm_arns = [alarm.alarm_arn for alarm in self.rollback_alarms]
            needed["Alarms"] = [statements.describe_alarms(alarm_arns)]
        reasons = {"Async": ASYNC_REASON, "Capture": CAPTURE_REASON}
        for policy in add_policies(self, roles=list(roles.values()), statements_by_id=needed, prefix_reasons=reasons):
            # Otherwise the first containers start before they may write their logs.
            self.cfn_endpoint.node.add_dependency(policy)


_MAX_NAME = 63
