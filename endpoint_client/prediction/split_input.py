"""One input that is sent in as many requests as it takes; what is answered stays answered when a request fails."""

from __future__ import annotations

import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from endpoint_client.exceptions import EndpointClientError
from endpoint_client.prediction.partial_result import PartialResult
from endpoint_client.row_progress import shown_rows
from endpoint_client.tables.splitting import split_rows
from endpoint_client.transport.responses import check_rows, join, read_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from endpoint_client.row_progress import Progress
    from endpoint_client.tables.splitting import Part
    from endpoint_client.transport.responses import RawResponse

_Given = TypeVar("_Given")
_Answer = TypeVar("_Answer")


class SplitInput:
    """Rows on their way.

    Parameters
    ----------
    count : int
        Rows of the input.
    encode : callable
        ``encode(start, stop)`` gives the body for these rows.
    send : callable
        Sends one body.
    max_bytes : int
        Of a body.
    max_rows : int, optional
        Of a body.
    workers : int
        Requests in flight at once.
    progress : bool or callable
        As for `Predictor.predict`.
    """

    def __init__(
        self,
        count: int,
        encode: Callable[[int, int], bytes],
        send: Callable[[Part], RawResponse],
        *,
        max_bytes: int,
        max_rows: int | None,
        workers: int,
        progress: Progress,
    ) -> None:
        self._count = count
        self._encode = encode
        self._send = send
        self._max_bytes = max_bytes
        self._max_rows = max_rows
        self._workers = workers
        self._progress = progress
        self._answers: dict[range, Any] = {}

    def results(self) -> Any:
        """Send what is not answered yet, and give all results as one array.

        Raises
        ------
        EndpointClientError
            A request failed: with the rows that it held, and, where it was not the only one, with what to go on from.
            No further request was begun after it; those that were on their way have come to their end.
        """
        parts = (part for rows in self._missing() for part in self._parts(rows))
        try:
            with shown_rows(self._progress, self._count, self._done()) as tell:
                for _ in in_order(self._answer, parts, self._workers):
                    tell(self._done(), self._count)
        except EndpointClientError as error:
            if error.rows is not None and len(error.rows) < self._count:
                error.partial = PartialResult(self._count, error.rows, self._sorted(), self.results)
                if sys.version_info >= (3, 11):
                    error.add_note(f"{error.partial!r}: error.partial.resume() sends what has none")
            raise
        return join([array for _, array in self._sorted()])

    def _parts(self, rows: range) -> Iterator[Part]:
        return split_rows(rows, self._encode, self._max_bytes, self._max_rows)

    def _answer(self, part: Part) -> None:
        # Kept here, not by who waits for it: an answer that comes after another's failure counts as well.
        self._answers[part.rows] = answered(part, self._send, alone=len(part.rows) == self._count)

    def _done(self) -> int:
        return sum(map(len, self._answers))

    def _sorted(self) -> list[tuple[range, Any]]:
        return sorted(self._answers.items(), key=lambda answer: answer[0].start)

    def _missing(self) -> Iterator[range]:
        start = 0
        for rows, _ in self._sorted():
            if rows.start > start:
                yield range(start, rows.start)
            start = rows.stop
        if start < self._count:
            yield range(start, self._count)


def answered(part: Part, send: Callable[[Part], RawResponse], *, alone: bool) -> Any:
    """Send a part and give its results.

    Parameters
    ----------
    part : Part
    send : callable
    alone : bool
        Whether it is all there is: then the answer may be any array.

    Raises
    ------
    EndpointClientError
        With its rows.
    """
    try:
        array = read_array(send(part))
        return array if alone else check_rows(array, part.rows)
    except EndpointClientError as error:
        error.rows = part.rows
        raise


def in_order(
    send: Callable[[_Given], _Answer], given: Iterable[_Given], workers: int
) -> Iterator[tuple[_Given, _Answer]]:
    """Send, at most `workers` at once, and give the answers in the order of what was given.

    It is taken only as fast as it is sent: memory holds `workers` requests, however many there are. After a failure
    nothing is begun; what is on its way is waited for. Where taking fails, that is raised behind the answers to what
    was taken before.
    """
    if workers == 1:
        for one in given:
            yield one, send(one)
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="endpoint-client") as pool:
        pending: deque[tuple[_Given, Future[_Answer]]] = deque()
        source, failure = iter(given), None
        while not any(future.done() and future.exception() for _, future in pending):
            try:
                one = next(source)
            except StopIteration:
                break
            except Exception as error:  # noqa: BLE001 - whatever it is, it is raised below
                failure = error
                break
            pending.append((one, pool.submit(send, one)))
            if len(pending) == workers:
                sent, future = pending.popleft()
                yield sent, future.result()
        for sent, future in pending:
            yield sent, future.result()
        if failure is not None:
            raise failure
