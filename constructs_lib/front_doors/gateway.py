"""The resources of a REST API in front of an endpoint: API, method, stage, keys; `SklearnRestApi` says which."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aws_cdk import Duration, Names
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2

from constructs_lib import nag
from constructs_lib.execution_role import add_policies
from constructs_lib.front_doors import gateway_logs, statements
from constructs_lib.front_doors.answers import ANSWER_RULES, REFUSALS, REQUEST_HEADERS, RESPONSE_HEADERS
from constructs_lib.front_doors.authorization import ApiKeyAuthorization
from constructs_lib.front_doors.content_types import JSON, binary_media_types, templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sagemaker as sagemaker
    from constructs import Construct

    from constructs_lib.front_doors.authorization import Authorization, Throttle
    from constructs_lib.front_doors.request_schema import RequestSchema


class GatewaySettings(NamedTuple):
    """What `SklearnRestApi` was asked for; see there."""

    endpoint: sagemaker.IEndpoint
    authorization: Authorization
    throttle: Throttle
    path: str
    stage_name: str
    content_types: Sequence[str]
    request_schema: RequestSchema
    log_retention: logs.RetentionDays | None
    encryption_key: kms.IKey | None
    cloud_watch_role: bool
    web_acl_arn: str | None


class Gateway:
    """The resources, made as children of `scope`.

    Attributes
    ----------
    api, method, stage
        The API, its one method, and the stage that it is called at.
    usage_plan, api_key
        Of an API with keys; else None.
    """

    def __init__(self, scope: Construct, settings: GatewaySettings) -> None:
        self._scope = scope
        self._settings = settings
        self._name = Names.unique_resource_name(scope, max_length=_MAX_NAME, separator="-").lower()
        self._retention = settings.log_retention or logs.RetentionDays.THREE_MONTHS
        if settings.encryption_key is not None:
            gateway_logs.let_logs_use(scope, settings.encryption_key, name=self._name, stage_name=settings.stage_name)
        self.access_log = gateway_logs.access_log(
            scope, name=self._name, retention=self._retention, encryption_key=settings.encryption_key
        )
        self.api = self._make_api()
        self.stage: apigateway.Stage = self.api.deployment_stage
        self._refusals()
        self.method = self._make_method()
        self._log_stage()
        self._protect()
        self.usage_plan: apigateway.UsagePlan | None = None
        self.api_key: apigateway.IApiKey | None = None
        if isinstance(settings.authorization, ApiKeyAuthorization):
            self._make_keys(settings.authorization)

    def _make_api(self) -> apigateway.RestApi:
        settings = self._settings
        api = apigateway.RestApi(
            self._scope,
            "Api",
            rest_api_name=self._name,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=binary_media_types(settings.content_types) or None,
            # The role of the account is no part of one API: see gateway_logs.account_role.
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=settings.stage_name,
                access_log_destination=apigateway.LogGroupLogDestination(self.access_log),
                access_log_format=apigateway.AccessLogFormat.custom(gateway_logs.ACCESS_LOG_FORMAT),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                tracing_enabled=True,
                throttling_rate_limit=settings.throttle.rate,
                throttling_burst_limit=settings.throttle.burst,
            ),
        )
        # The address of the one method is the output that a caller needs.
        api.node.try_remove_child("Endpoint")
        return api

    def _refusals(self) -> None:
        for name, template in REFUSALS.items():
            self.api.add_gateway_response(
                f"Refusal{name.title().replace('_', '')}",
                type=apigateway.ResponseType.of(name),
                templates={JSON: template},
            )

    def _make_method(self) -> apigateway.Method:
        settings = self._settings
        keys = isinstance(settings.authorization, ApiKeyAuthorization)
        resource = self.api.root.resource_for_path(f"/{settings.path}")
        method = resource.add_method(
            "POST",
            self._integration(),
            authorization_type=apigateway.AuthorizationType.NONE if keys else apigateway.AuthorizationType.IAM,
            api_key_required=keys,
            request_parameters={f"method.request.header.{name}": False for name in REQUEST_HEADERS},
            request_validator=apigateway.RequestValidator(
                self._scope,
                "Validator",
                rest_api=self.api,
                validate_request_body=True,
                validate_request_parameters=True,
            ),
            request_models={JSON: self._model()} if JSON in settings.content_types else None,
            method_responses=[
                apigateway.MethodResponse(
                    status_code=rule.status,
                    response_parameters={
                        f"method.response.header.{name}": True
                        for name in (RESPONSE_HEADERS if rule.template is None else RESPONSE_HEADERS[:1])
                    },
                )
                for rule in ANSWER_RULES
            ],
        )
        nag.acknowledge_rest_api_method(method)
        return method

    def _integration(self) -> apigateway.Integration:
        settings = self._settings
        role = iam.Role(self._scope, "Role", assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"))
        invoke = statements.invoke_endpoint(settings.endpoint.endpoint_arn)
        for policy in add_policies(self._scope, roles=[role], statements_by_id={"Invoke": [invoke]}):
            # Else the first callers are told that the API may not call the endpoint.
            self.stage.node.add_dependency(policy)
        binary = binary_media_types(settings.content_types)
        # SagemakerIntegration declares an answer 200 without headers, and would let the role stream as well.
        return apigateway.AwsIntegration(
            service="runtime.sagemaker",
            path=f"endpoints/{settings.endpoint.endpoint_name}/invocations",
            options=apigateway.IntegrationOptions(
                credentials_role=role,
                timeout=Duration.seconds(_TIMEOUT_SECONDS),
                passthrough_behavior=(
                    apigateway.PassthroughBehavior.WHEN_NO_MATCH if binary else apigateway.PassthroughBehavior.NEVER
                ),
                request_templates=templates(settings.content_types),
                request_parameters={
                    f"integration.request.header.{name}": f"method.request.header.{name}" for name in REQUEST_HEADERS
                },
                integration_responses=[
                    apigateway.IntegrationResponse(
                        status_code=rule.status,
                        selection_pattern=rule.pattern,
                        # An error is text, also where the caller asked for bytes.
                        content_handling=None if rule.template is None else apigateway.ContentHandling.CONVERT_TO_TEXT,
                        response_templates=None if rule.template is None else {JSON: rule.template},
                        response_parameters=(
                            {
                                f"method.response.header.{name}": f"integration.response.header.{name}"
                                for name in RESPONSE_HEADERS
                            }
                            if rule.template is None
                            else {"method.response.header.Content-Type": f"'{JSON}'"}
                        ),
                    )
                    for rule in ANSWER_RULES
                ],
            ),
        )

    def _model(self) -> apigateway.IModel:
        # The L2's schema class takes no dictionary.
        schema = self._settings.request_schema.schema()
        model = apigateway.CfnModel(
            self._scope, "RequestModel", rest_api_id=self.api.rest_api_id, content_type=JSON, schema=schema
        )
        deployment = self.api.latest_deployment
        if deployment is None:
            raise AssertionError("the API deploys itself")
        deployment.node.add_dependency(model)
        deployment.add_to_logical_id({"model": schema})
        return apigateway.Model.from_model_name(self._scope, "RequestModelName", model.ref)

    def _log_stage(self) -> None:
        settings = self._settings
        log = gateway_logs.execution_log(
            self._scope,
            rest_api_id=self.api.rest_api_id,
            # Not the stage's Ref: the log group is there before the stage.
            stage_name=settings.stage_name,
            retention=self._retention,
            encryption_key=settings.encryption_key,
        )
        self.stage.node.add_dependency(log)
        if settings.cloud_watch_role:
            self.stage.node.add_dependency(gateway_logs.account_role(self._scope))
        nag.acknowledge_rest_api_stage(self.stage)

    def _protect(self) -> None:
        if self._settings.web_acl_arn is not None:
            wafv2.CfnWebACLAssociation(
                self._scope,
                "WebAclAssociation",
                resource_arn=self.stage.stage_arn,
                web_acl_arn=self._settings.web_acl_arn,
            )

    def _make_keys(self, authorization: ApiKeyAuthorization) -> None:
        quota = authorization.quota
        self.usage_plan = self.api.add_usage_plan(
            "UsagePlan",
            throttle=apigateway.ThrottleSettings(
                rate_limit=authorization.throttle.rate, burst_limit=authorization.throttle.burst
            ),
            quota=(
                None
                if quota is None
                else apigateway.QuotaSettings(limit=quota.limit, period=apigateway.Period[quota.period])
            ),
            api_stages=[apigateway.UsagePlanPerApiStage(api=self.api, stage=self.stage)],
        )
        # What RestApi.add_api_key makes names a stage as well, which was the way before there were usage plans.
        self.api_key = apigateway.ApiKey(self._scope, "ApiKey")
        self.usage_plan.add_api_key(self.api_key)

    @property
    def url(self) -> str:
        """Where rows are posted to."""
        return self.stage.url_for_path(f"/{self._settings.path}")

    @property
    def api_key_id(self) -> str:
        """The id of the key, which is not its value."""
        if self.api_key is None:
            raise AssertionError("only an API with keys is asked for one")
        return self.api_key.key_id

    @property
    def invoke_arn(self) -> str:
        """What `execute-api:Invoke` is allowed on: the one method at the one stage."""
        return self.api.arn_for_execute_api("POST", f"/{self._settings.path}", self._settings.stage_name)


_MAX_NAME = 128
# Of an integration: API Gateway's default, and the most that it takes without a raised quota.
_TIMEOUT_SECONDS = 29
