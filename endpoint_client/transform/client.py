"""Starts transform jobs through the state machine that a stack has for them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from endpoint_client.aws_services import AwsServices
from endpoint_client.exceptions import InvalidInput, InvalidRequest
from endpoint_client.stack_outputs import TRANSFORM, output_of_stack
from endpoint_client.training.client import checked_job_name, new_job_name
from endpoint_client.training.execution import MachineArn
from endpoint_client.training.pauses import POLL_INTERVAL, Pauses
from endpoint_client.transform.job import TransformJob

if TYPE_CHECKING:
    import boto3

# Seconds that transform(wait=False) gives the state machine to create the job, so that a refusal is told of at once.
_CREATION = 60.0
_CHOICES = {
    "split_type": ("None", "Line"),
    "compression_type": ("None", "Gzip"),
    "strategy": ("SingleRecord", "MultiRecord"),
    "assemble_with": ("None", "Line"),
    "join_source": ("None", "Input"),
}


class TransformClient:
    """Predicts files in S3 with what a `SklearnTransform` has deployed: its model, instances and place for the output.

    The credentials need states:StartExecution on the state machine, states:DescribeExecution on its executions,
    sagemaker:DescribeTransformJob on its jobs, and logs:DescribeLogStreams and GetLogEvents on their log group;
    `from_stack` needs cloudformation:DescribeStacks.

    Parameters
    ----------
    state_machine_arn : str
        The stack's output that ends in ``TransformStateMachineArn``. Its region is the one that is asked.
    session : boto3.Session, optional
        Credentials to use; default: boto3's own.

    Attributes
    ----------
    state_machine_arn : str
    name_prefix : str
        The state machine's name, with which the names of its jobs begin.

    Example
    -------
    >>> client = TransformClient.from_stack("ChurnStack")  # doctest: +SKIP
    >>> job = client.transform("s3://churn/customers/", input_filter="$[1:]", join_source="Input")  # doctest: +SKIP
    >>> job.output_path  # doctest: +SKIP
    's3://churn-predictions/transform/scores-2026-11-23-08-15-00-123/'
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
        transform: str | None = None,
        *,
        region: str | None = None,
        session: boto3.Session | None = None,
    ) -> TransformClient:
        """Find the state machine by the outputs of its stack.

        Parameters
        ----------
        stack_name : str
            The stack's name.
        transform : str, optional
            Id of the transform construct, or its path below the stack; needed where there are several.
        region : str, optional
            AWS region; default: the session's.
        session : boto3.Session, optional
            Credentials and region to use; default: boto3's own.

        Raises
        ------
        ConfigurationError
            There is no such stack, it has no transform, or not the one that was asked for.
        """
        service = AwsServices(region=region, session=session)
        return cls(output_of_stack(service, stack_name, transform, TRANSFORM), session=session)

    def __repr__(self) -> str:
        return f"TransformClient({self.state_machine_arn!r})"

    def transform(
        self,
        data: str | None = None,
        *,
        content_type: str | None = None,
        accept: str | None = None,
        split_type: str | None = None,
        compression_type: str | None = None,
        strategy: str | None = None,
        assemble_with: str | None = None,
        input_filter: str | None = None,
        output_filter: str | None = None,
        join_source: str | None = None,
        wait: bool = True,
        job_name: str | None = None,
        poll_interval: float = POLL_INTERVAL,
    ) -> TransformJob:
        """Start a job. What is not given is as it was deployed; see `SklearnTransform` for what each means.

        Parameters
        ----------
        data : str, optional
            S3 URI of an object, or of a prefix. The model's role must be allowed to read it.
        content_type, accept : str, optional
            MIME types of the records and of what is written.
        split_type : {"Line", "None"}, optional
        compression_type : {"None", "Gzip"}, optional
        strategy : {"MultiRecord", "SingleRecord"}, optional
        assemble_with : {"Line", "None"}, optional
        input_filter, output_filter : str, optional
            JSONPath, such as ``$[1:]``.
        join_source : {"None", "Input"}, optional
        wait : bool, default True
            Wait for the end, and show it on stderr. False: give the job as soon as SageMaker has it.
        job_name : str, optional
            Begins with the state machine's name and a hyphen; at most 63 letters, digits and hyphens, and none of
            a job before. Default: the state machine's name and the time in UTC.
        poll_interval : float, default 1
            Seconds between two looks; they are shorter at first and become five times as long.

        Returns
        -------
        TransformJob

        Raises
        ------
        InvalidInput
            Something cannot be sent; nothing was started.
        TransformFailed
            SageMaker refused the job, or it failed.
        TransformStopped
            Somebody stopped it.
        AccessDenied
            The credentials may not start an execution, or not look at it.
        """
        given = {
            "split_type": split_type,
            "compression_type": compression_type,
            "strategy": strategy,
            "assemble_with": assemble_with,
            "join_source": join_source,
        }
        for option, value in given.items():
            if value is not None and value not in _CHOICES[option]:
                raise InvalidInput(f"{option}={value!r}: choose one of {', '.join(map(repr, _CHOICES[option]))}")
        if data is not None and not re.match(r"s3://[^/]+/", data):
            raise InvalidInput(
                f"data={data!r} is not an address in S3: give 's3://bucket/key' or 's3://bucket/prefix/', and upload "
                "local files first (aws s3 cp)"
            )
        settings = {
            "Data": data,
            "ContentType": content_type,
            "Accept": accept or content_type,
            "SplitType": split_type,
            "CompressionType": compression_type,
            "BatchStrategy": strategy,
            "AssembleWith": assemble_with,
            "InputFilter": input_filter,
            "OutputFilter": output_filter,
            "JoinSource": join_source,
        }
        name = new_job_name(self.name_prefix) if job_name is None else checked_job_name(self.name_prefix, job_name)
        text = json.dumps({key: value for key, value in settings.items() if value is not None})
        try:
            with self._service.translated(f"state machine {self.name_prefix!r}"):
                execution_arn = self._service.states.start_execution(
                    stateMachineArn=self.state_machine_arn, name=name, input=text
                )["executionArn"]
        except InvalidRequest as error:
            if error.code != "ExecutionAlreadyExists":
                raise
            raise InvalidInput(
                f"job_name={name!r} was used before: give another, or see that job with TransformJob.attach({name!r})"
            ) from error
        job = TransformJob.started(self._service, name, execution_arn)
        if wait:
            return job.wait(poll_interval=poll_interval)
        job.until_created(Pauses(poll_interval), _CREATION)
        return job
