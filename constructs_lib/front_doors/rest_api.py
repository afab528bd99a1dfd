"""A REST API in front of an endpoint: a key or a signature, and checks before the model is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, Token
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.endpoint_base import EndpointBase
from constructs_lib.environments import environment_problems
from constructs_lib.exceptions import ConfigurationError, Problems
from constructs_lib.front_doors.authorization import ApiKeyAuthorization, IamAuthorization, Throttle
from constructs_lib.front_doors.content_types import content_type_problems
from constructs_lib.front_doors.request_schema import JsonRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk import aws_apigateway as apigateway
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_logs as logs
    from aws_cdk import aws_sagemaker as sagemaker

    from constructs_lib.front_doors.authorization import Authorization
    from constructs_lib.front_doors.request_schema import RequestSchema


class SklearnRestApi(Construct):
    """A REST API that passes ``POST /predict`` to an endpoint, and what the model answers back, errors included.

    API Gateway calls SageMaker itself; no function stands between. What the container refuses is answered with the
    container's own status and JSON body, and API Gateway's own refusals have the same form. A request may take 29
    seconds and 6 MB (4 MB of a serverless endpoint): the limits of API Gateway and of InvokeEndpoint.

    Parameters
    ----------
    endpoint
        The endpoint, of this app or an imported one of the same account and region; no asynchronous one.
    authorization
        `IamAuthorization` or `ApiKeyAuthorization`. Default: IAM; allow callers with `grant_invoke`.
    throttle
        What the API lets through, from all callers together. Default: 100 requests a second, 200 at once.
    path
        Path of the resource below the stage. After a change the former one goes on answering until the API changes
        again, since CloudFormation deletes it after the deployment. Default: ``predict``.
    stage_name
        First part of the path. Default: ``prod``.
    content_types
        Media types of requests. Types of bytes, such as ``application/x-npy``, are passed on as they are; a caller
        who wants an answer in one names it first in the header ``Accept``. Default: ``application/json`` alone, and
        others are answered with 415. With a type of bytes among them, it is the container that refuses the others.
    request_schema
        What a request of ``application/json`` must look like; see `JsonRows` and `JsonSchema`. Other types are
        checked by the container alone. Default: ``JsonRows()``.
    log_retention
        How long both logs are kept: a line for each request, and API Gateway's own errors. Neither has any data of
        requests or answers. Default: three months. They go with the stack.
    encryption_key
        Encrypts both logs. Default: CloudWatch's own key.
    cloud_watch_role
        Whether this stack sets the role with which API Gateway writes the logs of all APIs of the account in the
        region; then it stays when the stack is deleted. Without such a role the first deployment fails with
        "CloudWatch Logs role ARN must be set in account settings to enable logging". Set it in one stack of each
        account and region, or by ``aws apigateway update-account``. Default: it is set already.
    web_acl_arn
        A regional web ACL of AWS WAF for the stage. Default: none.

    Raises
    ------
    ConfigurationError
        With every problem found.

    Notes
    -----
    The headers ``Accept``, ``X-Amzn-SageMaker-Custom-Attributes``, ``-Inference-Id``, ``-Target-Model`` and
    ``-Target-Variant`` reach SageMaker. SageMaker's throttling is answered with 429, a missing endpoint with 503, what
    the container takes too long for with 504, and every other failure with 502.
    The stack gets outputs with the address and the id of the key. No CORS headers are sent: browsers of other sites
    cannot call the API.

    Example
    -------
    >>> from aws_cdk import App, Stack
    >>> from constructs_lib import JsonRows, ModelData, SklearnEndpoint, SklearnModel, SklearnRestApi
    >>> stack = Stack(App(), "Churn")
    >>> data = ModelData.from_s3("s3://models/0123456789abcdef0123456789abcdef.tar.gz", sklearn_version="1.9.0")
    >>> endpoint = SklearnEndpoint(stack, "Endpoint", model=SklearnModel(stack, "Model", model_data=data))
    >>> rest_api = SklearnRestApi(stack, "RestApi", endpoint=endpoint, request_schema=JsonRows(features=4))
    >>> rest_api.url.endswith("/predict")
    True
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: sagemaker.IEndpoint,
        authorization: Authorization | None = None,
        throttle: Throttle | None = None,
        path: str = "predict",
        stage_name: str = "prod",
        content_types: Sequence[str] = ("application/json",),
        request_schema: RequestSchema | None = None,
        log_retention: logs.RetentionDays | None = None,
        encryption_key: kms.IKey | None = None,
        cloud_watch_role: bool = False,
        web_acl_arn: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        authorization = authorization or IamAuthorization()
        throttle = throttle or Throttle(rate=100, burst=200)
        request_schema = request_schema or JsonRows()
        problems = Problems(self)
        problems.add(environment_problems(self, endpoint, "endpoint", "an API calls the endpoint of its own"))
        problems.add(_own_problems(endpoint, path, stage_name, web_acl_arn))
        problems.add(authorization.problems())
        problems.add(throttle.problems("throttle"))
        problems.add(content_type_problems(content_types))
        problems.add(request_schema.problems())
        problems.raise_all()

        # What it needs of the CDK takes long to import, and most apps do without.
        from constructs_lib.front_doors.gateway import Gateway, GatewaySettings

        settings = GatewaySettings(
            endpoint=endpoint,
            authorization=authorization,
            throttle=throttle,
            path=path,
            stage_name=stage_name,
            content_types=content_types,
            request_schema=request_schema,
            log_retention=log_retention,
            encryption_key=encryption_key,
            cloud_watch_role=cloud_watch_role,
            web_acl_arn=web_acl_arn,
        )
        self._gateway = Gateway(self, settings)
        self._authorization = authorization
        CfnOutput(self, "Url", value=self.url, description="where rows are posted to")
        if isinstance(authorization, ApiKeyAuthorization):
            CfnOutput(self, "ApiKeyId", value=self._gateway.api_key_id, description="id of the key, not its value")

    @property
    def url(self) -> str:
        """Where rows are posted to."""
        return self._gateway.url

    @property
    def api(self) -> apigateway.RestApi:
        """The API below, for what this class has no parameter for."""
        return self._gateway.api

    @property
    def method(self) -> apigateway.Method:
        """Its one method."""
        return self._gateway.method

    @property
    def stage(self) -> apigateway.Stage:
        """The stage that it is called at; it has the metrics: ``stage.metric_server_error()``."""
        return self._gateway.stage

    @property
    def access_log(self) -> logs.LogGroup:
        """The log group with a line for each request."""
        return self._gateway.access_log

    @property
    def usage_plan(self) -> apigateway.UsagePlan | None:
        """The plan of an API with keys, for further keys; else None."""
        return self._gateway.usage_plan

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to call the one method at the one stage.

        Raises
        ------
        ConfigurationError
            The API takes keys, and no signatures.
        """
        if not isinstance(self._authorization, IamAuthorization):
            raise ConfigurationError(
                "the API is called with a key, which no right in IAM stands for; give "
                "authorization=IamAuthorization(), or a key: usage_plan.add_api_key",
                path=self.node.path,
            )
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=["execute-api:Invoke"], resource_arns=[self._gateway.invoke_arn]
        )


def _own_problems(endpoint: sagemaker.IEndpoint, path: str, stage_name: str, web_acl_arn: str | None) -> Iterator[str]:
    if isinstance(endpoint, EndpointBase) and endpoint.traits.kind == "asynchronous":
        yield (
            f"endpoint {endpoint.endpoint_name!r} is asynchronous: it answers in S3, and an API waits 29 seconds at "
            "most; give an endpoint without async_inference"
        )
    if Token.is_unresolved(path) or not re.fullmatch(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", path):
        yield f"path {path!r} is no path; give parts of letters, digits, '.', '_' and '-', such as 'v1/predict'"
    elif path.split("/", maxsplit=1)[0] in _RESERVED_PATHS:
        yield f"path {path!r} begins with what API Gateway keeps for itself; choose another than 'ping' and 'sping'"
    if Token.is_unresolved(stage_name) or not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", stage_name):
        yield f"stage_name {stage_name!r} is no name; give at most 128 letters, digits, '_' and '-', such as 'prod'"
    if web_acl_arn is not None and not Token.is_unresolved(web_acl_arn) and not _WEB_ACL.fullmatch(web_acl_arn):
        yield (
            f"web_acl_arn {web_acl_arn!r} is not that of a regional web ACL; give "
            "'arn:aws:wafv2:<region>:<account>:regional/webacl/<name>/<id>'"
        )


_RESERVED_PATHS = ("ping", "sping")
_WEB_ACL = re.compile(r"arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/[^/]+/[^/]+")
