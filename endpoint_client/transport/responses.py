"""Reads what an endpoint answered: as it came, or as an array with one result a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from endpoint_client.exceptions import UnreadableResponse
from sklearn_runtime import codecs
from sklearn_runtime.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class RawResponse:
    """What the endpoint said, unread.

    Attributes
    ----------
    body : bytes
    content_type : str
        Of the body, as the container named it.
    variant : str
        The production variant that answered, for example ``"AllTraffic"``.
    request_id : str
        The id to quote to AWS support, and to look for in the endpoint's log.
    """

    body: bytes
    content_type: str
    variant: str = ""
    request_id: str = ""


def check_length(headers: Mapping[str, str], body: bytes) -> None:
    """Refuse an answer whose head broke off: to Python's HTTP client it is one without a length, and empty.

    Parameters
    ----------
    headers : mapping of str to str
        Without regard to case, or in lower case.
    body : bytes
    """
    if not body and "content-length" not in headers and "transfer-encoding" not in headers:
        from botocore.exceptions import ResponseStreamingError

        raise ResponseStreamingError(error="the answer broke off before its body")


def read_array(response: RawResponse) -> Any:
    """Decode a response by the content type that it came in.

    Raises
    ------
    UnreadableResponse
        Another content type than JSON, JSON lines, CSV, NPY and npz, or a body that is no array.
    """
    try:
        return codecs.decode(response.body, response.content_type)
    except RequestError as error:
        raise UnreadableResponse(
            f"the endpoint answered with {len(response.body):,} bytes of {response.content_type or 'no type'} that "
            f"are no array: {error} (request id {response.request_id}); predict(..., raw=True) gives them as they are"
        ) from error


def check_rows(array: Any, rows: range) -> Any:
    """Give the array back, if it has one result for each of these rows of the caller's input.

    Raises
    ------
    UnreadableResponse
        It has not, so that it cannot be joined with others.
    """
    if array.ndim == 0 or array.shape[0] != len(rows):
        raise UnreadableResponse(
            f"the endpoint answered rows {rows.start} to {rows.stop - 1} with an array of shape {array.shape}, not "
            "with one result a row, so that the answers cannot be joined: send fewer rows at once"
        )
    return array


def join(arrays: list[Any]) -> Any:
    """Put the results of the parts of one input together, in the order given.

    Raises
    ------
    UnreadableResponse
        They differ in shape, or are text in one and numbers in another.
    """
    if len(arrays) == 1:
        return arrays[0]
    # CSV tells labels like "007" from numbers only by the others beside them.
    text = {array.dtype.kind == "U" for array in arrays if array.dtype.kind != "O"}
    if len(text) > 1:
        raise UnreadableResponse(
            "the answers for the parts of the input hold text for some rows and numbers for others: CSV has no types, "
            "and labels like '007' are read as numbers where no other is beside them; leave accept out"
        )
    try:
        return _stacked(arrays)
    except ValueError as error:
        raise UnreadableResponse(f"the answers for the parts of the input differ in shape: {error}") from error


def _stacked(arrays: list[Any]) -> Any:
    if all(isinstance(array, np.ndarray) for array in arrays):
        return np.concatenate(arrays)
    # scipy has read these: it is there.
    from scipy import sparse

    return sparse.vstack(arrays, format="csr")
