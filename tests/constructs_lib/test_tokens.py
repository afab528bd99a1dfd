"""Parameters in place of values: nothing is compared that is not known before the deployment."""

import json

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    InstanceVariant,
    ModelData,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
)
from tests.constructs_lib.test_templates import cfn_lint


def test_every_value_may_be_a_parameter(stack, tmp_path):
    def text(name: str) -> str:
        return cdk.CfnParameter(stack, name).value_as_string

    def number(name: str) -> float:
        return cdk.CfnParameter(stack, name, type="Number").value_as_number

    bucket = s3.Bucket.from_bucket_name(stack, "Models", text("ModelBucket"))
    data = ModelData.from_s3(
        f"s3://{bucket.bucket_name}/{text('ModelKey')}",
        version=text("ModelVersion"),
        sha256=text("ModelDigest"),
        sklearn_version=text("SklearnVersion"),
        encryption_key=kms.Key.from_key_arn(stack, "Key", text("KeyArn")),
        overwritten=False,
    )
    model = SklearnModel(stack, "Model", model_data=data, environment={"STAGE": text("StageName")})
    variant = InstanceVariant(
        model=model,
        instance_type=text("InstanceType"),
        initial_instance_count=number("InstanceCount"),  # type: ignore[arg-type]
        weight=number("Weight"),
        volume_size=cdk.Size.gibibytes(number("VolumeSize")),
        container_startup_health_check_timeout=cdk.Duration.seconds(number("StartupTimeout")),
        inference_ami_version=text("AmiVersion"),
        capacity_reservation_arn=text("Reservation"),
    )
    config = SklearnEndpointConfig(stack, "Config", variants=[variant])
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config, endpoint_name=text("Name"))
    endpoint.grant_invoke(iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))
    template = Template.from_stack(stack)
    template.has_resource_properties("AWS::SageMaker::Endpoint", {"EndpointName": {"Ref": "Name"}})
    template.has_resource_properties(
        "AWS::SageMaker::EndpointConfig",
        {
            "ProductionVariants": [
                Match.object_like(
                    {
                        "InitialInstanceCount": {"Ref": "InstanceCount"},
                        "InstanceType": {"Ref": "InstanceType"},
                        "VolumeSizeInGB": {"Ref": "VolumeSize"},
                        "CapacityReservationConfig": Match.object_like({"MlReservationArn": {"Ref": "Reservation"}}),
                    }
                )
            ]
        },
    )
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps(template.to_json()), encoding="utf-8")
    assert cfn_lint(path) == ""
