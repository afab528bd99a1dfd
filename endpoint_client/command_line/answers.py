"""Sends the requests of a file, several at once, and gives their answers in the order of the rows."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.exceptions import EndpointClientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from endpoint_client.command_line.reading.batch import Batch
    from endpoint_client.prediction.predictor import Predictor


class RowsFailed(EndpointClientError):  # noqa: N818 - named for what happened, as in endpoint_client.exceptions
    """A request failed.

    Attributes
    ----------
    batch : Batch
        The rows that it was of.
    cause : EndpointClientError
        Why.
    """

    def __init__(self, batch: Batch, cause: EndpointClientError) -> None:
        super().__init__(f"{batch.rows} failed: {cause}")
        self.batch = batch
        self.cause = cause


def answers(predictor: Predictor, batches: Iterable[Batch], concurrency: int) -> Iterator[tuple[Batch, NDArray[Any]]]:
    """Send `concurrency` requests at once, and give each with its results, in order.

    Raises
    ------
    RowsFailed
        A request failed. Answers to rows behind it are dropped; all before it have been given.
    EndpointClientError, OSError
        What reading the file raises, once all rows before that have been given.
    """
    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="endpoint-client")
    pending: deque[tuple[Batch, Future[NDArray[Any]]]] = deque()
    unread: Exception | None = None
    reading = iter(batches)
    try:
        while True:
            try:
                batch = next(reading)
            except StopIteration:
                break
            except (EndpointClientError, OSError) as error:
                unread = error
                break
            pending.append((batch, pool.submit(_results, predictor, batch)))
            # One more than are sent: it is ready when the first is answered.
            if len(pending) > concurrency:
                yield _given(*pending.popleft())
        while pending:
            yield _given(*pending.popleft())
        if unread is not None:
            raise unread
    finally:
        # Whoever stops does not wait for answers that nobody will read.
        pool.shutdown(wait=False, cancel_futures=True)


def _given(batch: Batch, future: Future[NDArray[Any]]) -> tuple[Batch, NDArray[Any]]:
    try:
        return batch, future.result()
    except EndpointClientError as error:
        raise RowsFailed(batch, error) from error


def _results(predictor: Predictor, batch: Batch) -> NDArray[Any]:
    results: Any = predictor.predict(batch.body, content_type=batch.content_type)
    if hasattr(results, "toarray"):
        results = results.toarray()
    if results.ndim == 0 or len(results) != batch.count:
        raise CommandError(
            f"the endpoint answered {batch.count:,} rows with an array of shape {results.shape}, not with one result a "
            "row"
        )
    array: NDArray[Any] = results
    return array
