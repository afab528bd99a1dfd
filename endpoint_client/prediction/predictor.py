"""Calls one SageMaker endpoint that serves a scikit-learn model: arrays in, arrays out."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, overload

from endpoint_client.discovery import endpoint_of_parameter, endpoint_of_stack
from endpoint_client.exceptions import ConfigurationError, InvalidInput, PayloadTooLarge
from endpoint_client.prediction.async_requests import AsyncRequests
from endpoint_client.prediction.batches import predict_each
from endpoint_client.prediction.framed_results import framed
from endpoint_client.prediction.named_methods import NamedMethods
from endpoint_client.prediction.result_stream import stream_results
from endpoint_client.prediction.split_input import SplitInput
from endpoint_client.tables.encodings import encoding_of
from endpoint_client.tables.frames import FrameOfResults
from endpoint_client.tables.rows import rows_of
from endpoint_client.tables.splitting import Part, split_rows
from endpoint_client.transport.invocation import Invocation
from endpoint_client.transport.invocation_options import invocation_options, method_attribute
from endpoint_client.transport.responses import RawResponse, read_array
from sklearn_runtime.content_types import NPY, sniff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    import boto3
    import pandas as pd
    from numpy.typing import NDArray
    from typing_extensions import Self, Unpack

    from endpoint_client.prediction.async_result import AsyncResult
    from endpoint_client.prediction.predictor_settings import PredictorSettings
    from endpoint_client.prediction.request_options import RequestOptions
    from endpoint_client.row_progress import Progress

# Body of InvokeEndpoint in botocore's model of sagemaker-runtime: at most 6,291,456 bytes.
MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
# A container has 60 s for a request; AWS advises a client to wait 70.
READ_TIMEOUT = 70.0
MAX_ATTEMPTS = 3

_ENDPOINT_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


class Predictor(NamedMethods):
    """A client of one endpoint.

    Parameters
    ----------
    endpoint_name : str
        The endpoint's name, not its ARN.
    region : str, optional
        AWS region, for example ``"eu-central-1"``. Default: the session's, as boto3 configures it.
    session : boto3.Session, optional
        Credentials and region to use. Default: boto3's own (environment, profile, role).
    fast : bool, default False
        Send past boto3's layers: signed by botocore and carried by urllib3, with more than twice the calls per second
        and thread (docs/benchmarks.md). Credentials, results, errors and retries are the same; handlers that were
        registered on the session's events are not called.
    idempotent : bool, default True
        Whether a request may be sent again that the model may have seen: after a timeout, a broken connection, a
        server's error. Predicting is idempotent; pass False for hooks that are not, such as one that counts or writes.
    content_type : str, optional
        How inputs are sent. Default: by what they are. Numbers go as NPY, sparse matrices as npz, a DataFrame with its
        column names (numbers as CSV with a header, all else as JSON), text and mixed lists as JSON. Or one of
        ``application/x-npy``, ``application/json``, ``text/csv``, ``application/jsonlines``, ``application/x-npz``,
        and, for an endpoint that has pyarrow, ``application/x-parquet``, ``application/vnd.apache.arrow.stream`` and
        ``application/vnd.apache.arrow.file``.
    accept : str, default "application/x-npy"
        How results are asked for; `predict` gives an ndarray whatever this is, but for ``application/x-npz``, which
        gives a sparse matrix. CSV writes a 1-D result and a result of one column alike, so both come back 1-D.
    method : str, optional
        The model's method that `predict` calls, for example ``"predict_proba"``. Default: the endpoint's setting.
    target_variant : str, optional
        The production variant to call. Default: by the variants' weights.
    target_model : str, optional
        The model to call, of an endpoint with many: its key below their prefix, for example ``"paris.tar.gz"``.
    max_payload_bytes : int, default 6,291,456
        Bytes in one request (6 MB for real-time endpoints, 4 MB for serverless ones). Longer inputs are sent in
        several.
    max_rows : int, optional
        Rows in one request, for models whose time grows with them. Default: as many as there is room for.
    max_concurrency : int, default 1
        Requests in flight at once for one input that is sent in several.
    read_timeout : float, default 70
        Seconds to wait for an answer. A container has 60 s.
    max_attempts : int, default 3
        Tries of one request, the first included. Tried again, with growing pauses: throttling, a model that is still
        loading, and, unless ``idempotent=False``, statuses 500, 502, 503 and 504, broken connections, answers that
        break off, timeouts (botocore's "standard" mode). An error of the model is never tried again. For a serverless
        endpoint that starts from nothing, raise it: pauses double from one second to 20.

    Raises
    ------
    ConfigurationError
        A setting is out of range, or no region is configured.

    Example
    -------
    >>> predictor = Predictor("churn", region="eu-central-1")
    >>> predictor.endpoint_name
    'churn'
    >>> labels = predictor.predict([[0.1, 3.0], [0.7, 1.0]])  # doctest: +SKIP
    """

    def __init__(
        self,
        endpoint_name: str,
        *,
        region: str | None = None,
        session: boto3.Session | None = None,
        fast: bool = False,
        idempotent: bool = True,
        content_type: str | None = None,
        accept: str = NPY,
        method: str | None = None,
        target_variant: str | None = None,
        target_model: str | None = None,
        max_payload_bytes: int = MAX_PAYLOAD_BYTES,
        max_rows: int | None = None,
        max_concurrency: int = 1,
        read_timeout: float = READ_TIMEOUT,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        if not _ENDPOINT_NAME.fullmatch(endpoint_name):
            raise ConfigurationError(
                f"{endpoint_name!r} is not an endpoint name: 1 to 63 letters, digits and hyphens, with a letter or "
                "digit at both ends (pass the name, not the ARN)"
            )
        for setting, value in (
            ("max_payload_bytes", max_payload_bytes),
            ("max_rows", 1 if max_rows is None else max_rows),
            ("max_concurrency", max_concurrency),
            ("read_timeout", read_timeout),
            ("max_attempts", max_attempts),
        ):
            if value <= 0:
                raise ConfigurationError(f"{setting}={value} is not positive")
        self.endpoint_name = endpoint_name
        self.content_type = content_type
        self.accept = accept
        self.method = method
        self.target_variant = target_variant
        self.target_model = target_model
        self.max_payload_bytes = max_payload_bytes
        self.max_rows = max_rows
        self.max_concurrency = max_concurrency
        # boto3 takes a quarter of a second to import: not with the package.
        from endpoint_client.transport.transport import Transport

        self._transport = Transport(
            endpoint_name,
            region=region,
            session=session,
            fast=fast,
            idempotent=idempotent,
            read_timeout=read_timeout,
            max_attempts=max_attempts,
        )
        self._async_requests = AsyncRequests(endpoint_name, self._transport, session)

    @classmethod
    def from_stack(cls, stack_name: str, endpoint: str | None = None, **settings: Unpack[PredictorSettings]) -> Self:
        """Call the endpoint that a stack made.

        Parameters
        ----------
        stack_name : str
            The stack, as CloudFormation knows it. The credentials need cloudformation:DescribeStacks.
        endpoint : str, optional
            Id of the construct, or its path below the stack; needed where there are several.
        **settings
            As for `Predictor`.

        Raises
        ------
        ConfigurationError
            There is no such stack, it has no endpoint, or not the one that was asked for.
        ServiceError
            CloudFormation refused or failed.

        Example
        -------
        >>> predictor = Predictor.from_stack("Churn", method="predict_proba")  # doctest: +SKIP
        """
        region, session = settings.get("region"), settings.get("session")
        return cls(endpoint_of_stack(stack_name, endpoint, region=region, session=session), **settings)

    @classmethod
    def from_parameter(cls, parameter_name: str, **settings: Unpack[PredictorSettings]) -> Self:
        """Call the endpoint whose name a parameter of Systems Manager holds.

        Parameters
        ----------
        parameter_name : str
            The construct's ``name_parameter``. The credentials need ssm:GetParameter on it.
        **settings
            As for `Predictor`.

        Raises
        ------
        ConfigurationError
            There is no such parameter.
        ServiceError
            Systems Manager refused or failed.

        Example
        -------
        >>> predictor = Predictor.from_parameter("/churn/endpoint")  # doctest: +SKIP
        """
        region, session = settings.get("region"), settings.get("session")
        return cls(endpoint_of_parameter(parameter_name, region=region, session=session), **settings)

    @property
    def region(self) -> str:
        """The AWS region that requests go to."""
        return self._transport.region

    @overload
    def predict(
        self,
        data: Any,
        *,
        raw: Literal[False] = False,
        as_frame: Literal[False] = False,
        progress: Progress = False,
        **options: Unpack[RequestOptions],
    ) -> NDArray[Any]: ...

    @overload
    def predict(
        self,
        data: Any,
        *,
        raw: Literal[True],
        as_frame: Literal[False] = False,
        progress: Progress = False,
        **options: Unpack[RequestOptions],
    ) -> RawResponse: ...

    @overload
    def predict(
        self,
        data: Any,
        *,
        raw: Literal[False] = False,
        as_frame: Literal[True],
        progress: Progress = False,
        **options: Unpack[RequestOptions],
    ) -> pd.Series | pd.DataFrame: ...

    def predict(
        self,
        data: Any,
        *,
        raw: bool = False,
        as_frame: bool = False,
        progress: Progress = False,
        **options: Unpack[RequestOptions],
    ) -> NDArray[Any] | RawResponse | pd.Series | pd.DataFrame:
        """Send `data` to the endpoint and give its results.

        Parameters
        ----------
        data : ndarray, list, tuple, pandas DataFrame or Series, scipy sparse matrix, or bytes
            Rows of features; one dimension (a flat list, a 1-D array, a Series) is one row. A DataFrame's column names
            travel, and the endpoint matches them with the model's; with ``content_type`` NPY or JSON its values go by
            position. Whole numbers beyond 2**53 arrive exactly only as NPY. Bytes are sent as they are, in one request,
            for an endpoint with an ``input_fn`` of its own; name their content type (default: NPY or JSON, by how they
            start).
        raw : bool, default False
            Give what the server said instead of an array, from one request: the input is not cut.
        as_frame : bool, default False
            Give a pandas Series or DataFrame under the index of `data`.
        progress : bool or callable, default False
            True shows on stderr how many rows have results. A callable is called after each request, in this thread,
            with the rows that have results and the rows that there are.
        method, content_type, accept, target_variant, target_model : str, optional
            Override the predictor's own for this call. An endpoint with many models takes no method:
            it has its own.

        Returns
        -------
        ndarray of shape (n_rows,) or (n_rows, ...)
            One result a row, in the input's order, with the dtype that the endpoint sent: NPY keeps the model's own;
            JSON and JSON lines give int64, float64, bool or text; CSV gives int64, float64 or text; npz gives a
            scipy.sparse.csr_matrix.
        RawResponse
            With ``raw=True``.
        pandas.Series or pandas.DataFrame
            With ``as_frame=True``: results of one dimension as a Series with the name of the method that was asked for
            (else ``"predict"``), of two as a DataFrame with the columns 0 to n - 1, for the endpoint does not tell the
            names of classes and features. The index is that of a DataFrame; a Series is one row, under its name; other
            inputs have 0 to n - 1.

        Raises
        ------
        InvalidInput
            `data` is no table of numbers and text, or `content_type` cannot carry it.
        ConfigurationError
            `content_type` is no format of tables, or needs a library that is not installed; or a method is asked for
            together with `target_model`; or `as_frame` together with `raw`, or without pandas.
        PayloadTooLarge
            One row alone, or bytes, or any input with ``raw=True``, exceeds ``max_payload_bytes``.
        InputRejected
            The model does not take this input; with the reason and, where known, row and column.
        ServiceError
            Any other error of the endpoint or of SageMaker: see `endpoint_client.exceptions` for the hierarchy.
        EndpointUnreachable
            No answer.
        UnreadableResponse
            The answer is not an array; ``raw=True`` shows it.

        Where the input was sent in several requests, an error names the ``rows`` of the one that failed, and
        ``error.partial`` holds the results of the others: ``error.partial.resume()`` sends only what has none.

        Example
        -------
        >>> Predictor("churn", region="eu-central-1").predict([])
        Traceback (most recent call last):
        endpoint_client.exceptions.InvalidInput: the input has shape (1, 0): give at least one row and one feature
        """
        if as_frame:
            frame = FrameOfResults(data, options.get("method") or self.method or "predict", raw=raw)
            return framed(frame, partial(self.predict, data, progress=progress, **options))
        content_type, send = self._sender(**options)
        if isinstance(data, bytes | bytearray | memoryview):
            body = self._whole(bytes(data))
            answer = send(Part(0, 0, body), content_type=content_type or sniff(body))
            return answer if raw else read_array(answer)
        rows = rows_of(data)
        encoding = encoding_of(rows, content_type)
        send = partial(send, content_type=encoding.content_type)
        if raw:
            return send(Part(0, rows.count, self._whole(encoding.encode(0, rows.count))))
        results: NDArray[Any] = SplitInput(
            rows.count,
            encoding.encode,
            send,
            max_bytes=self.max_payload_bytes,
            max_rows=self.max_rows,
            workers=self.max_concurrency,
            progress=progress,
        ).results()
        return results

    def predict_batches(
        self,
        batches: Iterable[Any],
        **options: Unpack[RequestOptions],
    ) -> Iterator[NDArray[Any]]:
        """Predict tables one by one, as they come: for an input that no memory holds.

        Parameters
        ----------
        batches : iterable of tables
            Each as for `predict`, for example ``pandas.read_csv(file, chunksize=10_000)``. As many requests as
            ``max_concurrency`` says are in flight, of several tables if they are small; no more tables are read than
            that takes.
        method, content_type, accept, target_variant, target_model : str, optional
            As for `predict`.

        Yields
        ------
        ndarray
            The results of one table, in the order of the tables.

        Raises
        ------
        EndpointClientError
            As `predict` does; ``rows`` counts through all tables. The results of the rows before have been given.

        Example
        -------
        >>> for labels in predictor.predict_batches(pandas.read_csv("rows.csv", chunksize=10_000)):
        ...     numpy.savetxt(out, labels)  # doctest: +SKIP
        """
        content_type, send = self._sender(**options)
        return predict_each(
            batches,
            send,
            content_type=content_type,
            max_bytes=self.max_payload_bytes,
            max_rows=self.max_rows,
            workers=self.max_concurrency,
        )

    def predict_stream(
        self,
        data: Any,
        **options: Unpack[RequestOptions],
    ) -> Iterator[NDArray[Any]]:
        """Predict, and give the results while they come: for results that no memory holds.

        By InvokeEndpointWithResponseStream, which the credentials must be allowed (``grant_invoke_stream``) and which
        endpoints on instances have.

        Parameters
        ----------
        data
            As for `predict`, but for bytes.
        method, content_type, accept, target_variant, target_model : str, optional
            As for `predict`. With `accept` NPY (the predictor's default) or JSON lines, rows are given as soon as they
            are there; with another, when a request is answered.

        Yields
        ------
        ndarray of shape (n_some_rows,) or (n_some_rows, ...)
            The results of the next rows, in order; together those of `predict`. NPY gives all pieces one dtype; other
            types are read piece by piece, so that whole numbers may be int64 in one and float64 in the next.

        Raises
        ------
        EndpointClientError
            As `predict` does, after the results before. Where a stream breaks off, only the rows that have no results
            are sent again, as often in a row as ``max_attempts`` says; with ``idempotent=False`` they are not.

        Example
        -------
        >>> with open("probabilities.f64", "wb") as out:
        ...     for probabilities in predictor.predict_stream(rows, method="predict_proba"):
        ...         probabilities.tofile(out)  # doctest: +SKIP
        """
        content_type, accept, call = self._options(**options)
        rows = rows_of(data)
        encoding = encoding_of(rows, content_type)

        def request(part: Part) -> Invocation:
            return Invocation(part.body, encoding.content_type, accept, call)

        def parts(some: range) -> Iterator[Part]:
            return split_rows(some, encoding.encode, self.max_payload_bytes, self.max_rows)

        return stream_results(range(rows.count), parts, request, self._transport)

    def predict_async(
        self,
        data: Any,
        *,
        input_path: str | None = None,
        method: str | None = None,
        content_type: str | None = None,
        accept: str | None = None,
        timeout: float | None = None,
    ) -> AsyncResult:
        """Give `data` to an asynchronous endpoint, and do not wait for its answer.

        Parameters
        ----------
        data
            As for `predict`, in one request however long. A text that starts with ``s3://`` is a request that lies in
            S3 already; name its `content_type`.
        input_path : str, optional
            URI below which the request is put into S3, which the endpoint may read: the stack's output AsyncInputPath.
            Default: the request travels in the call, which holds 128,000 bytes.
        method, content_type, accept : str, optional
            As for `predict`.
        timeout : float, optional
            Seconds that the model may take, at most 3600; default: SageMaker's, 900.

        Returns
        -------
        AsyncResult
            To wait for and to read; it outlives the predictor.

        Raises
        ------
        PayloadTooLarge
            The request is longer than a call holds, and there is no `input_path`.
        InvalidInput, ConfigurationError, ServiceError, EndpointUnreachable
            As for `predict`.
        """
        content_type = content_type or self.content_type
        requests, options = self._async_requests, method_attribute(method or self.method)
        if isinstance(data, str):
            if not data.startswith("s3://") or content_type is None:
                raise InvalidInput(f"{data!r} is no request: give rows, or an s3:// URI with its content_type")
            source = {"InputLocation": data}
        elif isinstance(data, bytes | bytearray | memoryview):
            source = requests.put(bytes(data), input_path)
            content_type = content_type or sniff(bytes(data))
        else:
            rows = rows_of(data)
            encoding = encoding_of(rows, content_type)
            source, content_type = requests.put(encoding.encode(0, rows.count), input_path), encoding.content_type
        return requests.send(
            source, content_type=content_type, accept=accept or self.accept, timeout=timeout, **options
        )

    def _named(self, method: str, data: Any, as_frame: bool) -> Any:
        return self.predict(data, method=method, as_frame=True) if as_frame else self.predict(data, method=method)

    def close(self) -> None:
        """Close the connections to the service; a call after that, such as one that resumes, opens new ones."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return (
            f"Predictor({self.endpoint_name!r}, region={self.region!r}, content_type={self.content_type!r}, "
            f"accept={self.accept!r})"
        )

    def _whole(self, body: bytes) -> bytes:
        """Check a body that must go in one request."""
        if len(body) > self.max_payload_bytes:
            raise PayloadTooLarge(
                f"the input takes {len(body):,} bytes, and a request holds at most {self.max_payload_bytes:,}: bytes, "
                "and inputs with raw=True, are never cut; send fewer rows, leave raw=True out, or raise "
                "max_payload_bytes if the endpoint takes more",
                size=len(body),
                limit=self.max_payload_bytes,
            )
        return body

    def _options(
        self,
        method: str | None = None,
        content_type: str | None = None,
        accept: str | None = None,
        target_variant: str | None = None,
        target_model: str | None = None,
    ) -> tuple[str | None, str, Mapping[str, str]]:
        """Fill in the predictor's own: content type, accept, and the options of InvokeEndpoint."""
        options = invocation_options(
            method or self.method, target_variant or self.target_variant, target_model or self.target_model
        )
        return content_type or self.content_type, accept or self.accept, options

    def _sender(self, **options: Unpack[RequestOptions]) -> tuple[str | None, Callable[..., RawResponse]]:
        """Give the content type of one call, and what sends its parts: ``send(part, content_type=...)``."""
        content_type, accept, call = self._options(**options)
        return content_type, partial(self._send, accept=accept, options=call)

    def _send(
        self,
        part: Part,
        *,
        content_type: str,
        accept: str,
        options: Mapping[str, Any],
    ) -> RawResponse:
        invocation = Invocation(part.body, content_type, accept, options)
        return self._transport.invoke(invocation, first_row=part.start)
