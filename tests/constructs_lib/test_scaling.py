import aws_cdk as cdk
import pytest
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk.assertions import Annotations, Match, Template

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

POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"


@pytest.fixture
def model(stack, model_dir):
    return SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))


@pytest.fixture
def endpoint(stack, model):
    return SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="churn")


@pytest.fixture
def serverless(stack, model):
    variant = ServerlessVariant(model=model, max_concurrency=20, provisioned_concurrency=2)
    config = SklearnEndpointConfig(stack, "Config", variants=[variant])
    return SklearnEndpoint(stack, "Serverless", config=config, endpoint_name="warm")


def tracked(stack: cdk.Stack, metric: str, target: float, **more: object) -> None:
    configuration = {
        "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
        "TargetValue": target,
        **more,
    }
    Template.from_stack(stack).has_resource_properties(
        POLICY, {"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": configuration}
    )


def test_the_target_is_the_variant_and_waits_for_the_endpoint(stack, endpoint):
    endpoint.variant().auto_scale_instance_count(min_capacity=2, max_capacity=6)
    template = Template.from_stack(stack)
    (endpoint_id,) = template.find_resources("AWS::SageMaker::Endpoint")
    template.has_resource(
        TARGET,
        {
            "Properties": {
                "ServiceNamespace": "sagemaker",
                "ResourceId": "endpoint/churn/variant/AllTraffic",
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "MinCapacity": 2,
                "MaxCapacity": 6,
            },
            "DependsOn": [endpoint_id],
        },
    )
    template.resource_count_is("AWS::IAM::Role", 1)  # the model's: the one that scales is AWS's own


def test_it_follows_the_requests_that_an_instance_gets(stack, endpoint):
    endpoint.variant().auto_scale_instance_count(max_capacity=4).scale_on_invocations(
        "Load", invocations_per_instance=600, scale_out_cooldown=cdk.Duration.seconds(30)
    )
    tracked(stack, "SageMakerVariantInvocationsPerInstance", 600, ScaleOutCooldown=30)


def test_it_follows_the_requests_in_flight(stack, endpoint):
    endpoint.variant().auto_scale_instance_count(max_capacity=4).scale_on_concurrency("Busy", requests_per_instance=5)
    tracked(stack, "SageMakerVariantConcurrentRequestsPerModelHighResolution", 5)


def test_it_follows_any_metric_in_steps(stack, endpoint):
    variant = endpoint.variant()
    variant.auto_scale_instance_count(max_capacity=4).scale_on_metric(
        "Cpu",
        metric=variant.metric_cpu_utilization(),
        scaling_steps=[
            autoscaling.ScalingInterval(upper=20, change=-1),
            autoscaling.ScalingInterval(lower=150, change=2),
        ],
    )
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::CloudWatch::Alarm", 2 + len(endpoint.rollback_alarms))
    template.has_resource_properties(
        POLICY,
        {
            "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": {
                "AdjustmentType": "ChangeInCapacity",
                "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 2}],
            },
        },
    )


def test_its_bounds_follow_the_clock(stack, endpoint):
    scaling = endpoint.variant().auto_scale_instance_count(max_capacity=4)
    morning = autoscaling.Schedule.cron(hour="7", minute="30", week_day="MON-FRI")
    scaling.scale_on_schedule("Morning", schedule=morning, min_capacity=3, time_zone=cdk.TimeZone.EUROPE_ZURICH)
    Template.from_stack(stack).has_resource_properties(
        TARGET,
        {
            "ScheduledActions": [
                {
                    "ScheduledActionName": "Morning",
                    "Schedule": "cron(30 7 ? * MON-FRI *)",
                    "Timezone": "Europe/Zurich",
                    "ScalableTargetAction": {"MinCapacity": 3},
                }
            ]
        },
    )
    with pytest.raises(ConfigurationError, match="schedule 'Evening' changes nothing; give min_capacity, max_capacity"):
        scaling.scale_on_schedule("Evening", schedule=morning)


def test_updates_keep_the_count_that_scaling_found_and_nothing_else(stack, endpoint):
    assert endpoint.cfn_endpoint.retain_all_variant_properties is None
    endpoint.variant().auto_scale_instance_count(max_capacity=4)
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::Endpoint",
        {
            "RetainAllVariantProperties": True,
            "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredWeight"}],
        },
    )
    Annotations.from_stack(stack).has_no_warning("/Churn/Endpoint", Match.any_value())


