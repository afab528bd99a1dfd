"""A Lambda function in front of an endpoint, with a URL of its own and the caller's identity checked by IAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import CfnOutput, Duration, Names
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.environments import environment_problems
from constructs_lib.exceptions import ConfigurationError, Problems
from constructs_lib.front_doors.code import FrontCode, front_code
from constructs_lib.front_doors.function_options import FunctionOptions, option_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_logs as logs
    from aws_cdk import aws_sagemaker as sagemaker

    from constructs_lib.front_doors.function_options import Architecture


@jsii.implements(iam.IGrantable)
class SklearnFunction(Construct):
    """A Lambda function that passes requests on to an endpoint, with your code before and after it where you want some.

    Its URL takes a POST with what the endpoint takes: the body, ``Content-Type``, ``Accept``, and SageMaker's headers
    ``X-Amzn-SageMaker-Custom-Attributes``, ``-Target-Variant``, ``-Target-Model`` and ``-Inference-Id``. It answers
    with the endpoint's body, content type and status. So does a call by InvokeFunction, whose event has ``body`` (a
    text, or JSON as it is), ``headers`` and, for bytes in base64, ``isBase64Encoded``.

    An error is the container's own, status and JSON body, or one in the same form,
    ``{"error": {"type", "message"}}``: 429 when the endpoint is busy and 503 when it cannot be reached (both with
    ``Retry-After``), 400 for what SageMaker refuses, 413, 504 without an answer in time, 502 for all else. Nothing of
    a request is in the log.

    Parameters
    ----------
    endpoint
        The endpoint: real-time or serverless, a `SklearnEndpoint` or an imported one.
    entry_point
        A module of yours with either or both of ``before(body: bytes, content_type: str) -> tuple[bytes, str]``, which
        gives what the endpoint is asked, and ``after(body, content_type)`` of the same kind, which gives what the
        caller is answered when there is a prediction. The content type of a request without one is empty. A ValueError
        of ``before`` is answered with 400, any other exception with 500, or with the exception's own attribute
        ``status`` (400 to 599); the answer has its class and message, the log only class and place. It has Python's
        standard library and boto3.
    source_dir
        A folder whose files all travel with the module.
    environment
        Variables for your module, at most 3,500 bytes in all.
    function_name
        At most 64 letters, digits, hyphens and underscores; default: derived from the path, lower-case.
    timeout
        Of a call, 6 to 900 s; default: 65 s. The endpoint gets it but for 5 s, at most the 60 s that SageMaker lets a
        container have.
    memory_size
        In MB, 128 to 10,240; the share of a processor grows with it. Default: 512 MB.
    reserved_concurrent_executions
        The most calls at a time: further ones are refused with 429. Default: the account's.
    architecture
        ``arm64`` or ``x86_64``; default: ``arm64``.
    function_url
        Whether it has a URL; default: True. False where Lambda has no URLs, such as in GovCloud: it is called by
        InvokeFunction then.
    tracing
        Whether X-Ray is sent traces; default: True.
    log_retention
        Default: three months.
    encryption_key
        Encrypts variables and log. Default: Lambda's and CloudWatch's own keys.
    vpc, vpc_subnets, security_groups
        Where the function's network interfaces lie; default: no VPC; with one, its private subnets and a new security
        group. The rights for it include ``ec2:Describe*`` actions, for which EC2 takes no resource.

    Raises
    ------
    ConfigurationError
        With every problem found, such as an asynchronous endpoint.

    Notes
    -----
    The function may invoke this endpoint, write its own log and send traces, and nothing else; what your module needs
    beside is granted as to any CDK function: ``table.grant_read_data(front)``. The stack gets an output with the URL.
    A call that did not reach the endpoint is made again, once; no other is, since a caller knows better how long it
    wants to wait.

    Example
    -------
    >>> from aws_cdk import App, Stack, aws_iam
    >>> from constructs_lib import SklearnEndpoint
    >>> stack = Stack(App(), "Churn")
    >>> endpoint = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn")
    >>> front = SklearnFunction(stack, "Front", endpoint=endpoint, memory_size=1024)
    >>> front.function_name
    'churn-front-acb61385'
    >>> caller = aws_iam.Role(stack, "Caller", assumed_by=aws_iam.ServicePrincipal("ec2.amazonaws.com"))
    >>> front.grant_invoke_url(caller).success
    True
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: sagemaker.IEndpoint,
        entry_point: str | Path | None = None,
        source_dir: str | Path | None = None,
        environment: Mapping[str, str] | None = None,
        function_name: str | None = None,
        timeout: Duration | None = None,
        memory_size: int = 512,
        reserved_concurrent_executions: int | None = None,
        architecture: Architecture = "arm64",
        function_url: bool = True,
        tracing: bool = True,
        log_retention: logs.RetentionDays | None = None,
        encryption_key: kms.IKey | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        options = FunctionOptions(
            endpoint=endpoint,
            environment=environment or {},
            function_name=function_name,
            timeout=timeout or Duration.seconds(_DEFAULT_SECONDS),
            memory_size=memory_size,
            reserved_concurrent_executions=reserved_concurrent_executions,
            architecture=architecture,
            function_url=function_url,
            tracing=tracing,
            log_retention=log_retention,
            encryption_key=encryption_key,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
        )
        problems = Problems(self)
        code = FrontCode(files=())
        with problems.collect():
            code = front_code(entry_point, source_dir)
        problems.add(environment_problems(self, endpoint, "endpoint", "the function calls the endpoint of its own"))
        problems.add(option_problems(options))
        problems.raise_all()

        # What it needs of the CDK takes long to import, and most apps do without.
        from constructs_lib.front_doors.function_resources import FunctionResources

        self.function_name = function_name or self._derived_name()
        """The function's literal name, for InvokeFunction."""
        resources = FunctionResources(self, self.function_name, options, code)
        self.function: lambda_.Function = resources.function
        """The function, for whatever of the CDK's takes one."""
        self.role: iam.Role = resources.role
        """What it runs as."""
        self.url: str | None = None if resources.url is None else resources.url.url
        """Where it answers, a token; None without a URL."""
        if self.url is not None:
            CfnOutput(self, "FunctionUrl", value=self.url, description="URL in front of the SageMaker endpoint")

    @property
    def function_arn(self) -> str:
        """The function's ARN."""
        return self.function.function_arn

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The role, so that the function can be granted what its module needs."""
        return self.role

    @property
    def connections(self) -> ec2.Connections:
        """Connections of the function's network interfaces; there are none without a VPC."""
        return self.function.connections

    def grant_invoke_url(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to call the URL, with requests that the caller signs.

        Raises
        ------
        ConfigurationError
            There is no URL.
        """
        if self.url is None:
            raise ConfigurationError(
                "the function has no URL; use grant_invoke, or leave function_url=False out", path=self.node.path
            )
        return self.function.grant_invoke_url(grantee)

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to call the function itself, by InvokeFunction."""
        return self.function.grant_invoke(grantee)

    def _derived_name(self) -> str:
        name: str = Names.unique_resource_name(self, max_length=_MAX_NAME, separator="-")
        return name.lower()


_MAX_NAME = 64
_DEFAULT_SECONDS = 65
