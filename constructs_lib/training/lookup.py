"""Looks up a training job once and writes what it made into ``cdk.context.json``, so that synthesis calls no AWS.

The CDK has no context provider for training jobs; the file is the one that its providers write, and like theirs it
belongs into version control.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from constructs_lib.image_table import image_versions

CONTEXT_PREFIX = "sagemaker-sklearn-cdk:training-job"


class LookupFailed(Exception):  # noqa: N818  named for what happened
    """A training job could not be looked up; the text says why, and what to do."""


def context_key(account: str, region: str, name: str) -> str:
    """Return the key of a training job in ``cdk.context.json``.

    Example
    -------
    >>> context_key("123456789012", "eu-west-1", "churn-2026-11-28-08-00-00-000")
    'sagemaker-sklearn-cdk:training-job:123456789012:eu-west-1:churn-2026-11-28-08-00-00-000'
    """
    return f"{CONTEXT_PREFIX}:{account}:{region}:{name}"


def look_up_training_job(
    name: str, *, region: str | None = None, profile: str | None = None, file: Path = Path("cdk.context.json")
) -> dict[str, Any]:
    """Find a completed training job, and write its artifact and its scikit-learn version into the context.

    Parameters
    ----------
    name
        Of the job.
    region, profile
        As for the AWS command line; default: those that are set.
    file
        The context of the app.

    Returns
    -------
    dict
        What was written: ``model_data`` (``s3://`` address), ``sklearn_version`` (text, or None for an image that AWS
        does not publish).

    Raises
    ------
    LookupFailed
        boto3 or credentials are missing, there is no such job, it has not completed, or the file is no JSON object.
    """
    try:
        import boto3
        import botocore.exceptions
    except ModuleNotFoundError:
        raise LookupFailed(
            "looking up a training job needs boto3; pip install 'sagemaker-sklearn-cdk[client]'"
        ) from None
    try:
        job = (
            boto3.Session(profile_name=profile, region_name=region)
            .client("sagemaker")
            .describe_training_job(TrainingJobName=name)
        )
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise LookupFailed(f"training job {name!r} could not be looked up: {error}") from None
    if job["TrainingJobStatus"] != "Completed":
        raise LookupFailed(
            f"training job {name!r} is {job['TrainingJobStatus']}, and only a completed one can be deployed: "
            f"{job.get('FailureReason') or 'wait for its end'}"
        )
    account, job_region = job["TrainingJobArn"].split(":")[4], job["TrainingJobArn"].split(":")[3]
    found = {
        "model_data": job["ModelArtifacts"]["S3ModelArtifacts"],
        "sklearn_version": _sklearn_version(job["AlgorithmSpecification"].get("TrainingImage", "")),
    }
    _write(file, context_key(account, job_region, name), found)
    return found


def _sklearn_version(image: str) -> str | None:
    tag = re.search(r"/sagemaker-scikit-learn:(.+)$", image)
    versions = image_versions().values()
    return next((one.sklearn_version for one in versions if tag and tag[1] in one.tags.values()), None)


def _write(file: Path, key: str, value: dict[str, Any]) -> None:
    try:
        context = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except ValueError as error:
        raise LookupFailed(f"{file} is not JSON ({error}); correct or remove it") from None
    if not isinstance(context, dict):
        raise LookupFailed(f"{file} is not a JSON object; correct or remove it")
    context[key] = value
    text = json.dumps(dict(sorted(context.items())), indent=2) + "\n"
    # Written beside and moved: an interruption leaves the old file.
    partial = file.with_name(f".{file.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)