def test_several_variants_scale_and_those_that_do_not_are_warned_of(stack, model):
    variants = [InstanceVariant(model=model, name=name) for name in ("A", "B", "C")]
    config = SklearnEndpointConfig(stack, "Config", variants=variants)
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config)
    for name in ("A", "B"):
        endpoint.variant(name).auto_scale_instance_count(max_capacity=4)
    Template.from_stack(stack).resource_count_is(TARGET, 2)
    Annotations.from_stack(stack).has_warning(
        "/Churn/Endpoint", Match.string_like_regexp("updates keep the instance counts of all variants")
    )


def test_warm_slots_follow_their_use(stack, serverless):
    scaling = serverless.variant().auto_scale_provisioned_concurrency(max_capacity=20)
    scaling.scale_on_utilization("Use", utilization_target=0.7)
    tracked(stack, "SageMakerVariantProvisionedConcurrencyUtilization", 0.7)
    template = Template.from_stack(stack)
    template.has_resource_properties(TARGET, {"ScalableDimension": "sagemaker:variant:DesiredProvisionedConcurrency"})
    template.has_resource_properties("AWS::SageMaker::Endpoint", {"RetainAllVariantProperties": Match.absent()})
    for wrong in (0, 1.1):
        with pytest.raises(ConfigurationError, match=f"utilization_target {wrong} is no share; give a number above 0"):
            scaling.scale_on_utilization("Wrong", utilization_target=wrong)


@pytest.mark.parametrize(
    ("bounds", "problem"),
    [
        ({"min_capacity": 0, "max_capacity": 2}, "min_capacity 0 is too small; give at least 1"),
        ({"min_capacity": 3, "max_capacity": 2}, "max_capacity 2 is below min_capacity 3; give at least that"),
    ],
)
def test_bounds_that_are_refused(endpoint, serverless, bounds, problem):
    with pytest.raises(ConfigurationError, match=rf"\[Churn/Endpoint\] variant 'AllTraffic': {problem}"):
        endpoint.variant().auto_scale_instance_count(**bounds)
    with pytest.raises(ConfigurationError, match=problem):
        serverless.variant().auto_scale_provisioned_concurrency(**bounds)


def test_a_variant_scales_once(endpoint):
    endpoint.variant().auto_scale_instance_count(max_capacity=2)
    with pytest.raises(ConfigurationError, match="it scales already; add policies to what the first call returned"):
        endpoint.variant().auto_scale_instance_count(max_capacity=3)


def test_what_cannot_scale_says_what_can(stack, model, endpoint, serverless):
    with pytest.raises(ConfigurationError, match="has no instances; use auto_scale_provisioned_concurrency"):
        serverless.variant().auto_scale_instance_count(max_capacity=2)
    with pytest.raises(ConfigurationError, match="is not serverless; use auto_scale_instance_count"):
        endpoint.variant().auto_scale_provisioned_concurrency(max_capacity=2)
    with pytest.raises(ConfigurationError, match="max_capacity 21 is above max_concurrency 20; give at most that"):
        serverless.variant().auto_scale_provisioned_concurrency(max_capacity=21)
    cold = SklearnEndpointConfig(stack, "Cold", variants=[ServerlessVariant(model=model)])
    with pytest.raises(ConfigurationError, match="keeps no slots warm that could be scaled; give it provisioned_con"):
        SklearnEndpoint(stack, "ColdOne", config=cold).variant().auto_scale_provisioned_concurrency(max_capacity=2)
    burstable = SklearnEndpoint(stack, "Burstable", model=model, instance_type="ml.t2.medium")
    with pytest.raises(ConfigurationError, match=r"'ml.t2.medium' is burstable, and SageMaker does not scale those"):
        burstable.variant().auto_scale_instance_count(max_capacity=2)
    shadow = SklearnEndpointConfig(
        stack, "Shadowed", variants=[InstanceVariant(model=model)], shadow=ShadowVariant(model=model)
    )
    with pytest.raises(ConfigurationError, match="SageMaker scales production variants only; give the shadow as many"):
        SklearnEndpoint(stack, "WithShadow", config=shadow).variant("Shadow").auto_scale_instance_count(max_capacity=2)


def test_a_variant_that_is_none_is_told_those_that_are(endpoint):
    with pytest.raises(ConfigurationError, match=r"\[Churn/Endpoint\] there is no variant 'b'; choose one of 'AllTraf"):
        endpoint.variant("b")
    assert endpoint.variant().variant_name == "AllTraffic"
