"""Asks a running local cloud's CloudWatch: for dashboards, values, units and alarms."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from local_sagemaker.app import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local_sagemaker.dashboards.alarms import alarm_name, alarm_region
from local_sagemaker.dashboards.exceptions import UnknownDashboardError
from local_sagemaker.dashboards.time_range import whole_period
from local_sagemaker.dashboards.units import Unit, unit_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from local_sagemaker.dashboards.metric_rows import Row
    from local_sagemaker.dashboards.time_range import TimeRange

# How many alarms DescribeAlarms takes at once.
_MOST_NAMES = 100


class CloudWatch:
    """CloudWatch of one running local cloud, in every region.

    Parameters
    ----------
    url
        Such as ``http://localhost:4566``.
    region
        Where dashboards lie, and metrics that do not say.
    """

    def __init__(self, url: str, region: str) -> None:
        self._url = url
        self.region = region
        self._clients: dict[str, Any] = {}
        self._units: dict[tuple[str, Any], Unit | None] = {}

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def body(self, name: str) -> str:
        """Give the body of a dashboard.

        Raises
        ------
        UnknownDashboardError
            There is none of that name; the error names those that there are.
        """
        client = self._client(self.region)
        try:
            return str(client.get_dashboard(DashboardName=name)["DashboardBody"])
        except ClientError as error:
            pages = client.get_paginator("list_dashboards").paginate()
            names = [entry["DashboardName"] for page in pages for entry in page["DashboardEntries"]]
            raise UnknownDashboardError(name, self.region, names) from error

    def metric_data(
        self, region: str, queries: Sequence[Mapping[str, Any]], time_range: TimeRange
    ) -> Iterator[tuple[str, str, list[float], list[float]]]:
        """Yield id, label, times and values of each result, the earliest first.

        Raises
        ------
        ClientError
            CloudWatch refuses the queries.
        """
        found: dict[tuple[str, str], list[tuple[float, float]]] = {}
        pages = self._client(region).get_paginator("get_metric_data")
        for page in pages.paginate(MetricDataQueries=queries, ScanBy="TimestampAscending", **_between(time_range)):
            for result in page["MetricDataResults"]:
                moments = (moment.timestamp() for moment in result["Timestamps"])
                points = found.setdefault((result["Id"], result.get("Label", "")), [])
                points.extend(zip(moments, result["Values"], strict=True))
        for (query_id, label), points in found.items():
            times, values = zip(*sorted(points), strict=True) if points else ((), ())
            yield query_id, label, list(times), list(values)

    def unit(self, region: str, row: Row, time_range: TimeRange) -> Unit | None:
        """Give the unit of a metric's values, which GetMetricData does not tell; None where it has none."""
        if row.stat == "SampleCount":
            return unit_named("Count")
        metric = (region, (row.namespace, row.name, row.dimensions))
        if metric not in self._units:
            points = self._client(region).get_metric_statistics(
                Namespace=row.namespace,
                MetricName=row.name,
                Dimensions=[{"Name": name, "Value": value} for name, value in row.dimensions],
                Period=whole_period(time_range),
                Statistics=["SampleCount"],
                **_between(time_range),
            )["Datapoints"]
            self._units[metric] = unit_named(points[0].get("Unit", "None")) if points else None
        return self._units[metric]

    def alarms(self, arns: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Give what DescribeAlarms says of alarms, by ARN or name as given; of those that there are."""
        found: dict[str, dict[str, Any]] = {}
        by_region: dict[str, dict[str, str]] = {}
        for arn in arns:
            by_region.setdefault(alarm_region(arn) or self.region, {})[alarm_name(arn)] = arn
        for region, given in by_region.items():
            pages = self._client(region).get_paginator("describe_alarms")
            names = list(given)
            for first in range(0, len(names), _MOST_NAMES):
                some = names[first : first + _MOST_NAMES]
                for page in pages.paginate(AlarmNames=some, AlarmTypes=["MetricAlarm", "CompositeAlarm"]):
                    for alarm in [*page["MetricAlarms"], *page.get("CompositeAlarms", [])]:
                        found[given[alarm["AlarmName"]]] = alarm
        return found

    def _client(self, region: str) -> Any:
        if region not in self._clients:
            self._clients[region] = boto3.client(
                "cloudwatch",
                endpoint_url=self._url,
                region_name=region,
                aws_access_key_id=ACCESS_KEY_ID,
                aws_secret_access_key=SECRET_ACCESS_KEY,
                # A proxy of the user's is for other hosts.
                config=Config(proxies={}, retries={"total_max_attempts": 1}),
            )
        return self._clients[region]


def _between(time_range: TimeRange) -> dict[str, datetime]:
    return {
        "StartTime": datetime.fromtimestamp(time_range.start, timezone.utc),
        "EndTime": datetime.fromtimestamp(time_range.end, timezone.utc),
    }


def refusal(error: ClientError | ParamValidationError) -> str:
    """Say why CloudWatch refused, or the client before it."""
    if isinstance(error, ClientError):
        told = error.response["Error"]
        return f"{told['Code']}: {told['Message']}"
    return str(error)
