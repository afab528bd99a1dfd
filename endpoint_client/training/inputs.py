"""Channels: the data in S3 that a training job finds below ``/opt/ml/input/data``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from endpoint_client.exceptions import InvalidInput

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import ChannelTypeDef

# Of InputDataConfig in CreateTrainingJob.
MAX_CHANNELS = 20
_CHANNEL_NAME = r"[A-Za-z0-9._-]{1,64}"
# Where one address alone goes, as in the SageMaker SDK.
DEFAULT_CHANNEL = "training"


@dataclass(frozen=True)
class TrainingInput:
    """Where the data of one channel lies, and how it reaches the script; the names are the SageMaker SDK's.

    Parameters
    ----------
    s3_data : str
        ``s3://bucket/prefix``: every object whose key begins so.
    content_type : str, optional
        MIME type that the script is told.
    input_mode : {"File", "FastFile"}
        ``File``: copied to the volume before the script starts. ``FastFile``: read from S3 as the script reads.
    distribution : {"FullyReplicated", "ShardedByS3Key"}
        Whether every instance gets all objects, or each its share.

    Raises
    ------
    InvalidInput
        The address is none of S3, or a value is not among those above.

    Example
    -------
    >>> TrainingInput("s3://churn/train", content_type="text/csv").input_mode
    'File'
    """

    s3_data: str
    content_type: str | None = field(default=None, kw_only=True)
    input_mode: Literal["File", "FastFile"] = field(default="File", kw_only=True)
    distribution: Literal["FullyReplicated", "ShardedByS3Key"] = field(default="FullyReplicated", kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.s3_data, str) or re.match(r"s3://[^/]", self.s3_data) is None:
            raise InvalidInput(
                f"{self.s3_data!r} is no address in S3, such as 's3://bucket/prefix'; upload local data first "
                "(`aws s3 cp --recursive data s3://bucket/prefix`)"
            )
        for name, allowed in _ALLOWED.items():
            if (given := getattr(self, name)) not in allowed:
                raise InvalidInput(f"{name}={given!r}: give one of {', '.join(map(repr, allowed))}")

    def render(self, channel: str) -> ChannelTypeDef:
        """Give the channel as CreateTrainingJob takes it.

        Example
        -------
        >>> TrainingInput("s3://churn/train").render("train")["DataSource"]["S3DataSource"]["S3Uri"]
        's3://churn/train'
        """
        rendered: ChannelTypeDef = {
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


TrainingInputs: TypeAlias = "str | TrainingInput | Mapping[str, str | TrainingInput]"


def render_channels(inputs: TrainingInputs) -> list[ChannelTypeDef]:
    """Give InputDataConfig as CreateTrainingJob takes it.

    Parameters
    ----------
    inputs : str, TrainingInput, or mapping of channel name to one of them
        One alone is the channel ``training``.

    Raises
    ------
    InvalidInput
        Something is no address in S3, a name is no channel's, or there are not 1 to 20 channels.

    Example
    -------
    >>> [channel["ChannelName"] for channel in render_channels("s3://churn/train")]
    ['training']
    """
    named = inputs if isinstance(inputs, Mapping) else {DEFAULT_CHANNEL: inputs}
    if not 1 <= len(named) <= MAX_CHANNELS:
        raise InvalidInput(
            f"inputs has {len(named)} channels; SageMaker takes 1 to {MAX_CHANNELS}: put more data into one channel, "
            "or leave inputs out for the channels that were deployed"
        )
    channels = []
    for name, given in named.items():
        if not isinstance(name, str) or re.fullmatch(_CHANNEL_NAME, name) is None:
            raise InvalidInput(f"channel {name!r}: a name is 1 to 64 letters, digits, '.', '_' and '-'; rename it")
        try:
            channel = given if isinstance(given, TrainingInput) else TrainingInput(given)
        except InvalidInput as error:
            raise InvalidInput(f"channel {name!r}: {error}") from None
        channels.append(channel.render(name))
    return channels


_ALLOWED: dict[str, tuple[str | None, ...]] = {
    "input_mode": ("File", "FastFile"),
    "distribution": ("FullyReplicated", "ShardedByS3Key"),
}
