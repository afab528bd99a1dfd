"""The values behind metrics, one by one: percentiles cannot be had from sums."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left, insort
from typing import TYPE_CHECKING, NamedTuple

from moto.cloudwatch.models import cloudwatch_backends

if TYPE_CHECKING:
    from collections.abc import Iterable

# Samples of one metric that are remembered one by one; older ones are merged, a statistic set for each second, and
# where those are too many, for each minute or hour.
MOST_SAMPLES = 20_000
_MERGED_SECONDS = (1, 60, 3600)
NO_UNIT = "None"


class Metric(NamedTuple):
    """A metric, as CloudWatch knows it; dimensions are sorted pairs of name and value."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]


class Sample(NamedTuple):
    """What a metric was at a moment: a value, once or several times, or a statistic set of different values.

    Attributes
    ----------
    time
        Seconds since the epoch.
    number, total, least, most
        SampleCount, Sum, Minimum and Maximum.
    """

    time: float
    number: float
    total: float
    least: float
    most: float


class Entry(NamedTuple):
    """One sample of one metric, in its unit."""

    metric: Metric
    sample: Sample
    unit: str = NO_UNIT


def sample_of(value: float, moment: float | None = None, number: float = 1.0) -> Sample:
    """Give a sample of a value.

    Parameters
    ----------
    moment
        Seconds since the epoch; now where there is none.
    number
        How often the value came.
    """
    return Sample(time.time() if moment is None else moment, number, value * number, value, value)


class MetricHistory:
    """Remembers the samples of each metric of a region."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # By unit, too: data of different units are different data.
        self._series: dict[Metric, dict[str, list[Sample]]] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """Remember samples; they mostly come in the order of their times."""
        with self._lock:
            for metric, sample, unit in entries:
                series = self._series.setdefault(metric, {}).setdefault(unit, [])
                if series and sample.time < series[-1].time:
                    insort(series, sample)
                else:
                    series.append(sample)
                if len(series) > MOST_SAMPLES:
                    _thin(series)

    def between(self, metric: Metric, start: float, end: float, unit: str | None = None) -> list[Sample]:
        """Give the samples of a half-open interval of seconds since the epoch, the earliest first.

        Parameters
        ----------
        unit
            Of the wanted samples; those of every unit where there is none.
        """
        with self._lock:
            by_unit = self._series.get(metric, {})
            found = [
                series[bisect_left(series, (start,)) : bisect_left(series, (end,))]
                for name, series in by_unit.items()
                if unit in (None, name)
            ]
        return found[0] if len(found) == 1 else sorted(sample for series in found for sample in series)

    def units(self, metric: Metric) -> list[str]:
        """List the units that a metric has samples of."""
        with self._lock:
            return list(self._series.get(metric, ()))

    def metrics(self, since: float = 0.0) -> list[Metric]:
        """List the metrics that have a sample of a moment or later."""
        with self._lock:
            return [
                metric
                for metric, by_unit in self._series.items()
                if any(series[-1].time >= since for series in by_unit.values())
            ]


def history_of(account_id: str, region: str) -> MetricHistory:
    """Give the history of a region; it is forgotten when moto forgets its CloudWatch."""
    history: MetricHistory = vars(cloudwatch_backends[account_id][region]).setdefault("metric_history", MetricHistory())
    return history


def sorted_dimensions(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Give dimensions in the order in which `Metric` has them."""
    return tuple(sorted(pairs))


def metric_of(namespace: str, name: str, dimensions: Iterable[dict[str, str]] | None) -> Metric:
    """Give the metric that a request means; dimensions are as in the API."""
    return Metric(namespace, name, sorted_dimensions((item["Name"], item["Value"]) for item in dimensions or ()))


def _thin(series: list[Sample]) -> None:
    """Merge the earlier half."""
    for seconds in _MERGED_SECONDS:
        half = len(series) // 2
        merged: dict[float, Sample] = {}
        for sample in series[:half]:
            moment = sample.time // seconds * seconds
            known = merged.get(moment)
            merged[moment] = sample._replace(time=moment) if known is None else _sum(known, sample)
        series[:half] = merged.values()
        if len(series) <= MOST_SAMPLES * 3 // 4:
            break


def _sum(one: Sample, other: Sample) -> Sample:
    least, most = min(one.least, other.least), max(one.most, other.most)
    return Sample(one.time, one.number + other.number, one.total + other.total, least, most)
