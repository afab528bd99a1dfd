"""Looks up a training job once and writes what it made into ``cdk.context.json``, so that synthesis calls no AWS.

The CDK has no context provider for training jobs; the file is the one that its providers write, and like theirs it
belongs into version control.
"""

from __future__ import annotations

import json
import re
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from constructs_lib.image_table import image_versions
from constructs_lib.sklearn_version import find_sklearn_version

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
        What was written: ``model_data`` (``s3://`` address), ``sklearn_version`` (text, or None where it is not to be
        found) and ``sklearn_version_from``: ``"model"``, or ``"image"`` where the artifact may not be read or does not
        say, as a requirements.txt may have brought another version than the image's.

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
        session = boto3.Session(profile_name=profile, region_name=region)
        job = session.client("sagemaker").describe_training_job(TrainingJobName=name)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise LookupFailed(f"training job {name!r} could not be looked up: {error}") from None
    if job["TrainingJobStatus"] != "Completed":
        raise LookupFailed(
            f"training job {name!r} is {job['TrainingJobStatus']}, and only a completed one can be deployed: "
            f"{job.get('FailureReason') or 'wait for its end'}"
        )
    account, job_region = job["TrainingJobArn"].split(":")[4], job["TrainingJobArn"].split(":")[3]
    artifact = job["ModelArtifacts"]["S3ModelArtifacts"]
    try:
        fitted = _fitted_version(session.client("s3"), artifact)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, tarfile.TarError, OSError, EOFError):
        fitted = None
    found = {
        "model_data": artifact,
        "sklearn_version": fitted or _image_version(job["AlgorithmSpecification"].get("TrainingImage", "")),
        "sklearn_version_from": "model" if fitted else "image",
    }
    _write(file, context_key(account, job_region, name), found)
    return found


def _fitted_version(s3: Any, uri: str) -> str | None:
    """Search the files of an archive, one after the other, as they arrive: it may be larger than memory."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    with tempfile.TemporaryDirectory() as folder, body, tarfile.open(fileobj=body, mode="r|*") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            file = Path(folder, "file")
            with content, file.open("wb") as copy:
                shutil.copyfileobj(content, copy)
            if version := find_sklearn_version(file):
                return version
    return None


def _image_version(image: str) -> str | None:
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
