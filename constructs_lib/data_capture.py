"""Data capture: what an endpoint is asked and what it answers, kept in S3 to train, monitor and debug with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack, Token
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib import statements
from constructs_lib.closed_bucket import closed_bucket

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from constructs import Construct

    from constructs_lib.statements import Statement


@dataclass(frozen=True, kw_only=True)
class DataCapture:
    """Has a share of an endpoint's requests and answers written to S3, as JSON lines.

    They lie below ``<prefix><endpoint>/<variant>/<yyyy>/<mm>/<dd>/<hh>/``, in UTC, a shadow variant's beside the
    production variant's. What is neither CSV nor JSON, such as NPY, is in Base64 there. Not for serverless and
    asynchronous endpoints.

    Parameters
    ----------
    bucket
        Where they are written, in the endpoint's region. Default: a bucket of its own, encrypted, reached over TLS
        only, which stays when the stack is deleted.
    prefix
        What their keys begin with; ends in ``/``. The execution role may write below it, and nothing else.
    sampling_percentage
        How many of the requests are captured, 0 to 100 percent. 0 captures nothing until the client or the console says
        otherwise.
    capture_input, capture_output
        Whether requests, and whether answers are captured; at least one of them.
    csv_content_types, json_content_types
        At most 10 content types each that are written as text, whatever their parameters.
    encryption_key
        Encrypts what is written, and the bucket where it is the endpoint's own; default: S3's own keys, or the key of
        the bucket.
    expiration
        After how long the objects in a bucket of its own are deleted; default: 90 days.

    Example
    -------
    >>> DataCapture(sampling_percentage=20).prefix
    'capture/'
    """

    bucket: s3.IBucket | None = None
    prefix: str = "capture/"
    sampling_percentage: int = 100
    capture_input: bool = True
    capture_output: bool = True
    csv_content_types: Sequence[str] = ("text/csv",)
    json_content_types: Sequence[str] = ("application/json", "application/jsonlines", "application/x-ndjson")
    encryption_key: kms.IKey | None = None
    expiration: Duration | None = None

    def problems(self) -> Iterator[str]:
        """Say what SageMaker would refuse, or what would have no effect."""
        if not Token.is_unresolved(self.prefix) and (not self.prefix.endswith("/") or self.prefix.startswith("/")):
            yield f"data_capture has prefix {self.prefix!r}; give a key that ends in '/' and does not begin with one"
        percentage = self.sampling_percentage
        if not Token.is_unresolved(percentage) and not (
            0 <= percentage <= _ALL_PERCENT and percentage == int(percentage)
        ):
            yield f"data_capture has sampling_percentage {percentage}; give a whole number from 0 to {_ALL_PERCENT}"
        if not self.capture_input and not self.capture_output:
            yield "data_capture has capture_input and capture_output False; give one of them True, or leave it out"
        if self.bucket is not None and self.expiration is not None:
            yield "data_capture has bucket and expiration; the bucket has lifecycle rules of its own: leave one out"
        for name in ("csv_content_types", "json_content_types"):
            yield from _content_type_problems(name, getattr(self, name))

    def bind(self, scope: Construct) -> BoundDataCapture:
        """Give the settings with a bucket, which is made where none was given."""
        if self.bucket is not None:
            return BoundDataCapture(self, self.bucket)
        kept = self.expiration or Duration.days(_KEPT_DAYS)
        made = closed_bucket(scope, "CaptureBucket", encryption_key=self.encryption_key, kept=kept)
        return BoundDataCapture(self, made)


class BoundDataCapture:
    """Data capture with its bucket; `SklearnEndpointConfig` makes it.

    Parameters
    ----------
    settings
        What was asked for.
    bucket
        Where it is written.
    """

    def __init__(self, settings: DataCapture, bucket: s3.IBucket) -> None:
        self.settings = settings
        self.bucket = bucket
        self.capture_path = f"s3://{bucket.bucket_name}/{settings.prefix}"
        """URI below which requests and answers are written."""

    def render(self) -> sagemaker.CfnEndpointConfig.DataCaptureConfigProperty:
        """Return the settings as CloudFormation takes them."""
        settings = self.settings
        modes = {"Input": settings.capture_input, "Output": settings.capture_output}
        types = sagemaker.CfnEndpointConfig.CaptureContentTypeHeaderProperty(
            csv_content_types=list(settings.csv_content_types) or None,
            json_content_types=list(settings.json_content_types) or None,
        )
        return sagemaker.CfnEndpointConfig.DataCaptureConfigProperty(
            enable_capture=True,
            initial_sampling_percentage=settings.sampling_percentage,
            # SageMaker puts a slash between it and the endpoint's name.
            destination_s3_uri=self.capture_path.removesuffix("/"),
            capture_options=[
                sagemaker.CfnEndpointConfig.CaptureOptionProperty(capture_mode=mode)
                for mode, is_wanted in modes.items()
                if is_wanted
            ],
            capture_content_type_header=types if settings.csv_content_types or settings.json_content_types else None,
            kms_key_id=None if settings.encryption_key is None else settings.encryption_key.key_arn,
        )

    def endpoint_statements(self) -> list[Statement]:
        """Give what the execution role needs: to write below the prefix."""
        needed = [statements.write_objects([self.bucket.arn_for_objects(f"{self.settings.prefix}*")])]
        if key := self.settings.encryption_key or self.bucket.encryption_key:
            stack = Stack.of(self.bucket)
            needed.append(statements.use_key_through_s3(key.key_arn, stack.region, stack.url_suffix))
        return needed


def _content_type_problems(name: str, content_types: Sequence[str]) -> Iterator[str]:
    if len(content_types) > _MOST_CONTENT_TYPES:
        yield f"data_capture has {len(content_types)} {name}; give at most {_MOST_CONTENT_TYPES}"
    for content_type in content_types:
        if not Token.is_unresolved(content_type) and not _CONTENT_TYPE.fullmatch(content_type):
            yield (
                f"data_capture has {content_type!r} among {name}; give a type without parameters, such as 'text/csv'"
            )


# Limits of CreateEndpointConfig's DataCaptureConfig.
_ALL_PERCENT = 100
_MOST_CONTENT_TYPES = 10
_CONTENT_TYPE = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*")
_KEPT_DAYS = 90
PREFIX_REASON = "Each file of captured requests has a name of its own, below the prefix that is for them."
"""Why the execution role has wildcards in the keys of the bucket."""
