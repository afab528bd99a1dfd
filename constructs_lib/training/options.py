"""What can be asked of a training job beside its script and its data: spot capacity, checkpoints, metrics."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import Duration


@dataclass(frozen=True, kw_only=True)
class SpotTraining:
    """Trains on spare capacity, for up to 90 % less; SageMaker may interrupt the job and start it again.

    A script that is to go on where it was interrupted writes to ``/opt/ml/checkpoints``; see `Checkpoints`.

    Parameters
    ----------
    max_wait
        How long the job may take in all, waiting for capacity included: at least `max_run`.

    Example
    -------
    >>> from aws_cdk import Duration
    >>> SpotTraining(max_wait=Duration.hours(30)).max_wait.to_hours()
    30
    """

    max_wait: Duration | None = None

    def problems(self, max_run: Duration) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        if self.max_wait is None:
            yield (
                f"spot has no max_wait, without which SageMaker trains on no spot capacity; "
                f"give at least max_run ({_seconds(max_run)} s)"
            )
        elif not (self.max_wait.is_unresolved() or max_run.is_unresolved()) and _seconds(self.max_wait) < _seconds(
            max_run
        ):
            yield (
                f"spot has max_wait {_seconds(self.max_wait)} s, and max_run is {_seconds(max_run)} s; "
                "max_wait counts both the waiting and the run: give at least as much"
            )


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """What the script writes to a folder is kept in S3 while it runs, and is there again when it starts anew.

    Parameters
    ----------
    local_path
        The folder in the container.
    across_jobs
        True: every job finds what the last one left. Default False: each job has its own, so that only an
        interruption of the job itself is made good.

    Example
    -------
    >>> Checkpoints(across_jobs=True).local_path
    '/opt/ml/checkpoints'
    """

    local_path: str = "/opt/ml/checkpoints"
    across_jobs: bool = False

    def problems(self) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        if not Token.is_unresolved(self.local_path) and not self.local_path.startswith("/"):
            yield f"checkpoints has local_path {self.local_path!r}; give an absolute path in the container"


@dataclass(frozen=True, kw_only=True)
class MetricDefinition:
    """A metric that SageMaker reads from the lines of the script's output.

    Parameters
    ----------
    name
        1 to 255 characters, e.g. ``validation:accuracy``.
    regex
        Its first group is the value: ``accuracy=([0-9.]+)``. At most 500 characters.

    Example
    -------
    >>> MetricDefinition(name="validation:accuracy", regex="accuracy=([0-9.]+)").render()
    {'Name': 'validation:accuracy', 'Regex': 'accuracy=([0-9.]+)'}
    """

    name: str
    regex: str

    def problems(self) -> Iterator[str]:
        """Say what SageMaker would refuse, or would never match."""
        if not 1 <= len(self.name) <= _MAX_METRIC_NAME:
            yield f"metric {self.name!r} has a name of {len(self.name)} characters; give 1 to {_MAX_METRIC_NAME}"
        if not 1 <= len(self.regex) <= _MAX_REGEX:
            yield f"metric {self.name!r} has a regex of {len(self.regex)} characters; give 1 to {_MAX_REGEX}"
        try:
            groups = re.compile(self.regex).groups
        except re.error as error:
            yield f"metric {self.name!r} has regex {self.regex!r}, which is no regular expression ({error}); correct it"
            return
        if groups == 0:
            yield f"metric {self.name!r} has regex {self.regex!r} without a group; put the value into '( )'"

    def render(self) -> dict[str, Any]:
        """Return the metric as CreateTrainingJob takes it."""
        return {"Name": self.name, "Regex": self.regex}


@dataclass(frozen=True, kw_only=True)
class MetricThreshold:
    """How good a trained model must be before it is used: the last value of a metric, compared with a number.

    Parameters
    ----------
    metric
        Name of one of the training's metric definitions.
    at_least, at_most
        The limits, themselves allowed; one of them or both.

    Example
    -------
    >>> MetricThreshold(metric="validation:accuracy", at_least=0.9).text
    'validation:accuracy of at least 0.9'
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def text(self) -> str:
        """The threshold in words."""
        limits = {"at least": self.at_least, "at most": self.at_most}
        return f"{self.metric} of " + " and ".join(
            f"{how} {limit}" for how, limit in limits.items() if limit is not None
        )

    def problems(self, names: tuple[str, ...]) -> Iterator[str]:
        """Say what would let no model through, or every one."""
        if self.metric not in names:
            known = ", ".join(map(repr, names)) or "none is defined"
            yield (
                f"threshold of metric {self.metric!r}, which the training does not measure ({known}); "
                "give a MetricDefinition of that name"
            )
        for name, limit in {"at_least": self.at_least, "at_most": self.at_most}.items():
            if limit is not None and not math.isfinite(limit):
                yield f"threshold of metric {self.metric!r} has {name} {limit}; give a number"
        if self.at_least is None and self.at_most is None:
            yield f"threshold of metric {self.metric!r} has no limit; give at_least or at_most"
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            yield (
                f"threshold of metric {self.metric!r} wants at least {self.at_least} and at most {self.at_most}, "
                "which no value is; give at_most above at_least"
            )


def _seconds(duration: Duration) -> int:
    return int(duration.to_seconds())


# Limits of CreateTrainingJob's AlgorithmSpecification.
_MAX_METRIC_NAME = 255
_MAX_REGEX = 500
MAX_METRICS = 40
