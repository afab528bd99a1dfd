"""What a front function consists of: the Lambda function, its role, its log group and its URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from constructs_lib import nag, statements
from constructs_lib.execution_role import add_policies
from constructs_lib.front_doors import statements as front_statements
from constructs_lib.front_doors.code import HANDLER, FrontCode, write_code
from constructs_lib.network import chosen_subnets, dead_ends, has_vpc_endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct

    from constructs_lib.front_doors.function_options import FunctionOptions


class FunctionResources:
    """The resources; `SklearnFunction` makes them as its children.

    Attributes
    ----------
    function, url, role
        As they are called.
    """

    def __init__(self, scope: Construct, name: str, options: FunctionOptions, code: FrontCode) -> None:
        self._scope = scope
        self._name = name
        self._options = options
        self.role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log = self._make_log()
        policies = self._add_policies(log)
        if options.vpc is not None:
            self._warn_of_dead_ends(options.vpc)
        self.function = lambda_.Function(
            scope,
            "Function",
            function_name=name,
            description=f"In front of the SageMaker endpoint {options.endpoint.endpoint_name}",
            code=lambda_.Code.from_asset(str(write_code(scope, code))),
            handler=HANDLER,
            runtime=lambda_.Runtime.PYTHON_3_14,
            role=self.role,
            timeout=options.timeout,
            memory_size=options.memory_size,
            reserved_concurrent_executions=options.reserved_concurrent_executions,
            architecture=lambda_.Architecture.custom(options.architecture),
            environment=self._environment(code),
            environment_encryption=options.encryption_key,
            log_group=log,
            vpc=options.vpc,
            vpc_subnets=options.vpc_subnets,
            security_groups=options.security_groups,
        )
        self._finish(policies)
        self.url: lambda_.FunctionUrl | None = None
        if options.function_url:
            self.url = self.function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)

    def _finish(self, policies: Sequence[iam.CfnPolicy]) -> None:
        resource = self.function.node.default_child
        if not isinstance(resource, lambda_.CfnFunction):
            raise AssertionError("a function's default child is its resource")  # noqa: TRY004  nobody gave it
        if self._options.tracing:
            # Function's own parameter would add the right in a policy beside ours.
            resource.tracing_config = lambda_.CfnFunction.TracingConfigProperty(mode="Active")
        # Lambda asks for the rights of a VPC while it makes the function; and no call comes before the others.
        for policy in policies:
            resource.node.add_dependency(policy)
        # The CDK names the role among what it waits for, which a property says already.
        resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})
        nag.acknowledge_front_function(resource)

    def _environment(self, code: FrontCode) -> dict[str, str]:
        own = {
            "SKLEARN_FRONT_ENDPOINT": self._options.endpoint.endpoint_name,
            "SKLEARN_FRONT_READ_TIMEOUT": f"{self._options.read_timeout:g}",
        }
        if code.module is not None:
            own["SKLEARN_FRONT_MODULE"] = code.module
        return {**self._options.environment, **own}

    def _make_log(self) -> logs.LogGroup:
        key = self._options.encryption_key
        name = f"/aws/lambda/{self._name}"
        if isinstance(key, kms.Key):
            stack = Stack.of(self._scope)
            group = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{name}"
            service = iam.ServicePrincipal(
                f"logs.{stack.region}.{stack.url_suffix}",
                conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}},
            )
            key.grant(service, *_OF_LOGS)
        elif key is not None:
            Annotations.of(self._scope).add_warning_v2(
                "constructs_lib:imported-key",
                "nothing is added to the policy of an imported key; let it have logs.<region>.amazonaws.com use it "
                f"({', '.join(_OF_LOGS)}) for the log group {name}, and the function's role (kms:Decrypt)",
            )
        return logs.LogGroup(
            self._scope,
            "Log",
            log_group_name=name,
            retention=self._options.log_retention or logs.RetentionDays.THREE_MONTHS,
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _add_policies(self, log: logs.LogGroup) -> list[iam.CfnPolicy]:
        stack, options = Stack.of(self._scope), self._options
        needed: dict[str, list[statements.Statement]] = {
            "Invoke": [front_statements.invoke_endpoint(options.endpoint.endpoint_arn)],
            "WriteLog": [front_statements.write_log_streams(log.log_group_arn)],
        }
        if options.tracing:
            needed["Trace"] = [front_statements.put_traces()]
        if options.encryption_key is not None:
            needed["Variables"] = [front_statements.decrypt(options.encryption_key.key_arn)]
        if options.vpc is not None:
            needed["Network"] = front_statements.use_vpc_with_lambda(
                f"arn:{stack.partition}:ec2:{stack.region}:{stack.account}"
            )
        return add_policies(self._scope, roles=[self.role], statements_by_id=needed)

    def _warn_of_dead_ends(self, vpc: ec2.IVpc) -> None:
        """Warn where the function's subnets do not lead to the endpoint."""
        ends = dead_ends(vpc, chosen_subnets(vpc, self._options.vpc_subnets))
        if ends and not has_vpc_endpoint(vpc, "sagemaker.runtime"):
            Annotations.of(self._scope).add_warning_v2(
                "constructs_lib:no-way-to-endpoint",
                f"no NAT gateway serves the subnets {', '.join(ends)}, so the function does not reach its endpoint; "
                "choose subnets of type PRIVATE_WITH_EGRESS, or make an endpoint of the VPC first: "
                "vpc.add_interface_endpoint('Runtime', service=ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME)",
            )


_OF_LOGS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
