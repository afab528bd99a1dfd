import dataclasses
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration, Size
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    ConfigurationError,
    InstanceVariant,
    ModelData,
    ServerlessVariant,
    ShadowVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
)

RESERVATION = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/serving"


@pytest.fixture
def model(stack, model_dir):
    return SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))


def rendered(variant: InstanceVariant) -> Any:
    return variant.model.node.scope.resolve(variant.render())  # type: ignore[union-attr]


def test_defaults(model):
    assert rendered(InstanceVariant(model=model)) == {
        "variantName": "AllTraffic",
        "modelName": {"Fn::GetAtt": ["Model0301700E", "ModelName"]},
        "instanceType": "ml.m5.large",
        "initialInstanceCount": 1,
        "initialVariantWeight": 1.0,
    }


def test_everything_given(model):
    variant = InstanceVariant(
        model=model,
        name="Challenger",
        instance_type="ml.c5.xlarge",
        initial_instance_count=3,
        weight=0.25,
        container_startup_health_check_timeout=Duration.minutes(10),
        model_data_download_timeout=Duration.hours(1),
        volume_size=Size.gibibytes(512),
        routing_strategy="LEAST_OUTSTANDING_REQUESTS",
        inference_ami_version="al2-ami-sagemaker-inference-gpu-3-1",
        capacity_reservation_arn=RESERVATION,
    )
    assert list(variant.problems(encrypted=True)) == []
    assert rendered(variant) == {
        "variantName": "Challenger",
        "modelName": {"Fn::GetAtt": ["Model0301700E", "ModelName"]},
        "instanceType": "ml.c5.xlarge",
        "initialInstanceCount": 3,
        "initialVariantWeight": 0.25,
        "containerStartupHealthCheckTimeoutInSeconds": 600,
        "modelDataDownloadTimeoutInSeconds": 3600,
        "volumeSizeInGb": 512,
        "routingConfig": {"routingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
        "inferenceAmiVersion": "al2-ami-sagemaker-inference-gpu-3-1",
        "capacityReservationConfig": {
            "capacityReservationPreference": "capacity-reservations-only",
            "mlReservationArn": RESERVATION,
        },
    }


def test_a_shadow_has_the_same_options(model):
    variant = ShadowVariant(model=model, routing_strategy="RANDOM", capacity_reservation_arn=RESERVATION)
    assert list(variant.problems(encrypted=True)) == []
    shadow = model.node.scope.resolve(variant.render(1.0))
    assert shadow["routingConfig"] == {"routingStrategy": "RANDOM"}
    assert shadow["capacityReservationConfig"]["mlReservationArn"] == RESERVATION


def test_a_weight_of_zero_stays_zero(model):
    assert rendered(InstanceVariant(model=model, weight=0))["initialVariantWeight"] == 0


def test_a_variant_cannot_be_changed(model):
    with pytest.raises(dataclasses.FrozenInstanceError):
        InstanceVariant(model=model).weight = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "not_a_name"}, "variant name 'not_a_name' is not a name; use at most 63"),
        (
            {"instance_type": "m5.large"},
            "variant 'AllTraffic' has instance_type 'm5.large'; give one such as 'ml.m5.large'",
        ),
        (
            {"instance_type": "ml.m6g.large"},
            "instance type 'ml.m6g.large' is arm64, but the image of framework_version",
        ),
        ({"initial_instance_count": 0}, "variant 'AllTraffic' has initial_instance_count 0; give at least 1"),
        ({"weight": -0.5}, "variant 'AllTraffic' has weight -0.5; give 0 or more"),
        (
            {"container_startup_health_check_timeout": 59},
            "variant 'AllTraffic' has container_startup_health_check_timeout 59 s; give 60 to 3600 s",
        ),
        (
            {"model_data_download_timeout": 3601},
            "variant 'AllTraffic' has model_data_download_timeout 3601 s; give 60 to",
        ),
        ({"volume_size": 513}, "variant 'AllTraffic' has volume_size 513 GiB; give 1 to 512 GiB"),
        (
            {"routing_strategy": "ROUND_ROBIN"},
            "variant 'AllTraffic' has routing_strategy 'ROUND_ROBIN'; give 'LEAST_OUTSTANDING_REQUESTS' or 'RANDOM'",
        ),
        (
            {"capacity_reservation_arn": "cr-0123456789abcdef0"},
            "variant 'AllTraffic' has capacity_reservation_arn 'cr-0123456789abcdef0'; give the ARN of an ML capacity",
        ),
    ],
)
def test_what_sagemaker_would_refuse_is_refused(model, options, message):
    units = {"volume_size": Size.gibibytes}
    options = {
        name: units.get(name, Duration.seconds)(value) if name.endswith(("timeout", "size")) else value
        for name, value in options.items()
    }
    (problem,) = InstanceVariant(model=model, **options).problems(encrypted=False)
    assert problem.startswith(message)


