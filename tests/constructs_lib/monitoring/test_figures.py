import re
from typing import Any

import pytest

from constructs_lib import EndpointTraits, Prices, SklearnEndpoint
from constructs_lib.monitoring.figures import Figures


def expression(metric: Any) -> str:
    return str(metric.to_metric_config().math_expression.expression)


def inputs(metric: Any) -> dict[str, str]:
    return {name: used.metric_name for name, used in metric.to_metric_config().math_expression.using_metrics.items()}


def label(metric: Any) -> str:
    return str(metric.label)


@pytest.mark.parametrize("kind", ["instances", "asynchronous"])
def test_instances_are_those_that_put_their_cpu(make_endpoint, kind):
    instances: Any = Figures(make_endpoint(kind), Prices()).instances("AllTraffic")
    assert expression(instances) == "FILL(running_0, 0)"
    (metric,) = instances.to_metric_config().math_expression.using_metrics.values()
    assert (metric.metric_name, metric.statistic) == ("CPUUtilization", "SampleCount")


def test_cpu_is_in_percent_of_all_vcpus_where_they_are_known(stack, make_endpoint):
    assert expression(Figures(make_endpoint(), Prices()).cpu_percent("AllTraffic")) == "cpu_0 / 4"
    unknown = SklearnEndpoint.from_endpoint_name(stack, "Unknown", "churn")
    assert label(Figures(unknown, Prices()).cpu_percent("AllTraffic")) == "CPU, % of one vCPU"


def test_sums_go_over_production_variants_and_costs_over_the_shadow_too(make_endpoint):
    figures = Figures(make_endpoint("shadow"), Prices(instance_hour={"Champion": 0.1, "Challenger": 0.2}))
    assert expression(figures.all_requests()) == "FILL(requests_0, 0)"
    assert expression(figures.all_costs()) == ("FILL(running_0, 0) * 0.1 + FILL(running_1, 0) * 0.2")


@pytest.mark.parametrize(
    ("kind", "prices", "unit"),
    [
        ("instances", Prices(), "instance hours an hour"),
        ("two variants", Prices(instance_hour={"Champion": 1.0}), "instance hours an hour"),
        ("instances", Prices(instance_hour=0.1, currency="EUR"), "EUR an hour"),
        ("serverless", Prices(), "GB-seconds an hour"),
        ("serverless", Prices(gigabyte_second=0.00002), "USD an hour"),
    ],
)
def test_a_cost_says_its_unit_and_is_one_only_where_every_price_is_known(make_endpoint, kind, prices, unit):
    figures = Figures(make_endpoint(kind), prices)
    assert figures.cost_unit == unit
    assert label(figures.all_costs()) == unit


def test_a_serverless_variant_costs_its_memory_while_it_computes(make_endpoint):
    cost = Figures(make_endpoint("serverless"), Prices(gigabyte_second=0.00002)).cost("AllTraffic")
    assert expression(cost) == "FILL(busy_0, 0) / 1000000 * 60 * 2 * 0.00002"
    # A minute in which two requests of 3 s were computed: 6 s, of 2 GB, 60 times an hour.
    assert pytest.approx(6 * 60 * 2 * 0.00002) == 6_000_000 / 1000000 * 60 * 2 * 2e-05


def test_of_a_serverless_variant_whose_memory_is_not_known_the_seconds_are_shown(stack):
    endpoint = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn", traits=EndpointTraits(kind="serverless"))
    assert Figures(endpoint, Prices()).cost_unit == "busy seconds an hour"


def test_the_slowest_of_several_variants_is_their_maximum(make_endpoint):
    assert expression(Figures(make_endpoint("two variants"), Prices()).slowest()) == "MAX([slow_0, slow_1]) / 1000"


def test_the_slowest_of_one_variant_is_that(make_endpoint):
    assert expression(Figures(make_endpoint(), Prices()).slowest()) == "slow_0 / 1000"


def test_labels_name_the_variant_only_where_there_are_several(make_endpoint):
    figures = Figures(make_endpoint("two variants"), Prices())
    assert label(figures.cpu_percent("Champion")) == "Champion: CPU %"
    assert label(figures.model_latency("Challenger", "p99")) == "Challenger: model p99, ms"


def test_a_label_of_the_only_variant_is_short(make_endpoint):
    figures = Figures(make_endpoint(), Prices())
    assert label(figures.cpu_percent("AllTraffic")) == "CPU %"
    assert label(figures.overhead_latency("AllTraffic", "Average")) == "overhead average, ms"


@pytest.mark.parametrize("kind", ["two variants", "serverless", "asynchronous"])
def test_every_identifier_in_an_expression_is_defined(make_endpoint, kind):
    endpoint = make_endpoint(kind)
    figures = Figures(endpoint, Prices())
    name = endpoint.traits.variant_names[-1]
    metrics = [
        figures.all_requests(),
        figures.all_error_percent("5xx"),
        figures.error_percent(name, "4xx"),
        figures.model_latency(name, "p99.9"),
        figures.slowest(),
        figures.all_instances(),
        figures.all_costs(),
        figures.cost(name),
        figures.concurrency_percent(name),
        figures.cache_hit_percent(name),
        *figures.lives(name),
    ]
    for metric in metrics:
        words = set(re.findall(r"\b[a-z]\w*", expression(metric)))
        assert words == set(inputs(metric)), expression(metric)
