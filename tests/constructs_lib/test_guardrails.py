import aws_cdk as cdk
import pytest
from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    AllAtOnce,
    Canary,
    ConfigurationError,
    InstanceVariant,
    Linear,
    ModelData,
    RollbackAlarms,
    Rolling,
    ServerlessVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
)


@pytest.fixture
def model(stack, model_dir):
    return SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))


def deployment_config(stack: cdk.Stack) -> dict[str, dict[str, object]]:
    (endpoint,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Endpoint").values()
    config: dict[str, dict[str, object]] = endpoint["Properties"]["DeploymentConfig"]
    return config


def routing(kind: str, **more: object) -> dict[str, object]:
    return {
        "TerminationWaitInSeconds": 300,
        "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": 300, **more},
    }


def percent(value: int) -> dict[str, object]:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def test_one_instance_is_replaced_at_once_and_watched(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model)
    config = deployment_config(stack)
    assert config["BlueGreenUpdatePolicy"] == {
        "TerminationWaitInSeconds": 300,
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
    }
    alarms = Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm")
    assert config["AutoRollbackConfiguration"] == {"Alarms": [{"AlarmName": {"Ref": name}} for name in alarms]}


def test_from_two_instances_on_a_canary_goes_first(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model, initial_instance_count=2)
    assert deployment_config(stack)["BlueGreenUpdatePolicy"] == routing("CANARY", CanarySize=percent(10))


def test_a_variant_that_may_scale_to_one_is_replaced_at_once(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, initial_instance_count=3)
    endpoint.variant().auto_scale_instance_count(min_capacity=1, max_capacity=5)
    assert "ALL_AT_ONCE" in str(deployment_config(stack))


def test_what_fails_or_takes_long_undoes_an_update(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    dimensions = [
        {"Name": "EndpointName", "Value": endpoint.endpoint_name},
        {"Name": "VariantName", "Value": "AllTraffic"},
    ]
    common = {
        "Dimensions": dimensions,
        "Namespace": "AWS/SageMaker",
        "Period": 60,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::CloudWatch::Alarm", 2)
    template.has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {**common, "MetricName": "Invocation5XXErrors", "Statistic": "Average", "Threshold": 0.05},
    )
    template.has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {**common, "MetricName": "ModelLatency", "ExtendedStatistic": "p99", "Threshold": 10_000_000},
    )


def test_the_role_may_look_at_exactly_the_alarms_before_the_endpoint_is_made(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model)
    template = Template.from_stack(stack)
    alarms = template.find_resources("AWS::CloudWatch::Alarm")
    policies = template.find_resources(
        "AWS::IAM::Policy",
        {
            "Properties": {
                "PolicyDocument": {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["cloudwatch:DescribeAlarms"],
                            "Resource": [{"Fn::GetAtt": [name, "Arn"]} for name in alarms],
                        }
                    ]
                }
            }
        },
    )
    (policy,) = policies
    template.has_resource("AWS::SageMaker::Endpoint", {"DependsOn": Match.array_with([policy])})


