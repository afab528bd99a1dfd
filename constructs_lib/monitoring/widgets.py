"""The widgets of an endpoint's dashboard, row by row: what is wrong first, then where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack, Token
from aws_cdk import aws_cloudwatch as cloudwatch

from constructs_lib.monitoring.figures import minute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.endpoint_base import EndpointBase
    from constructs_lib.monitoring.figures import Figures
    from constructs_lib.monitoring.watched_alarm import WatchedAlarm


class EndpointWidgets:
    """Draws an endpoint; each property is a row, 24 columns wide.

    Parameters
    ----------
    endpoint
        What is drawn.
    figures
        Its figures.
    watched
        Its alarms, whose thresholds are drawn into the graphs.
    others
        Further alarms whose state is shown, such as those that undo an update.
    """

    def __init__(
        self,
        endpoint: EndpointBase,
        figures: Figures,
        watched: Sequence[WatchedAlarm],
        others: Sequence[cloudwatch.IAlarm],
    ) -> None:
        self._endpoint = endpoint
        self._figures = figures
        self._watched = watched
        self._alarms = [*(one.alarm for one in watched), *others]
        self._traits = endpoint.traits
        self._stack = Stack.of(endpoint)

    @property
    def rows(self) -> list[list[cloudwatch.IWidget]]:
        """All rows, the most urgent first."""
        rows = [self.header, self.state, self.numbers, self.requests, self.resources, self.details]
        return [row for row in rows if row]

    @property
    def header(self) -> list[cloudwatch.IWidget]:
        """What this is, and where its log and its page in the console are."""
        name, region = self._endpoint.endpoint_name, self._stack.region
        console = f"https://{region}.{_console(region)}"
        group = f"$252Faws$252Fsagemaker$252FEndpoints$252F{name}"
        kinds = {"instances": "real-time, on instances", "serverless": "serverless", "asynchronous": "asynchronous"}
        links = (
            f"[endpoint]({console}/sagemaker/home?region={region}#/endpoints/{name}) · "
            f"[log]({console}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group})"
        )
        variants = ", ".join(self._traits.all_variant_names)
        markdown = f"**{name}** · {kinds[self._traits.kind]} · {variants} · {links}"
        background = cloudwatch.TextWidgetBackground.TRANSPARENT
        return [cloudwatch.TextWidget(markdown=markdown, width=_COLUMNS, height=1, background=background)]

    @property
    def state(self) -> list[cloudwatch.IWidget]:
        """The state of each alarm; nothing where there are none."""
        if not self._alarms:
            return []
        height = 1 + -(-len(self._alarms) // _ALARMS_A_LINE)
        return [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=self._alarms, width=_COLUMNS, height=height)]

    @property
    def numbers(self) -> list[cloudwatch.IWidget]:
        """Five numbers: traffic, errors, latency, size and cost, each with its last hours."""
        figures = self._figures
        size: tuple[str, cloudwatch.IMetric] = ("Instances", figures.all_instances())
        if self._traits.kind == "serverless":
            size = ("Concurrency in use", figures.concurrency_percent(self._traits.variant_names[0]))
        tiles = {
            "Traffic": figures.all_requests(),
            "Server errors": figures.all_error_percent("5xx"),
            "Slowest": figures.slowest(),
            size[0]: size[1],
            "Cost": figures.all_costs(),
        }
        widths = (5, 5, 5, 5, 4)
        return [
            cloudwatch.SingleValueWidget(title=title, metrics=[metric], width=width, height=3, sparkline=True)
            for (title, metric), width in zip(tiles.items(), widths, strict=True)
        ]

    @property
    def requests(self) -> list[cloudwatch.IWidget]:
        """How many requests come, how many fail, how long they take and where."""
        figures, names = self._figures, self._traits.all_variant_names
        answered = [figures.requests(name) for name in names]
        errors = [figures.error_percent(name, kind) for name in names for kind in ("5xx", "4xx")]
        latencies = [figures.model_latency(name, statistic) for name in names for statistic in ("p50", "p99")]
        row = [
            self._graph("Traffic, requests a minute", answered, stacked=True, settings=("fewest_requests",)),
            self._graph("Errors, % of requests", errors, settings=("server_error_percent", "client_error_percent")),
            self._graph("Latency in the model, ms", latencies, settings=("model_latency_p99",)),
        ]
        if self._traits.kind == "asynchronous":
            waiting = [figures.backlog(), figures.backlog_per_instance()]
            return [*row, self._graph("Backlog, requests", waiting, settings=("backlog_per_instance",))]
        split = [
            metric
            for name in names
            for metric in (figures.model_latency(name, "Average"), figures.overhead_latency(name, "Average"))
        ]
        return [*row, self._graph("Average time, ms", split, stacked=len(names) == 1)]

    @property
    def resources(self) -> list[cloudwatch.IWidget]:
        """How full the endpoint is, how it scales, what it costs."""
        figures, names = self._figures, self._traits.all_variant_names
        cost = self._graph(f"Cost, {figures.cost_unit}", [figures.cost(name) for name in names], stacked=True, width=8)
        if self._traits.kind == "serverless":
            busy = [figures.concurrency_percent(name) for name in names]
            memory = [figures.memory_percent(name) for name in names]
            starts = [figures.setup_time(name) for name in names]
            return [
                self._graph(
                    "Saturation, %",
                    [*busy, *memory],
                    settings=("concurrency_percent", "memory_percent"),
                    width=8,
                ),
                self._graph("Cold starts, ms", starts, width=8),
                cost,
            ]
        used = [
            metric
            for name in names
            for metric in (figures.cpu_percent(name), figures.memory_percent(name), figures.disk_percent(name))
        ]
        settings = ("cpu_percent", "memory_percent", "disk_percent")
        scaling = self._graph(
            "Scaling, instances",
            [figures.instances(name) for name in names],
            right=[] if self._traits.kind == "asynchronous" else [figures.concurrency(name) for name in names],
            width=8,
        )
        return [self._graph("Saturation, %", used, settings=settings, width=8), scaling, cost]

    @property
    def details(self) -> list[cloudwatch.IWidget]:
        """What only some endpoints have: loading of many models, or the life of asynchronous requests."""
        figures, names = self._figures, self._traits.all_variant_names
        if self._traits.multi_model:
            hits = [figures.cache_hit_percent(name) for name in names]
            waits = [figures.loading_wait(name) for name in names]
            loaded = [figures.loaded_models(name) for name in names]
            return [
                self._graph("Requests that found their model loaded, %", hits, width=8),
                self._graph("Wait for a model, ms", waits, width=8),
                self._graph("Models in memory", loaded, width=8),
            ]
        if self._traits.kind == "asynchronous":
            lives = [metric for name in names for metric in figures.lives(name)]
            failures = [metric for name in names for metric in figures.failures(name)]
            oldest = [figures.oldest_request()]
            return [
                self._graph("From request to answer, s", lives, width=8),
                self._graph("Requests without an answer", failures, settings=("failed_requests",), width=8),
                self._graph("Oldest request, s", oldest, settings=("oldest_request",), width=8),
            ]
        return []

    def _graph(
        self,
        title: str,
        left: Sequence[cloudwatch.IMetric],
        *,
        right: Sequence[cloudwatch.IMetric] = (),
        stacked: bool = False,
        settings: Sequence[str] = (),
        width: int = 6,
    ) -> cloudwatch.GraphWidget:
        limits = {
            (one.setting, one.severity): cloudwatch.HorizontalAnnotation(
                value=one.threshold, label=f"{one.subject}: {one.severity}", color=_COLORS.get(one.severity, _OTHER)
            )
            for one in self._watched
            # A graph reaches up to its thresholds: a default far above what is usual would flatten everything else.
            if one.setting in settings and not (one.is_default and one.setting in _UNDRAWN)
        }
        return cloudwatch.GraphWidget(
            title=title,
            left=list(left),
            right=list(right) or None,
            stacked=stacked,
            left_annotations=list(limits.values()) or None,
            left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
            right_y_axis=cloudwatch.YAxisProps(min=0, show_units=False) if right else None,
            period=minute(),
            width=width,
            height=6,
        )


def _console(region: str) -> str:
    if not Token.is_unresolved(region):
        for start, host in _CONSOLES.items():
            if region.startswith(start):
                return host
    return "console.aws.amazon.com"


_COLUMNS = 24
_UNDRAWN = ("model_latency_p99", "oldest_request")
_ALARMS_A_LINE = 4
_CONSOLES = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
# CDK's own red, orange and purple, which it gives only once its kernel runs.
_COLORS = {"critical": "#d62728", "warning": "#ff7f0e"}
_OTHER = "#9467bd"
