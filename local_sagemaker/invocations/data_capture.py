"""Data capture: requests and answers of an endpoint as JSON lines in S3, in the layout that SageMaker gives them.

Layout: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html. Answers of status 400
and above are not captured.
"""

from __future__ import annotations

import base64
import json
import logging
import random
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import Location
from local_sagemaker.access.output_storage import OutputStorage
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.repeating import Repeating

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_sagemaker.access.rights import Principal
    from local_sagemaker.containers.container_client import ContainerResponse
    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
    from local_sagemaker.invocations.exchanges import Exchange

# Seconds; AWS takes a minute or two, a person at a laptop wants to see it at once.
FLUSH_INTERVAL = 0.5
# Bytes that wait to be written; beyond that nothing is captured, as on AWS where the disk is full.
MOST_WAITING_BYTES = 64 << 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class CaptureTarget:
    """Where the requests of one variant are written.

    Attributes
    ----------
    config
        DataCaptureConfig of the endpoint configuration.
    role
        Execution role of the variant's model.
    """

    config: Mapping[str, Any]
    endpoint: EndpointIdentity
    variant: str
    role: Principal

    def authorize(self) -> None:
        """Find out whether the role may write there.

        AWS writes nothing where it may not; here the deployment fails, since what was not captured is missed only when
        it is needed.

        Raises
        ------
        AccessDeniedError
        """
        self._storage.authorize(self._location(datetime.now(UTC)))

    def write(self, lines: bytes, since: datetime) -> None:
        """Write a file of captured requests; `since`: when the first of them was answered.

        Raises
        ------
        AccessDeniedError, ModelDataError
        """
        self._storage.write(self._location(since), lines)

    @property
    def _storage(self) -> OutputStorage:
        endpoint, key = self.endpoint, self.config.get("KmsKeyId")
        return OutputStorage(self.role, account_id=endpoint.account_id, region=endpoint.region, key=key)

    def _location(self, moment: datetime) -> Location:
        destination = Location.parse(self.config["DestinationS3Uri"])
        folder = "/".join(part for part in (destination.key.rstrip("/"), self.endpoint.name, self.variant) if part)
        name = f"{moment:%M-%S}-{moment.microsecond // 1000:03}-{uuid.uuid4()}.jsonl"
        return Location(destination.bucket, f"{folder}/{moment:%Y/%m/%d/%H}/{name}")


class DataCapture:
    """Collects requests with their answers, and writes them as a file for each variant now and then.

    Parameters
    ----------
    interval
        Seconds between two files.
    """

    def __init__(self, interval: float = FLUSH_INTERVAL) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[CaptureTarget, list[bytes]] = {}
        self._since: dict[CaptureTarget, datetime] = {}
        self._bytes = 0
        self._repeating = Repeating("data capture", interval, self.flush)

    def record(self, exchange: Exchange, response: ContainerResponse | None) -> None:
        """Capture a request and its answer, if its variant is captured and chance has it.

        Parameters
        ----------
        exchange
            The request, which was answered.
        response
            The container's answer; None where it was too long to be kept.
        """
        target = exchange.capture_target
        if target is None or random.random() * 100 >= float(target.config["InitialSamplingPercentage"]):  # noqa: S311
            return
        if response is None:
            logger.warning("a request of endpoint %s is not captured: its answer is too long", target.endpoint.name)
            return
        moment = datetime.now(UTC)
        line = json.dumps(_event(target.config, exchange, response, moment), separators=(",", ":")).encode() + b"\n"
        with self._lock:
            if self._bytes + len(line) > MOST_WAITING_BYTES:
                logger.warning("a request of endpoint %s is not captured: too many wait", target.endpoint.name)
                return
            self._bytes += len(line)
            self._waiting.setdefault(target, []).append(line)
            self._since.setdefault(target, moment)

    def flush(self) -> None:
        """Write what was collected."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            since, self._since = self._since, {}
            self._bytes = 0
        for target, lines in waiting.items():
            _write(target, b"".join(lines), since[target])

    def close(self) -> None:
        """Write what was collected and end the thread."""
        self._repeating.close()
        self.flush()


def _write(target: CaptureTarget, lines: bytes, since: datetime) -> None:
    try:
        target.write(lines, since)
    except DataPlaneError as error:
        logger.warning("requests of endpoint %s were not captured: %s", target.endpoint.name, error)


def _event(
    config: Mapping[str, Any], exchange: Exchange, response: ContainerResponse, moment: datetime
) -> dict[str, Any]:
    headers = exchange.call.headers
    modes = set(_modes(config))
    data = {}
    if "Input" in modes:
        data["endpointInput"] = _captured(config, "INPUT", headers.get("Content-Type", ""), exchange.body)
    if "Output" in modes:
        content_type = response.headers.get("content-type", "")
        data["endpointOutput"] = _captured(config, "OUTPUT", content_type, response.body)
    attributes = headers.get("X-Amzn-SageMaker-Custom-Attributes")
    inference_id = headers.get("X-Amzn-SageMaker-Inference-Id")
    metadata = {
        "eventId": str(uuid.uuid4()),
        **({"customAttributes": [attributes]} if attributes else {}),
        **({"inferenceId": inference_id} if inference_id else {}),
        "inferenceTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
    }
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


def _modes(config: Mapping[str, Any]) -> Iterator[str]:
    for option in config["CaptureOptions"]:
        mode = option["CaptureMode"]
        yield from ("Input", "Output") if mode == "InputAndOutput" else (mode,)


def _captured(config: Mapping[str, Any], mode: str, content_type: str, body: bytes) -> dict[str, str]:
    known: Mapping[str, Any] = config.get("CaptureContentTypeHeader") or {}
    kind = content_type.partition(";")[0].strip().lower()
    encodings = {"CSV": known.get("CsvContentTypes") or (), "JSON": known.get("JsonContentTypes") or ()}
    encoding = next((name for name, types in encodings.items() if kind in map(str.lower, types)), "BASE64")
    try:
        data = base64.b64encode(body).decode() if encoding == "BASE64" else body.decode()
    except UnicodeDecodeError:
        encoding, data = "BASE64", base64.b64encode(body).decode()
    return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}
