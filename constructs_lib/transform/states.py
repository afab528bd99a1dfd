"""The steps of a state machine that transforms: from its input to a job that has ended.

The input may hold any of ``Data``, ``ContentType``, ``Accept``, ``SplitType``, ``CompressionType``, ``BatchStrategy``,
``AssembleWith``, ``InputFilter``, ``OutputFilter`` and ``JoinSource``, which stand above the construct's own. Model,
instances, place of the output and rights cannot be changed by who starts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs_lib.jobs.naming import CLOCK, name_job
from constructs_lib.jobs.workflow import States, Step, choice, fail
from constructs_lib.transform.options import encrypts_volume

if TYPE_CHECKING:
    from constructs_lib.transform.options import TransformSettings


def collect_settings(settings: TransformSettings, *, name_prefix: str) -> list[Step]:
    """Merge the execution's input with the construct's settings, and choose the job's name."""
    own = {
        "ContentType": settings.content_type,
        "Accept": settings.accept,
        "SplitType": settings.split_type,
        "CompressionType": settings.compression_type,
        "BatchStrategy": settings.strategy,
        "AssembleWith": settings.assemble_with,
        "InputFilter": settings.input_filter,
        "OutputFilter": settings.output_filter,
        "JoinSource": settings.join_source,
    }
    if settings.data is not None:
        own["Data"] = settings.data

    def collected(after: str) -> States:
        parameters = {"own": own, "given.$": "$$.Execution.Input", "clock.$": CLOCK}
        merged = {
            "settings.$": "States.JsonMerge($.own, $.given, false)",
            "clock.$": "$.clock",
        }
        return {
            "Collect settings": {"Type": "Pass", "Parameters": parameters, "Next": "Put given settings above"},
            "Put given settings above": {"Type": "Pass", "Parameters": merged, "Next": "Is there data"},
            "Is there data": choice([{"Variable": "$.settings.Data", "IsPresent": True, "Next": after}], "No data"),
            "No data": fail(
                "NoData", "There is nothing to transform: give data to the construct, or Data to each start."
            ),
        }

    return [Step("Collect settings", collected), name_job(name_prefix)]


def transform(
    settings: TransformSettings, *, model_name: str, output_uri: str, output_key: str | None, partition: str
) -> Step:
    """Run the job and wait for its end.

    Parameters
    ----------
    settings
        Of the construct.
    model_name
        Of the SageMaker model.
    output_uri
        ``s3://`` address, ending in ``/``, that each job writes below, in a folder of its own.
    output_key
        KMS key that the output is encrypted with; None for S3's own.
    partition
        Such as ``aws``.
    """
    output = {
        "S3OutputPath.$": f"States.Format('{output_uri}{{}}/', $.job.name)",
        "Accept.$": "$.settings.Accept",
        "AssembleWith.$": "$.settings.AssembleWith",
    }
    resources: dict[str, Any] = {"InstanceType": settings.instance_type, "InstanceCount": settings.instance_count}
    if output_key is not None:
        output["KmsKeyId"] = output_key
    if settings.encryption_key is not None and encrypts_volume(settings):
        resources["VolumeKmsKeyId"] = settings.encryption_key.key_arn
    request: dict[str, Any] = {
        "TransformJobName.$": "$.job.name",
        "ModelName": model_name,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri.$": "$.settings.Data"}},
            "ContentType.$": "$.settings.ContentType",
            "SplitType.$": "$.settings.SplitType",
            "CompressionType.$": "$.settings.CompressionType",
        },
        "TransformOutput": output,
        "TransformResources": resources,
        "BatchStrategy.$": "$.settings.BatchStrategy",
        "DataProcessing": {
            "InputFilter.$": "$.settings.InputFilter",
            "OutputFilter.$": "$.settings.OutputFilter",
            "JoinSource.$": "$.settings.JoinSource",
        },
        **_limits(settings),
    }
    if settings.environment:
        request["Environment"] = dict(settings.environment)
    if settings.tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(settings.tags.items())]
    return Step(
        "Transform",
        lambda after: {
            "Transform": {
                "Type": "Task",
                "Resource": f"arn:{partition}:states:::sagemaker:createTransformJob.sync",
                "Parameters": request,
                "ResultPath": "$.result",
                "Next": after,
            }
        },
    )


def _limits(settings: TransformSettings) -> dict[str, Any]:
    client = {
        "InvocationsTimeoutInSeconds": None
        if settings.invocation_timeout is None
        else int(settings.invocation_timeout.to_seconds()),
        "InvocationsMaxRetries": settings.max_retries,
    }
    limits = {
        "MaxConcurrentTransforms": settings.max_concurrent_transforms,
        "MaxPayloadInMB": settings.max_payload,
        "ModelClientConfig": {name: value for name, value in client.items() if value is not None} or None,
    }
    return {name: value for name, value in limits.items() if value is not None}
