"""The alarms that undo an update of an endpoint: how many requests may fail, and how long they may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Duration, Token
from aws_cdk import aws_cloudwatch as cloudwatch

from constructs_lib import nag
from constructs_lib.monitoring.alarm_names import alarm_name
from constructs_lib.monitoring.variant_metrics import VariantMetrics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class RollbackAlarms:
    """What is watched while an update moves the traffic. Each production variant gets an alarm of either kind.

    Parameters
    ----------
    max_error_rate_percent
        Requests of a minute that may fail with 5xx, above 0 to 100; None: no alarm; default 5.
    max_p99_latency
        Time that the container may take for 99 of 100 requests of a minute, up to 60 s; default: 10 s.
    latency
        False: no alarm on latency; default True.
    evaluation_periods
        Minutes in a row beyond the limit, before the alarm fires; default 1.
    others
        Alarms of your own, in the same account and region.

    Notes
    -----
    Missing data is not breaching: an endpoint that nobody calls is updated. SageMaker takes 10 alarms at most.
    """

    max_error_rate_percent: float | None = 5.0
    max_p99_latency: Duration | None = None
    latency: bool = True
    evaluation_periods: int = 1
    others: Sequence[cloudwatch.IAlarm] = ()

    def problems(self, variant_count: int) -> Iterator[str]:
        """Say what SageMaker or CloudWatch would refuse."""
        rate = self.max_error_rate_percent
        if rate is not None and not Token.is_unresolved(rate) and not 0 < rate <= _ALL_PERCENT:
            yield f"rollback_alarms has max_error_rate_percent {rate}; give a number above 0 and at most 100"
        latency = self.max_p99_latency
        if latency is not None and not latency.is_unresolved() and not 0 < latency.to_milliseconds() <= _MOST_MILLIS:
            yield f"rollback_alarms has max_p99_latency {latency.to_milliseconds()} ms; give up to {_MOST_MILLIS} ms"
        if not Token.is_unresolved(self.evaluation_periods) and self.evaluation_periods < 1:
            yield f"rollback_alarms has evaluation_periods {self.evaluation_periods}; give 1 or more"
        count = variant_count * (int(rate is not None) + int(self.latency)) + len(self.others)
        if count > _MOST_ALARMS:
            yield (
                f"rollback_alarms makes {count} alarms for {variant_count} variants; SageMaker takes {_MOST_ALARMS}: "
                "set latency=False or max_error_rate_percent=None, or leave others out"
            )

    def bind(self, scope: Construct, endpoint_name: str, variant_names: Sequence[str]) -> list[cloudwatch.IAlarm]:
        """Make the alarms of an endpoint, below a construct."""
        made: list[cloudwatch.IAlarm] = []
        for name in variant_names:
            metrics = VariantMetrics(endpoint_name, name)
            if self.max_error_rate_percent is not None:
                metric = metrics.metric_invocation_5xx_errors(period=Duration.minutes(1))
                threshold = self.max_error_rate_percent / _ALL_PERCENT
                made.append(self._alarm(scope, metrics, "Errors", metric, threshold))
            if self.latency:
                metric = metrics.metric_model_latency(statistic="p99", period=Duration.minutes(1))
                limit = Duration.seconds(10) if self.max_p99_latency is None else self.max_p99_latency
                made.append(self._alarm(scope, metrics, "Latency", metric, limit.to_milliseconds() * 1000))
        return [*made, *self.others]

    def _alarm(
        self, scope: Construct, metrics: VariantMetrics, kind: str, metric: cloudwatch.Metric, threshold: float
    ) -> cloudwatch.Alarm:
        alarm = metric.create_alarm(
            scope,
            f"{metrics.variant_name}{kind}",
            alarm_name=alarm_name(metrics.endpoint_name, metrics.variant_name, "rollback", kind.lower()),
            threshold=threshold,
            evaluation_periods=self.evaluation_periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"Undoes an update of the endpoint: requests {_TEXTS[kind]}",
        )
        nag.acknowledge_rollback_alarm(alarm)
        return alarm


_TEXTS = {"Errors": "fail with 5xx", "Latency": "take too long (p99)"}
_ALL_PERCENT = 100
# Limits: of AutoRollbackConfiguration; and the milliseconds that a container has for a request.
_MOST_ALARMS = 10
_MOST_MILLIS = 60_000
