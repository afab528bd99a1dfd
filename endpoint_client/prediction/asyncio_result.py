"""The answer of an asynchronous endpoint, for programs that run on asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from endpoint_client.prediction.async_result import POLL_INTERVAL, TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from endpoint_client.prediction.async_result import AsyncResult
    from endpoint_client.transport.responses import RawResponse


class AsyncioResult:
    """A request that an asynchronous endpoint has accepted; `AsyncioPredictor.predict_async` gives it.

    Awaiting it gives the array, as `result` does. Thousands may be awaited at once: a thread is taken for each look
    into S3 (of the event loop's own), not for the time between them. It outlives the predictor.

    Attributes
    ----------
    endpoint_name, inference_id : str
    output_location, failure_location : str
        As of `AsyncResult`.
    """

    def __init__(self, accepted: AsyncResult) -> None:
        self._accepted = accepted
        self.endpoint_name = accepted.endpoint_name
        self.inference_id = accepted.inference_id
        self.output_location = accepted.output_location
        self.failure_location = accepted.failure_location

    def __repr__(self) -> str:
        return f"AsyncioResult({self.endpoint_name!r}, inference_id={self.inference_id!r})"

    def __await__(self) -> Generator[Any, None, NDArray[Any]]:
        return self.result().__await__()

    async def done(self) -> bool:
        """Say whether the answer is there; an error is raised by this call too, as by `AsyncResult.done`."""
        import asyncio

        return await asyncio.to_thread(self._accepted.done)

    async def wait(self, timeout: float = TIMEOUT, poll_interval: float = POLL_INTERVAL) -> AsyncioResult:
        """Wait until the answer is there; parameters and errors are those of `AsyncResult.wait`."""
        import asyncio

        pauses = self._accepted.pauses(timeout, poll_interval)
        while (pause := await asyncio.to_thread(next, pauses, None)) is not None:  # noqa: ASYNC110 - S3 calls nobody
            await asyncio.sleep(pause)
        return self

    async def result(self, timeout: float = TIMEOUT) -> NDArray[Any]:
        """Wait for the answer and give it as an array; errors are those of `AsyncResult.result`."""
        import asyncio

        await self.wait(timeout)
        return await asyncio.to_thread(self._accepted.result)

    async def raw(self, timeout: float = TIMEOUT) -> RawResponse:
        """Wait for the answer and give it as it came."""
        await self.wait(timeout)
        # It is there: nothing is asked of S3 any more.
        return self._accepted.raw()
