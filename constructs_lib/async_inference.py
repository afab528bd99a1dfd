"""Asynchronous inference: requests wait in S3, answers come into S3, and nobody holds a connection open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import Duration, Stack, Token
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib import statements
from constructs_lib.closed_bucket import closed_bucket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns
    from constructs import Construct

    from constructs_lib.statements import Statement


@dataclass(frozen=True, kw_only=True)
class AsyncInference:
    """Makes an endpoint asynchronous: it takes no other requests, and may run on no instance while none come.

    A request names an object of up to 1 GB; it may take an hour. What it is answered is written below `output_prefix`,
    and an error below `failure_prefix`.

    Parameters
    ----------
    bucket
        Where requests and answers lie. Default: a bucket of its own, encrypted, reached over TLS only, whose objects
        are deleted after 30 days, and which stays when the stack is deleted.
    input_prefix, output_prefix, failure_prefix
        Keys of requests, answers and errors; each ends in ``/``. The execution role may read the first and write the
        others, and nothing else of the bucket.
    encryption_key
        Encrypts the answers, and the bucket where it is the endpoint's own; default: S3's own keys.
    success_topic, error_topic
        Told of each answer and of each error; default: nobody.
    max_concurrent_invocations_per_instance
        Requests that an instance is sent at once, 1 to 1000; default: SageMaker chooses.

    Example
    -------
    >>> AsyncInference(max_concurrent_invocations_per_instance=4).input_prefix
    'input/'
    """

    bucket: s3.IBucket | None = None
    input_prefix: str = "input/"
    output_prefix: str = "output/"
    failure_prefix: str = "failure/"
    encryption_key: kms.IKey | None = None
    success_topic: sns.ITopic | None = None
    error_topic: sns.ITopic | None = None
    max_concurrent_invocations_per_instance: int | None = None

    def problems(self) -> Iterator[str]:
        """Say what SageMaker would refuse, or what would mix requests with answers."""
        prefixes = {name: getattr(self, name) for name in ("input_prefix", "output_prefix", "failure_prefix")}
        for name, prefix in prefixes.items():
            if not Token.is_unresolved(prefix) and (not prefix.endswith("/") or prefix.startswith("/")):
                yield f"async_inference has {name} {prefix!r}; give a key that ends in '/' and does not begin with one"
        if len(set(prefixes.values())) < len(prefixes):
            given = ", ".join(f"{name} {prefix!r}" for name, prefix in prefixes.items())
            yield f"async_inference has {given}; give three prefixes"
        most = self.max_concurrent_invocations_per_instance
        if most is not None and not Token.is_unresolved(most) and not 1 <= most <= _MAX_CONCURRENT:
            yield (f"async_inference has max_concurrent_invocations_per_instance {most}; give 1 to {_MAX_CONCURRENT}")

    def bind(self, scope: Construct) -> BoundAsyncInference:
        """Give the settings with a bucket, which is made where none was given."""
        if self.bucket is not None:
            return BoundAsyncInference(self, self.bucket)
        kept = Duration.days(_KEPT_DAYS)
        made = closed_bucket(scope, "AsyncBucket", encryption_key=self.encryption_key, kept=kept)
        return BoundAsyncInference(self, made)


class BoundAsyncInference:
    """Asynchronous inference with its bucket; `SklearnEndpointConfig` makes it.

    Parameters
    ----------
    settings
        What was asked for.
    bucket
        Where requests and answers lie.
    """

    def __init__(self, settings: AsyncInference, bucket: s3.IBucket) -> None:
        self.settings = settings
        self.bucket = bucket
        self.input_path = f"s3://{bucket.bucket_name}/{settings.input_prefix}"
        """URI below which the endpoint finds requests."""
        self.output_path = f"s3://{bucket.bucket_name}/{settings.output_prefix}"
        """URI below which it writes answers."""
        self.failure_path = f"s3://{bucket.bucket_name}/{settings.failure_prefix}"
        """URI below which it writes errors."""

    def render(self) -> sagemaker.CfnEndpointConfig.AsyncInferenceConfigProperty:
        """Return the settings as CloudFormation takes them."""
        settings = self.settings
        topics = {"success_topic": settings.success_topic, "error_topic": settings.error_topic}
        given = {name: topic.topic_arn for name, topic in topics.items() if topic is not None}
        most = settings.max_concurrent_invocations_per_instance
        client: Any = None
        if most is not None:
            client = sagemaker.CfnEndpointConfig.AsyncInferenceClientConfigProperty(
                max_concurrent_invocations_per_instance=most
            )
        return sagemaker.CfnEndpointConfig.AsyncInferenceConfigProperty(
            client_config=client,
            output_config=sagemaker.CfnEndpointConfig.AsyncInferenceOutputConfigProperty(
                s3_output_path=self.output_path,
                s3_failure_path=self.failure_path,
                kms_key_id=None if settings.encryption_key is None else settings.encryption_key.key_arn,
                notification_config=(
                    sagemaker.CfnEndpointConfig.AsyncInferenceNotificationConfigProperty(**given) if given else None
                ),
            ),
        )

    def endpoint_statements(self) -> list[Statement]:
        """Give what the execution role needs: to read requests, to write answers and errors, to tell the topics."""
        settings = self.settings
        needed = [
            statements.read_object(self.bucket.arn_for_objects(f"{settings.input_prefix}*")),
            statements.write_objects(
                [
                    self.bucket.arn_for_objects(f"{prefix}*")
                    for prefix in (settings.output_prefix, settings.failure_prefix)
                ]
            ),
        ]
        topics = [topic.topic_arn for topic in (settings.success_topic, settings.error_topic) if topic is not None]
        if topics:
            needed.append(statements.publish(list(dict.fromkeys(topics))))
        if key := self._key:
            stack = Stack.of(self.bucket)
            needed.append(statements.use_key_through_s3(key.key_arn, stack.region, stack.url_suffix))
        return needed

    def caller_statements(self) -> list[Statement]:
        """Give what a caller needs beside the endpoint: to put requests, to get answers and errors."""
        settings = self.settings
        needed = [statements.write_objects([self.bucket.arn_for_objects(f"{settings.input_prefix}*")])]
        for prefix in (settings.output_prefix, settings.failure_prefix):
            needed.append(statements.read_object(self.bucket.arn_for_objects(f"{prefix}*")))
            # Without it S3 refuses to say that an answer is not there yet.
            needed.append(statements.list_prefix(self.bucket.bucket_arn, prefix))
        if key := self._key:
            stack = Stack.of(self.bucket)
            needed.append(statements.use_key_through_s3(key.key_arn, stack.region, stack.url_suffix))
        return needed

    @property
    def _key(self) -> kms.IKey | None:
        return self.settings.encryption_key or self.bucket.encryption_key


# Limit of CreateEndpointConfig's AsyncInferenceConfig.
_MAX_CONCURRENT = 1000
_KEPT_DAYS = 30
PREFIX_REASON = "Each request and each answer is an object of its own, below the prefixes that are for them."
"""Why the execution role has wildcards in the keys of the bucket."""
