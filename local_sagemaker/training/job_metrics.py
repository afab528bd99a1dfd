"""Metrics of a training job, found in its log lines by the regular expressions of its MetricDefinitions.

They go to the namespace and dimension that the SageMaker SDK's TrainingJobAnalytics reads:
https://github.com/aws/sagemaker-python-sdk/blob/master/src/sagemaker/analytics.py.
"""

from __future__ import annotations

import math
import re
import threading
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local_sagemaker.access.rights import Principal

NAMESPACE = "/aws/sagemaker/TrainingJobs"
_SHOWN = 200


def refusals(definitions: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Say why metric definitions are refused.

    Parameters
    ----------
    definitions
        MetricDefinitions.

    Example
    -------
    >>> next(refusals([{"Name": "loss", "Regex": "loss=[0-9.]+"}]))
    'Regex \\'loss=[0-9.]+\\' of metric "loss" has no group: put what is the value into parentheses.'
    """
    for definition in definitions:
        name, text = definition["Name"], definition["Regex"]
        try:
            if not re.compile(text).groups:
                yield f'Regex {text!r} of metric "{name}" has no group: put what is the value into parentheses.'
        except re.error as error:
            yield f'Regex {text!r} of metric "{name}" is no regular expression: {error}.'


class JobMetrics:
    """The metrics of one job.

    Parameters
    ----------
    definitions
        MetricDefinitions, which `refusals` has nothing against.
    job_name
        Value of the metrics' dimension TrainingJobName.
    role
        Execution role.
    account_id, region
        Of the job.
    warn
        Takes a line for the job's log.
    on_value
        Takes the name and the value of each metric as soon as it is found.
    """

    def __init__(
        self,
        definitions: Sequence[Mapping[str, str]],
        job_name: str,
        role: Principal,
        *,
        account_id: str,
        region: str,
        warn: Callable[[str], None],
        on_value: Callable[[str, float], None] = lambda _name, _value: None,
    ) -> None:
        self._patterns = [(definition["Name"], re.compile(definition["Regex"])) for definition in definitions]
        self._dimensions = [{"Name": "TrainingJobName", "Value": job_name}]
        self._role = role
        self._cloudwatch = cloudwatch_backends[account_id][region]
        self._warn = warn
        self._on_value = on_value
        self._warned: set[str] = set()
        self._lock = threading.Lock()
        self._final: dict[str, dict[str, Any]] = {}

    def open(self) -> None:
        """Ask for the right to put metrics, where there are some.

        Raises
        ------
        AccessDeniedError
            AWS runs such a job and loses its metrics; here it fails, since that is found only when they are needed.
        """
        if self._patterns:
            self._role.authorize("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": NAMESPACE})

    def search(self, line: str) -> None:
        """Put every metric that a line of the log holds."""
        for name, pattern in self._patterns:
            found = pattern.search(line)
            if found:
                self._note(name, found[1], line)

    def final(self) -> list[dict[str, Any]]:
        """Give FinalMetricDataList: each metric's last value, unless that was no finite number."""
        with self._lock:
            return list(self._final.values())

    def _note(self, name: str, text: str | None, line: str) -> None:
        try:
            value = float(text or "")
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            with self._lock:
                self._final.pop(name, None)
            self._warn_once(name, text, line)
            return
        # As moto keeps times: in UTC, without saying so.
        now = utcnow()
        self._cloudwatch.put_metric_data(
            NAMESPACE,
            [{"MetricName": name, "Value": value, "Unit": "None", "Timestamp": now, "Dimensions": self._dimensions}],
        )
        with self._lock:
            self._final[name] = {"MetricName": name, "Value": value, "Timestamp": now}
        self._on_value(name, value)

    def _warn_once(self, name: str, text: str | None, line: str) -> None:
        if name not in self._warned:
            self._warned.add(name)
            self._warn(
                f"metric {name!r}: {text!r} is no finite number, which CloudWatch does not take; while it is the "
                f"last value, FinalMetricDataList does not hold the metric. In the line: {line[:_SHOWN]}"
            )