def test_limits_and_alarms_of_your_own(stack, model):
    mine = cloudwatch.Alarm.from_alarm_arn(stack, "Mine", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:mine")
    alarms = RollbackAlarms(
        max_error_rate_percent=1, max_p99_latency=Duration.millis(250), evaluation_periods=3, others=[mine]
    )
    SklearnEndpoint(stack, "Endpoint", model=model, rollback_alarms=alarms)
    template = Template.from_stack(stack)
    for threshold in (0.01, 250_000):
        template.has_resource_properties("AWS::CloudWatch::Alarm", {"Threshold": threshold, "EvaluationPeriods": 3})
    assert {"AlarmName": "mine"} in deployment_config(stack)["AutoRollbackConfiguration"]["Alarms"]  # type: ignore[operator]


def test_without_alarms_nothing_undoes_an_update(stack, model):
    alarms = RollbackAlarms(max_error_rate_percent=None, latency=False)
    SklearnEndpoint(stack, "Endpoint", model=model, rollback_alarms=alarms)
    assert "AutoRollbackConfiguration" not in deployment_config(stack)
    assert "cloudwatch:DescribeAlarms" not in str(Template.from_stack(stack).to_json())


def test_each_policy_as_cloudformation_takes_it(make_stack, model_dir):
    minute = Duration.minutes(1)
    for deployment, expected in (
        (AllAtOnce(baking_time=minute), {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}),
        (
            Canary(size_percent=50, wait=minute, baking_time=minute),
            {"Type": "CANARY", "CanarySize": percent(50), "WaitIntervalInSeconds": 60},
        ),
        (
            Linear(step_percent=10, wait=minute, baking_time=minute),
            {"Type": "LINEAR", "LinearStepSize": percent(10), "WaitIntervalInSeconds": 60},
        ),
    ):
        stack = make_stack(type(deployment).__name__)
        model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
        SklearnEndpoint(stack, "Endpoint", model=model, initial_instance_count=2, deployment=deployment)
        assert deployment_config(stack)["BlueGreenUpdatePolicy"] == {
            "TerminationWaitInSeconds": 60,
            "TrafficRoutingConfiguration": expected,
        }


def test_a_rolling_update_needs_no_second_fleet(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model, initial_instance_count=4, deployment=Rolling(batch_percent=50))
    config = deployment_config(stack)
    assert "BlueGreenUpdatePolicy" not in config
    assert config["RollingUpdatePolicy"] == {
        "MaximumBatchSize": percent(50),
        "RollbackMaximumBatchSize": percent(100),
        "WaitIntervalInSeconds": 300,
    }


@pytest.mark.parametrize(
    ("deployment", "problem"),
    [
        (Canary(size_percent=51), "deployment has size_percent 51; give 1 to 50"),
        (Linear(step_percent=9), "deployment has step_percent 9; give 10 to 50"),
        (Rolling(batch_percent=4), "deployment has batch_percent 4; give 5 to 50"),
        (Rolling(rollback_percent=101), "deployment has rollback_percent 101; give 5 to 100"),
        (AllAtOnce(baking_time=cdk.Duration.hours(2)), "deployment has baking_time 7200 s; give 0 to 3600 s"),
        (Canary(wait=cdk.Duration.hours(2)), "deployment has wait 7200 s; give 0 to 3600 s"),
    ],
)
def test_numbers_that_sagemaker_refuses(stack, model, deployment, problem):
    with pytest.raises(ConfigurationError, match=rf"\[Churn/Endpoint\] {problem}"):
        SklearnEndpoint(stack, "Endpoint", model=model, initial_instance_count=2, deployment=deployment)


@pytest.mark.parametrize("deployment", [Canary(), Linear(), Rolling()], ids=lambda one: type(one).__name__)
def test_a_part_of_one_instance_is_refused_at_once_and_when_it_scales(stack, model, deployment):
    problem = (
        "which moves a part of the instances, and a variant has, or may scale to, 1; give every variant at least 2"
    )
    with pytest.raises(ConfigurationError, match=problem):
        SklearnEndpoint(stack, "One", model=model, deployment=deployment)
    endpoint = SklearnEndpoint(stack, "Two", model=model, initial_instance_count=2, deployment=deployment)
    with pytest.raises(ConfigurationError, match=problem):
        endpoint.variant().auto_scale_instance_count(min_capacity=1, max_capacity=4)
    endpoint.variant().auto_scale_instance_count(min_capacity=2, max_capacity=4)


def test_only_one_variant_rolls(stack, model):
    variants = [InstanceVariant(model=model, name=name, initial_instance_count=2) for name in ("A", "B")]
    config = SklearnEndpointConfig(stack, "Config", variants=variants)
    with pytest.raises(ConfigurationError, match="deployment is Rolling, and there are 2 variants; SageMaker rolls a"):
        SklearnEndpoint(stack, "Endpoint", config=config, deployment=Rolling())


def test_ten_variants_have_ten_alarms(stack, model):
    variants = [InstanceVariant(model=model, name=f"V{number}") for number in range(10)]
    config = SklearnEndpointConfig(stack, "Config", variants=variants)
    SklearnEndpoint(stack, "Endpoint", config=config)
    Template.from_stack(stack).resource_count_is("AWS::CloudWatch::Alarm", 10)
    with pytest.raises(ConfigurationError, match="makes 20 alarms for 10 variants; SageMaker takes 10: set latency=F"):
        SklearnEndpoint(stack, "More", config=config, rollback_alarms=RollbackAlarms())


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"max_error_rate_percent": 0}, "max_error_rate_percent 0; give a number above 0 and at most 100"),
        ({"max_error_rate_percent": 101}, "max_error_rate_percent 101; give"),
        ({"max_p99_latency": cdk.Duration.seconds(61)}, "max_p99_latency 61000 ms; give up to 60000 ms"),
        ({"evaluation_periods": 0}, "evaluation_periods 0; give 1 or more"),
    ],
)
def test_limits_that_no_alarm_can_have(stack, model, options, problem):
    with pytest.raises(ConfigurationError, match=problem):
        SklearnEndpoint(stack, "Endpoint", model=model, rollback_alarms=RollbackAlarms(**options))


def test_a_serverless_endpoint_has_none(stack, model):
    config = SklearnEndpointConfig(stack, "Config", variants=[ServerlessVariant(model=model)])
    SklearnEndpoint(stack, "Endpoint", config=config)
    template = Template.from_stack(stack)
    template.has_resource_properties("AWS::SageMaker::Endpoint", {"DeploymentConfig": Match.absent()})
    template.resource_count_is("AWS::CloudWatch::Alarm", 0)
    for options in ({"deployment": AllAtOnce()}, {"rollback_alarms": RollbackAlarms()}):
        (name,) = options
        with pytest.raises(ConfigurationError, match=f"{name} is given for a serverless endpoint, which SageMaker upd"):
            SklearnEndpoint(stack, f"With{name}", config=config, **options)
