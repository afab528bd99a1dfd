"""Channels: the data that a training job finds below ``/opt/ml/input/data``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from aws_cdk import Aws, Token

from constructs_lib import statements
from constructs_lib.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import aws_kms as kms

    from constructs_lib.statements import Statement


@dataclass(frozen=True, kw_only=True)
class TrainingInput:
    """Where the data of one channel lies, and how it reaches the script.

    Parameters
    ----------
    s3_data
        ``s3://bucket/prefix``: every object whose key begins so. The bucket may be a token.
    content_type
        MIME type that the script is told; default: none.
    input_mode
        ``File``: copied to the volume before the script starts. ``FastFile``: read from S3 as the script reads.
    distribution
        ``FullyReplicated``: every instance gets all objects. ``ShardedByS3Key``: each gets its share.
    encryption_key
        The KMS key that the objects are encrypted with; the role may then decrypt with it.

    Example
    -------
    >>> TrainingInput(s3_data="s3://churn/train", content_type="text/csv").input_mode
    'File'
    """

    s3_data: str
    content_type: str | None = None
    input_mode: Literal["File", "FastFile"] = "File"
    distribution: Literal["FullyReplicated", "ShardedByS3Key"] = "FullyReplicated"
    encryption_key: kms.IKey | None = None

    def problems(self, channel: str) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        if not isinstance(self.s3_data, str) or _parse(self.s3_data) is None:
            yield (
                f"channel {channel!r} has s3_data {self.s3_data!r}; give 's3://bucket/prefix', "
                "and upload local data first (aws s3 cp --recursive)"
            )
        allowed = {
            "input_mode": ("File", "FastFile"),
            "distribution": ("FullyReplicated", "ShardedByS3Key"),
        }
        for name, values in allowed.items():
            given = getattr(self, name)
            if given not in values:
                yield f"channel {channel!r} has {name} {given!r}; choose one of {', '.join(map(repr, values))}"

    def render(self, channel: str) -> dict[str, Any]:
        """Return the channel as CreateTrainingJob takes it."""
        rendered: dict[str, Any] = {
            "ChannelName": channel,
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": self.s3_data,
                    "S3DataDistributionType": self.distribution,
                }
            },
            "InputMode": self.input_mode,
        }
        if self.content_type is not None:
            rendered["ContentType"] = self.content_type
        return rendered

    def statements(self) -> list[Statement]:
        """Return what the role needs to read the data."""
        address = _parse(self.s3_data)
        if address is None:
            raise ConfigurationError(*self.problems("data"))
        bucket_arn, key = f"arn:{Aws.PARTITION}:s3:::{address[0]}", address[1]
        needed = [statements.read_object(f"{bucket_arn}/{key}*"), statements.list_prefix(bucket_arn, key)]
        if self.encryption_key is not None:
            needed.append(statements.decrypt_through_s3(self.encryption_key.key_arn, Aws.REGION, Aws.URL_SUFFIX))
        return needed


TrainingInputs: TypeAlias = "str | TrainingInput | Mapping[str, str | TrainingInput]"


def channels_of(inputs: TrainingInputs | None) -> dict[str, TrainingInput]:
    """Give every channel by its name; one address alone is the channel ``training``, as in the SageMaker SDK."""
    if inputs is None:
        return {}
    named = inputs if isinstance(inputs, Mapping) else {"training": inputs}
    return {
        name: value if isinstance(value, TrainingInput) else TrainingInput(s3_data=value)
        for name, value in named.items()
    }


def channel_problems(channels: Mapping[str, TrainingInput]) -> Iterator[str]:
    """Say what is wrong with the channels of a job."""
    if len(channels) > _MAX_CHANNELS:
        yield f"inputs has {len(channels)} channels; SageMaker takes {_MAX_CHANNELS}: put more into one"
    for name, channel in channels.items():
        if not Token.is_unresolved(name) and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
            yield f"channel {name!r} is not a name; use 1 to 64 letters, digits, '.', '_' and '-'"
        yield from channel.problems(name)


def _parse(uri: str) -> tuple[str, str] | None:
    found = re.fullmatch(r"s3://([^/]+)/?(.*)", uri)
    return None if found is None else (found[1], found[2])


_MAX_CHANNELS = 20
INPUT_REASON = "A channel is a prefix: which objects it holds is known when the job reads them."
"""Why the execution role has wildcards in the keys of channels."""
