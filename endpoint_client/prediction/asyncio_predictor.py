"""The predictor for programs that run on asyncio: what `Predictor` does, awaited."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from endpoint_client.exceptions import ConfigurationError
from endpoint_client.prediction.asyncio_named_methods import AsyncioNamedMethods
from endpoint_client.prediction.asyncio_result import AsyncioResult
from endpoint_client.prediction.loop_iterator import LoopIterator
from endpoint_client.prediction.predictor import Predictor

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator
    from types import TracebackType

    import pandas as pd
    from numpy.typing import NDArray
    from typing_extensions import Self, Unpack

    from endpoint_client.prediction.async_result import AsyncResult
    from endpoint_client.prediction.predictor_settings import PredictorSettings
    from endpoint_client.prediction.request_options import RequestOptions
    from endpoint_client.transport.responses import RawResponse

_Given = TypeVar("_Given")
# A thread each; as many connections are kept (`connection.MAX_CONNECTIONS`).
MAX_CONNECTIONS = 1000
_END: Any = object()


class _NobodyWaits(Exception):  # noqa: N818 - never seen: it ends a call in a thread
    """The task that waited for a call was cancelled."""


class AsyncioPredictor(AsyncioNamedMethods):
    """A client of one endpoint, whose methods are coroutines.

    Not to be confused with the SageMaker SDK's ``AsyncPredictor``, which is for asynchronous endpoints, whose answers
    come into S3: that is `predict_async` here, as it is of `Predictor`.

    The requests go out of threads of its own, as many at once as `max_connections`; more wait for a free one. So it
    needs nothing beside boto3, credentials are found and renewed by botocore, and errors and retries are exactly those
    of `Predictor`. aiohttp or aiobotocore would spare the threads, at the price of a dependency and of a second way for
    all of this.

    - **Connecting** takes a third of a second, for boto3 is imported and a client made: in a thread, at ``async with``
      or `connect`, or else by the first call. `from_stack` and `from_parameter` look the name up then, so that they
      need no ``await`` of their own.
    - **Cancelling** a call, by ``asyncio.timeout`` too, ends the wait at once. A request that is on its way cannot be
      called back: it comes to its end in its thread, further tries included, and its answer is dropped. A call that
      waits for a thread is never sent, and an input that is cut is not sent any further.
    - **Closing**, and the end of ``async with``, waits for the requests on their way; calls after that are refused.
    - It may be used from several event loops, in several threads, at once.
    - Context variables of the caller are seen in what runs for it, such as handlers of botocore's events.

    Parameters
    ----------
    endpoint_name : str
        The endpoint's name, not its ARN.
    max_connections : int, default 32
        Requests in flight at once, 1 to 1000.
    **settings
        As for `Predictor`. ``max_concurrency`` is for each call whose input is cut, and comes on top: such a call sends
        that many requests at once, in threads of its own.

    Raises
    ------
    ConfigurationError
        `max_connections` is out of range. What is wrong with the other settings is raised when it connects.

    Example
    -------
    >>> import asyncio
    >>> async def main() -> None:
    ...     async with AsyncioPredictor("churn", region="eu-central-1", max_connections=64) as predictor:
    ...         print(predictor, predictor.region)
    >>> asyncio.run(main())
    AsyncioPredictor('churn', max_connections=64) eu-central-1
    >>> labels = await asyncio.gather(*map(predictor.predict, tables))  # doctest: +SKIP
    """

    def __init__(self, endpoint_name: str, *, max_connections: int = 32, **settings: Unpack[PredictorSettings]) -> None:
        self._set_up(partial(Predictor, endpoint_name, **settings), repr(endpoint_name), max_connections)

    @classmethod
    def from_stack(
        cls,
        stack_name: str,
        endpoint: str | None = None,
        *,
        max_connections: int = 32,
        **settings: Unpack[PredictorSettings],
    ) -> Self:
        """Call the endpoint that a stack made, as `Predictor.from_stack` does; it is looked up when it connects.

        Example
        -------
        >>> AsyncioPredictor.from_stack("Churn", method="predict_proba")
        AsyncioPredictor(of stack 'Churn', max_connections=32)
        """
        predictor = cls.__new__(cls)
        make = partial(Predictor.from_stack, stack_name, endpoint, **settings)
        predictor._set_up(make, f"of stack {stack_name!r}", max_connections)
        return predictor

    @classmethod
    def from_parameter(
        cls, parameter_name: str, *, max_connections: int = 32, **settings: Unpack[PredictorSettings]
    ) -> Self:
        """Call the endpoint whose name a parameter of Systems Manager holds; it is looked up when it connects.

        Example
        -------
        >>> AsyncioPredictor.from_parameter("/churn/endpoint")
        AsyncioPredictor(of parameter '/churn/endpoint', max_connections=32)
        """
        predictor = cls.__new__(cls)
        make = partial(Predictor.from_parameter, parameter_name, **settings)
        predictor._set_up(make, f"of parameter {parameter_name!r}", max_connections)
        return predictor

    def _set_up(self, make: Callable[[], Predictor], source: str, max_connections: int) -> None:
        if not 1 <= max_connections <= MAX_CONNECTIONS:
            raise ConfigurationError(f"max_connections={max_connections!r} is not from 1 to {MAX_CONNECTIONS}")
        self.max_connections = max_connections
        self._make = make
        self._source = source
        self._lock = Lock()
        self._predictor: Predictor | None = None
        self._closed = False
        self._threads = ThreadPoolExecutor(max_connections, thread_name_prefix="endpoint-client-asyncio")

    @property
    def endpoint_name(self) -> str:
        """The endpoint's name.

        Raises
        ------
        ConfigurationError
            It is not connected yet.
        """
        return self._connected().endpoint_name

    @property
    def region(self) -> str:
        """The AWS region that requests go to.

        Raises
        ------
        ConfigurationError
            It is not connected yet.
        """
        return self._connected().region

    async def connect(self) -> Self:
        """Find the credentials, and the endpoint's name where that is looked up; a call does it too, if it is first.

        Raises
        ------
        ConfigurationError
            As `Predictor` does, and its ``from_stack`` and ``from_parameter``.
        ServiceError
            CloudFormation or Systems Manager, which know the name, refused or failed.
        """
        await self._run(self._connect)
        return self

    @overload
    async def predict(
        self,
        data: Any,
        *,
        raw: Literal[False] = False,
        as_frame: Literal[False] = False,
        progress: Callable[[int, int], None] | None = None,
        **options: Unpack[RequestOptions],
    ) -> NDArray[Any]: ...

    @overload
    async def predict(
        self,
        data: Any,
        *,
        raw: Literal[True],
        as_frame: Literal[False] = False,
        progress: Callable[[int, int], None] | None = None,
        **options: Unpack[RequestOptions],
    ) -> RawResponse: ...

    @overload
    async def predict(
        self,
        data: Any,
        *,
        raw: Literal[False] = False,
        as_frame: Literal[True],
        progress: Callable[[int, int], None] | None = None,
        **options: Unpack[RequestOptions],
    ) -> pd.Series | pd.DataFrame: ...

    async def predict(
        self,
        data: Any,
        *,
        raw: bool = False,
        as_frame: bool = False,
        progress: Callable[[int, int], None] | None = None,
        **options: Unpack[RequestOptions],
    ) -> NDArray[Any] | RawResponse | pd.Series | pd.DataFrame:
        """Send `data` to the endpoint and give its results, as `Predictor.predict` does.

        Parameters
        ----------
        data, raw, as_frame, **options
            As for `Predictor.predict`.
        progress : callable, optional
            As for `Predictor.predict`, but called in the event loop: what is shown there is for the program to say.

        Returns
        -------
        ndarray, RawResponse, pandas.Series or pandas.DataFrame

        Raises
        ------
        EndpointClientError
            As `Predictor.predict` does.
        asyncio.CancelledError
            The call was cancelled; what that means for the request, see `AsyncioPredictor`.
        """
        import asyncio

        loop, ended = asyncio.get_running_loop(), Event()

        def told(done: int, count: int) -> None:
            if ended.is_set():
                raise _NobodyWaits
            if progress is not None:
                loop.call_soon_threadsafe(progress, done, count)

        def call() -> Any:
            # Of two booleans the overloads know nothing: what excludes what is for the method itself to say.
            predict: Any = self._connect().predict
            return predict(data, raw=raw, as_frame=as_frame, progress=told, **options)

        try:
            return await self._run(call)
        finally:
            ended.set()

    def predict_batches(
        self, batches: Iterable[Any] | AsyncIterable[Any], **options: Unpack[RequestOptions]
    ) -> AsyncGenerator[NDArray[Any], None]:
        """Predict tables one by one, as they come, as `Predictor.predict_batches` does.

        Parameters
        ----------
        batches : iterable or async iterable of tables
            An iterable is read in a thread, for it may read a file; an async one in the event loop.
        **options
            As for `Predictor.predict_batches`.

        Yields
        ------
        ndarray
            The results of one table, in the order of the tables.

        Raises
        ------
        EndpointClientError
            As `Predictor.predict_batches` does.
        """
        return self._each(lambda predictor, given: predictor.predict_batches(given, **options), batches)

    def predict_stream(self, data: Any, **options: Unpack[RequestOptions]) -> AsyncGenerator[NDArray[Any], None]:
        """Predict, and give the results while they come, as `Predictor.predict_stream` does.

        Parameters
        ----------
        data, **options
            As for `Predictor.predict_stream`.

        Yields
        ------
        ndarray of shape (n_some_rows,) or (n_some_rows, ...)

        Raises
        ------
        EndpointClientError
            As `Predictor.predict_stream` does.
        """
        return self._each(lambda predictor, given: predictor.predict_stream(given, **options), data)

    async def predict_async(
        self,
        data: Any,
        *,
        input_path: str | None = None,
        method: str | None = None,
        content_type: str | None = None,
        accept: str | None = None,
        timeout: float | None = None,
    ) -> AsyncioResult:
        """Give `data` to an asynchronous endpoint, and do not wait for its answer.

        Parameters
        ----------
        data, input_path, method, content_type, accept, timeout
            As for `Predictor.predict_async`; `timeout` is the model's, not that of this call.

        Returns
        -------
        AsyncioResult
            To be awaited, for the array; it outlives the predictor.

        Raises
        ------
        EndpointClientError
            As `Predictor.predict_async` does.
        """

        def call() -> AsyncResult:
            return self._connect().predict_async(
                data,
                input_path=input_path,
                method=method,
                content_type=content_type,
                accept=accept,
                timeout=timeout,
            )

        return AsyncioResult(await self._run(call))

    async def close(self) -> None:
        """Wait for the requests that are on their way, and close the connections; it may be called again."""
        import asyncio

        self._closed = True
        await asyncio.to_thread(self._shut_down)

    async def __aenter__(self) -> Self:
        try:
            return await self.connect()
        except BaseException:
            # No __aexit__ follows.
            await self.close()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._source}, max_connections={self.max_connections})"

    async def _named(self, method: str, data: Any, as_frame: bool) -> Any:
        if as_frame:
            return await self.predict(data, method=method, as_frame=True)
        return await self.predict(data, method=method)

    async def _run(self, call: Callable[[], _Given]) -> _Given:
        """Run a call in a thread, with the caller's context variables."""
        import asyncio

        if self._closed:
            raise ConfigurationError(f"{self!r} is closed: make another")
        return await asyncio.get_running_loop().run_in_executor(self._threads, contextvars.copy_context().run, call)

    async def _each(
        self, iterate: Callable[[Predictor, Any], Iterator[_Given]], given: Any
    ) -> AsyncGenerator[_Given, None]:
        """Give what an iterator of the predictor gives; each step runs in a thread."""
        import asyncio

        source = LoopIterator(given, asyncio.get_running_loop()) if hasattr(given, "__aiter__") else None
        steps = _Steps(lambda: iterate(self._connect(), source or given))
        try:
            while (result := await self._run(steps.next)) is not _END:
                yield result
        finally:
            if source is not None:
                source.stop()
            # Not awaited: a step that nobody waits for any more may be under way, and ends first. Nor possible once
            # the predictor is closed: then no step is under way.
            with suppress(RuntimeError):
                self._threads.submit(steps.close)

    def _connect(self) -> Predictor:
        """Give the predictor; runs in a thread."""
        with self._lock:
            if self._predictor is None:
                self._predictor = self._make()
            return self._predictor

    def _connected(self) -> Predictor:
        if self._predictor is None:
            raise ConfigurationError(f'{self!r} is not connected yet: use "async with", or await connect()')
        return self._predictor

    def _shut_down(self) -> None:
        self._threads.shutdown()
        if self._predictor is not None:
            self._predictor.close()


class _Steps:
    """A generator whose steps are taken by several threads, one at a time."""

    def __init__(self, make: Callable[[], Iterator[Any]]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: Any = None

    def next(self) -> Any:
        """Take a step."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return next(self._made, _END)

    def close(self) -> None:
        """Let the generator end where it is."""
        with self._lock:
            if self._made is not None:
                self._made.close()
