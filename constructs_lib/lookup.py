"""Looks a training job or a model package up, once, and writes it into ``cdk.context.json``: synthesis calls no AWS.

The CDK has no context provider for either; the file is the one that its providers write, and like theirs it belongs
into version control.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from constructs_lib.image_table import image_versions
from constructs_lib.model_package_name import ModelPackageName
from constructs_lib.stored_model import Address, StoredModel, UnreadableModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_CONTEXT_FILE = Path("cdk.context.json")


class LookupFailed(Exception):  # noqa: N818  named for what happened
    """It could not be looked up; the text says why, and what to do."""


class LookedUp(NamedTuple):
    """What was found.

    Attributes
    ----------
    context
        What was written: ``model_data`` (``s3://`` address), ``sha256`` of its files (None where they may not be read),
        ``sklearn_version`` (None where it is not to be found) and ``sklearn_version_from``: ``"model"``, or ``"image"``
        where the artifact may not be read or does not say, as a requirements.txt may have brought another version than
        the image's. Of a model package also ``model_package_arn`` and ``environment``, its variables.
    unread
        Why the artifact could not be read; None where it was.
    """

    context: dict[str, Any]
    unread: str | None

    def __str__(self) -> str:
        """Return a line for people."""
        version = f"{self.context['sklearn_version'] or 'unknown'} (of the {self.context['sklearn_version_from']})"
        package = self.context.get("model_package_arn")
        return f"{package + ': ' if package else ''}{self.context['model_data']}, scikit-learn {version}" + (
            f"; its digest is not known, so that a change goes unnoticed: {self.unread}" if self.unread else ""
        )


def context_key(kind: str, account: str, region: str, name: str) -> str:
    """Return the key of something in ``cdk.context.json``.

    Example
    -------
    >>> context_key("training-job", "123456789012", "eu-west-1", "churn-2026-11-28-08-00-00-000")
    'sagemaker-sklearn-cdk:training-job:123456789012:eu-west-1:churn-2026-11-28-08-00-00-000'
    """
    return f"sagemaker-sklearn-cdk:{kind}:{account}:{region}:{name}"


def look_up_training_job(
    name: str, *, region: str | None = None, profile: str | None = None, file: Path = _CONTEXT_FILE
) -> LookedUp:
    """Find a completed training job, and write what it made into the context.

    Parameters
    ----------
    name
        Of the job.
    region, profile
        As for the AWS command line; default: those that are set.
    file
        The context of the app.

    Raises
    ------
    LookupFailed
        boto3 or credentials are missing, there is no such job, it has not completed, or the file is no JSON object.
    """
    session = _session(region, profile)
    job = _asked(
        f"training job {name!r}", lambda: session.client("sagemaker").describe_training_job(TrainingJobName=name)
    )
    if job["TrainingJobStatus"] != "Completed":
        raise LookupFailed(
            f"training job {name!r} is {job['TrainingJobStatus']}, and only a completed one can be deployed: "
            f"{job.get('FailureReason') or 'wait for its end'}"
        )
    image = job["AlgorithmSpecification"].get("TrainingImage", "")
    found = _read_model(session, job["ModelArtifacts"]["S3ModelArtifacts"], image)
    _write(file, _key_of("training-job", job["TrainingJobArn"], name), found.context)
    return found


def look_up_model_package(
    name: str, *, region: str | None = None, profile: str | None = None, file: Path = _CONTEXT_FILE
) -> LookedUp:
    """Find a model package in the registry, and write its model into the context.

    Parameters
    ----------
    name
        A group, of which the newest approved version is taken; ``group/7``; or an ARN, also of another account.
    region, profile
        As for the AWS command line; default: those that are set; of an ARN its own region.
    file
        The context of the app.

    Raises
    ------
    LookupFailed
        boto3 or credentials are missing, there is no such package, it is not approved or has no model that can be
        deployed, or the file is no JSON object.
    ModelDataError
        `name` is no name.
    """
    asked = ModelPackageName.parse(name)
    session = _session(asked.region or region, profile)
    package = _asked(f"model package {name!r}", lambda: _find_package(session.client("sagemaker"), asked))
    arn = package["ModelPackageArn"]
    if problem := _package_problem(package):
        raise LookupFailed(f"model package {arn} {problem}")
    (container,) = package["InferenceSpecification"]["Containers"]
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    found = _read_model(session, container.get("ModelDataUrl") or source["S3Uri"], container.get("Image", ""))
    found.context.update(model_package_arn=arn, environment=container.get("Environment") or {})
    _write(file, _key_of("model-package", arn, asked.short), found.context)
    return found


def _session(region: str | None, profile: str | None) -> Any:
    try:
        import boto3
    except ModuleNotFoundError:
        raise LookupFailed("looking something up needs boto3; pip install 'sagemaker-sklearn-cdk[client]'") from None
    return _asked("the AWS configuration", lambda: boto3.Session(profile_name=profile, region_name=region))


def _asked(what: str, ask: Callable[[], Any]) -> Any:
    import botocore.exceptions

    try:
        return ask()
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise LookupFailed(f"{what} could not be looked up: {error}") from None


def _find_package(sagemaker: Any, asked: ModelPackageName) -> Any:
    if asked.arn is not None:
        return sagemaker.describe_model_package(ModelPackageName=asked.arn)
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=asked.name, SortBy="CreationTime", SortOrder="Descending"
    )
    versions = [one for page in pages for one in page["ModelPackageSummaryList"]]
    if asked.version is None:
        fitting = [one for one in versions if one.get("ModelApprovalStatus") == _APPROVED]
    else:
        fitting = [one for one in versions if one["ModelPackageVersion"] == asked.version]
    if fitting:
        return sagemaker.describe_model_package(ModelPackageName=fitting[0]["ModelPackageArn"])
    if not versions:
        raise LookupFailed(f"model package group {asked.name!r} has no version; register a model in it, or correct it")
    newest = versions[0]["ModelPackageArn"]
    if asked.version is None:
        raise LookupFailed(f"model package group {asked.name!r} has no approved version; {_how_to_approve(newest)}")
    raise LookupFailed(f"model package group {asked.name!r} has no version {asked.version}; its newest is {newest}")


def _package_problem(package: Mapping[str, Any]) -> str | None:
    containers = (package.get("InferenceSpecification") or {}).get("Containers") or []
    if (status := package["ModelPackageStatus"]) != "Completed":
        return f"is {status}, and only one that is Completed can be deployed"
    if (approval := package.get("ModelApprovalStatus", _APPROVED)) != _APPROVED:
        return f"has the approval status {approval}; {_how_to_approve(package['ModelPackageArn'])}"
    if len(containers) != 1:
        return f"has {len(containers)} containers, and a SklearnModel is one; register a package of one container"
    (container,) = containers
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    address = container.get("ModelDataUrl") or source.get("S3Uri") or ""
    if not address.startswith("s3://"):
        return f"has the model data {address!r}, which is not an address in S3; register it with 's3://bucket/key'"
    if source.get("CompressionType") == "None" and not address.endswith("/"):
        return f"has one uncompressed file, {address}; register a model.tar.gz, or a prefix that ends in '/'"
    return None


def _how_to_approve(arn: str) -> str:
    return (
        f"approve one: aws sagemaker update-model-package --model-package-arn {arn} --model-approval-status {_APPROVED}"
    )


def _read_model(session: Any, address: str, image: str) -> LookedUp:
    """Read the model once; what it does not say of its version, the image does."""
    import botocore.exceptions

    sha256 = fitted = unread = None
    try:
        sha256, fitted = StoredModel(session.client("s3"), Address.parse(address)).read()
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, UnreadableModel, OSError) as error:
        unread = str(error)
    context = {
        "model_data": address,
        "sha256": sha256,
        "sklearn_version": fitted or _image_version(image),
        "sklearn_version_from": "model" if fitted else "image",
    }
    return LookedUp(context, unread)


def _image_version(image: str) -> str | None:
    tag = re.search(r"/sagemaker-scikit-learn:(.+)$", image)
    versions = image_versions().values()
    return next((one.sklearn_version for one in versions if tag and tag[1] in one.tags.values()), None)


def _key_of(kind: str, arn: str, name: str) -> str:
    _, _, _, region, account, _ = arn.split(":", 5)
    return context_key(kind, account, region, name)


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


_APPROVED = "Approved"
