"""Starts tuning jobs through the state machine that a stack has for them."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from endpoint_client.aws_services import AwsServices
from endpoint_client.exceptions import InvalidInput, InvalidRequest
from endpoint_client.stack_outputs import TUNING, output_of_stack
from endpoint_client.training.execution import MachineArn
from endpoint_client.training.pauses import POLL_INTERVAL, Pauses
from endpoint_client.tuning.job import TuningJob

if TYPE_CHECKING:
    from collections.abc import Sequence

    import boto3

# Of CreateHyperParameterTuningJob.
_JOB_NAME = r"(?=.{1,32}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*"
# Seconds that tune(wait=False) gives the state machine to create the job, so that a refusal is told of at once.
_CREATION = 60.0


class TuningClient:
    """Tunes with what a `SklearnTuning` has deployed: its training, ranges and objective.

    The credentials need states:StartExecution on the state machine, states:DescribeExecution and GetExecutionHistory
    on its executions, and sagemaker:DescribeHyperParameterTuningJob on its jobs; `from_stack` needs
    cloudformation:DescribeStacks.

    Parameters
    ----------
    state_machine_arn : str
        The stack's output that ends in ``TuningStateMachineArn``. Its region is the one that is asked.
    session : boto3.Session, optional
        Credentials to use; default: boto3's own.

    Attributes
    ----------
    state_machine_arn : str
    name_prefix : str
        The state machine's name, with which the names of its jobs begin.

    Example
    -------
    >>> job = TuningClient.from_stack("ChurnStack").tune()  # doctest: +SKIP
    >>> job.best_hyperparameters  # doctest: +SKIP
    {'C': 0.72}
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
        tuning: str | None = None,
        *,
        region: str | None = None,
        session: boto3.Session | None = None,
    ) -> TuningClient:
        """Find the state machine by the outputs of its stack.

        Parameters
        ----------
        stack_name : str
            The stack's name.
        tuning : str, optional
            Id of the tuning construct, or its path below the stack; needed where there are several.
        region : str, optional
            AWS region; default: the session's.
        session : boto3.Session, optional
            Credentials and region to use; default: boto3's own.

        Raises
        ------
        ConfigurationError
            There is no such stack, it has no tuning, or not the one that was asked for.
        """
        service = AwsServices(region=region, session=session)
        return cls(output_of_stack(service, stack_name, tuning, TUNING), session=session)

    def __repr__(self) -> str:
        return f"TuningClient({self.state_machine_arn!r})"

    def tune(
        self,
        *,
        parents: Sequence[str] = (),
        warm_start_type: str = "IdenticalDataAndAlgorithm",
        wait: bool = True,
        job_name: str | None = None,
        poll_interval: float = POLL_INTERVAL,
    ) -> TuningJob:
        """Start a tuning job.

        Parameters
        ----------
        parents : sequence of str, optional
            Names of one to five tuning jobs that have ended: what they found is known from the beginning.
        warm_start_type : {"IdenticalDataAndAlgorithm", "TransferLearning"}
            Whether data and script are those of the parents, or similar. Without parents it has no meaning.
        wait : bool, default True
            Wait for the end, and show it on stderr. False: give the job as soon as SageMaker has it.
        job_name : str, optional
            Begins with the state machine's name and a hyphen; at most 32 letters, digits and hyphens, and none of
            a job before. Default: the state machine's name, the time in UTC, and chance.
        poll_interval : float, default 1
            Seconds between two looks; they are shorter at first and become five times as long.

        Returns
        -------
        TuningJob

        Raises
        ------
        InvalidInput
            The name cannot be a job's, or the parents cannot be sent; nothing was started.
        TuningFailed
            SageMaker refused the job, or it failed.
        TuningStopped
            Somebody stopped it.
        RolloutFailed
            It completed, and a check of the best job's metrics or the way to an endpoint failed.
        AccessDenied
            The credentials may not start an execution, or not look at it.
        """
        request = {}
        if parents:
            request["WarmStartConfig"] = _warm_start(parents, warm_start_type)
        name = self._new_name() if job_name is None else self._checked(job_name)
        try:
            with self._service.translated(f"state machine {self.name_prefix!r}"):
                execution_arn = self._service.states.start_execution(
                    stateMachineArn=self.state_machine_arn, name=name, input=json.dumps(request)
                )["executionArn"]
        except InvalidRequest as error:
            if error.code != "ExecutionAlreadyExists":
                raise
            raise InvalidInput(
                f"job_name={name!r} was used before: give another, or see that job with TuningJob.attach({name!r})"
            ) from error
        job = TuningJob.started(self._service, name, execution_arn)
        if wait:
            return job.wait(poll_interval=poll_interval)
        job.until_created(Pauses(poll_interval), _CREATION)
        return job

    def _new_name(self) -> str:
        return f"{self.name_prefix}-{datetime.now(timezone.utc):%m%d-%H%M%S}-{100 + secrets.randbelow(900)}"

    def _checked(self, job_name: str) -> str:
        if not isinstance(job_name, str) or not (
            job_name.startswith(f"{self.name_prefix}-") and re.fullmatch(_JOB_NAME, job_name)
        ):
            raise InvalidInput(
                f"job_name={job_name!r}: give {self.name_prefix + '-'!r} and what you like, 32 letters, digits and "
                "hyphens at most in all, with no hyphen at the end"
            )
        return job_name


def _warm_start(parents: Sequence[str], kind: str) -> dict[str, Any]:
    if isinstance(parents, str) or not 1 <= len(parents) <= _MOST_PARENTS:
        raise InvalidInput(f"parents={parents!r}: give a list of 1 to {_MOST_PARENTS} names of tuning jobs")
    if kind not in _WARM_STARTS:
        raise InvalidInput(f"warm_start_type={kind!r}: choose one of {', '.join(map(repr, _WARM_STARTS))}")
    return {
        "WarmStartType": kind,
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": name} for name in parents],
    }


_MOST_PARENTS = 5
_WARM_STARTS = ("IdenticalDataAndAlgorithm", "TransferLearning")
