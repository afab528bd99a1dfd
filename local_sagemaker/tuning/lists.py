"""ListHyperParameterTuningJobs and ListTrainingJobsForHyperParameterTuningJob.

Rules: the operations' pages in https://docs.aws.amazon.com/sagemaker/latest/APIReference/.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from local_sagemaker.listing import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"


def sortable(value: float) -> str:
    """Write a number as a text that sorts as numbers do.

    Example
    -------
    >>> sorted([2.5, -1.0, 10.0, -3.0], key=sortable)
    [-3.0, -1.0, 2.5, 10.0]
    """
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))
    flipped = bits ^ (0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else 1 << 63)
    return f"{flipped:016x}"


TUNING_JOBS = Listing(
    "HyperParameterTuningJobSummaries",
    "HyperParameterTuningJob",
    descending=False,
    from_creation_time=False,
    sort_by="Name",
)
_TRAINING_JOBS = Listing(
    "TrainingJobSummaries",
    "TrainingJob",
    descending=False,
    sort_by="Name",
    positions={"FinalObjectiveMetricValue": lambda summary: sortable(summary[_OBJECTIVE]["Value"])},
)


def training_jobs(summaries: Iterable[Mapping[str, Any]], request: Mapping[str, Any]) -> dict[str, Any]:
    """Give what ListTrainingJobsForHyperParameterTuningJob answers; sorted by the objective, only those that have one.

    Parameters
    ----------
    summaries
        Of all training jobs of the tuning job.
    request
        The operation's parameters.
    """
    if request.get("SortBy") == "FinalObjectiveMetricValue":
        summaries = [summary for summary in summaries if _OBJECTIVE in summary]
    return _TRAINING_JOBS.page(summaries, request)
