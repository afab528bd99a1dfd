import json
from typing import Any

import aws_cdk as cdk
import pytest

from constructs_lib import EndpointAlarms, EndpointTraits, Prices, SklearnEndpoint
from constructs_lib.monitoring.figures import Figures
from constructs_lib.monitoring.widgets import EndpointWidgets
from tests.constructs_lib.monitoring.conftest import TRAITS

# What only some kinds have.
OWN = {
    "serverless": {"Concurrency in use", "Cold starts, ms", "Cost, GB-seconds an hour"},
    "asynchronous": {
        "Backlog, requests",
        "From request to answer, s",
        "Oldest request, s",
        "Requests without an answer",
        "Scaling, instances",
        "Instances",
    },
    "many models": {"Models in memory", "Requests that found their model loaded, %", "Wait for a model, ms"},
}
EVERY = {
    "Alarms",
    "Cost",
    "Errors, % of requests",
    "Latency in the model, ms",
    "Saturation, %",
    "Server errors",
    "Slowest",
    "Traffic",
    "Traffic, requests a minute",
}


def drawn(stack: cdk.Stack, endpoint, alarms: EndpointAlarms | None = None) -> list[dict[str, Any]]:
    watched = (alarms or EndpointAlarms()).bind(stack, endpoint)
    widgets = EndpointWidgets(endpoint, Figures(endpoint, Prices()), watched, [])
    return [item for row in widgets.rows for widget in row for item in stack.resolve(widget.to_json())]


@pytest.mark.parametrize("kind", TRAITS)
def test_each_kind_of_endpoint_is_drawn_by_what_it_publishes(stack, make_endpoint, kind):
    titles = {widget["properties"].get("title") for widget in drawn(stack, make_endpoint(kind))} - {None}
    assert titles >= EVERY | OWN.get(kind, set())
    others = set().union(*(own for other, own in OWN.items() if other != kind)) - OWN.get(kind, set())
    assert not titles & (others - {"Instances", "Scaling, instances"})


@pytest.mark.parametrize("kind", TRAITS)
def test_every_row_is_24_columns_wide(stack, make_endpoint, kind):
    endpoint = make_endpoint(kind)
    watched = EndpointAlarms().bind(stack, endpoint)
    for row in EndpointWidgets(endpoint, Figures(endpoint, Prices()), watched, []).rows:
        assert sum(widget.width for widget in row) == 24


def test_without_alarms_there_is_no_state(stack, make_endpoint):
    endpoint = make_endpoint()
    rows = EndpointWidgets(endpoint, Figures(endpoint, Prices()), [], []).rows
    assert [len(row) for row in rows] == [1, 5, 4, 3]


def annotations(widgets: list[dict[str, Any]], title: str) -> list[tuple[str, float]]:
    (widget,) = (one for one in widgets if one["properties"].get("title") == title)
    lines = widget["properties"].get("annotations", {}).get("horizontal", [])
    return [(line["label"], line["value"]) for line in lines]


def test_thresholds_are_drawn_once_in_the_units_of_their_graph(stack, make_endpoint):
    alarms = EndpointAlarms(model_latency_p99={"page": cdk.Duration.millis(250)})
    widgets = drawn(stack, make_endpoint("two variants"), alarms)
    assert annotations(widgets, "Errors, % of requests") == [
        ("server errors: warning", 1),
        ("server errors: critical", 5),
        ("client errors: warning", 20),
    ]
    assert annotations(widgets, "Latency in the model, ms") == [("model latency: page", 250)]


def test_a_default_far_above_what_is_usual_is_not_drawn(stack, make_endpoint):
    assert not annotations(drawn(stack, make_endpoint()), "Latency in the model, ms")


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "https://eu-west-1.console.aws.amazon.com/"),
        ("cn-north-1", "https://cn-north-1.console.amazonaws.cn/"),
        ("us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"),
    ],
)
def test_the_header_leads_to_the_endpoint_and_its_log_in_the_regions_console(make_stack, region, host):
    stack = make_stack(region=region)
    endpoint = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn", traits=EndpointTraits())
    markdown = drawn(stack, endpoint)[0]["properties"]["markdown"]
    assert markdown.startswith("**churn** · real-time, on instances · AllTraffic · ")
    assert markdown.count(host) == 2
    assert "log-group/$252Faws$252Fsagemaker$252FEndpoints$252Fchurn" in json.dumps(markdown)
