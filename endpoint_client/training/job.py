"""A training job: its state, log, metrics and artifacts, while it runs and afterwards."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from endpoint_client.aws_services import AwsServices
from endpoint_client.exceptions import TrainingNotFinished
from endpoint_client.training.execution import TrainingExecution
from endpoint_client.training.hyperparameters import decode_hyperparameters
from endpoint_client.training.logs import TrainingLogs
from endpoint_client.training.metrics import TrainingMetrics
from endpoint_client.training.pauses import POLL_INTERVAL, Pauses
from endpoint_client.training.progress import Progress
from endpoint_client.training.wait import ENDED, FAILED, TrainingWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import boto3
    from types_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef


class TrainingJob:
    """One job by its name; `TrainingClient.fit` starts one, and `attach` finds one that was started before.

    Every look is a new question to the service, so what it gives is true at that moment.

    Parameters
    ----------
    name : str
        The job's name.
    region : str, optional
        AWS region; default: the session's.
    session : boto3.Session, optional
        Credentials and region to use; default: boto3's own.
    execution_arn : str, optional
        ARN of the execution that it belongs to; default: looked for by the job's name.

    Attributes
    ----------
    name : str

    Example
    -------
    >>> job = TrainingJob.attach("churn-2026-11-23-08-15-00-123")  # doctest: +SKIP
    >>> job.wait().metrics.final  # doctest: +SKIP
    {'validation:accuracy': 0.97}
    """

    def __init__(
        self,
        name: str,
        *,
        region: str | None = None,
        session: boto3.Session | None = None,
        execution_arn: str | None = None,
    ) -> None:
        self.name = name
        self._execution_arn = execution_arn
        self._service = AwsServices(region=region, session=session)

    @classmethod
    def attach(cls, name: str, *, region: str | None = None, session: boto3.Session | None = None) -> TrainingJob:
        """Give a job that exists, whoever started it.

        Parameters
        ----------
        name : str
            The job's name.
        region : str, optional
            AWS region; default: the session's.
        session : boto3.Session, optional
            Credentials and region to use; default: boto3's own.

        Raises
        ------
        TrainingJobNotFound
            There is no such job in the account and the region.
        """
        job = cls(name, region=region, session=session)
        job.describe()
        return job

    @classmethod
    def started(cls, service: AwsServices, name: str, execution_arn: str) -> TrainingJob:
        """Give the job of an execution, with the connections that it was started with."""
        job = cls(name, execution_arn=execution_arn)
        job._service = service
        return job

    def __repr__(self) -> str:
        return f"TrainingJob({self.name!r})"

    def __reduce__(self) -> tuple[Callable[..., TrainingJob], tuple[Any, ...]]:
        # Connections stay here: another process makes its own, with its own credentials.
        return _again, (self.name, self._service.region, self._execution_arn)

    def describe(self) -> DescribeTrainingJobResponseTypeDef:
        """Give what DescribeTrainingJob says.

        Raises
        ------
        TrainingJobNotFound
            There is no such job.
        """
        return self._service.describe(self.name)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self.describe()["TrainingJobArn"]

    @property
    def status(self) -> str:
        """``InProgress``, ``Completed``, ``Failed``, ``Stopping`` or ``Stopped``."""
        return self.describe()["TrainingJobStatus"]

    @property
    def secondary_status(self) -> str:
        """What it does in particular: ``Starting``, ``Downloading``, ``Training``, ``Uploading``, ..."""
        return self.describe()["SecondaryStatus"]

    @property
    def failure_reason(self) -> str | None:
        """Why it failed; None where it did not."""
        return self.describe().get("FailureReason")

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The script's hyperparameters with the types that they were given with."""
        return decode_hyperparameters(self.describe().get("HyperParameters", {}))

    @property
    def training_seconds(self) -> int | None:
        """Seconds from the start of the download to the end of the upload; None while they are not known."""
        return self.describe().get("TrainingTimeInSeconds")

    @property
    def billable_seconds(self) -> int | None:
        """Seconds that are billed, for each instance: fewer on spot capacity; None while they are not known."""
        return self.describe().get("BillableTimeInSeconds")

    @property
    def model_data(self) -> str:
        """S3 URI of the ``model.tar.gz``: what the script wrote to ``/opt/ml/model``.

        Raises
        ------
        TrainingNotFinished
            The job still runs, or ended without a model.
        """
        described = self._ended("model_data")
        uri = described.get("ModelArtifacts", {}).get("S3ModelArtifacts")
        if not uri or described["TrainingJobStatus"] == FAILED:
            raise TrainingNotFinished(
                f"training job {self.name!r} ended as {described['TrainingJobStatus']} without a model; "
                "failure_reason and logs() tell why",
                job=self,
            )
        return uri

    @property
    def output_data(self) -> str:
        """S3 URI of the ``output.tar.gz``: what the script wrote to ``/opt/ml/output/data``, if it did.

        Raises
        ------
        TrainingNotFinished
            The job still runs.
        """
        described = self._ended("output_data")
        return f"{described['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{self.name}/output/output.tar.gz"

    @property
    def metrics(self) -> TrainingMetrics:
        """Every value of its metrics up to now; the whole log is read for it, so keep what you get.

        Raises
        ------
        AccessDenied
            The credentials may not read the log.
        """
        described = self.describe()
        lines = TrainingLogs(self._service, self.name).new()
        definitions = described["AlgorithmSpecification"].get("MetricDefinitions", [])
        return TrainingMetrics.find(lines, definitions, described.get("FinalMetricDataList", []))

    def logs(self, follow: bool = False, *, poll_interval: float = POLL_INTERVAL) -> Iterator[str]:
        """Give the lines of its log; where several instances train, each begins with its instance's name.

        Parameters
        ----------
        follow : bool, default False
            Wait for more lines until the job has ended.
        poll_interval : float, default 1
            Seconds between two looks; they become five times as long.

        Raises
        ------
        AccessDenied
            The credentials may not read the log.
        """
        logs, pauses = TrainingLogs(self._service, self.name), Pauses(poll_interval)
        while True:
            described = pauses.insist(self.describe)
            for line in pauses.insist(logs.new):
                yield line.shown(described)
            if not follow:
                return
            if described["TrainingJobStatus"] in ENDED:
                break
            pauses.pause()
        for lines in logs.rest(pauses):
            for line in lines:
                yield line.shown(described)

    def wait(self, logs: bool = True, *, poll_interval: float = POLL_INTERVAL) -> TrainingJob:
        """Wait for its end, and for the end of its execution where it has one; show both on stderr.

        An interruption (Ctrl-C) leaves it running, and says how to come back.

        Parameters
        ----------
        logs : bool, default True
            Show the log too, not only the progress.
        poll_interval : float, default 1
            Seconds between two looks; they are shorter at first and become five times as long.

        Returns
        -------
        TrainingJob
            Itself.

        Raises
        ------
        TrainingFailed
            It failed, or SageMaker refused to create it.
        TrainingStopped
            Somebody stopped it, or its time was over.
        RolloutFailed
            It completed, and a check of its metrics or the way to an endpoint failed.
        """
        progress, pauses = Progress(), Pauses(poll_interval)
        wait = TrainingWait(
            self._service,
            self,
            show_logs=logs,
            pauses=pauses,
            progress=progress,
        )
        progress.line(f"Training job {self.name}")
        try:
            execution = pauses.insist(self._execution)
            if execution is not None:
                wait.until_created(execution)
            described = wait.until_ended()
            if execution is not None:
                wait.until_executed(execution)
            if uri := described.get("ModelArtifacts", {}).get("S3ModelArtifacts"):
                billed = described.get("BillableTimeInSeconds")
                progress.line(f"Model: {uri}" + ("" if billed is None else f" ({billed} s billed)"))
        except KeyboardInterrupt:
            progress.close()
            print(
                f"The job goes on. Come back with TrainingJob.attach({self.name!r}).wait(), "
                f"or end it with TrainingJob.attach({self.name!r}).stop()",
                file=sys.stderr,
            )
            raise
        finally:
            progress.close()
        return self

    def stop(self) -> None:
        """Ask SageMaker to stop it; the script has two minutes to save its model.

        Raises
        ------
        InvalidRequest
            It has ended already.
        """
        with self._service.translated(f"training job {self.name!r}"):
            self._service.sagemaker.stop_training_job(TrainingJobName=self.name)

    def _ended(self, what: str) -> DescribeTrainingJobResponseTypeDef:
        described = self.describe()
        if described["TrainingJobStatus"] not in ENDED:
            raise TrainingNotFinished(
                f"training job {self.name!r} is {described['TrainingJobStatus']} "
                f"({described['SecondaryStatus']}); {what} is there after its end: job.wait()",
                job=self,
            )
        return described

    def _execution(self) -> TrainingExecution | None:
        if self._execution_arn is not None:
            return TrainingExecution(self._service, self._execution_arn)
        return TrainingExecution.find(self._service, self.name, self.arn)


def _again(name: str, region: str, execution_arn: str | None) -> TrainingJob:
    return TrainingJob(name, region=region, execution_arn=execution_arn)
