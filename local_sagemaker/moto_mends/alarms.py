"""AWS::CloudWatch::Alarm and AWS::CloudWatch::CompositeAlarm make alarms.

moto 5.2.5 has alarms (``CloudWatchBackend.put_metric_alarm`` in moto/cloudwatch/models.py), but no CloudFormation
resources for them. A deployment with rollback alarms needs both.
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import Dimension, Metric, MetricDataQuery, MetricStat, cloudwatch_backends

from local_sagemaker.moto_mends import alarm_requests
from local_sagemaker.moto_mends.patching import EmulatedResource, register


class Alarm(EmulatedResource):
    """A metric alarm, on one metric or on an expression."""

    resource_type = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"

    @classmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Alarm:
        """Make or change the alarm."""
        queries = [_query(metric) for metric in properties.get("Metrics", [])]
        backend: Any = cloudwatch_backends[account_id][region_name]
        alarm = backend.put_metric_alarm(
            name=name,
            namespace=properties.get("Namespace"),
            metric_name=properties.get("MetricName"),
            metric_data_queries=queries or None,
            comparison_operator=properties["ComparisonOperator"],
            evaluation_periods=properties["EvaluationPeriods"],
            datapoints_to_alarm=properties.get("DatapointsToAlarm"),
            period=properties.get("Period"),
            threshold=properties.get("Threshold"),
            statistic=properties.get("Statistic"),
            extended_statistic=properties.get("ExtendedStatistic"),
            description=properties.get("AlarmDescription"),
            dimensions=properties.get("Dimensions", []),
            alarm_actions=properties.get("AlarmActions", []),
            ok_actions=properties.get("OKActions", []),
            insufficient_data_actions=properties.get("InsufficientDataActions", []),
            unit=properties.get("Unit"),
            actions_enabled=_is_true(properties.get("ActionsEnabled", True)),
            treat_missing_data=properties.get("TreatMissingData"),
            evaluate_low_sample_count_percentile=properties.get("EvaluateLowSampleCountPercentile"),
            threshold_metric_id=properties.get("ThresholdMetricId"),
            tags=properties.get("Tags"),
        )
        return cls(name, {"Arn": alarm.alarm_arn})

    @classmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Delete the alarm."""
        del properties
        cloudwatch_backends[account_id][region_name].delete_alarms([physical_id])


class CompositeAlarm(EmulatedResource):
    """An alarm on the states of other alarms."""

    resource_type = "AWS::CloudWatch::CompositeAlarm"
    name_property = "AlarmName"

    @classmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> CompositeAlarm:
        """Make or change the alarm."""
        options = {**properties, "AlarmName": name}
        options["ActionsEnabled"] = _is_true(properties.get("ActionsEnabled", True))
        backend = cloudwatch_backends[account_id][region_name]
        alarm = alarm_requests.put_composite_alarm(backend, options)
        return cls(name, {"Arn": alarm.alarm_arn})

    @classmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Delete the alarm."""
        del properties
        cloudwatch_backends[account_id][region_name].delete_alarms([physical_id])


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _query(item: dict[str, Any]) -> Any:
    stat = item.get("MetricStat")
    query: Any = MetricDataQuery
    return query(
        query_id=item["Id"],
        label=item.get("Label"),
        period=item.get("Period"),
        return_data=item.get("ReturnData", True),
        expression=item.get("Expression"),
        metric_stat=stat
        and MetricStat(
            metric=Metric(
                metric_name=stat["Metric"]["MetricName"],
                namespace=stat["Metric"].get("Namespace"),
                dimensions=[Dimension(item["Name"], item["Value"]) for item in stat["Metric"].get("Dimensions", [])],
            ),
            period=stat["Period"],
            stat=stat["Stat"],
            unit=stat.get("Unit"),
        ),
    )


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    register(Alarm)
    register(CompositeAlarm)
