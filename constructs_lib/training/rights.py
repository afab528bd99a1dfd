"""What a training lets do: its jobs, its state machine, and those who start jobs and follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack

from constructs_lib import statements
from constructs_lib.instance_types import has_local_storage
from constructs_lib.jobs import statements as job_statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_s3 as s3
    from constructs import Construct

    from constructs_lib.statements import Statement
    from constructs_lib.training.job import JobSettings


class TrainingRights:
    """The statements of one training.

    Parameters
    ----------
    scope
        The training.
    job
        What is asked of its jobs.
    name
        How the names of its jobs begin.
    bucket, prefix
        Where artifacts and checkpoints are written.
    in_vpc
        Whether the instances have network interfaces in a VPC.
    """

    def __init__(
        self, scope: Construct, job: JobSettings, *, name: str, bucket: s3.IBucket, prefix: str, in_vpc: bool
    ) -> None:
        self._stack = Stack.of(scope)
        self._job = job
        self._name = name
        self.bucket = bucket
        """Where artifacts and checkpoints are written."""
        self.prefix = prefix
        """Key that each begins with."""
        self._in_vpc = in_vpc
        self.key = job.encryption_key or bucket.encryption_key
        """What artifacts are encrypted with; None: S3's own keys."""

    def execution_role(self) -> dict[str, Sequence[Statement]]:
        """Return what a job does beside pulling its image and reading its code, by the id of the policy."""
        needed: dict[str, Sequence[Statement]] = {
            "Artifacts": self._write(),
            "Logs": [
                *job_statements.write_job_logs(self._log_group_arn, self._name),
                statements.put_metrics("/aws/sagemaker/TrainingJobs"),
            ],
        }
        if self._job.channels:
            needed["Inputs"] = [one for channel in self._job.channels.values() for one in channel.statements()]
        if self._in_vpc:
            needed["Vpc"] = statements.use_vpc(self._arn("ec2", ""))
        return needed

    def read_artifacts(self) -> list[Statement]:
        """Return what reading the models of this training takes; the first statement is for S3."""
        needed = [statements.read_object(self.bucket.arn_for_objects(f"{self.prefix}*"))]
        if self.key is not None:
            stack = self._stack
            needed.append(statements.decrypt_through_s3(self.key.key_arn, stack.region, stack.url_suffix))
        return needed

    def find_artifacts(self) -> list[Statement]:
        """Return what it takes to see whether a job left a model."""
        # Without the list, S3 refuses to say that an object is not there.
        return [*self.read_artifacts(), statements.list_prefix(self.bucket.bucket_arn, self.prefix)]

    def machine(self, role_arn: str) -> list[Statement]:
        """Return what the state machine needs to run jobs under a role."""
        return job_statements.run_training_jobs(
            job_arn=self._jobs_arn, role_arn=role_arn, rule_arn=self._arn("events", f":rule/{_JOBS_RULE}")
        )

    def follow(self) -> list[Statement]:
        """Return what it takes to find the state machine, and to follow and stop its jobs."""
        return job_statements.follow_training(
            execution_arn=self._arn("states", f":execution:{self._name}:*"),
            job_arn=self._jobs_arn,
            log_group_arn=self._log_group_arn,
            job_prefix=self._name,
            stack_arn=self._stack.stack_id,
        )

    def _write(self) -> list[Statement]:
        needed = [statements.write_objects([self.bucket.arn_for_objects(f"{self.prefix}*")])]
        if self._job.checkpoints is not None:
            place = f"{self.prefix}{CHECKPOINTS}"
            needed.append(statements.read_object(self.bucket.arn_for_objects(f"{place}*")))
            needed.append(statements.list_prefix(self.bucket.bucket_arn, place))
        if self.key is not None:
            stack = self._stack
            needed.append(statements.use_key_through_s3(self.key.key_arn, stack.region, stack.url_suffix))
        if self._job.encryption_key is not None and not has_local_storage(self._job.instance_type):
            needed.append(job_statements.encrypt_volume(self._job.encryption_key.key_arn))
        return needed

    @property
    def _jobs_arn(self) -> str:
        return self._arn("sagemaker", f":training-job/{self._name}-*")

    @property
    def _log_group_arn(self) -> str:
        return self._arn("logs", ":log-group:/aws/sagemaker/TrainingJobs")

    def _arn(self, service: str, rest: str) -> str:
        stack = self._stack
        return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}{rest}"


CHECKPOINTS = "checkpoints/"
"""Where checkpoints lie below the prefix of artifacts."""
ARTIFACT_REASON = "Each job writes its model under a key of its own, which holds the job's name."
"""Why roles have wildcards in the keys of artifacts."""
_JOBS_RULE = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"
