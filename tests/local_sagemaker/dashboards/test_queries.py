"""What GetMetricData is asked."""

from local_sagemaker.dashboards.metric_rows import Row
from local_sagemaker.dashboards.queries import metric_data_queries, periods_here, with_ids
from local_sagemaker.dashboards.time_range import TimeRange

METRIC = Row(namespace="NS", name="Name", dimensions=(("A", "b"),), stat="Sum", period=60, id="m1")


def test_rows_without_an_id_get_one_that_no_other_has():
    rows = with_ids([Row(id="row2"), Row(), Row(id="m1")])
    assert [row.id for row in rows] == ["row2", "row2x", "m1"]


def test_a_metric_is_asked_for_in_the_local_clouds_period():
    assert metric_data_queries([METRIC], 60.0) == [
        {
            "Id": "m1",
            "ReturnData": True,
            "MetricStat": {
                "Metric": {"Namespace": "NS", "MetricName": "Name", "Dimensions": [{"Name": "A", "Value": "b"}]},
                "Period": 1,
                "Stat": "Sum",
            },
        }
    ]


def test_an_expression_counts_in_aws_time_and_inputs_are_not_returned():
    hidden = Row(namespace="NS", name="Name", id="m1", period=300, visible=False)
    queries = metric_data_queries([Row(expression="m1 / PERIOD(m1)", id="e1"), hidden], 60.0)
    assert queries[0] == {"Id": "e1", "ReturnData": True, "Expression": "m1 / 300"}
    assert queries[1]["ReturnData"] is False


def test_over_a_whole_time_the_period_is_all_of_it():
    queries = metric_data_queries([METRIC, Row(expression="m1 / PERIOD(m1)", id="e1")], 60.0, whole=TimeRange(360, 540))
    assert queries[0]["MetricStat"]["Period"] == 180
    assert queries[1]["Expression"] == "m1 / 10800"


def test_metrics_insights_needs_a_period():
    (query,) = metric_data_queries([Row(expression="SELECT MAX(a) FROM b", id="s1", period=60)], 60.0)
    assert query["Period"] == 1


def test_an_expression_has_values_where_its_inputs_have():
    slow = Row(namespace="NS", name="Slow", id="m2", period=600)
    expression = Row(expression="m1 / m2", id="e1", period=60)
    assert periods_here([METRIC, slow, expression], 60.0) == {"m1": 1, "m2": 10, "e1": 10}
