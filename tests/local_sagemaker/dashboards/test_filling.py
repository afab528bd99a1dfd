"""Widgets are filled with what a running local cloud gives."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker import pace
from local_sagemaker.dashboards.body import read_body
from local_sagemaker.dashboards.cloudwatch import refusal
from local_sagemaker.dashboards.exceptions import InvalidBodyError
from local_sagemaker.dashboards.filling import fill
from local_sagemaker.dashboards.time_range import TimeRange
from tests.local_sagemaker.dashboards.widgets import graph, metric


def only(dashboard):
    (filled,) = dashboard.widgets
    return filled


def test_a_sum_is_drawn_over_a_second_which_is_a_minute_of_aws(cloud):
    cloud.put_values("Invocations", {20: 2.0, 19: 3.0})
    cloud.put_values("Invocations", {19: 4.0})
    (series,) = only(cloud.fetch(graph(metric("Invocations")))).series
    assert list(series.values) == [2.0, 7.0]
    assert list(series.times) == [cloud.now - 20, cloud.now - 19]
    assert series.period == 1


class Late:
    """CloudWatch whose last period has just begun: a real one begins its periods when it likes."""

    region = "us-east-1"

    def metric_data(self, region, queries, time_range):
        yield queries[0]["Id"], "", [time_range.end - 15.0, time_range.end - 5.0], [9.0, 2.0]

    def unit(self, *_):
        return None


@pytest.mark.parametrize(("live", "values"), [(False, [9.0]), (True, [9.0, 2.0])])
def test_the_period_under_way_is_left_out_unless_the_widget_wants_it_live(live, values):
    body = read_body(json.dumps({"widgets": [graph(metric("Invocations", period=600), liveData=live)]}))
    late: Any = Late()
    (series,) = only(fill("churn", body, late, TimeRange(0, 180), 60.0)).series
    assert list(series.values) == values


def test_units_come_from_the_metric_or_from_the_label_of_an_expression(cloud):
    cloud.put_values("ModelLatency", {9: 35_000.0}, unit="Microseconds")
    cloud.put_values("Nameless", {9: 1.0})
    rows = [
        metric("ModelLatency", id="m1", stat="Maximum"),
        metric("ModelLatency", stat="SampleCount"),
        metric("Nameless"),
        metric("Empty"),
        [{"expression": "m1", "label": "latency (ms)"}],
        [{"expression": "m1"}],
    ]
    series = only(cloud.fetch(graph(*rows))).series
    assert [one.unit and (one.unit.family, one.unit.factor) for one in series] == [
        ("time", 1e-6),
        ("number", 1.0),
        ("number", 1.0),
        None,
        ("time", 1e-3),
        None,
    ]


def test_inputs_of_expressions_are_not_drawn(cloud):
    cloud.put_values("Invocations", {9: 5.0})
    rows = [[{"expression": "m1", "label": "all", "id": "e1"}], metric("Invocations", id="m1", visible=False)]
    (series,) = only(cloud.fetch(graph(*rows))).series
    assert (series.label, list(series.values)) == ("all", [5.0])


def test_labels_tell_series_apart_or_say_what_they_ask_for(cloud):
    cloud.put_values("Invocations", {9: 5.0, 8: 7.0})
    rows = [metric("Invocations"), metric("Invocations", "green"), metric("Invocations", label="max ${MAX}")]
    assert [one.label for one in only(cloud.fetch(graph(*rows))).series] == ["blue", "green", "max 7"]


def test_a_whole_time_is_one_value_of_what_is_shown(cloud):
    cloud.put_values("Invocations", {600: 1.0, 50: 5.0, 12: 7.0})
    widgets = [graph(metric("Invocations"), setPeriodToTimeRange=whole) for whole in (True, False)]
    board = cloud.fetch(*widgets, last="2m")
    assert board.time_range.start % 60 == 0
    whole, parts = (list(one.series[0].values) for one in board.widgets)
    assert (whole, parts) == ([12.0], [5.0, 7.0])


def test_an_alarm_gives_its_metric_and_threshold(cloud):
    cloud.put_values("Invocations", {9: 5.0})
    arn = cloud.put_alarm("busy")
    filled = only(cloud.fetch(graph(annotations={"alarms": [arn]})))
    assert filled.title == "busy"
    assert [(one.label, list(one.values)) for one in filled.series] == [("Invocations", [5.0])]
    assert [(one["value"], one["fill"]) for one in filled.thresholds] == [(7.0, "above")]


def test_an_alarm_beside_metrics_of_the_widgets_own_adds_its_threshold_alone(cloud):
    arn = cloud.put_alarm("busy")
    filled = only(cloud.fetch(graph(metric("ModelLatency"), annotations={"alarms": [arn]})))
    assert [one.label for one in filled.series] == ["ModelLatency"]
    assert len(filled.thresholds) == 1


def test_a_composite_alarm_has_no_threshold(cloud):
    cloud.client.put_composite_alarm(AlarmName="odd", AlarmRule="TRUE")
    filled = only(cloud.fetch(graph(annotations={"alarms": ["odd"]})))
    assert (filled.title, filled.thresholds) == ("odd", [])


def test_alarm_states_are_filtered_and_sorted(cloud):
    arns = [cloud.put_alarm(name) for name in ("fine", "busy", "quiet")]
    for name, state in (("fine", "OK"), ("busy", "ALARM"), ("quiet", "INSUFFICIENT_DATA")):
        cloud.client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="so")
    gone = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:gone"
    board = cloud.fetch(
        {"type": "alarm", "properties": {"alarms": [*arns, gone]}},
        {"type": "alarm", "properties": {"alarms": [*arns, gone], "states": ["ALARM"]}},
    )
    states = [[(alarm.name, alarm.state) for alarm in filled.alarms] for filled in board.widgets]
    assert states[0] == [("busy", "ALARM"), ("quiet", "INSUFFICIENT_DATA"), ("fine", "OK"), ("gone", "")]
    # One that is not there may be in any state.
    assert states[1] == [("busy", "ALARM"), ("gone", "")]


def test_an_alarm_is_looked_for_in_the_region_of_its_arn(cloud):
    arn = cloud.put_alarm("busy")
    cloud.client.set_alarm_state(AlarmName="busy", StateValue="ALARM", StateReason="so")
    arns = [arn, arn.replace("us-east-1", "eu-west-1"), "busy"]
    alarms = only(cloud.fetch({"type": "alarm", "properties": {"alarms": arns[:2]}})).alarms
    assert sorted(alarm.state for alarm in alarms) == ["", "ALARM"]
    (alarm,) = only(cloud.fetch({"type": "alarm", "properties": {"alarms": arns[2:]}})).alarms
    assert alarm.state == "ALARM"


def test_more_alarms_than_one_request_takes_are_all_there(cloud):
    arns = [cloud.put_alarm(f"alarm-{number:03}") for number in range(101)]
    filled = only(cloud.fetch({"type": "alarm", "properties": {"alarms": arns}}))
    assert len(filled.alarms) == 101
    assert all(alarm.state for alarm in filled.alarms)


def test_rows_of_another_region_are_asked_for_there(cloud):
    cloud.put_values("Invocations", {9: 5.0})
    here, abroad = only(cloud.fetch(graph(metric("Invocations"), metric("Invocations", region="eu-west-1")))).series
    assert (list(here.values), list(abroad.values)) == ([5.0], [])


def test_what_is_refused_is_told_on_the_card(cloud):
    wrong, right = cloud.fetch(graph(["NS", "Name", "", ""]), graph(metric("Invocations"))).widgets
    assert "Invalid length for parameter MetricDataQueries[0].MetricStat.Metric.Dimensions[0].Name" in wrong.problem
    assert right.problem == ""


def test_what_cloudwatch_refuses_is_told_in_its_words():
    error = ClientError({"Error": {"Code": "ValidationError", "Message": "Error in expression 'e1'"}}, "GetMetricData")
    assert refusal(error) == "ValidationError: Error in expression 'e1'"


def test_dots_that_match_nothing_are_refused(cloud):
    with pytest.raises(InvalidBodyError, match="Its dots do not match"):
        cloud.fetch(graph([".", "."]))


def test_notes_say_how_long_a_minute_is_and_which_periods_do_not_fit(cloud):
    (note,) = cloud.fetch().notes
    assert note == (
        "Times in UTC. A minute of AWS takes 1 second on this local cloud, and periods are as much shorter: "
        "a Sum over 1 second here stands for a Sum over a minute there."
    )
    (_, note) = cloud.fetch(graph(metric("Invocations", period=120), metric("Invocations", period=300))).notes
    assert note == ("A period of 2 minutes is drawn as 1 second, 1 minute of AWS: CloudWatch has none between.")


def test_at_the_pace_of_aws_there_is_nothing_to_note_but_the_zone(cloud):
    pace.use(1)
    try:
        assert cloud.fetch(graph(metric("Invocations"))).notes == ["Times in UTC. The local cloud keeps AWS's pace."]
    finally:
        pace.use(pace.DEFAULT_SPEED)


def test_variables_are_named_since_they_are_not_applied(cloud):
    board = cloud.fetch(variables=[{"id": "endpoint", "label": "Endpoint"}, {"id": "variant"}])
    assert board.notes[0] == "Its variables stay as the body has them: Endpoint, variant."


def test_a_widget_may_show_a_time_of_its_own(cloud):
    cloud.put_values("Invocations", {100: 1.0, 9: 5.0})
    own, common = cloud.fetch(graph(metric("Invocations"), start="-PT1H"), graph(metric("Invocations"))).widgets
    assert own.time_range.seconds == 60
    assert (list(own.series[0].values), list(common.series[0].values)) == ([5.0], [1.0, 5.0])


def test_widgets_of_other_kinds_have_a_place_and_no_data(cloud):
    board = cloud.fetch(
        {"type": "text", "properties": {"markdown": "# Churn"}},
        {"type": "log", "properties": {"region": "us-east-1", "query": "fields @message"}},
    )
    assert [(one.widget.kind, one.place.x, one.series) for one in board.widgets] == [("text", 0, ()), ("log", 6, ())]


def test_as_much_time_is_shown_as_asked_for_or_as_the_body_says(cloud):
    assert cloud.fetch(last="90s").time_range.seconds == 90
    assert cloud.fetch().time_range.seconds == 180
    assert cloud.fetch(start="-PT6H").time_range.seconds == 360
