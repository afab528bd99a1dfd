"""Starts training jobs through the state machine that a stack has for them."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from endpoint_client.aws_services import AwsServices
from endpoint_client.exceptions import InvalidInput, InvalidRequest, TrainingJobNotFound
from endpoint_client.stack_outputs import TRAINING, output_of_stack
from endpoint_client.training.execution import MachineArn, TrainingExecution
from endpoint_client.training.hyperparameters import encode_hyperparameters
from endpoint_client.training.inputs import render_channels
from endpoint_client.training.job import TrainingJob
from endpoint_client.training.pauses import POLL_INTERVAL, Pauses
from endpoint_client.training.wait import TrainingWait

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3

    from endpoint_client.training.inputs import TrainingInputs

# Of CreateTrainingJob.
_JOB_NAME = r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*"
# Seconds that fit(wait=False) gives the state machine to create the job, so that a refusal is told of at once.
_CREATION = 60.0


class TrainingClient:
    """Trains with what a `SklearnTraining` has deployed: its image, script, role, instances and network.

    The credentials need states:StartExecution on the state machine, states:DescribeExecution and GetExecutionHistory
    on its executions, sagemaker:DescribeTrainingJob on its jobs, and logs:DescribeLogStreams and GetLogEvents on
    their log group; `from_stack` needs cloudformation:DescribeStacks.

    Parameters
    ----------
    state_machine_arn : str
        The stack's output that ends in ``TrainingStateMachineArn``. Its region is the one that is asked.
    session : boto3.Session, optional
        Credentials to use; default: boto3's own.

    Attributes
    ----------
    state_machine_arn : str
    name_prefix : str
        The state machine's name, with which the names of its jobs begin.

    Example
    -------
    >>> client = TrainingClient.from_stack("ChurnStack")  # doctest: +SKIP
    >>> job = client.fit({"train": "s3://churn/train"}, hyperparameters={"epochs": 20})  # doctest: +SKIP
    >>> job.model_data  # doctest: +SKIP
    's3://churn-artifacts/churn-2026-11-23-08-15-00-123/output/model.tar.gz'
    """

    def __init__(self, state_machine_arn: str, *, session: boto3.Session | None = None) -> None:
        self._arn = MachineArn.parse(state_machine_arn)
        self._service = AwsServices(region=self._arn.region, session=session)
        self.state_machine_arn = state_machine_arn
        self.name_prefix = self._arn.name

    @classmethod
    def from_stack(
        cls,
        stack_name: str,
        training: str | None = None,
        *,
        region: str | None = None,
        session: boto3.Session | None = None,
    ) -> TrainingClient:
        """Find the state machine by the outputs of its stack.

        Parameters
        ----------
        stack_name : str
            The stack's name.
        training : str, optional
            Id of the training construct, or its path below the stack (``"Models/Churn"``); needed where there are
            several.
        region : str, optional
            AWS region; default: the session's.
        session : boto3.Session, optional
            Credentials and region to use; default: boto3's own.

        Raises
        ------
        ConfigurationError
            There is no such stack, it has no training, or not the one that was asked for.

        Example
        -------
        >>> TrainingClient.from_stack("ChurnStack", training="Churn")  # doctest: +SKIP
        """
        arn = output_of_stack(AwsServices(region=region, session=session), stack_name, training, TRAINING)
        return cls(arn, session=session)

    def __repr__(self) -> str:
        return f"TrainingClient({self.state_machine_arn!r})"

    def fit(
        self,
        inputs: TrainingInputs | None = None,
        *,
        hyperparameters: Mapping[str, Any] | None = None,
        wait: bool = True,
        logs: bool = True,
        job_name: str | None = None,
        poll_interval: float = POLL_INTERVAL,
    ) -> TrainingJob:
        """Start a job.

        Parameters
        ----------
        inputs : str, TrainingInput, or mapping of channel name to one of them, optional
            Where the data lies: S3 URIs. One alone is the channel ``training``. They take the place of the channels
            that were deployed; default: those.
        hyperparameters : mapping of str, optional
            Stand above those that were deployed, each by its name: numbers, texts, booleans, None, lists, dicts.
        wait : bool, default True
            Wait for the end, the way of the model to its endpoint included, and show it on stderr. False: give the
            job as soon as SageMaker has it, and show nothing.
        logs : bool, default True
            Show the log too while waiting.
        job_name : str, optional
            Begins with the state machine's name and a hyphen; at most 63 letters, digits and hyphens, and none of
            a job before. Default: the state machine's name and the time in UTC.
        poll_interval : float, default 1
            Seconds between two looks; they are shorter at first and become five times as long.

        Returns
        -------
        TrainingJob

        Raises
        ------
        InvalidInput
            Something cannot be sent; nothing was started.
        TrainingFailed
            SageMaker refused the job, or it failed.
        TrainingStopped
            Somebody stopped it, or its time was over.
        RolloutFailed
            It completed, and a check of its metrics or the way to an endpoint failed.
        AccessDenied
            The credentials may not start an execution, or not look at it.
        """
        request: dict[str, Any] = {}
        if hyperparameters is not None:
            request["HyperParameters"] = encode_hyperparameters(hyperparameters)
        if inputs is not None:
            request["InputDataConfig"] = render_channels(inputs)
        name = new_job_name(self.name_prefix) if job_name is None else checked_job_name(self.name_prefix, job_name)
        if job_name is not None and self._exists(name):
            raise InvalidInput(_used(name))
        try:
            with self._service.translated(f"state machine {self.name_prefix!r}"):
                execution_arn = self._service.states.start_execution(
                    stateMachineArn=self.state_machine_arn, name=name, input=json.dumps(request)
                )["executionArn"]
        except InvalidRequest as error:
            if error.code != "ExecutionAlreadyExists":
                raise
            raise InvalidInput(_used(name)) from error
        job = TrainingJob.started(self._service, name, execution_arn)
        if wait:
            return job.wait(logs, poll_interval=poll_interval)
        creation = TrainingWait(self._service, job, pauses=Pauses(poll_interval), progress=None, show_logs=False)
        creation.until_created(TrainingExecution(self._service, execution_arn), _CREATION)
        return job

    def _exists(self, job_name: str) -> bool:
        # A name is never free again, and the execution would be taken for the old job's.
        try:
            self._service.describe(job_name)
        except TrainingJobNotFound:
            return False
        return True


def new_job_name(name_prefix: str) -> str:
    """Name a job by the time in UTC with milliseconds, as the SageMaker SDK does."""
    now = datetime.now(timezone.utc)
    return f"{name_prefix}-{now:%Y-%m-%d-%H-%M-%S}-{now.microsecond // 1000:03}"


def checked_job_name(name_prefix: str, job_name: str) -> str:
    """Give a job's name back where it is one that the state machine takes.

    Raises
    ------
    InvalidInput
        It is not.
    """
    if not isinstance(job_name, str) or not (
        job_name.startswith(f"{name_prefix}-") and re.fullmatch(_JOB_NAME, job_name)
    ):
        raise InvalidInput(
            f"job_name={job_name!r}: give {name_prefix + '-'!r} and what you like, 63 letters, digits and "
            "hyphens at most in all, with no hyphen at the end"
        )
    return job_name


def _used(name: str) -> str:
    return f"job_name={name!r} was used before: give another, or see that job with TrainingJob.attach({name!r})"
