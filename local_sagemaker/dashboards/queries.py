"""What GetMetricData is asked for the rows of a widget, in the local cloud's periods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local_sagemaker.dashboards.expressions import at_pace
from local_sagemaker.dashboards.time_range import local_period, whole_period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.dashboards.metric_rows import Row
    from local_sagemaker.dashboards.time_range import TimeRange


def with_ids(rows: Sequence[Row]) -> list[Row]:
    """Give every row an id of its own."""
    taken = {row.id for row in rows}
    found = []
    for number, row in enumerate(rows, 1):
        free = f"row{number}"
        while free in taken:
            free += "x"
        found.append(row if row.id else replace(row, id=free))
    return found


def periods_here(rows: Sequence[Row], speed: float, whole: TimeRange | None = None) -> dict[str, int]:
    """Give the period of each row by its id, in seconds here.

    Parameters
    ----------
    rows
        With ids.
    speed
        Seconds of AWS that pass in a second.
    whole
        The time of the widget, where it shows all of it as one value.
    """
    all_of_it = whole and whole_period(whole)
    metrics = {row.id: all_of_it or local_period(row.period, speed) for row in rows if row.expression is None}
    # An expression has a value where its inputs have: in the longest of their periods.
    longest = max(metrics.values(), default=None)
    return {row.id: metrics.get(row.id) or longest or local_period(row.period, speed) for row in rows}


def metric_data_queries(rows: Sequence[Row], speed: float, whole: TimeRange | None = None) -> list[dict[str, Any]]:
    """Give MetricDataQueries.

    Parameters
    ----------
    rows, speed, whole
        As for `periods_here`.
    """
    here = periods_here(rows, speed, whole)
    of_aws = {row.id: round(whole.seconds * speed) if whole else row.period for row in rows}
    queries = []
    for row in rows:
        query: dict[str, Any] = {"Id": row.id, "ReturnData": row.visible}
        if row.expression is None:
            dimensions = [{"Name": name, "Value": value} for name, value in row.dimensions]
            metric = {"Namespace": row.namespace, "MetricName": row.name, "Dimensions": dimensions}
            query["MetricStat"] = {"Metric": metric, "Period": here[row.id], "Stat": row.stat}
        else:
            query["Expression"] = at_pace(row.expression, of_aws, speed)
            if row.expression.lstrip().upper().startswith("SELECT"):
                # Metrics Insights has no metric to take the period from.
                query["Period"] = here[row.id]
        queries.append(query)
    return queries
