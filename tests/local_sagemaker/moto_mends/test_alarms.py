"""AWS::CloudWatch::Alarm makes an alarm."""

from typing import Any

import pytest
from moto.cloudwatch.models import cloudwatch_backends

from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.cloudformation.stack_state import state_of


def alarm(**properties):
    common = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 0.01}
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**common, **properties}}


ERRORS = {
    "Namespace": "AWS/SageMaker",
    "MetricName": "Invocation5XXErrors",
    "Dimensions": [{"Name": "EndpointName", "Value": "churn"}],
    "Statistic": "Average",
    "Period": 60,
}


def test_a_stack_makes_changes_and_deletes_an_alarm(stacks, mended):
    backend = cloudwatch_backends[ACCOUNT_ID]["us-east-1"]
    stack = stacks.deploy(
        "alarms", {"Errors": alarm(**ERRORS)}, Outputs={"Arn": {"Value": {"Fn::GetAtt": ["Errors", "Arn"]}}}
    )
    name = state_of(stack).resources["Errors"].physical_id
    assert (name in backend.alarms) is mended
    if mended:
        assert stack.outputs[0]["OutputValue"] == backend.alarms[name].alarm_arn
        assert backend.alarms[name].dimensions[0].value == "churn"
        stacks.deploy("alarms", {"Errors": alarm(**ERRORS, TreatMissingData="notBreaching")})
        assert backend.alarms[name].treat_missing_data == "notBreaching"
        stacks.delete(stack)
        assert not backend.alarms


def test_an_alarm_may_be_on_an_expression(stacks, mended):
    stat = {
        "Metric": {key: ERRORS[key] for key in ("Namespace", "MetricName", "Dimensions")},
        "Period": 60,
        "Stat": "Sum",
    }
    metrics = [
        {"Id": "rate", "Expression": "errors / 60", "Label": "errors a second"},
        {"Id": "errors", "MetricStat": stat, "ReturnData": False},
    ]
    stacks.deploy("alarms", {"Rate": alarm(AlarmName="rate", Metrics=metrics)})
    queries: dict[str, Any] = {
        query.id: query
        for item in cloudwatch_backends[ACCOUNT_ID]["us-east-1"].alarms.values()
        for query in item.metric_data_queries
    }
    assert sorted(queries) == (["errors", "rate"] if mended else [])
    if mended:
        assert queries["errors"].metric_stat.metric.metric_name == "Invocation5XXErrors"
        assert queries["rate"].expression == "errors / 60"


def test_a_stack_makes_changes_and_deletes_a_composite_alarm(stacks, mended):
    backend = cloudwatch_backends[ACCOUNT_ID]["us-east-1"]

    def resources(function, **properties):
        name = {"Fn::Sub": [f'{function}("${{Name}}")', {"Name": {"Ref": "Errors"}}]}
        either = {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmRule": name, **properties}}
        return {"Either": either, "Errors": alarm(**ERRORS)}

    output = {"Arn": {"Value": {"Fn::GetAtt": ["Either", "Arn"]}}}
    stack = stacks.deploy("alarms", resources("ALARM", ActionsEnabled="false"), Outputs=output)
    name, child = (state_of(stack).resources[key].physical_id for key in ("Either", "Errors"))
    assert (name in backend.alarms) is mended
    if mended:
        assert stack.outputs[0]["OutputValue"] == backend.alarms[name].alarm_arn
        assert (backend.alarms[name].rule, backend.alarms[name].actions_enabled) == (f'ALARM("{child}")', False)
        stacks.deploy("alarms", resources("OK"))
        assert (backend.alarms[name].rule, backend.alarms[name].actions_enabled) == (f'OK("{child}")', True)
        stacks.delete(stack)
        assert not backend.alarms


@pytest.mark.parametrize(
    "properties",
    [
        {"Metrics": [{"Id": "found", "Expression": "SEARCH('x', 'Sum')"}]},
        {**ERRORS, "ThresholdMetricId": "band"},
    ],
)
def test_an_alarm_that_is_refused_fails_the_stack(stacks, mended, properties):
    stack = stacks.deploy("alarms", {"Errors": alarm(**properties)})
    assert (stack.status == "ROLLBACK_COMPLETE") is mended


def test_an_attribute_that_an_alarm_does_not_have_is_refused(stacks, mended):
    stack = stacks.deploy(
        "alarms", {"Errors": alarm(**ERRORS)}, Outputs={"X": {"Value": {"Fn::GetAtt": ["Errors", "Nonsense"]}}}
    )
    assert (stack.status == "ROLLBACK_COMPLETE") is mended