def test_no_key_and_no_volume_for_instances_with_disks_of_their_own(model):
    variant = InstanceVariant(model=model, instance_type="ml.m5d.large")
    assert list(variant.problems(encrypted=False)) == []
    variant = dataclasses.replace(variant, volume_size=Size.gibibytes(20))
    key, volume = variant.problems(encrypted=True)
    assert key == (
        "variant 'AllTraffic' has instance_type 'ml.m5d.large', whose disks are its own and encrypted by hardware, and "
        "encryption_key is for EBS volumes; choose a type without such disks, such as 'ml.m5.large' (with them are "
        "c5d, c6gd, dl1, g4dn, g5, g6, g6e, g7, g7e, m5d, m6gd, p4d, p4de, p5, p5e, p5en, p6-b200, p6-b300, p6e-gb200, "
        "r5d, r6gd, r7gd, trn1, trn1n, trn2), or leave encryption_key out"
    )
    assert volume == key.replace("encryption_key", "volume_size")


def test_tokens_are_never_compared(model):
    parameter = cdk.CfnParameter(model, "Parameter", type="Number")
    variant = InstanceVariant(
        model=model,
        name=parameter.value_as_string,
        instance_type=parameter.value_as_string,
        initial_instance_count=parameter.value_as_number,  # type: ignore[arg-type]
        weight=parameter.value_as_number,
        container_startup_health_check_timeout=Duration.seconds(parameter.value_as_number),
        volume_size=Size.gibibytes(parameter.value_as_number),
        inference_ami_version=parameter.value_as_string,
        capacity_reservation_arn=parameter.value_as_string,
    )
    assert list(variant.problems(encrypted=True)) == []
    assert not variant.has_local_storage
    assert rendered(variant)["initialInstanceCount"] == {"Ref": "ModelParameter73F6DA7F"}


class TestShadowVariant:
    def config(self, stack, model, **options):
        production = InstanceVariant(model=model, weight=options.pop("weight", 1.0))
        return SklearnEndpointConfig(
            stack, "Config", variants=[production], shadow=ShadowVariant(model=model, **options)
        )

    def test_its_share_is_its_weight_over_the_production_variants(self, stack, model):
        self.config(stack, model, weight=4, traffic_percent=25, initial_instance_count=2)
        Template.from_stack(stack).has_resource_properties(
            "AWS::SageMaker::EndpointConfig",
            {
                "ProductionVariants": [Match.object_like({"VariantName": "AllTraffic", "InitialVariantWeight": 4})],
                "ShadowProductionVariants": [
                    Match.object_like({"VariantName": "Shadow", "InitialVariantWeight": 1, "InitialInstanceCount": 2})
                ],
            },
        )

    def test_its_role_may_write_the_endpoints_logs(self, stack, model, model_dir):
        other = SklearnModel(stack, "Other", model_data=ModelData.from_directory(model_dir))
        production, shadow = InstanceVariant(model=model), ShadowVariant(model=other)
        config = SklearnEndpointConfig(stack, "Config", variants=[production], shadow=shadow)
        SklearnEndpoint(stack, "Endpoint", config=config)
        Template.from_stack(stack).has_resource_properties(
            "AWS::IAM::Policy",
            {
                "PolicyName": Match.string_like_regexp("^Logs-"),
                "Roles": [stack.resolve(one.role.role_name) for one in (model, other)],
            },
        )

    @pytest.mark.parametrize("percent", [-1, 100.5])
    def test_a_share_that_is_none(self, stack, model, percent):
        with pytest.raises(ConfigurationError, match=rf"'Shadow' has traffic_percent {percent}; give 0 to 100"):
            self.config(stack, model, traffic_percent=percent)

    def test_a_variant_without_traffic_has_nothing_to_copy(self, stack, model):
        with pytest.raises(ConfigurationError, match="would get a share of variant 'AllTraffic', whose weight is 0"):
            self.config(stack, model, weight=0)

    def test_a_name_that_is_taken(self, stack, model):
        with pytest.raises(ConfigurationError, match="variant name 'AllTraffic' is given 2 times"):
            self.config(stack, model, name="AllTraffic")

    def test_it_stands_beside_exactly_one_variant_on_instances(self, stack, model):
        shadow = ShadowVariant(model=model)
        two = [InstanceVariant(model=model, name=name) for name in ("A", "B")]
        with pytest.raises(ConfigurationError, match="shadow 'Shadow' stands beside 2 production variants; SageMaker"):
            SklearnEndpointConfig(stack, "Two", variants=two, shadow=shadow)
        with pytest.raises(ConfigurationError, match="shadow 'Shadow' stands beside a serverless variant; SageMaker"):
            SklearnEndpointConfig(stack, "Serverless", variants=[ServerlessVariant(model=model)], shadow=shadow)
