"""Training, tuning and transform jobs that did not give what was wanted."""

from endpoint_client.exceptions import (
    RolloutFailed,
    TrainingError,
    TrainingFailed,
    TrainingNotFinished,
    TrainingStopped,
    TransformError,
    TransformFailed,
    TransformNotFinished,
    TransformStopped,
    TuningError,
    TuningFailed,
    TuningNotFinished,
    TuningStopped,
)
from endpoint_client.explanations.rule import Rule

_NOT_CREATED = (
    "A setting, or a path in S3, is not what SageMaker takes; the reason names it.",
    "The account's quota for this instance type is used up, or is 0, as for many types of a new account.",
)
_QUOTA = "See and raise the quota:\naws service-quotas list-service-quotas --service-code sagemaker{f.in_region}"
_STOPPED = "Somebody, or a program, asked for it (StopTrainingJob, StopTransformJob, StopHyperParameterTuningJob)."
_TRAINING_LOG = 'Read the whole log:\nfor line in TrainingJob.attach("{f.job}").logs():\n    print(line)'
_MEMORY = "Use an instance type with more memory, or train on a part of the rows first."


def _wait(client: str) -> tuple[str, ...]:
    return (f'Wait for its end:\n{client}.attach("{{f.job}}").wait()',)


RULES = (
    Rule(
        kind=TrainingFailed,
        says="was not created",
        what="The training job {f.job!r} could not be started: {f.reason}",
        why=_NOT_CREATED,
        remedy=("Change what the reason names, and start it again.", _QUOTA),
    ),
    Rule(
        kind=TrainingFailed,
        says="OutOfMemory|MemoryError|exit code:? 137|SIGKILL|Killed",
        what="The training job {f.job!r} ran out of memory: {f.reason}",
        why=("The data, its copies and the model take more than the instance has.",),
        remedy=(_MEMORY, _TRAINING_LOG),
    ),
    Rule(
        kind=TrainingFailed,
        says="AccessDenied|not authorized|403",
        what="The training job {f.job!r} lacks a right: {f.reason}",
        why=("Its execution role may not read an input or its code, write its output, or use a key.",),
        remedy=(
            'Name the data in the construct (inputs=...), or allow it beside, and deploy:\ntraining.allow_inputs("s3://BUCKET/PREFIX")',
        ),
    ),
    Rule(
        kind=TrainingFailed,
        what="The training job {f.job!r} failed: {f.reason}",
        why=("The script raised an error or ended with another status than 0; its last lines say where.",),
        remedy=(
            _TRAINING_LOG,
            "Run the same job on this machine, against the local cloud, before it is paid for again.",
        ),
    ),
    Rule(
        kind=TrainingStopped,
        what="The training job {f.job!r} was stopped before its end: {f.message}",
        why=(_STOPPED, "It reached its time limit (max_run), or no spot instance was there in time (max_wait)."),
        remedy=("Give it more time (max_run=..., max_wait=...), with checkpoints, so that it goes on where it was.",),
    ),
    Rule(
        kind=TrainingNotFinished,
        what="The training job {f.job!r} has not made this yet: {f.message}",
        why=("It is still at work, or it ended without a model.",),
        remedy=_wait("TrainingJob"),
    ),
    Rule(
        kind=RolloutFailed,
        what="The job {f.job!r} completed, and its model did not reach the endpoint: {f.message}",
        why=(
            "The model was refused by the check of its metrics, on purpose.",
            "The endpoint could not be updated: the model does not load there, or another update is under way.",
        ),
        remedy=(
            "Look where the execution ended, in the console of Step Functions.",
            "Read the endpoint's log:\n{f.tail}",
        ),
    ),
    Rule(
        kind=TrainingError,
        what="The training job {f.job!r} did not give what was wanted: {f.message}",
        remedy=(_TRAINING_LOG,),
    ),
    Rule(
        kind=TransformFailed,
        says="was not created",
        what="The transform job {f.job!r} could not be started: {f.reason}",
        why=_NOT_CREATED,
        remedy=("Change what the reason names, and start it again.", _QUOTA),
    ),
    Rule(
        kind=TransformFailed,
        what="The transform job {f.job!r} failed: {f.reason}",
        why=(
            "A line or a file is not what the model takes; the job's log names the object.",
            "A piece of a file is too long for the model's 60 seconds, or for the request's limit.",
        ),
        remedy=(
            'See which objects failed, and why:\nTransformJob.attach("{f.job}").wait()',
            'Correct the lines that it names, or send less at once: strategy="SingleRecord", or a lower max_payload.',
        ),
    ),
    Rule(
        kind=TransformStopped,
        what="The transform job {f.job!r} was stopped before its end: {f.message}",
        why=(_STOPPED,),
        remedy=("Start it again: the output of the objects that it had finished is there.",),
    ),
    Rule(
        kind=TransformNotFinished,
        what="The transform job {f.job!r} has not made this yet: {f.message}",
        why=("It is still at work.",),
        remedy=_wait("TransformJob"),
    ),
    Rule(
        kind=TransformError,
        what="The transform job {f.job!r} did not give what was wanted: {f.message}",
        remedy=('Look at it:\nTransformJob.attach("{f.job}").status',),
    ),
    Rule(
        kind=TuningFailed,
        says="was not created",
        what="The tuning job {f.job!r} could not be started: {f.reason}",
        why=_NOT_CREATED,
        remedy=("Change what the reason names, and start it again.", _QUOTA),
    ),
    Rule(
        kind=TuningFailed,
        what="The tuning job {f.job!r} failed: {f.reason}",
        why=("All its training jobs failed, or none logged the objective metric as its regular expression has it.",),
        remedy=(
            'See how each of them ended:\nprint(TuningJob.attach("{f.job}").table())',
            "Run the script once as a training job, and compare what it logs with the metric's definition.",
        ),
    ),
    Rule(
        kind=TuningStopped,
        what="The tuning job {f.job!r} was stopped before its end: {f.message}",
        why=(_STOPPED, "It reached the time limit of the tuning."),
        remedy=('What it has found is there:\nTuningJob.attach("{f.job}").best_hyperparameters',),
    ),
    Rule(
        kind=TuningNotFinished,
        what="The tuning job {f.job!r} has no result yet: {f.message}",
        why=("No training job of it has an objective: they are at work, or failed.",),
        remedy=_wait("TuningJob"),
    ),
    Rule(
        kind=TuningError,
        what="The tuning job {f.job!r} did not give what was wanted: {f.message}",
        remedy=('See how its training jobs are:\nprint(TuningJob.attach("{f.job}").table())',),
    ),
)
