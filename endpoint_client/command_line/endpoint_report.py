"""What is known of an endpoint, put together from its own description, its configuration's and its models'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from endpoint_client.exceptions import ServiceError
from endpoint_client.transport.service_errors import translated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from endpoint_client.aws_services import AwsServices

# Set by the constructs in a model's environment.
_SKLEARN, _METHOD = "SKLEARN_RUNTIME_MODEL_SKLEARN", "SKLEARN_RUNTIME_METHOD"

Report = dict[str, Any]


def describe_endpoint(services: AwsServices, name: str) -> Mapping[str, Any]:
    """Give what DescribeEndpoint says.

    Raises
    ------
    EndpointNotFound
        There is no such endpoint in this account and region.
    ServiceError
        SageMaker refused or failed.
    """
    with translated(endpoint_name=name, region=services.region):
        return services.sagemaker.describe_endpoint(EndpointName=name)


def endpoint_report(services: AwsServices, described: Mapping[str, Any]) -> Report:
    """Put together what is known of an endpoint, in values that JSON holds.

    Its configuration and models are left out where they cannot be read, with the reason in ``notes``.

    Parameters
    ----------
    services : AwsServices
    described : mapping
        What DescribeEndpoint says.
    """
    notes: list[str] = []
    config_name = described.get("EndpointConfigName", "")
    config: Mapping[str, Any] = {}
    try:
        with services.translated(f"endpoint configuration {config_name!r}"):
            config = services.sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
    except ServiceError as error:
        notes.append(str(error))
    asynchronous = config.get("AsyncInferenceConfig", {}).get("OutputConfig", {})
    capture = described.get("DataCaptureConfig", {})
    return {
        "endpoint": described["EndpointName"],
        "arn": described["EndpointArn"],
        "status": described["EndpointStatus"],
        "since": described["LastModifiedTime"].isoformat(timespec="seconds"),
        "created": described["CreationTime"].isoformat(timespec="seconds"),
        "failure_reason": described.get("FailureReason"),
        "endpoint_config": config_name,
        "variants": _variants(services, described, config, "ProductionVariants", notes),
        "shadow_variants": _variants(services, described, config, "ShadowProductionVariants", notes),
        "async_inference": {
            "output": asynchronous.get("S3OutputPath"),
            "failures": asynchronous.get("S3FailurePath"),
        }
        if asynchronous
        else None,
        "data_capture": {
            "on": capture.get("CaptureStatus") == "Started",
            "percent": capture.get("CurrentSamplingPercentage"),
            "output": capture.get("DestinationS3Uri"),
        }
        if capture
        else None,
        "notes": notes,
    }


def _variants(
    services: AwsServices, described: Mapping[str, Any], config: Mapping[str, Any], key: str, notes: list[str]
) -> list[Report]:
    """Describe the variants: as they are, and where there is none yet, as they are to be."""
    planned = {variant["VariantName"]: variant for variant in config.get(key, [])}
    present = described.get(key) or [{"VariantName": name} for name in planned]
    total = sum(variant.get("CurrentWeight", 0.0) for variant in present)
    reports = []
    for variant in present:
        plan = planned.get(variant["VariantName"], {})
        weight = variant.get("CurrentWeight")
        reports.append(
            {
                "name": variant["VariantName"],
                "weight": weight,
                "desired_weight": variant.get("DesiredWeight", plan.get("InitialVariantWeight")),
                "share": weight / total if weight is not None and total else None,
                "instances": variant.get("CurrentInstanceCount"),
                "desired_instances": variant.get("DesiredInstanceCount", plan.get("InitialInstanceCount")),
                "instance_type": plan.get("InstanceType"),
                "serverless": _serverless(variant.get("CurrentServerlessConfig") or plan.get("ServerlessConfig")),
                "status": ", ".join(status["Status"] for status in variant.get("VariantStatus", [])) or None,
                "model": _model(services, plan.get("ModelName"), notes),
            }
        )
    return reports


def _serverless(config: Mapping[str, Any] | None) -> Report | None:
    if not config:
        return None
    return {
        "memory_mb": config["MemorySizeInMB"],
        "max_concurrency": config["MaxConcurrency"],
        "provisioned_concurrency": config.get("ProvisionedConcurrency"),
    }


def _model(services: AwsServices, name: str | None, notes: list[str]) -> Report | None:
    if name is None:
        return None
    try:
        with services.translated(f"model {name!r}"):
            model: Mapping[str, Any] = services.sagemaker.describe_model(ModelName=name)
    except ServiceError as error:
        notes.append(str(error))
        return {"name": name}
    container = model.get("PrimaryContainer") or model.get("Containers", [{}])[0]
    environment = container.get("Environment", {})
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return {
        "name": name,
        "image": container.get("Image"),
        "data": container.get("ModelDataUrl") or source.get("S3Uri"),
        "scikit_learn": environment.get(_SKLEARN) or None,
        "method": environment.get(_METHOD) or None,
    }
