"""ListTrainingJobs: which jobs, in which order, and in which pages.

Rule: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from local_sagemaker.request_shapes import refusal, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from local_sagemaker.training.job_record import JobRecord

PAGE_SIZE = 10

_SORT_KEYS: dict[str, Callable[[JobRecord], Any]] = {
    "Name": lambda job: (job.training_job_name,),
    "CreationTime": lambda job: (job.creation_time, job.training_job_name),
    "Status": lambda job: (job.training_job_status, job.training_job_name),
}


class RefusedListError(Exception):
    """A parameter of ListTrainingJobs is not valid; the text is the ValidationException's."""


def list_jobs(jobs: Iterable[JobRecord], request: Mapping[str, Any]) -> dict[str, Any]:
    """Give what ListTrainingJobs answers.

    Parameters
    ----------
    jobs
        All jobs of the account and region.
    request
        Parameters of ListTrainingJobs; times as datetimes.

    Raises
    ------
    RefusedListError
    """
    if problems := violations("ListTrainingJobs", request):
        raise RefusedListError(refusal(problems))
    ordered = sorted(
        (job for job in jobs if all(_filters(job, request))),
        key=_SORT_KEYS[request.get("SortBy") or "CreationTime"],
        reverse=request.get("SortOrder") == "Descending",
    )
    start = 0
    if token := request.get("NextToken"):
        names = [job.training_job_name for job in ordered]
        if token not in names:
            raise RefusedListError(f'Invalid pagination token because "{token}" is no token of this list.')
        start = names.index(token) + 1
    end = start + (request.get("MaxResults") or PAGE_SIZE)
    answer: dict[str, Any] = {"TrainingJobSummaries": [job.summary() for job in ordered[start:end]]}
    if end < len(ordered):
        answer["NextToken"] = ordered[end - 1].training_job_name
    return answer


def _filters(job: JobRecord, request: Mapping[str, Any]) -> Iterator[bool]:
    if text := request.get("NameContains"):
        yield text.lower() in job.training_job_name.lower()
    if status := request.get("StatusEquals"):
        yield job.training_job_status == status
    if pool := request.get("WarmPoolStatusEquals"):
        yield (job.warm_pool_status or {}).get("Status") == pool
    for name, moment in (("CreationTime", job.creation_time), ("LastModifiedTime", job.last_modified_time)):
        if after := request.get(f"{name}After"):
            yield moment > _naive(after)
        if before := request.get(f"{name}Before"):
            yield moment < _naive(before)


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
