"""One object on its way through a container: split, sent with some requests at a time, and put together in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.transform.records import batches, split
from local_sagemaker.transform.transform_failures import AlgorithmFailure, ClientFailure, TransformFailure

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from local_sagemaker.hosting.instances import Client
    from local_sagemaker.transform.association import Association
    from local_sagemaker.transform.records import Batch
    from local_sagemaker.transform.settings import TransformSettings


class Stopped(Exception):  # noqa: N818  named for what happened
    """The job was stopped."""


class ObjectTransform:
    """Sends objects to one container.

    Parameters
    ----------
    request
        Parameters of CreateTransformJob.
    settings
        How to ask.
    association
        Filters and join.
    client
        HTTP to the container.
    stopping
        Set when nothing more is to be sent.
    """

    def __init__(
        self,
        request: Mapping[str, Any],
        settings: TransformSettings,
        association: Association,
        client: Client,
        stopping: threading.Event,
    ) -> None:
        self._input = request["TransformInput"]
        output = request["TransformOutput"]
        self._with_lines = output.get("AssembleWith") == "Line"
        self._settings = settings
        self._association = association
        self._client = client
        self._stopping = stopping
        headers = {"Content-Type": self._input.get("ContentType"), "Accept": output.get("Accept")}
        self._headers = {name: value for name, value in headers.items() if value}

    def run(self, content: bytes) -> bytes:
        """Give the content of the output.

        Raises
        ------
        TransformFailure
            A record or the container is at fault; the text begins with which records.
        Stopped
            The job was stopped meanwhile.
        """
        settings = self._settings
        records = split(
            content,
            split_type=self._input.get("SplitType") or "None",
            compression=self._input.get("CompressionType") or "None",
        )
        parts: list[bytes] = []
        under_way: deque[Future[bytes]] = deque()
        with ThreadPoolExecutor(settings.concurrent) as pool:
            try:
                for batch in batches(records, several=settings.several, most_bytes=settings.most_bytes):
                    if self._stopping.is_set():
                        raise Stopped
                    under_way.append(pool.submit(self._send, batch))
                    if len(under_way) > settings.concurrent:
                        parts.append(under_way.popleft().result())
                parts.extend(future.result() for future in under_way)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        if self._with_lines:
            return b"".join(part if part.endswith(b"\n") else part + b"\n" for part in parts)
        return b"".join(parts)

    def _send(self, batch: Batch) -> bytes:
        try:
            answer = self._ask(self._association.request(batch.records))
            return self._association.output(batch.records, answer)
        except TransformFailure as failure:
            place = failure.place
            where = batch.where if place is None else f"record {batch.first + place}"
            raise failure.of(where) from None

    def _ask(self, body: bytes) -> bytes:
        left = self._settings.retries
        while True:
            failure: TransformFailure
            try:
                answer = self._client.request(
                    "POST", "/invocations", body=body, headers=self._headers, timeout=self._settings.timeout
                )
            except DataPlaneError as error:
                failure = AlgorithmFailure(f"Unable to get response from algorithm: {error}")
            else:
                if answer.status < _CLIENT_ERRORS:
                    return answer.body
                message = answer.body.decode(errors="replace")
                text = f"Bad HTTP status received from algorithm: {answer.status}: {message}"
                if answer.status < _SERVER_ERRORS:
                    raise ClientFailure(text)
                failure = AlgorithmFailure(text)
            if not left or self._stopping.is_set():
                raise failure
            left -= 1


_CLIENT_ERRORS, _SERVER_ERRORS = 400, 500
