"""What runs a smoke test: a Lambda function, and the custom resource for which CloudFormation calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Aws, CustomResource, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from constructs_lib import nag, statements
from constructs_lib.execution_role import add_policies
from constructs_lib.multi_model import SklearnMultiModel

if TYPE_CHECKING:
    from aws_cdk import aws_sagemaker as sagemaker

    from constructs_lib.endpoint_config import SklearnEndpointConfig
    from constructs_lib.smoke_test import SmokeTest


class SmokeTestRun(Construct):
    """The function that runs a `SmokeTest`, and the custom resource that waits for it; `SklearnEndpoint` makes it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: SmokeTest,
        config: SklearnEndpointConfig,
        endpoint: sagemaker.CfnEndpoint,
        endpoint_name: str,
    ) -> None:
        super().__init__(scope, construct_id)
        if any(isinstance(one.model, SklearnMultiModel) and one.model.makes_bucket for one in config.variants):
            Annotations.of(self).add_warning_v2(
                "constructs_lib:smoke-test-in-new-bucket",
                "the smoke test asks for a model in a bucket that this stack makes: the first deployment cannot pass, "
                "since the bucket is empty then; deploy once without smoke_test, add the model (ModelStore of "
                "endpoint_client), then give smoke_test",
            )
        timeout = settings.timeout or Duration.seconds(_DEFAULT_SECONDS)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        code = s3_assets.Asset(self, "Code", path=str(_FUNCTION), exclude=["__init__.py", "__pycache__"])
        function = lambda_.CfnFunction(
            self,
            "Function",
            description=f"Smoke test of the SageMaker endpoint {endpoint_name}",
            code=lambda_.CfnFunction.CodeProperty(s3_bucket=code.s3_bucket_name, s3_key=code.s3_object_key),
            handler="index.handler",
            runtime=_RUNTIME,
            role=role.role_arn,
            memory_size=256,
            timeout=timeout.to_seconds(),
        )
        nag.acknowledge_smoke_test_function(function)
        stack = Stack.of(self)
        log_group = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:/aws/lambda/{function.ref}"
        # Not the endpoint's Ref: so the rights are there minutes before they are used. SageMaker writes the name in an
        # ARN in lower case.
        endpoint_arn = (
            f"arn:{stack.partition}:sagemaker:{stack.region}:{stack.account}:endpoint/{endpoint_name.lower()}"
        )
        policies = add_policies(
            self,
            roles=[role],
            statements_by_id={"Test": statements.test_endpoint(endpoint_arn, Aws.STACK_ID, log_group)},
        )
        properties = {
            "EndpointName": endpoint_name,
            "EndpointConfigName": config.endpoint_config_name,
            "Variants": json.dumps([variant.name for variant in config.variants]),
            **settings.properties(),
        }
        resource = CustomResource(
            self,
            "Resource",
            resource_type="Custom::SklearnSmokeTest",
            service_token=function.attr_arn,
            service_timeout=timeout.plus(Duration.seconds(_GRACE_SECONDS)),
            properties=properties,
        )
        for needed in (endpoint, *policies):
            resource.node.add_dependency(needed)


_FUNCTION = Path(__file__).parent / "smoke_test_function"
_RUNTIME = "python3.14"
_DEFAULT_SECONDS = 120
# From the function's end to CloudFormation's.
_GRACE_SECONDS = 60
