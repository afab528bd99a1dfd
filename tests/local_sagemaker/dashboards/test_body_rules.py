"""What PutDashboard refuses."""

import json

import pytest

from local_sagemaker.dashboards.body_rules import read_document
from local_sagemaker.dashboards.exceptions import InvalidBodyError


def refused(document):
    with pytest.raises(InvalidBodyError) as error:
        read_document(document if isinstance(document, str) else json.dumps(document))
    return [tuple(problem) for problem in error.value.problems]


def widget(kind="text", **more):
    properties = more.pop("properties", {"markdown": ""} if kind == "text" else {})
    return {"widgets": [{"type": kind, "properties": properties, **more}]}


def metrics(*rows, **properties):
    return widget("metric", properties={"metrics": list(rows), **properties})


NO_ARRAYS = (
    'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element'
)
NO_OBJECT = "The field DashboardBody must be a valid JSON object"
METRIC = ["AWS/SageMaker", "Invocations"]


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        ("[]", "", NO_OBJECT),
        ({}, "", "Should have required property 'widgets'"),
        ({"widgets": [], "variables": ["a"]}, "/variables", "Should be array of objects"),
        ({"widgets": {}}, "/widgets", "Should be array"),
        ({"widgets": ["text"]}, "/widgets/0", "Should be object"),
        ({"widgets": [{"type": "text"}]}, "/widgets/0", "Should have required property 'properties'"),
        ({"widgets": [{"properties": {}}]}, "/widgets/0", "Should have required property 'type'"),
        ({"widgets": [{"type": "text", "properties": []}]}, "/widgets/0/properties", "Should be object"),
        (
            widget("metric", properties={"metrics": [METRIC], "start": "yesterday"}),
            "/widgets/0/properties/start",
            "Should be a time in ISO 8601, or for start a length such as -PT3H",
        ),
        (metrics([*METRIC, {"period": "auto"}]), "/widgets/0/properties/metrics/0/2/period", "Should be integer"),
        (widget("graph"), "/widgets/0/type", "Should be equal to one of the allowed values"),
        (widget(x=24), "/widgets/0/x", "Should be <= 23"),
        (widget(y=-1), "/widgets/0/y", "Should be >= 0"),
        (widget(width=25), "/widgets/0/width", "Should be <= 24"),
        (widget(height=0), "/widgets/0/height", "Should be >= 1"),
        (widget(height=True), "/widgets/0/height", "Should be integer"),
        (widget(properties={}), "/widgets/0/properties", "Should have required property 'markdown'"),
        (widget(properties={"markdown": 1}), "/widgets/0/properties/markdown", "Should be string"),
        (widget("alarm"), "/widgets/0/properties", "Should have required property 'alarms'"),
        (widget("metric"), "/widgets/0/properties", "Should have required property 'metrics'"),
        (metrics(view="area"), "/widgets/0/properties/view", "Should be equal to one of the allowed values"),
        (metrics(stacked=1), "/widgets/0/properties/stacked", "Should be boolean"),
        (metrics(["AWS/SageMaker"]), "/widgets/0/properties/metrics/0", "Should NOT have less than 2 items"),
        (
            metrics([*METRIC, "Name"]),
            "/widgets/0/properties/metrics/0",
            "Each dimension should have a name and a value",
        ),
        (
            metrics([*METRIC, 1, "a"]),
            "/widgets/0/properties/metrics/0",
            'Invalid metric field type, only "String" type is allowed',
        ),
        (
            metrics([*METRIC, {"expression": "m1"}]),
            "/widgets/0/properties/metrics/0",
            "An expression stands alone in its array",
        ),
        (
            metrics([*METRIC, {"color": "red"}]),
            "/widgets/0/properties/metrics/0/2/color",
            'Should match pattern "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"',
        ),
        (
            metrics([*METRIC, {"yAxis": "top"}]),
            "/widgets/0/properties/metrics/0/2/yAxis",
            "Should be equal to one of the allowed values",
        ),
    ],
)
def test_what_breaks_a_rule_is_told_with_its_place(document, path, message):
    assert (path, message) in refused(document)


def test_what_is_no_json_says_where_it_ends_to_be():
    ((path, message),) = refused('{"widgets": [}')
    assert path == ""
    assert message.startswith(f"{NO_OBJECT} (Expecting value: line 1 column 14")


def test_metrics_that_are_no_arrays_are_refused_as_aws_does():
    assert refused(metrics({"expression": "m1"})) == [
        ("/widgets/0/properties/metrics/0", "Should be array"),
        ("/widgets/0/properties/metrics/0", NO_ARRAYS),
    ]


def test_metrics_that_are_no_list_are_refused_once():
    assert refused(widget("metric", properties={"metrics": "all"})) == [
        ("/widgets/0/properties/metrics", "Should be array")
    ]


def test_more_than_500_widgets_are_refused():
    one = widget()["widgets"]
    assert refused({"widgets": one * 501}) == [("/widgets", "Should NOT have more than 500 items")]


def test_every_problem_is_told():
    with pytest.raises(InvalidBodyError, match="body is not valid:\n  /widgets/0/x: Should be integer") as error:
        read_document(json.dumps(widget(x="1", y="2")))
    assert len(error.value.problems) == 2


@pytest.mark.parametrize(
    "document",
    [
        {"widgets": []},
        widget(x=0, y=0, width=24, height=1),
        widget("log", properties={"region": "us-east-1", "query": "fields @message"}),
        widget("explorer"),
        metrics(METRIC, ["..."], [".", ".", {"stat": "p99"}], [{"expression": "m1 / 2", "color": "#fff"}]),
        widget("metric", properties={"annotations": {"alarms": ["arn"]}}),
    ],
)
def test_what_keeps_the_rules_is_taken(document):
    assert read_document(json.dumps(document)) == document
