"""Metrics in CloudWatch's short notation."""

import pytest

from local_sagemaker.dashboards.exceptions import InvalidBodyError
from local_sagemaker.dashboards.metric_rows import Row, read_rows

CHURN = ["AWS/SageMaker", "Invocations", "EndpointName", "churn", "VariantName", "blue"]


def metrics(*rows):
    return [(row.namespace, row.name, row.dimensions) for row in read_rows({"metrics": list(rows)})]


@pytest.mark.parametrize(
    ("short", "written_out"),
    [
        ([".", ".", ".", ".", ".", "green"], [*CHURN[:5], "green"]),
        (["...", "green"], [*CHURN[:5], "green"]),
        (["..."], CHURN),
        ([".", "ModelLatency", ".", ".", ".", "."], ["AWS/SageMaker", "ModelLatency", *CHURN[2:]]),
        (["...", "fraud", ".", "green"], [*CHURN[:3], "fraud", "VariantName", "green"]),
        ([".", "Errors", "..."], ["AWS/SageMaker", "Errors", *CHURN[2:]]),
        (["NS", "Name"], ["NS", "Name"]),
    ],
)
def test_dots_stand_for_what_the_row_above_has(short, written_out):
    assert metrics(CHURN, short) == metrics(CHURN, written_out)


def test_an_expression_between_two_metrics_does_not_count_as_the_row_above():
    assert metrics(CHURN, [{"expression": "m1"}], ["..."])[2] == metrics(CHURN)[0]


@pytest.mark.parametrize(
    "rows", [[["...", "a"]], [[".", "."]], [["NS", "Name"], ["...", ".", ".", ".", "a"]], [CHURN, [*CHURN, ".", "a"]]]
)
def test_dots_without_anything_above_are_refused_with_their_place(rows):
    with pytest.raises(InvalidBodyError, match=rf"/metrics/{len(rows) - 1}: Its dots do not match"):
        metrics(*rows)


def test_options_of_a_row_win_over_those_of_the_widget():
    options = {"id": "m1", "label": "all", "stat": "p99", "period": 10, "yAxis": "right", "color": "#ffffff"}
    row = read_rows(
        {
            "metrics": [[*CHURN, {**options, "visible": False, "region": "eu-west-1"}]],
            "stat": "Sum",
            "region": "us-east-1",
        }
    )[0]
    assert (row.id, row.label, row.stat, row.period, row.axis, row.color) == (
        "m1",
        "all",
        "p99",
        10,
        "right",
        "#ffffff",
    )
    assert (row.visible, row.region) == (False, "eu-west-1")


def test_a_row_without_options_has_those_of_the_widget_or_cloudwatchs():
    assert read_rows({"metrics": [["NS", "Name"]], "stat": "Sum", "period": 60, "region": "us-east-1"}) == [
        Row(namespace="NS", name="Name", stat="Sum", period=60, region="us-east-1")
    ]
    assert read_rows({"metrics": [["NS", "Name"]]}) == [Row(namespace="NS", name="Name", stat="Average", period=300)]
    assert read_rows({}) == []


def test_an_expression_has_no_metric():
    (row,) = read_rows({"metrics": [[{"expression": "m1 / 2", "label": "half", "id": "e1"}]]})
    assert (row.expression, row.label, row.id, row.name) == ("m1 / 2", "half", "e1", "")
