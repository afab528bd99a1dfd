"""How each kind of server wants rows and gives predictions: its native request and answer."""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["BENTOML", "LITSERVE", "MLFLOW", "MLSERVER", "SAGEMAKER", "Format", "Protocol", "Request", "encode_rows"]

Format = str
_CONTENT_TYPES = {"npy": "application/x-npy", "json": "application/json", "csv": "text/csv"}


class Request(NamedTuple):
    """One POST."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Protocol(NamedTuple):
    """A server's language.

    Attributes
    ----------
    ready_path
        Answers 200 once the model can predict.
    formats
        The formats of a request that it takes.
    request
        Makes the request for rows, an array of shape (rows, columns), in a format.
    predictions
        Reads the predictions, of shape (rows,), out of an answer's body.
    """

    ready_path: str
    formats: frozenset[Format]
    request: Callable[[NDArray[np.float64], Format], Request]
    predictions: Callable[[bytes, Format], NDArray[Any]]


def encode_rows(rows: NDArray[np.float64], format_: Format) -> bytes:
    """The body that a SageMaker client sends: every digit of every number.

    Example
    -------
    >>> encode_rows(np.array([[1.0, 0.1], [2.0, 3.0]]), "csv")
    b'1.0,0.1\\n2.0,3.0'
    """
    if format_ == "npy":
        buffer = io.BytesIO()
        np.save(buffer, rows)
        return buffer.getvalue()
    if format_ == "csv":
        return "\n".join(",".join(map(repr, row)) for row in rows.tolist()).encode("ascii")
    return json.dumps(rows.tolist()).encode("ascii")


def _sagemaker_request(rows: NDArray[np.float64], format_: Format) -> Request:
    content_type = _CONTENT_TYPES[format_]
    headers = {"Content-Type": content_type, "Accept": content_type}
    return Request("/invocations", headers, encode_rows(rows, format_))


def _sagemaker_predictions(body: bytes, format_: Format) -> NDArray[Any]:
    if format_ == "npy":
        return np.asarray(np.load(io.BytesIO(body), allow_pickle=False))
    return np.array(body.split() if format_ == "csv" else json.loads(body), dtype=float)


def _json_protocol(
    ready_path: str, path: str, wrap: Callable[[NDArray[np.float64]], Any], unwrap: Callable[[Any], Any]
) -> Protocol:
    def request(rows: NDArray[np.float64], _format: Format) -> Request:
        return Request(path, {"Content-Type": "application/json"}, json.dumps(wrap(rows)).encode("ascii"))

    def predictions(body: bytes, _format: Format) -> NDArray[Any]:
        return np.array(unwrap(json.loads(body)), dtype=float).reshape(-1)

    return Protocol(ready_path, frozenset({"json"}), request, predictions)


def _v2_inputs(rows: NDArray[np.float64]) -> Any:
    tensor = {"name": "rows", "shape": list(rows.shape), "datatype": "FP64", "data": rows.ravel().tolist()}
    return {"inputs": [tensor]}


SAGEMAKER = Protocol("/ping", frozenset(_CONTENT_TYPES), _sagemaker_request, _sagemaker_predictions)
#: The Open Inference Protocol, version 2.
MLSERVER = _json_protocol(
    "/v2/models/bench/ready", "/v2/models/bench/infer", _v2_inputs, lambda answer: answer["outputs"][0]["data"]
)
BENTOML = _json_protocol("/readyz", "/predict", lambda rows: {"rows": rows.tolist()}, lambda answer: answer)
LITSERVE = _json_protocol("/health", "/predict", lambda rows: {"input": rows.tolist()}, lambda answer: answer["output"])
MLFLOW = _json_protocol(
    "/ping", "/invocations", lambda rows: {"inputs": rows.tolist()}, lambda answer: answer["predictions"]
)
