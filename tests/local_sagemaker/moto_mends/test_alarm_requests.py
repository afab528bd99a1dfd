"""Alarms are put, described, set and remembered as CloudWatch does it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

ERRORS = {
    "Namespace": "N",
    "MetricName": "errors",
    "Dimensions": [{"Name": "EndpointName", "Value": "churn"}],
    "Statistic": "Average",
    "Period": 60,
}
SETTING = {"EvaluationPeriods": 1, "Threshold": 0.5, "ComparisonOperator": "GreaterThanThreshold"}
TOPIC = "arn:aws:sns:us-east-1:123456789012:topic"


@pytest.fixture
def cloudwatch(mended: bool, moto_server: Any, every_client: Callable[[str, str], Any]) -> Any:
    return every_client("cloudwatch", "us-east-1")


def put(cloudwatch: Any, name: str = "errors", **more: Any) -> None:
    cloudwatch.put_metric_alarm(AlarmName=name, **{**ERRORS, **SETTING, **more})


def math(expression: str, **more: Any) -> list[dict[str, Any]]:
    metric = {key: ERRORS[key] for key in ("Namespace", "MetricName", "Dimensions")}
    return [
        {"Id": "e", "Expression": expression, "Label": "errors in percent"},
        {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "p99", **more}, "ReturnData": False},
    ]


def put_math(cloudwatch: Any, expression: str = "100 * m", **more: Any) -> None:
    cloudwatch.put_metric_alarm(AlarmName="percent", Metrics=math(expression), **{**SETTING, **more})


def described(cloudwatch: Any, name: str = "errors") -> Any:
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm


def names(response: Any, kind: str = "MetricAlarms") -> list[str]:
    return [alarm["AlarmName"] for alarm in response[kind]]


def test_a_new_alarm_knows_nothing_yet(cloudwatch, mended):
    put(cloudwatch, TreatMissingData="ignore", Unit="Count", AlarmDescription="too many", OKActions=[TOPIC])
    found = described(cloudwatch)
    assert (found["StateValue"] == "INSUFFICIENT_DATA") is mended
    assert found["StateReason"] == "Unchecked: Initial alarm creation"
    assert {key: found[key] for key in ERRORS} == ERRORS
    assert {key: found[key] for key in SETTING} == SETTING
    assert (found["AlarmDescription"], found["Unit"], found["OKActions"]) == ("too many", "Count", [TOPIC])
    assert found["AlarmArn"] == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors"


def test_an_updated_alarm_stays_as_it_is(cloudwatch, mended):
    put(cloudwatch)
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a test")
    before = described(cloudwatch)
    put(cloudwatch, Threshold=0.7)
    found = described(cloudwatch)
    assert found["Threshold"] == 0.7
    assert (found["StateValue"] == "ALARM") is mended
    if mended:
        assert (found["StateReason"], found["StateUpdatedTimestamp"]) == ("a test", before["StateUpdatedTimestamp"])


def test_an_alarm_on_an_expression_is_described_as_it_was_put(cloudwatch, mended):
    put_math(cloudwatch)
    found = described(cloudwatch, "percent")
    expected = [{**item, "ReturnData": item.get("ReturnData", True)} for item in math("100 * m")]
    assert (found["Metrics"] == expected) is mended
    put_math(cloudwatch, "200 * m")
    assert described(cloudwatch, "percent")["Metrics"][0]["Expression"] == "200 * m"


def test_a_trimmed_mean_is_a_statistic_of_alarms(cloudwatch, mended):
    options: dict[str, Any] = {**ERRORS, **SETTING, "ExtendedStatistic": "tm99"}
    del options["Statistic"]
    if mended:
        cloudwatch.put_metric_alarm(AlarmName="trimmed", **options)
        assert described(cloudwatch, "trimmed")["ExtendedStatistic"] == "tm99"
    else:
        with pytest.raises(ClientError):
            cloudwatch.put_metric_alarm(AlarmName="trimmed", **options)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"Period": 45}, "The period 45 must be"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm is 2"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "anomaly detection is not emulated"),
        ({"ThresholdMetricId": "band"}, "ThresholdMetricId is not emulated"),
        ({"TreatMissingData": "never"}, "breaching, notBreaching, ignore, missing"),
        ({"ExtendedStatistic": "p99"}, "Statistic and ExtendedStatistic are mutually exclusive"),
        ({"Statistic": None, "ExtendedStatistic": "q99"}, "The statistic 'q99' is none of"),
        ({"Threshold": None}, "needs a Threshold"),
        ({"AlarmActions": [TOPIC] * 5 + [f"{TOPIC}6"]}, "There are 6 actions"),
        ({"Metrics": math("m")}, "Metrics list and MetricName are mutually exclusive"),
        ({"WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 5}}, "WarmUpConfiguration is not emulated"),
        ({"EvaluationWindow": {"WallClockWindow": {"Timezone": "UTC"}}}, "WallClockWindow is not emulated"),
    ],
)
def test_what_is_wrong_with_an_alarm_is_said(cloudwatch, mended, options, reason):
    if mended:
        options = {key: value for key, value in {**ERRORS, **SETTING, **options}.items() if value is not None}
        with pytest.raises(ClientError, match=reason):
            cloudwatch.put_metric_alarm(AlarmName="wrong", **options)
        assert not names(cloudwatch.describe_alarms())


def test_an_alarm_that_is_refused_leaves_the_one_of_its_name_as_it_was(cloudwatch, mended):
    if mended:
        put_math(cloudwatch)
        with pytest.raises(ClientError, match="the function SEARCH is not emulated"):
            put_math(cloudwatch, "SEARCH('x')")
        assert described(cloudwatch, "percent")["Metrics"][0]["Expression"] == "100 * m"


def test_alarms_are_chosen_by_state_prefix_and_action(cloudwatch, mended):
    put(cloudwatch, "b-1", OKActions=[TOPIC])
    put(cloudwatch, "b-2", AlarmActions=["arn:aws:lambda:us-east-1:123456789012:function:f"])
    put(cloudwatch, "a")
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="a test")
    assert names(cloudwatch.describe_alarms(AlarmNamePrefix="b-")) == ["b-1", "b-2"]
    assert names(cloudwatch.describe_alarms(StateValue="ALARM")) == ["a"]
    assert names(cloudwatch.describe_alarms(ActionPrefix="arn:aws:lambda")) == ["b-2"]
    assert names(cloudwatch.describe_alarms(ActionPrefix="arn:aws:sns")) == (["b-1"] if mended else [])
    if mended:
        with pytest.raises(ClientError, match="mutually exclusive"):
            cloudwatch.describe_alarms(AlarmNamePrefix="b-", AlarmNames=["a"])


def test_alarms_are_described_in_pages_by_name(cloudwatch, mended):
    for name in ("c", "a", "b"):
        put(cloudwatch, name)
    pages = cloudwatch.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 2})
    assert [names(page) for page in pages] == ([["a", "b"], ["c"]] if mended else [["c", "a", "b"]])


def test_alarms_of_a_metric_are_found(cloudwatch, mended):
    put(cloudwatch, "errors")
    put(cloudwatch, "slow", Period=300)
    put(cloudwatch, "elsewhere", Dimensions=[])
    put_math(cloudwatch)
    asked = {key: ERRORS[key] for key in ("Namespace", "MetricName", "Dimensions")}
    found = names(cloudwatch.describe_alarms_for_metric(**asked))
    assert found == (["errors", "slow"] if mended else ["errors", "slow", "elsewhere"])
    if mended:
        assert names(cloudwatch.describe_alarms_for_metric(**asked, Period=300, Statistic="Average")) == ["slow"]


def history(cloudwatch: Any, **wanted: Any) -> list[tuple[str, str]]:
    items = cloudwatch.describe_alarm_history(ScanBy="TimestampAscending", **wanted)["AlarmHistoryItems"]
    return [(item["HistoryItemType"], item["HistorySummary"]) for item in items]


def test_what_happened_to_an_alarm_is_remembered(cloudwatch, mended):
    put(cloudwatch)
    if not mended:
        with pytest.raises(ClientError):
            history(cloudwatch)
        return
    put(cloudwatch, Threshold=0.7)
    put(cloudwatch, "other")
    for state in ("ALARM", "ALARM", "OK"):
        cloudwatch.set_alarm_state(
            AlarmName="errors", StateValue=state, StateReason="a test", StateReasonData='{"why": "so"}'
        )
    cloudwatch.delete_alarms(AlarmNames=["errors", "unknown"])
    updates = [
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("StateUpdate", "Alarm updated from ALARM to OK"),
    ]
    created, updated, deleted = (
        ("ConfigurationUpdate", f'Alarm "errors" {past}') for past in ("created", "updated", "deleted")
    )
    assert history(cloudwatch, AlarmName="errors") == [created, updated, *updates, deleted]
    assert history(cloudwatch, HistoryItemType="StateUpdate") == updates
    assert history(cloudwatch, AlarmTypes=["CompositeAlarm"]) == []
    now = datetime.now(timezone.utc)
    assert history(cloudwatch, StartDate=now + timedelta(hours=1)) == []
    assert len(history(cloudwatch, EndDate=now + timedelta(hours=1))) == 6
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName="errors", HistoryItemType="StateUpdate", PaginationConfig={"PageSize": 1}
    )
    latest, earlier = (page["AlarmHistoryItems"][0] for page in pages)
    assert latest["HistorySummary"].endswith("to OK")
    assert json.loads(earlier["HistoryData"])["newState"] == {
        "stateValue": "ALARM",
        "stateReason": "a test",
        "stateReasonData": '{"why": "so"}',
    }


def compose(cloudwatch: Any, name: str, rule: str, **more: Any) -> None:
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule=rule, **more)


def test_a_composite_alarm_is_described_where_it_is_asked_for(cloudwatch, mended):
    put(cloudwatch)
    if not mended:
        with pytest.raises(ClientError):
            compose(cloudwatch, "both", "ALARM(errors)")
        return
    compose(cloudwatch, "both", "ALARM(errors)", AlarmDescription="d", AlarmActions=[TOPIC], ActionsEnabled=False)
    assert names(cloudwatch.describe_alarms(), "CompositeAlarms") == []
    response = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])
    assert names(response) == []
    (found,) = response["CompositeAlarms"]
    assert (found["AlarmRule"], found["StateValue"]) == ("ALARM(errors)", "INSUFFICIENT_DATA")
    assert (found["AlarmDescription"], found["AlarmActions"], found["ActionsEnabled"]) == ("d", [TOPIC], False)
    assert names(cloudwatch.describe_alarms(ChildrenOfAlarmName="both")) == ["errors"]
    assert names(cloudwatch.describe_alarms(ParentsOfAlarmName="errors"), "CompositeAlarms") == ["both"]
    with pytest.raises(ClientError, match="There is no composite alarm errors"):
        cloudwatch.describe_alarms(ChildrenOfAlarmName="errors")
    compose(cloudwatch, "both", "OK(errors)")
    (found,) = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert (found["AlarmRule"], found["ActionsEnabled"]) == ("OK(errors)", True)
    assert history(cloudwatch, AlarmTypes=["CompositeAlarm"]) == [
        ("ConfigurationUpdate", 'Alarm "both" created'),
        ("ConfigurationUpdate", 'Alarm "both" updated'),
    ]


def test_an_alarm_that_a_composite_one_needs_is_deleted_with_it_alone(cloudwatch, mended):
    if mended:
        put(cloudwatch)
        compose(cloudwatch, "both", "ALARM(errors)")
        with pytest.raises(ClientError, match="The alarm errors cannot be deleted: both depends on it"):
            cloudwatch.delete_alarms(AlarmNames=["errors"])
        cloudwatch.delete_alarms(AlarmNames=["errors", "both"])
        assert not names(cloudwatch.describe_alarms())


@pytest.mark.parametrize(
    ("name", "rule", "more", "reason"),
    [
        ("both", "ALARM(gone) OR ALARM(errors)", {}, r"alarms \[gone\] in the alarm rule do not exist"),
        ("both", "MAYBE", {}, "AlarmRule is not understood at 'MAYBE'"),
        ("errors", "TRUE", {}, "The alarm errors is a metric alarm"),
        ("both", "TRUE", {"ActionsSuppressor": "errors"}, "ActionsSuppressor is not emulated"),
        ("both", "TRUE", {"OKActions": [f"{TOPIC}{number}" for number in range(6)]}, "There are 6 actions"),
    ],
)
def test_what_is_wrong_with_a_composite_alarm_is_said(cloudwatch, mended, name, rule, more, reason):
    if mended:
        put(cloudwatch)
        with pytest.raises(ClientError, match=reason):
            compose(cloudwatch, name, rule, **more)


def test_a_metric_alarm_does_not_take_the_place_of_a_composite_one(cloudwatch, mended):
    if mended:
        compose(cloudwatch, "errors", "TRUE")
        with pytest.raises(ClientError, match="The alarm errors is a composite alarm"):
            put(cloudwatch)
