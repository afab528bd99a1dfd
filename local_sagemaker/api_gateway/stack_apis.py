"""REST APIs of stacks: every resource type that the CDK renders for one, in moto's API Gateway.

moto 5.2.5 makes four of them from a few of their properties, and neither changes nor deletes any. Rules: the types of
AWS::ApiGateway in the CloudFormation template reference.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.apigateway.models import Stage

from local_sagemaker.api_gateway.stack_resources import GatewayResource, Wanted, tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_INTEGRATION_OPTIONS = {
    "Credentials": "credentials",
    "RequestTemplates": "request_templates",
    "RequestParameters": "request_parameters",
    "PassthroughBehavior": "passthrough_behavior",
    "ContentHandling": "content_handling",
    "TimeoutInMillis": "timeout_in_millis",
    "ConnectionType": "connection_type",
    "CacheNamespace": "cache_namespace",
}
_METHOD_SETTINGS = {
    "CacheDataEncrypted": "cacheDataEncrypted",
    "CacheTtlInSeconds": "cacheTtlInSeconds",
    "CachingEnabled": "cachingEnabled",
    "DataTraceEnabled": "dataTraceEnabled",
    "LoggingLevel": "loggingLevel",
    "MetricsEnabled": "metricsEnabled",
    "ThrottlingBurstLimit": "throttlingBurstLimit",
    "ThrottlingRateLimit": "throttlingRateLimit",
}


class RestApi(GatewayResource):
    """AWS::ApiGateway::RestApi."""

    resource_type = "AWS::ApiGateway::RestApi"
    not_emulated = ("Body", "BodyS3Location", "CloneFrom", "Policy")

    @classmethod
    def make(cls, wanted: Wanted) -> RestApi:
        api = wanted.backend.create_rest_api(name=wanted.properties.get("Name", wanted.name), description="")
        cls.change(wanted._replace(physical_id=api.id))
        return cls(api.id, {"RestApiId": api.id, "RootResourceId": api.root_resource_id})

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        api = wanted.backend.get_rest_api(wanted.physical_id)
        api.name = wanted.properties.get("Name", wanted.name)
        api.description = wanted.description
        api.binaryMediaTypes = list(wanted.properties.get("BinaryMediaTypes") or ())
        api.api_key_source = wanted.properties.get("ApiKeySourceType", "HEADER")
        types = (wanted.properties.get("EndpointConfiguration") or {}).get("Types")
        api.endpoint_configuration = {"types": types or ["EDGE"]}
        api.minimum_compression_size = wanted.properties.get("MinimumCompressionSize")
        api.disableExecuteApiEndpoint = bool(wanted.properties.get("DisableExecuteApiEndpoint"))
        api.tags = tags_of(wanted.properties)

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.get_rest_api(wanted.physical_id)
        wanted.backend.delete_rest_api(wanted.physical_id)


class Resource(GatewayResource):
    """AWS::ApiGateway::Resource."""

    resource_type = "AWS::ApiGateway::Resource"

    @classmethod
    def make(cls, wanted: Wanted) -> Resource:
        api_id, parent_id, part = (
            wanted.api_id,
            wanted.properties["ParentId"],
            wanted.properties["PathPart"],
        )
        if any((one.parent_id, one.path_part) == (parent_id, part) for one in wanted.backend.get_resources(api_id)):
            raise ValueError(f"Another resource with the same parent already has this name: {part}")
        resource = wanted.backend.create_resource(api_id, parent_id, part)
        return cls(resource.id, {"ResourceId": resource.id})

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        raise AssertionError(f"every property of {wanted.physical_id} is create-only")

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.get_resource(wanted.api_id, wanted.physical_id)
        wanted.backend.delete_resource(wanted.api_id, wanted.physical_id)


class Method(GatewayResource):
    """AWS::ApiGateway::Method."""

    resource_type = "AWS::ApiGateway::Method"
    not_emulated = ("AuthorizerId", "AuthorizationScopes")

    @classmethod
    def make(cls, wanted: Wanted) -> Method:
        cls.change(wanted)
        return cls(wanted.name)

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        where = wanted.method
        wanted.backend.put_method(
            *where,
            authorization_type=wanted.properties.get("AuthorizationType", "NONE"),
            api_key_required=bool(wanted.properties.get("ApiKeyRequired")),
            request_parameters=wanted.properties.get("RequestParameters"),
            request_models=wanted.properties.get("RequestModels"),
            operation_name=wanted.properties.get("OperationName"),
            request_validator_id=wanted.properties.get("RequestValidatorId"),
        )
        for response in wanted.properties.get("MethodResponses") or ():
            wanted.backend.put_method_response(
                *where, response["StatusCode"], response.get("ResponseModels"), response.get("ResponseParameters")
            )
        integration = wanted.properties.get("Integration")
        if integration:
            _put_integration(wanted.backend, where, integration)

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.delete_method(wanted.api_id, wanted.properties["ResourceId"], wanted.properties["HttpMethod"])


class Deployment(GatewayResource):
    """AWS::ApiGateway::Deployment."""

    resource_type = "AWS::ApiGateway::Deployment"
    not_emulated = ("StageName", "StageDescription", "DeploymentCanarySettings")

    @classmethod
    def make(cls, wanted: Wanted) -> Deployment:
        methods = [method for one in wanted.api.resources.values() for method in one.resource_methods.values()]
        if not all(method.method_integration for method in methods):
            raise ValueError("No integration defined for method")
        deployment = wanted.backend.create_deployment(wanted.api_id, "", wanted.description)
        return cls(deployment.id, {"DeploymentId": deployment.id})

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        wanted.backend.get_deployment(wanted.api_id, wanted.physical_id).description = wanted.description

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        api = wanted.api
        if any(stage.deployment_id == wanted.physical_id for stage in api.stages.values()):
            raise ValueError("Active stages pointing to this deployment must be moved or deleted")
        wanted.backend.delete_deployment(wanted.api_id, wanted.physical_id)


class StageResource(GatewayResource):
    """AWS::ApiGateway::Stage."""

    resource_type = "AWS::ApiGateway::Stage"
    not_emulated = ("CacheClusterEnabled", "CanarySetting", "ClientCertificateId")

    @classmethod
    def make(cls, wanted: Wanted) -> StageResource:
        stage_name = wanted.properties.get("StageName", "default")
        stages = wanted.api.stages
        if stage_name in stages:
            raise ValueError("Stage already exists")
        stage = Stage(name=stage_name)
        cls._configure(stage, wanted)
        stages[stage_name] = stage
        return cls(stage_name)

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        cls._configure(wanted.api.stages[wanted.physical_id], wanted)

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.delete_stage(wanted.api_id, wanted.physical_id)

    @classmethod
    def _configure(cls, stage: Stage, wanted: Wanted) -> None:
        settings = {
            _settings_key(given): {name: given[key] for key, name in _METHOD_SETTINGS.items() if key in given}
            for given in wanted.properties.get("MethodSettings") or ()
        }
        access_log = wanted.properties.get("AccessLogSetting")
        logs = access_log or any(given.get("loggingLevel", "OFF") != "OFF" for given in settings.values())
        if logs and not wanted.backend.account.cloudwatch_role_arn:
            raise ValueError("CloudWatch Logs role ARN must be set in account settings to enable logging")
        stage.deployment_id = wanted.properties["DeploymentId"]
        stage.method_settings = settings
        stage.access_log_settings = access_log and {
            "destinationArn": access_log["DestinationArn"],
            "format": access_log.get("Format", ""),
        }
        stage.variables = dict(wanted.properties.get("Variables") or {})
        stage.description = wanted.description
        stage.tracing_enabled = bool(wanted.properties.get("TracingEnabled"))
        stage.tags = tags_of(wanted.properties)


class Model(GatewayResource):
    """AWS::ApiGateway::Model."""

    resource_type = "AWS::ApiGateway::Model"

    @classmethod
    def make(cls, wanted: Wanted) -> Model:
        # Names of models are letters and digits.
        model_name = wanted.properties.get("Name") or "".join(filter(str.isalnum, wanted.name))
        wanted.backend.create_model(wanted.api_id, model_name, wanted.properties.get("ContentType", ""), "", "")
        cls.change(wanted._replace(physical_id=model_name))
        return cls(model_name)

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        model = wanted.backend.get_model(wanted.api_id, wanted.physical_id)
        schema = wanted.properties.get("Schema") or {}
        model.schema = schema if isinstance(schema, str) else json.dumps(schema)
        model.description = wanted.description

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.delete_model(wanted.api_id, wanted.physical_id)


class RequestValidator(GatewayResource):
    """AWS::ApiGateway::RequestValidator."""

    resource_type = "AWS::ApiGateway::RequestValidator"

    @classmethod
    def make(cls, wanted: Wanted) -> RequestValidator:
        validator = wanted.backend.create_request_validator(
            wanted.api_id, wanted.properties.get("Name", wanted.name), None, None
        )
        cls.change(wanted._replace(physical_id=validator.id))
        return cls(validator.id, {"RequestValidatorId": validator.id})

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        validator = wanted.backend.get_request_validator(wanted.api_id, wanted.physical_id)
        validator.validate_request_body = bool(wanted.properties.get("ValidateRequestBody"))
        validator.validate_request_parameters = bool(wanted.properties.get("ValidateRequestParameters"))

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.get_request_validator(wanted.api_id, wanted.physical_id)
        wanted.backend.delete_request_validator(wanted.api_id, wanted.physical_id)


class GatewayResponse(GatewayResource):
    """AWS::ApiGateway::GatewayResponse."""

    resource_type = "AWS::ApiGateway::GatewayResponse"

    @classmethod
    def make(cls, wanted: Wanted) -> GatewayResponse:
        cls.change(wanted)
        return cls(wanted.name, {"Id": wanted.name})

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        wanted.backend.put_gateway_response(
            wanted.api_id,
            wanted.properties["ResponseType"],
            wanted.properties.get("StatusCode"),
            wanted.properties.get("ResponseParameters") or {},
            wanted.properties.get("ResponseTemplates") or {},
        )

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.delete_gateway_response(wanted.api_id, wanted.properties["ResponseType"])


API_RESOURCES = (
    RestApi,
    Resource,
    Method,
    Deployment,
    StageResource,
    Model,
    RequestValidator,
    GatewayResponse,
)


def _put_integration(backend: Any, where: tuple[str, str, str], integration: Mapping[str, Any]) -> None:
    options = {name: integration.get(key) for key, name in _INTEGRATION_OPTIONS.items()}
    backend.put_integration(
        *where,
        integration_type=integration["Type"],
        uri=integration.get("Uri", ""),
        integration_method=integration.get("IntegrationHttpMethod", ""),
        **options,
    )
    for response in integration.get("IntegrationResponses") or ():
        backend.put_integration_response(
            *where,
            str(response["StatusCode"]),
            response.get("SelectionPattern", ""),
            response.get("ResponseTemplates") or {},
            response.get("ResponseParameters") or {},
            response.get("ContentHandling"),
        )


def _settings_key(given: Mapping[str, Any]) -> str:
    path = given.get("ResourcePath", "/*")
    # In a path of a method of its own the slashes are escaped.
    return f"{path.removeprefix('/')}/{given.get('HttpMethod', '*')}"
