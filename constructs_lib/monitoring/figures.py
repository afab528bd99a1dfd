"""What a person wants to read of an endpoint: metrics in their units, and metric math where no metric says it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs_lib.endpoint_base import EndpointBase
    from constructs_lib.monitoring.prices import Prices
    from constructs_lib.monitoring.variant_metrics import VariantMetrics


class Figures:
    """The figures of an endpoint, by the minute; each method gives what a widget draws.

    Parameters
    ----------
    endpoint
        One of the stack's own, or an imported one.
    prices
        Of its instances or of its memory.
    """

    def __init__(self, endpoint: EndpointBase, prices: Prices) -> None:
        self._endpoint = endpoint
        self._traits = endpoint.traits
        self._prices = prices

    def requests(self, variant: str) -> cloudwatch.IMetric:
        """Requests a minute; of an asynchronous endpoint those that were answered."""
        return self._requests(variant).with_(label=self._label(variant, "requests a minute"))

    def all_requests(self) -> cloudwatch.IMetric:
        """Requests a minute of all production variants."""
        metrics = {f"requests{number}": self._requests(name) for number, name in self._numbered()}
        return _math(_sum(metrics), metrics, "requests a minute")

    def error_percent(self, variant: str, kind: str) -> cloudwatch.IMetric:
        """Requests that were answered with 4xx or with 5xx, in percent."""
        metric = self._errors(variant, kind, "Average")
        short = self._number(variant)
        # Several variants have a color each instead.
        color = _ERROR_COLORS[kind] if len(self._traits.all_variant_names) == 1 else None
        return _math(
            f"100 * rate{kind}{short}", {f"rate{kind}{short}": metric}, self._label(variant, f"{kind} %"), color
        )

    def all_error_percent(self, kind: str) -> cloudwatch.IMetric:
        """The same of all production variants together."""
        errors = {f"errors{number}": self._errors(name, kind, "Sum") for number, name in self._numbered()}
        # Each request sends 1 or 0: their number is the number of requests, also where Invocations is not published.
        counts = {f"answers{number}": self._errors(name, kind, "SampleCount") for number, name in self._numbered()}
        return _math(f"100 * ({_sum(errors)}) / ({_sum(counts)})", {**errors, **counts}, f"{kind} %")

    def model_latency(self, variant: str, statistic: str) -> cloudwatch.IMetric:
        """Time in the container, in milliseconds."""
        metric = self._variant(variant).metric_model_latency(statistic=statistic, period=minute())
        return self._milliseconds(variant, f"model{_identifier(statistic)}", metric, f"model {_words(statistic)}")

    def overhead_latency(self, variant: str, statistic: str) -> cloudwatch.IMetric:
        """Time beside the container, in milliseconds."""
        metric = self._variant(variant).metric_overhead_latency(statistic=statistic, period=minute())
        return self._milliseconds(variant, f"overhead{_identifier(statistic)}", metric, f"overhead {_words(statistic)}")

    def slowest(self) -> cloudwatch.IMetric:
        """The p99 of the slowest production variant, in milliseconds."""
        metrics = {
            f"slow{number}": self._variant(name).metric_model_latency(statistic="p99", period=minute())
            for number, name in self._numbered()
        }
        # MAX of a single metric would be one number for all of the time.
        slowest = f"MAX([{', '.join(metrics)}])" if len(metrics) > 1 else next(iter(metrics))
        return _math(f"{slowest} / 1000", metrics, "p99, ms")

    def instances(self, variant: str) -> cloudwatch.IMetric:
        """How many instances run: SageMaker publishes no such metric, but each of them puts its CPU once a minute."""
        return _math(*self._instances(variant, self._number(variant)), self._label(variant, "instances"))

    def all_instances(self) -> cloudwatch.IMetric:
        """The same of all production variants together."""
        expressions: list[str] = []
        metrics: dict[str, cloudwatch.IMetric] = {}
        for number, name in self._numbered():
            expression, used = self._instances(name, number)
            expressions.append(expression)
            metrics |= used
        return _math(" + ".join(expressions), metrics, "instances")

    def cost(self, variant: str) -> cloudwatch.IMetric:
        """What the variant costs an hour; without prices the instances, or the gigabyte-seconds of an hour."""
        short = self._number(variant)
        return _math(*self._cost(variant, short), self._label(variant, self.cost_unit))

    def all_costs(self) -> cloudwatch.IMetric:
        """The same of all variants, the shadow included: it is paid for too."""
        expressions: list[str] = []
        metrics: dict[str, cloudwatch.IMetric] = {}
        for name in self._traits.all_variant_names:
            expression, used = self._cost(name, self._number(name))
            expressions.append(expression)
            metrics |= used
        return _math(" + ".join(expressions), metrics, self.cost_unit)

    def cpu_percent(self, variant: str) -> cloudwatch.IMetric:
        """CPU of the instances, in percent of all their vCPUs; of one of them, where their number is not known."""
        metric = self._variant(variant).metric_cpu_utilization(period=minute())
        vcpus = self._traits.vcpus.get(variant)
        if vcpus is None:
            return metric.with_(label=self._label(variant, "CPU, % of one vCPU"))
        identifier = f"cpu{self._number(variant)}"
        return _math(f"{identifier} / {vcpus}", {identifier: metric}, self._label(variant, "CPU %"))

    def memory_percent(self, variant: str) -> cloudwatch.IMetric:
        """Memory of the fullest instance, in percent."""
        metric = self._variant(variant).metric_memory_utilization(statistic="Maximum", period=minute())
        return metric.with_(label=self._label(variant, "memory %"))

    def disk_percent(self, variant: str) -> cloudwatch.IMetric:
        """Disk of the fullest instance, in percent."""
        metric = self._variant(variant).metric_disk_utilization(statistic="Maximum", period=minute())
        return metric.with_(label=self._label(variant, "disk %"))

    def concurrency(self, variant: str) -> cloudwatch.IMetric:
        """Requests that an instance has under way."""
        metric = self._variant(variant).metric_concurrent_requests_per_model(statistic="Maximum", period=minute())
        return metric.with_(label=self._label(variant, "requests under way"))

    def concurrency_percent(self, variant: str) -> cloudwatch.IMetric:
        """Requests under way, in percent of a serverless variant's maximum."""
        metric = self._variant(variant).metric_concurrent_executions_utilization(period=minute())
        identifier = f"busyslots{self._number(variant)}"
        return _math(f"100 * {identifier}", {identifier: metric}, self._label(variant, "concurrency %"))

    def setup_time(self, variant: str) -> cloudwatch.IMetric:
        """Time of the longest cold start, in milliseconds."""
        metric = self._variant(variant).metric_model_setup_time(statistic="Maximum", period=minute())
        return self._milliseconds(variant, "setup", metric, "cold start")

    def cache_hit_percent(self, variant: str) -> cloudwatch.IMetric:
        """Requests whose model was loaded already, in percent."""
        metric = self._variant(variant).metric_model_cache_hit(period=minute())
        identifier = f"hits{self._number(variant)}"
        return _math(f"100 * {identifier}", {identifier: metric}, self._label(variant, "loaded already %"))

    def loading_wait(self, variant: str) -> cloudwatch.IMetric:
        """Time that the slowest of 100 requests waited for its model, in milliseconds."""
        metric = self._variant(variant).metric_model_loading_wait_time(statistic="p99", period=minute())
        return self._milliseconds(variant, "wait", metric, "wait p99")

    def loaded_models(self, variant: str) -> cloudwatch.IMetric:
        """Models that an instance has in memory."""
        metric = self._variant(variant).metric_loaded_model_count(period=minute())
        return metric.with_(label=self._label(variant, "models"))

    def backlog(self) -> cloudwatch.IMetric:
        """Requests of an asynchronous endpoint that wait or are being answered."""
        metric = self._endpoint.backlog.metric_approximate_backlog_size(statistic="Maximum", period=minute())
        return metric.with_(label="requests")

    def backlog_per_instance(self) -> cloudwatch.IMetric:
        """The same over the instances."""
        return self._endpoint.backlog.metric_approximate_backlog_size_per_instance(
            statistic="Maximum", period=minute()
        ).with_(label="requests for each instance")

    def oldest_request(self) -> cloudwatch.IMetric:
        """How long the oldest request has waited, in seconds."""
        return self._endpoint.backlog.metric_approximate_age_of_oldest_request(period=minute()).with_(label="seconds")

    def lives(self, variant: str) -> list[cloudwatch.IMetric]:
        """Time from request to answer, and the part of it that was waiting, in seconds: of the slowest of 100."""
        metrics = self._variant(variant)
        whole = metrics.metric_total_processing_time(statistic="p99", period=minute())
        waited = metrics.metric_time_in_backlog(statistic="p99", period=minute())
        return [
            self._thousandth(variant, "whole", whole, "all, p99, s"),
            self._thousandth(variant, "waited", waited, "waiting, p99, s"),
        ]

    def failures(self, variant: str) -> list[cloudwatch.IMetric]:
        """Requests without an answer, those that could not be read, and answers that could not be written."""
        metrics = self._variant(variant)
        return [
            metrics.metric_invocation_failures(period=minute()).with_(label=self._label(variant, "failed")),
            metrics.metric_expired_requests(period=minute()).with_(label=self._label(variant, "expired")),
            metrics.metric_request_download_failures(period=minute()).with_(label=self._label(variant, "not read")),
            metrics.metric_response_upload_failures(period=minute()).with_(label=self._label(variant, "not written")),
        ]

    @property
    def cost_unit(self) -> str:
        """What the numbers of `cost` are."""
        if self._traits.kind == "serverless":
            if self._prices.gigabyte_second is not None:
                return self._per_hour
            known = set(self._traits.memory_size_in_mb) >= set(self._traits.variant_names)
            return "GB-seconds an hour" if known else "busy seconds an hour"
        prices = [self._prices.of_instance(name) for name in self._traits.all_variant_names]
        return "instance hours an hour" if None in prices else self._per_hour

    @property
    def _per_hour(self) -> str:
        return f"{self._prices.currency} an hour"

    def _cost(self, variant: str, short: str) -> tuple[str, Mapping[str, cloudwatch.IMetric]]:
        if self._traits.kind == "serverless":
            gigabytes = self._traits.memory_size_in_mb.get(variant, 1024) / 1024
            metric = self._variant(variant).metric_model_latency(statistic="Sum", period=minute())
            price = 1.0 if self._prices.gigabyte_second is None else self._prices.gigabyte_second
            # Microseconds of a minute, in seconds of an hour.
            return f"FILL(busy{short}, 0) / 1000000 * 60 * {gigabytes:g} * {_decimal(price)}", {f"busy{short}": metric}
        expression, metrics = self._instances(variant, short)
        price = self._prices.of_instance(variant) or 1.0
        return f"{expression} * {_decimal(price if self.cost_unit == self._per_hour else 1)}", metrics

    def _instances(self, variant: str, short: str) -> tuple[str, dict[str, cloudwatch.IMetric]]:
        spoken = self._variant(variant).metric_cpu_utilization(statistic="SampleCount", period=minute())
        return f"FILL(running{short}, 0)", {f"running{short}": spoken}

    def _requests(self, variant: str) -> cloudwatch.Metric:
        metrics = self._variant(variant)
        if self._traits.kind == "asynchronous":
            return metrics.metric_invocations_processed(period=minute())
        return metrics.metric_invocations(period=minute())

    def _errors(self, variant: str, kind: str, statistic: str) -> cloudwatch.Metric:
        metrics = self._variant(variant)
        if kind == "4xx":
            return metrics.metric_invocation_4xx_errors(statistic=statistic, period=minute())
        return metrics.metric_invocation_5xx_errors(statistic=statistic, period=minute())

    def _milliseconds(self, variant: str, name: str, metric: cloudwatch.Metric, label: str) -> cloudwatch.IMetric:
        return self._thousandth(variant, name, metric, f"{label}, ms")

    def _thousandth(self, variant: str, name: str, metric: cloudwatch.Metric, label: str) -> cloudwatch.IMetric:
        identifier = f"{name}{self._number(variant)}"
        return _math(f"{identifier} / 1000", {identifier: metric}, self._label(variant, label))

    def _label(self, variant: str, text: str) -> str:
        return text if len(self._traits.all_variant_names) == 1 else f"{variant}: {text}"

    def _number(self, variant: str) -> str:
        return _short(self._traits.all_variant_names.index(variant))

    def _variant(self, name: str) -> VariantMetrics:
        return self._endpoint.variant(name)

    def _numbered(self) -> list[tuple[str, str]]:
        return [(_short(number), name) for number, name in enumerate(self._traits.variant_names)]


def _sum(metrics: Mapping[str, cloudwatch.IMetric]) -> str:
    # A variant without requests publishes nothing, and what is missing would make the whole sum missing.
    return " + ".join(f"FILL({name}, 0)" for name in metrics)


def _math(
    expression: str, metrics: Mapping[str, cloudwatch.IMetric], label: str, color: str | None = None
) -> cloudwatch.MathExpression:
    return cloudwatch.MathExpression(
        expression=expression, using_metrics=dict(metrics), label=label, color=color, period=minute()
    )


def _decimal(number: float) -> str:
    # The CDK takes the e of an exponent for an identifier.
    return format(Decimal(str(number)), "f")


def _words(statistic: str) -> str:
    return "average" if statistic == "Average" else statistic


def _identifier(statistic: str) -> str:
    return statistic.lower().replace(".", "_")


def _short(number: int) -> str:
    return f"_{number}"


# CDK's own red and orange, which it gives only once its kernel runs.
_ERROR_COLORS = {"5xx": "#d62728", "4xx": "#ff7f0e"}


def minute() -> Duration:
    """Give the period of all figures: that in which SageMaker publishes."""
    return Duration.minutes(1)
