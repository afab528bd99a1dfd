"""The log of a training job in CloudWatch Logs, read while it grows: each line once, and none left out."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from endpoint_client import log_lines
from endpoint_client.log_lines import NewLines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef

    from endpoint_client.aws_services import AwsServices
    from endpoint_client.training.pauses import Pauses

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
# Looks without a new line, an interval apart, until the log of a job that has ended is taken for complete.
_QUIET_LOOKS = 3


class LogLine(log_lines.LogLine):
    """A line of the log; its stream is ``<job>/<host>-<number>``."""

    @property
    def host(self) -> str:
        """The instance that wrote it, such as ``algo-1``.

        Example
        -------
        >>> LogLine(milliseconds=0, stream="churn-1/algo-1-1700000000", text="").host
        'algo-1'
        """
        return self.stream.rpartition("/")[2].rpartition("-")[0] or self.stream

    def shown(self, description: DescribeTrainingJobResponseTypeDef) -> str:
        """Give the text, after the instance's name where several train the job that `description` is of."""
        several = description["ResourceConfig"].get("InstanceCount", 1) > 1
        return f"{self.host}: {self.text}" if several else self.text


class TrainingLogs:
    """Reads the log of one job, from where it was read last.

    Parameters
    ----------
    service : AwsServices
    job_name : str
    """

    def __init__(self, service: AwsServices, job_name: str) -> None:
        self._service = service
        self._job_name = job_name
        self._streams: dict[str, _Stream] = {}

    def new(self) -> list[LogLine]:
        """Give the lines that have come since the last call, in the order of their time.

        Raises
        ------
        AccessDenied
            The credentials may not read the log.
        """
        for name in self._names():
            self._streams.setdefault(name, _Stream(self._service, name))
        # sorted() keeps the order of lines of one stream and one millisecond.
        return sorted(
            (line for stream in self._streams.values() for line in stream.new()), key=lambda line: line.milliseconds
        )

    def rest(self, pauses: Pauses) -> Iterator[list[LogLine]]:
        """Give what still comes after the job's end: CloudWatch shows a line some seconds after it was written."""
        quiet = 0
        while quiet < _QUIET_LOOKS:
            lines = pauses.insist(self.new)
            yield lines
            quiet = 0 if lines else quiet + 1
            if quiet < _QUIET_LOOKS:
                pauses.pause_interval()

    def last(self, count: int) -> list[LogLine]:
        """Give the last lines, without reading those before them."""
        streams = [_Stream(self._service, name) for name in self._names()]
        return list(heapq.merge(*(stream.last(count) for stream in streams), key=lambda line: line.milliseconds))[
            -count:
        ]

    def last_at_rest(self, count: int, pauses: Pauses) -> list[LogLine]:
        """Give the last lines of a job that has just ended, once no more come."""
        lines, quiet = pauses.insist(lambda: self.last(count)), 0
        while quiet < _QUIET_LOOKS:
            pauses.pause_interval()
            before, lines = lines, pauses.insist(lambda: self.last(count))
            quiet = quiet + 1 if lines == before else 0
        return lines

    def _names(self) -> list[str]:
        found: list[str] = []
        with self._service.translated(f"log group {LOG_GROUP}"):
            pages = self._service.logs.get_paginator("describe_log_streams")
            try:
                # With the slash: "churn-1" is not "churn-10".
                for page in pages.paginate(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{self._job_name}/"):
                    found += [stream["logStreamName"] for stream in page["logStreams"]]
            except self._service.logs.exceptions.ResourceNotFoundException:
                # SageMaker makes the group with the account's first job.
                return []
        return found


class _Stream:
    """One instance's part of the log."""

    def __init__(self, service: AwsServices, name: str) -> None:
        self._service = service
        self._name = name
        self._new_lines: NewLines[LogLine] = NewLines()

    def new(self) -> list[LogLine]:
        return list(self._new_lines.of(self._read()))

    def last(self, count: int) -> list[LogLine]:
        with self._service.translated(f"log stream {self._name!r}"):
            page = self._service.logs.get_log_events(
                logGroupName=LOG_GROUP, logStreamName=self._name, limit=count, startFromHead=False
            )
        return [self._line(event) for event in page["events"]]

    def _read(self) -> Iterator[LogLine]:
        token: dict[str, Any] = {}
        while True:
            with self._service.translated(f"log stream {self._name!r}"):
                page = self._service.logs.get_log_events(
                    logGroupName=LOG_GROUP,
                    logStreamName=self._name,
                    startTime=self._new_lines.start,
                    startFromHead=True,
                    **token,
                )
            yield from map(self._line, page["events"])
            # The end of the stream answers with the token that it was asked with; a page before it may be empty.
            if page["nextForwardToken"] == token.get("nextToken"):
                return
            token = {"nextToken": page["nextForwardToken"]}

    def _line(self, event: Any) -> LogLine:
        return LogLine(milliseconds=event["timestamp"], stream=self._name, text=event["message"].rstrip("\n"))
