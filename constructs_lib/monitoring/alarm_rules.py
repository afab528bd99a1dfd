"""Which alarms an endpoint can have: the metric of each, the kinds of endpoint that have it, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch

    from constructs_lib.endpoint_base import EndpointBase
    from constructs_lib.endpoint_traits import EndpointKind

REAL_TIME: tuple[EndpointKind, ...] = ("instances", "serverless")
EVERY: tuple[EndpointKind, ...] = ("instances", "serverless", "asynchronous")


class AlarmRule(NamedTuple):
    """How thresholds of a setting become alarms."""

    setting: str
    """Parameter of `EndpointAlarms`."""
    kinds: tuple[EndpointKind, ...]
    """Kinds of endpoint that publish the metric."""
    metric: Callable[[EndpointBase, str, Duration], cloudwatch.Metric]
    """Gives the metric of a variant, or of the endpoint as a whole."""
    scale: float
    """What a threshold is multiplied with, to be in the metric's unit."""
    name: str
    """Stands in the alarm's name."""
    text: str
    """What is the matter, with a place for the threshold."""
    look: str
    """Where to look first."""
    highest: float | None = 100
    """The largest threshold that can be exceeded, as the user writes it; None: no limit."""
    fires_below: bool = False
    """Whether the alarm fires below its threshold; missing values then count as 0."""
    of_variant: bool = True
    """False: the metric is the endpoint's, not a variant's."""
    per_vcpu: bool = False
    """Whether the metric reaches as many times as far as an instance has vCPUs."""
    at_once: bool = False
    """Whether one minute beyond the threshold is enough."""


_LOGS = "The reason is in the log group /aws/sagemaker/Endpoints/{endpoint}."
RULES = (
    AlarmRule(
        "server_error_percent",
        EVERY,
        lambda endpoint, name, period: endpoint.variant(name).metric_invocation_5xx_errors(period=period),
        0.01,
        "server-errors",
        "more than {threshold:g} % of the requests fail with 5xx",
        _LOGS,
    ),
    AlarmRule(
        "client_error_percent",
        EVERY,
        lambda endpoint, name, period: endpoint.variant(name).metric_invocation_4xx_errors(period=period),
        0.01,
        "client-errors",
        "more than {threshold:g} % of the requests are refused with 4xx",
        "A caller sends what the model does not take; the answers say row and column.",
    ),
    AlarmRule(
        "model_latency_p99",
        EVERY,
        lambda endpoint, name, period: endpoint.variant(name).metric_model_latency(statistic="p99", period=period),
        1000,
        "model-latency",
        "the slowest of 100 requests takes more than {threshold:g} ms in the container",
        "Look at the load of the instances, and at the size of the requests.",
        None,
    ),
    AlarmRule(
        "overhead_latency_p99",
        REAL_TIME,
        lambda endpoint, name, period: endpoint.variant(name).metric_overhead_latency(statistic="p99", period=period),
        1000,
        "overhead-latency",
        "the slowest of 100 requests takes more than {threshold:g} ms beside the container",
        "Look at the size of requests and answers, and at cold starts.",
        None,
    ),
    AlarmRule(
        "cpu_percent",
        ("instances", "asynchronous"),
        lambda endpoint, name, period: endpoint.variant(name).metric_cpu_utilization(period=period),
        1,
        "cpu",
        "the instances use more than {threshold:g} % of their CPU",
        "Add instances, let them scale, or take larger ones.",
        per_vcpu=True,
    ),
    AlarmRule(
        "memory_percent",
        EVERY,
        lambda endpoint, name, period: endpoint.variant(name).metric_memory_utilization(
            statistic="Maximum", period=period
        ),
        1,
        "memory",
        "an instance uses more than {threshold:g} % of its memory",
        "Run fewer workers, or take an instance type or a memory size with more.",
    ),
    AlarmRule(
        "disk_percent",
        ("instances", "asynchronous"),
        lambda endpoint, name, period: endpoint.variant(name).metric_disk_utilization(
            statistic="Maximum", period=period
        ),
        1,
        "disk",
        "an instance uses more than {threshold:g} % of its disk",
        "Give the variant a larger volume_size, or write less in your hooks.",
    ),
    AlarmRule(
        "concurrency_percent",
        ("serverless",),
        lambda endpoint, name, period: endpoint.variant(name).metric_concurrent_executions_utilization(period=period),
        0.01,
        "concurrency",
        "more than {threshold:g} % of the maximum concurrency is in use",
        "Above 100 % requests are throttled: raise max_concurrency.",
    ),
    AlarmRule(
        "fewest_requests",
        REAL_TIME,
        lambda endpoint, name, period: endpoint.variant(name).metric_invocations(period=period),
        1,
        "no-traffic",
        "fewer than {threshold:g} requests a minute arrive",
        "Look at the callers, and at the weights of the variants.",
        None,
        fires_below=True,
    ),
    AlarmRule(
        "failed_requests",
        ("asynchronous",),
        lambda endpoint, name, period: endpoint.variant(name).metric_invocation_failures(period=period),
        1,
        "failures",
        "more than {threshold:g} requests a minute come to no answer",
        "The errors are below the failure prefix of the bucket.",
        None,
        at_once=True,
    ),
    AlarmRule(
        "backlog_per_instance",
        ("asynchronous",),
        lambda endpoint, _, period: endpoint.backlog.metric_approximate_backlog_size_per_instance(period=period),
        1,
        "backlog",
        "more than {threshold:g} requests wait for each instance",
        "Let the instances follow the backlog, or raise max_capacity.",
        None,
        of_variant=False,
    ),
    AlarmRule(
        "oldest_request",
        ("asynchronous",),
        lambda endpoint, _, period: endpoint.backlog.metric_approximate_age_of_oldest_request(period=period),
        1,
        "oldest-request",
        "a request has waited for more than {threshold:g} s",
        "Look whether an instance runs, and whether requests fail.",
        None,
        of_variant=False,
    ),
)
