"""Every value of a training job's metrics, as its log has them: CloudWatch keeps averages of a minute."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from endpoint_client.exceptions import ConfigurationError, InvalidInput
from endpoint_client.training.figures import new_figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from endpoint_client.training.logs import LogLine


class TrainingMetrics:
    """The values of each metric and when they were printed.

    Parameters
    ----------
    values : mapping of str to sequence of (int, float)
        By metric: milliseconds since 1970 in UTC, and value.
    final : mapping of str to float
        The last value of each metric, as SageMaker has it; empty while the job runs.

    Example
    -------
    >>> metrics = TrainingMetrics({"loss": [(1000, 0.5), (2000, 0.25)]}, final={"loss": 0.25})
    >>> metrics.values("loss")[1]
    array([0.5 , 0.25])
    >>> print(metrics.table())
    metric  values  first  last   min  max
    loss         2    0.5  0.25  0.25  0.5
    """

    def __init__(self, values: Mapping[str, Sequence[tuple[int, float]]], final: Mapping[str, float]) -> None:
        self._values = {name: list(points) for name, points in values.items()}
        self.final: dict[str, float] = dict(final)

    @classmethod
    def find(
        cls, lines: Iterable[LogLine], definitions: Sequence[Mapping[str, Any]], final: Sequence[Mapping[str, Any]]
    ) -> TrainingMetrics:
        """Search a log for metrics as SageMaker does: the first group of the first match in a line is the value.

        Parameters
        ----------
        lines : iterable of LogLine
        definitions : sequence of mapping
            MetricDefinitions of the job.
        final : sequence of mapping
            FinalMetricDataList of the job.
        """
        values: dict[str, list[tuple[int, float]]] = {str(one["Name"]): [] for one in definitions}
        patterns = [(str(one["Name"]), pattern) for one in definitions if (pattern := _compile(one))]
        for line in lines:
            for name, pattern in patterns:
                if (match := pattern.search(line.text)) is not None and (value := _number(match)) is not None:
                    values[name].append((line.milliseconds, value))
        return cls(values, {one["MetricName"]: float(one["Value"]) for one in final})

    @property
    def names(self) -> list[str]:
        """The metrics that the job defines, also those without a value."""
        return list(self._values)

    def values(self, name: str) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
        """Give every value of a metric.

        Returns
        -------
        times : ndarray of datetime64[ms]
            In UTC, ascending.
        values : ndarray of float64

        Raises
        ------
        InvalidInput
            The job defines no such metric.
        """
        if name not in self._values:
            raise InvalidInput(f"no metric {name!r}; the job defines {', '.join(map(repr, self._values)) or 'none'}")
        points = self._values[name]
        times = np.array([time for time, _ in points], dtype="datetime64[ms]")
        return times, np.array([value for _, value in points], dtype=np.float64)

    def table(self) -> str:
        """Give a line for each metric as text: how many values, the first, the last, the smallest, the largest."""
        rows: list[tuple[str, ...]] = [("metric", "values", "first", "last", "min", "max")]
        for name, points in self._values.items():
            found = [value for _, value in points]
            numbers = (found[0], found[-1], min(found), max(found)) if found else ()
            rows.append((name, str(len(found)), *(f"{value:.6g}" for value in numbers), *("",) * (4 - len(numbers))))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if index == 0 else cell.rjust(width)
                for index, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        )

    def to_frame(self) -> Any:
        """Give a pandas DataFrame with a row for each value: ``time`` (UTC), ``metric``, ``value``.

        Raises
        ------
        ConfigurationError
            pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise ConfigurationError("to_frame needs pandas: pip install pandas") from None
        rows = sorted((time, name, value) for name, points in self._values.items() for time, value in points)
        return pd.DataFrame(
            {
                "time": pd.to_datetime([time for time, _, _ in rows], unit="ms", utc=True),
                "metric": [name for _, name, _ in rows],
                "value": [value for _, _, value in rows],
            }
        )

    def plot(self, path: str | Path | None = None) -> Figure:
        """Draw each metric over time, one below the other.

        Parameters
        ----------
        path : str or Path, optional
            Where to write the picture, whose kind the ending says; default: a figure that notebooks show.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ConfigurationError
            matplotlib is not installed: it comes with the extra ``plot``.
        """
        drawn = [name for name, points in self._values.items() if points]
        size = (8.0, 1.0 + 2.0 * max(1, len(drawn)))
        figure = new_figure(size, shown=path is None)
        start = min((points[0][0] for points in self._values.values() if points), default=0)
        all_axes = figure.subplots(max(1, len(drawn)), 1, sharex=True, squeeze=False)[:, 0]
        for name, axes in zip(drawn, all_axes, strict=False):
            points = self._values[name]
            axes.plot([(time - start) / 1000 for time, _ in points], [value for _, value in points], marker=".")
            axes.set_ylabel(name)
            axes.grid(visible=True, alpha=0.3)
        all_axes[-1].set_xlabel("seconds since the first value")
        if path is not None:
            figure.savefig(path)
        return figure


def _compile(definition: Mapping[str, Any]) -> re.Pattern[str] | None:
    # Python writes the named groups of other languages with a P.
    text = re.sub(r"\(\?<(?![=!])", "(?P<", str(definition["Regex"]))
    try:
        return re.compile(text)
    except re.error as error:
        warnings.warn(
            f"metric {definition['Name']!r} is left out: {definition['Regex']!r} is no regex of Python ({error})",
            stacklevel=2,
        )
        return None


def _number(match: re.Match[str]) -> float | None:
    try:
        return float(match[1])
    except (IndexError, TypeError, ValueError):
        return None
