"""The jobs of SageMaker that Step Functions can wait for, and what they are called where."""

from __future__ import annotations

from dataclasses import dataclass

COMPLETED, FAILED, STOPPED = "Completed", "Failed", "Stopped"
ENDED = frozenset({COMPLETED, FAILED, STOPPED})


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """A kind of job.

    Parameters
    ----------
    noun
        In the names of operations and fields, such as ``TrainingJob``.
    resource
        In ARNs, such as ``training-job``.
    rule
        The rule with which EventBridge tells Step Functions of its end.
    """

    noun: str
    resource: str
    rule: str

    @property
    def name_field(self) -> str:
        """Where the job's name stands, such as ``TrainingJobName``."""
        return f"{self.noun}Name"

    @property
    def status_field(self) -> str:
        """Where its status stands in its description."""
        return f"{self.noun}Status"


# The rules' names: "Create and manage Amazon SageMaker AI jobs with Step Functions", IAM policies.
JOB_KINDS = (
    JobKind(noun="TrainingJob", resource="training-job", rule="StepFunctionsGetEventsForSageMakerTrainingJobsRule"),
    JobKind(noun="TransformJob", resource="transform-job", rule="StepFunctionsGetEventsForSageMakerTransformJobsRule"),
    JobKind(
        noun="ProcessingJob", resource="processing-job", rule="StepFunctionsGetEventsForSageMakerProcessingJobsRule"
    ),
    JobKind(
        noun="HyperParameterTuningJob",
        resource="hyper-parameter-tuning-job",
        rule="StepFunctionsGetEventsForSageMakerTuningJobsRule",
    ),
)


def kind_created_by(operation: str) -> JobKind | None:
    """Give the kind of job that an operation makes, such as ``CreateTrainingJob``; None for any other."""
    return next((kind for kind in JOB_KINDS if operation == f"Create{kind.noun}"), None)
