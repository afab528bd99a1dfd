"""The steps of a state machine that tunes: a tuning job, and the best of its training jobs.

The input may hold ``WarmStartConfig``. Nothing else of the job can be changed by who starts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs_lib.jobs.naming import CLOCK
from constructs_lib.jobs.workflow import States, Step, choice, put

if TYPE_CHECKING:
    from collections.abc import Mapping


def name_tuning_job(name_prefix: str) -> Step:
    """Choose the job's name, which is at ``$.job.name`` from then on.

    A tuning job's name has 32 characters, so that its time is shorter than that of other jobs: month to second, and
    chance. An execution whose name begins as those of these jobs gives its own name to the job.
    """
    parts = [f"States.ArrayGetItem($.clock, {index})" for index in _MONTH_TO_SECOND]
    text = f"States.Format('{name_prefix}-{{}}{{}}-{{}}{{}}{{}}-{{}}', {', '.join(parts)}, States.MathRandom(100, 999))"
    collected = {"clock.$": CLOCK, "input.$": "$$.Execution.Input"}
    named = {"Variable": "$$.Execution.Name", "StringMatches": f"{name_prefix}-*", "Next": "Name the job as asked"}

    def states(after: str) -> States:
        return {
            "Collect settings": {"Type": "Pass", "Parameters": collected, "Next": "Is the job named"},
            "Is the job named": choice([named], "Name the job by the time"),
            "Name the job as asked": put("$.job", {"name.$": "$$.Execution.Name"}, after),
            "Name the job by the time": put("$.job", {"name.$": text}, after),
        }

    return Step("Collect settings", states)


def tune(request: Mapping[str, Any], *, partition: str) -> Step:
    """Run the tuning job, and describe the best of its training jobs.

    From then on all is as after a training: the job's name is at ``$.job.name``, its description at ``$.result``.

    Parameters
    ----------
    request
        What CreateHyperParameterTuningJob takes, without the name.
    partition
        Such as ``aws``.
    """

    def run(parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": f"arn:{partition}:states:::sagemaker:createHyperParameterTuningJob.sync",
            "Parameters": {"HyperParameterTuningJobName.$": "$.job.name", **parameters},
            "ResultPath": "$.tuning",
            "Next": "Take the best job",
        }

    given = {"Variable": "$.input.WarmStartConfig", "IsPresent": True, "Next": "Tune from others"}

    def states(after: str) -> States:
        return {
            "Are there parents": choice([given], "Tune"),
            "Tune": run(request),
            "Tune from others": run({**request, "WarmStartConfig.$": "$.input.WarmStartConfig"}),
            "Take the best job": put("$.job", {"name.$": "$.tuning.BestTrainingJob.TrainingJobName"}, "Describe it"),
            "Describe it": {
                "Type": "Task",
                "Resource": f"arn:{partition}:states:::aws-sdk:sagemaker:describeTrainingJob",
                "Parameters": {"TrainingJobName.$": "$.job.name"},
                "ResultPath": "$.result",
                "Next": after,
            },
        }

    return Step("Are there parents", states)


_MONTH_TO_SECOND = range(1, 6)
