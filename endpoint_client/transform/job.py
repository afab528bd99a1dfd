"""A transform job: its state, its output, and its end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from endpoint_client.aws_services import AwsServices
from endpoint_client.exceptions import (
    AccessDenied,
    InvalidRequest,
    TransformFailed,
    TransformJobNotFound,
    TransformNotFinished,
    TransformStopped,
)
from endpoint_client.training.creation import reason_without_job
from endpoint_client.training.execution import TrainingExecution
from endpoint_client.training.pauses import POLL_INTERVAL, Pauses
from endpoint_client.training.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import boto3
    from types_boto3_sagemaker.type_defs import DescribeTransformJobResponseTypeDef


class TransformJob:
    """One job by its name; `TransformClient.transform` starts one, and `attach` finds one that was started before.

    Every look is a new question to the service, so what it gives is true at that moment.

    Parameters
    ----------
    name : str
        The job's name.
    region : str, optional
        AWS region; default: the session's.
    session : boto3.Session, optional
        Credentials and region to use; default: boto3's own.

    Attributes
    ----------
    name : str

    Example
    -------
    >>> job = TransformJob.attach("scores-2026-11-23-08-15-00-123").wait()  # doctest: +SKIP
    >>> list(job.outputs())  # doctest: +SKIP
    ['s3://churn-predictions/transform/scores-2026-11-23-08-15-00-123/customers.csv.out']
    """

    def __init__(self, name: str, *, region: str | None = None, session: boto3.Session | None = None) -> None:
        self.name = name
        self._execution_arn: str | None = None
        self._service = AwsServices(region=region, session=session)

    @classmethod
    def attach(cls, name: str, *, region: str | None = None, session: boto3.Session | None = None) -> TransformJob:
        """Give a job that exists, whoever started it.

        Raises
        ------
        TransformJobNotFound
            There is no such job in the account and the region.
        """
        job = cls(name, region=region, session=session)
        job.describe()
        return job

    @classmethod
    def started(cls, service: AwsServices, name: str, execution_arn: str) -> TransformJob:
        """Give the job of an execution, with the connections that it was started with."""
        job = cls(name)
        job._service = service
        job._execution_arn = execution_arn
        return job

    def __repr__(self) -> str:
        return f"TransformJob({self.name!r})"

    def __reduce__(self) -> tuple[Callable[..., TransformJob], tuple[Any, ...]]:
        # Connections stay here: another process makes its own, with its own credentials.
        return _again, (self.name, self._service.region, self._execution_arn)

    def describe(self) -> DescribeTransformJobResponseTypeDef:
        """Give what DescribeTransformJob says.

        Raises
        ------
        TransformJobNotFound
            There is no such job.
        """
        try:
            with self._service.translated(f"transform job {self.name!r}"):
                return self._service.sagemaker.describe_transform_job(TransformJobName=self.name)
        except InvalidRequest as error:
            if "not find" not in error.message:
                raise
            raise TransformJobNotFound(
                f"{error.message}; check the name, the region and the account of the credentials: "
                "`aws sagemaker list-transform-jobs` lists what is there",
                code=error.code,
                status=error.status,
                request_id=error.request_id,
            ) from error

    @property
    def status(self) -> str:
        """``InProgress``, ``Completed``, ``Failed``, ``Stopping`` or ``Stopped``."""
        return self.describe()["TransformJobStatus"]

    @property
    def failure_reason(self) -> str | None:
        """Why it failed; None where it did not."""
        return self.describe().get("FailureReason")

    @property
    def output_path(self) -> str:
        """S3 URI that its output lies below."""
        return self.describe()["TransformOutput"]["S3OutputPath"]

    def outputs(self) -> Iterator[str]:
        """Give the S3 URIs of what it has written: for each object of the input its key with ``.out``.

        Raises
        ------
        TransformNotFinished
            It still runs.
        AccessDenied
            The credentials may not list them; `SklearnTransform.grant_read_output` lets them.
        """
        described = self.describe()
        if described["TransformJobStatus"] not in ENDED:
            raise TransformNotFinished(
                f"transform job {self.name!r} is {described['TransformJobStatus']}; its output is there after its end: "
                "job.wait()",
                job=self,
            )
        place = urlsplit(described["TransformOutput"]["S3OutputPath"])
        with self._service.translated(f"the output of transform job {self.name!r}"):
            pages = self._service.s3.get_paginator("list_objects_v2").paginate(
                Bucket=place.netloc, Prefix=place.path.lstrip("/")
            )
            for page in pages:
                yield from (f"s3://{place.netloc}/{one['Key']}" for one in page.get("Contents", []))

    def wait(self, *, poll_interval: float = POLL_INTERVAL) -> TransformJob:
        """Wait for its end; show on stderr how it goes on.

        An interruption (Ctrl-C) leaves it running, and says how to come back.

        Parameters
        ----------
        poll_interval : float, default 1
            Seconds between two looks; they are shorter at first and become five times as long.

        Returns
        -------
        TransformJob
            Itself.

        Raises
        ------
        TransformFailed
            It failed, or SageMaker refused to create it; with what its log says of the data.
        TransformStopped
            Somebody stopped it.
        """
        progress, pauses = Progress(), Pauses(poll_interval)
        progress.line(f"Transform job {self.name}")
        try:
            self.until_created(pauses)
            while True:
                described = pauses.insist(self.describe)
                progress.begin(described["CreationTime"])
                progress.phase(described["TransformJobStatus"])
                progress.tick()
                if described["TransformJobStatus"] in ENDED:
                    break
                pauses.pause()
            self._raise_unless_completed(described)
            progress.line(f"Output: {described['TransformOutput']['S3OutputPath']}")
        except KeyboardInterrupt:
            progress.close()
            print(
                f"The job goes on. Come back with TransformJob.attach({self.name!r}).wait(), "
                f"or end it with TransformJob.attach({self.name!r}).stop()",
                file=sys.stderr,
            )
            raise
        finally:
            progress.close()
        return self

    def until_created(self, pauses: Pauses, deadline: float | None = None) -> None:
        """Wait until its execution has created it.

        Parameters
        ----------
        pauses : Pauses
        deadline : float, optional
            Seconds after which it is taken to be on its way; default: none.

        Raises
        ------
        TransformFailed
            The execution ended without it, as when SageMaker refuses it.
        """
        if self._execution_arn is None:
            return
        execution = TrainingExecution(self._service, self._execution_arn)
        reason = reason_without_job(execution, lambda: self._exists(pauses), pauses, deadline)
        if reason is not None:
            raise TransformFailed(f"transform job {self.name!r} was not created: {reason}", job=self, reason=reason)

    def stop(self) -> None:
        """Ask SageMaker to stop it; the output of the objects that it has finished stays.

        Raises
        ------
        InvalidRequest
            It has ended already.
        """
        with self._service.translated(f"transform job {self.name!r}"):
            self._service.sagemaker.stop_transform_job(TransformJobName=self.name)

    def _exists(self, pauses: Pauses) -> bool:
        try:
            pauses.insist(self.describe)
        except TransformJobNotFound:
            return False
        return True

    def _raise_unless_completed(self, described: DescribeTransformJobResponseTypeDef) -> None:
        status = described["TransformJobStatus"]
        if status == STOPPED:
            raise TransformStopped(f"transform job {self.name!r} was stopped", job=self)
        if status == FAILED:
            reason = described.get("FailureReason", "SageMaker gave no reason")
            lines = self._data_log()
            log = "".join(f"\n    {line}" for line in lines)
            heading = "\nOf the data, its log says:" if lines else ""
            raise TransformFailed(
                f"transform job {self.name!r} failed: {reason}{heading}{log}", job=self, reason=reason, lines=lines
            )

    def _data_log(self) -> tuple[str, ...]:
        """Give the last lines of the job's data logs, one a container: which objects failed, and why."""
        found: list[str] = []
        try:
            with self._service.translated(f"log group {LOG_GROUP}"):
                logs = self._service.logs
                streams = logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{self.name}/")
                for stream in streams["logStreams"]:
                    if stream["logStreamName"].endswith("/data-log"):
                        page = logs.get_log_events(
                            logGroupName=LOG_GROUP,
                            logStreamName=stream["logStreamName"],
                            limit=LAST_LINES,
                            startFromHead=False,
                        )
                        found += [event["message"].rstrip("\n") for event in page["events"]]
        except (AccessDenied, InvalidRequest):
            return ()
        return tuple(found[-LAST_LINES:])


def _again(name: str, region: str, execution_arn: str | None) -> TransformJob:
    job = TransformJob(name, region=region)
    job._execution_arn = execution_arn
    return job


COMPLETED, FAILED, STOPPED = "Completed", "Failed", "Stopped"
ENDED = frozenset({COMPLETED, FAILED, STOPPED})
LOG_GROUP = "/aws/sagemaker/TransformJobs"
LAST_LINES = 20
