"""Input channels of a training job: what CreateTrainingJob refuses of them, and their objects as files.

Rules: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html and API_S3DataSource.html. FastFile
gives the script the same files as File does; here both are copied before the script starts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError, MissingModelDataError
from local_sagemaker.training.job_failures import ClientFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_INPUT_MODES = ("File", "FastFile")


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One channel.

    Attributes
    ----------
    name
        ChannelName.
    source
        Objects under this prefix.
    config
        Its entry in ``inputdataconfig.json``.
    """

    name: str
    source: Location
    config: Mapping[str, str]

    @classmethod
    def parse(cls, channel: Mapping[str, Any], default_mode: str) -> Channel:
        """Read an element of InputDataConfig that `refusals` has nothing against.

        Parameters
        ----------
        channel
            The element.
        default_mode
            TrainingInputMode of the algorithm.
        """
        source = channel["DataSource"]["S3DataSource"]
        config = {
            "TrainingInputMode": channel.get("InputMode") or default_mode,
            "S3DistributionType": source.get("S3DataDistributionType") or "FullyReplicated",
            "RecordWrapperType": "None",
        }
        config.update({key: channel[key] for key in ("ContentType", "CompressionType") if channel.get(key)})
        return cls(name=channel["ChannelName"], source=Location.parse(source["S3Uri"]), config=config)


def refusals(channels: Sequence[Mapping[str, Any]], default_mode: str) -> Iterator[str]:
    """Say why input channels are refused, or not emulated.

    Parameters
    ----------
    channels
        InputDataConfig.
    default_mode
        TrainingInputMode of the algorithm.

    Example
    -------
    >>> list(refusals([{"ChannelName": "train", "DataSource": {}}], "File"))
    ['Channel "train" has no S3DataSource: the local cloud reads training data from S3 only.']
    """
    names = Counter(channel["ChannelName"] for channel in channels)
    for name in (name for name, count in names.items() if count > 1):
        yield f'Channel name "{name}" is not unique: {names[name]} channels have it.'
    for channel in channels:
        yield from _channel_refusals(channel, default_mode)


def _channel_refusals(channel: Mapping[str, Any], default_mode: str) -> Iterator[str]:
    name = channel["ChannelName"]
    source = channel["DataSource"].get("S3DataSource")
    if source is None:
        yield f'Channel "{name}" has no S3DataSource: the local cloud reads training data from S3 only.'
        return
    if source["S3DataType"] != "S3Prefix":
        yield (
            f'S3DataType {source["S3DataType"]} of channel "{name}" is not emulated by the local cloud: '
            "put the objects under one prefix and use S3Prefix."
        )
    mode = channel.get("InputMode") or default_mode
    if mode not in _INPUT_MODES:
        yield (
            f'Input mode {mode} of channel "{name}" is not emulated by the local cloud: '
            f"use {' or '.join(_INPUT_MODES)}, which scikit-learn scripts read as files."
        )
    if channel.get("RecordWrapperType", "None") != "None":
        yield f'RecordWrapperType {channel["RecordWrapperType"]} of channel "{name}" is not emulated: use None.'
    try:
        Location.parse(source["S3Uri"])
    except DataPlaneError as error:
        yield f'Channel "{name}": {error}.'


class InputData:
    """The objects of channels, as the execution role may read them.

    Parameters
    ----------
    store
        S3 as the role sees it.
    role_arn
        ARN that messages name.
    region
        Of the job.
    """

    def __init__(self, store: ArtifactStore, *, role_arn: str, region: str) -> None:
        self._store = store
        self._role_arn = role_arn
        self._region = region

    def keys(self, source: Location) -> list[str]:
        """List the objects of a channel.

        Raises
        ------
        ClientFailure
            There are none, or the role may not list them; in AWS's words.
        """
        try:
            return self._store.keys(source)
        except MissingModelDataError:
            raise ClientFailure(self._nothing_found(source)) from None
        except AccessDeniedError as error:
            raise ClientFailure(f"{self._nothing_found(source)} Error message from S3: {error.statement}") from None

    def download(self, channel: Channel, folder: Path) -> None:
        """Put the objects of a channel into a folder.

        Raises
        ------
        ClientFailure
            An object may not be read, or there are none; in AWS's words.
        """
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for key in self.keys(channel.source):
                self._save(Location(channel.source.bucket, key), folder, file_name(channel.source.key, key))
        except ClientFailure as failure:
            raise ClientFailure(f"Data download failed:{failure}") from None

    def _save(self, location: Location, folder: Path, name: str) -> None:
        target = (folder / name).resolve()
        if "//" in location.key or not target.is_relative_to(folder.resolve()):
            part = "//" if "//" in location.key else ".."
            raise ClientFailure(
                f"Failed to download data. S3 key: {location} has an illegal char sub-sequence '{part}' in it"
            )
        try:
            content = self._store.read(location)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except AccessDeniedError as error:
            raise ClientFailure(f"Unable to download object {location} (AccessDenied: {error.statement})") from None
        except (DataPlaneError, OSError) as error:
            raise ClientFailure(f"Unable to download object {location} ({error})") from None

    def _nothing_found(self, source: Location) -> str:
        return (
            f'No S3 objects found under S3 URL "{source}" given in input data source. Please ensure that the bucket '
            f"exists in the selected region ({self._region}), that objects exist under that S3 prefix, and that the "
            f'role "{self._role_arn}" has "s3:ListBucket" permissions on bucket "{source.bucket}".'
        )


def file_name(prefix: str, key: str) -> str:
    """Give where an object lies in its channel's folder.

    A prefix that names a folder, with or without its last slash, is that folder; of another the folder is what comes
    before its last slash.

    Example
    -------
    >>> file_name("data/train", "data/train/2026/a.csv"), file_name("data/tr", "data/train/a.csv")
    ('2026/a.csv', 'train/a.csv')
    """
    folder = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
    if not key.startswith(folder):
        folder = prefix[: prefix.rfind("/") + 1]
    return key.removeprefix(folder)
