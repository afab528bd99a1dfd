"""The steps of a state machine that train: from its input to a job that has ended, and a look at its metrics.

The input may hold ``HyperParameters``, each value as JSON, which stand above the construct's own, and
``InputDataConfig``, which takes the place of the construct's channels. Nothing else of the job can be changed by who
starts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs_lib.jobs.naming import CLOCK, name_job
from constructs_lib.jobs.workflow import States, Step, choice, fail, put

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs_lib.training.options import MetricThreshold


def collect_settings(
    *,
    hyperparameters: Mapping[str, str],
    channels: Sequence[Mapping[str, Any]],
    framework: Mapping[str, str],
    name_prefix: str,
) -> Step:
    """Choose the job's name, and merge the execution's input with the construct's settings.

    Parameters
    ----------
    hyperparameters, channels
        The construct's own, as CreateTrainingJob takes them.
    framework
        Hyperparameters that are the image's, not the script's. They stand above those given: whoever starts a job
        chooses its values and its data, not the code that runs.
    name_prefix
        Of the job's name; see `name_job`.
    """
    settings: dict[str, Any] = {
        "input.$": "$$.Execution.Input",
        "clock.$": CLOCK,
        "hyperparameters": dict(hyperparameters),
    }
    if channels:
        settings["channels"] = list(channels)

    def when_given(name: str, then: str, otherwise: str) -> dict[str, Any]:
        return choice([{"Variable": f"$.input.{name}", "IsPresent": True, "Next": then}], otherwise)

    naming = name_job(name_prefix)

    def states(after: str) -> States:
        return {
            "Collect settings": {"Type": "Pass", "Parameters": settings, "Next": naming.start},
            **naming.states("Are hyperparameters given"),
            "Are hyperparameters given": when_given(
                "HyperParameters", "Put given hyperparameters above", "Keep the hyperparameters"
            ),
            "Put given hyperparameters above": put(
                "$.script",
                {"hyperparameters.$": "States.JsonMerge($.hyperparameters, $.input.HyperParameters, false)"},
                "Add what the image needs",
            ),
            "Keep the hyperparameters": put(
                "$.script", {"hyperparameters.$": "$.hyperparameters"}, "Add what the image needs"
            ),
            "Add what the image needs": put(
                "$.image",
                {"hyperparameters": {**framework, "sagemaker_job_name.$": "States.JsonToString($.job.name)"}},
                "Are channels given",
            ),
            "Are channels given": when_given(
                "InputDataConfig", "Take given channels", after if channels else _WITHOUT_DATA
            ),
            "Take given channels": {
                "Type": "Pass",
                "InputPath": "$.input.InputDataConfig",
                "ResultPath": "$.channels",
                "Next": after,
            },
        }

    return Step("Collect settings", states)


def train(job: Mapping[str, Any], *, partition: str, always_with_data: bool) -> Step:
    """Run the job and wait for its end; its description is at ``$.result`` from then on.

    Parameters
    ----------
    job
        What CreateTrainingJob takes, without name, hyperparameters and channels.
    partition
        Such as ``aws``.
    always_with_data
        Whether the construct has channels of its own; else SageMaker must be asked without any where none are given.
    """
    request = {
        "TrainingJobName.$": "$.job.name",
        "HyperParameters.$": "States.JsonMerge($.script.hyperparameters, $.image.hyperparameters, false)",
        **job,
    }

    def run(parameters: Mapping[str, Any], after: str) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": f"arn:{partition}:states:::sagemaker:createTrainingJob.sync",
            "Parameters": dict(parameters),
            "ResultPath": "$.result",
            "Next": after,
        }

    def states(after: str) -> States:
        found = {_TRAIN: run({**request, "InputDataConfig.$": "$.channels"}, after)}
        return found if always_with_data else {**found, _WITHOUT_DATA: run(request, after)}

    return Step(_TRAIN, states)


def checkpoints_of_a_job(uri: str, local_path: str) -> dict[str, str]:
    """Return a CheckpointConfig with a place for each job, below a prefix that ends in ``/``."""
    return {"S3Uri.$": f"States.Format('{uri}{{}}', $.job.name)", "LocalPath": local_path}


def check_metric(threshold: MetricThreshold, label: str) -> Step:
    """Go on only where the last value of a metric is good enough.

    Parameters
    ----------
    threshold
        Metric and limits.
    label
        Put before the names of the states: names are unique in a state machine.
    """
    start, read, compare = (f"{label}: {text}" for text in ("has metrics", "read metric", "compare metric"))
    missing, beyond = f"{label}: metric missing", f"{label}: metric not reached"
    rules = {"NumericGreaterThanEquals": threshold.at_least, "NumericLessThanEquals": threshold.at_most}
    limits = [{"Variable": "$.metric.values[0]", rule: limit} for rule, limit in rules.items() if limit is not None]
    quoted = threshold.metric.replace("\\", "\\\\").replace("'", "\\'")

    def states(after: str) -> States:
        return {
            start: choice([{"Variable": "$.result.FinalMetricDataList", "IsPresent": True, "Next": read}], missing),
            read: {
                "Type": "Pass",
                "Parameters": {"values.$": f"$.result.FinalMetricDataList[?(@.MetricName == '{quoted}')].Value"},
                "ResultPath": "$.metric",
                "Next": compare,
            },
            compare: choice(
                [
                    {"Not": {"Variable": "$.metric.values[0]", "IsPresent": True}, "Next": missing},
                    {"And": limits, "Next": after},
                ],
                beyond,
            ),
            missing: fail("MetricMissing", f"The script never printed a value of metric {threshold.metric}."),
            beyond: fail("MetricNotReached", f"The model does not have a {threshold.text}: it is not used."),
        }

    return Step(start, states)


def check_model(partition: str, *, bucket: str, prefix: str) -> Step:
    """Go on only where the job left a model: a job without one completes too, and has the address of one.

    Parameters
    ----------
    partition, bucket
        Where artifacts are written.
    prefix
        Key that every artifact's begins with; ends in ``/``.
    """
    name, missing = "Look for the model", "No model"
    return Step(
        name,
        lambda after: {
            name: {
                "Type": "Task",
                "Resource": f"arn:{partition}:states:::aws-sdk:s3:headObject",
                "Parameters": {
                    "Bucket": bucket,
                    "Key.$": f"States.Format('{prefix}{{}}/output/model.tar.gz', $.job.name)",
                },
                "ResultPath": "$.answer",
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": missing}],
                "Next": after,
            },
            missing: fail(
                "NoModel", "The job left no model that can be read: its script must write one to SM_MODEL_DIR."
            ),
        },
    )


def publish(partition: str, parameter_name: str, label: str) -> Step:
    """Write the address of the model artifact into a parameter of Systems Manager."""
    name = f"{label}: publish the model"
    return Step(
        name,
        lambda after: {
            name: {
                "Type": "Task",
                "Resource": f"arn:{partition}:states:::aws-sdk:ssm:putParameter",
                "Parameters": {
                    "Name": parameter_name,
                    "Type": "String",
                    "Overwrite": True,
                    "Value.$": "$.result.ModelArtifacts.S3ModelArtifacts",
                },
                # Not None, which the CDK leaves out of a definition.
                "ResultPath": "$.answer",
                "Next": after,
            }
        },
    )


_TRAIN, _WITHOUT_DATA = "Train", "Train without data"
