"""npz: sparse matrices as ``scipy.sparse.save_npz`` writes them, read without pickle and with every index checked."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Tuple, Union

import numpy as np

from sklearn_runtime.codecs.arrays import is_sparse
from sklearn_runtime.codecs.expansion import ROW_BYTES, check_expansion
from sklearn_runtime.codecs.npy import encode_npy
from sklearn_runtime.codecs.npz_members import REMEDY, read_members
from sklearn_runtime.codecs.sparse_formats import FORMATS, csr_matrix
from sklearn_runtime.content_types import NPY, NPZ
from sklearn_runtime.errors import InvalidRows, MalformedBody, NotAcceptable, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["decode_npz", "encode_npz"]

ENTRY_BYTES = 16
"""In memory, for one entry: a float64, and an index on the way to CSR."""


def encode_npz(value: Any) -> bytes:
    """Write a sparse matrix: a prediction, or the rows of a request.

    Parameters
    ----------
    value : scipy.sparse matrix or array of numbers
        Of any format; written as CSR.

    Returns
    -------
    bytes
        What ``scipy.sparse.load_npz`` reads. Not compressed: deflating takes longer than sending within a region.

    Raises
    ------
    NotAcceptable
        The value is not sparse.

    Example
    -------
    >>> import scipy.sparse
    >>> decode_npz(encode_npz(scipy.sparse.csr_matrix([[0.0, 2.0]]))).toarray()
    array([[0., 2.]])
    """
    if not is_sparse(value):
        raise NotAcceptable(f"the prediction is not sparse, and {NPZ} holds sparse matrices only: accept {NPY}")
    matrix = value.tocsr()
    members = {
        "indices": matrix.indices,
        "indptr": matrix.indptr,
        "format": np.array(b"csr"),
        "shape": np.array(matrix.shape, dtype=np.int64),
        "data": matrix.data,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in members.items():
            archive.writestr(zipfile.ZipInfo(name + ".npy"), encode_npy(array))
    return stream.getvalue()


def decode_npz(body: Union[bytes, bytearray, memoryview]) -> Any:
    """Read a sparse matrix.

    Parameters
    ----------
    body : bytes-like
        What ``scipy.sparse.save_npz`` writes of a CSR, CSC, COO, BSR or DIA matrix or array, compressed or not.

    Returns
    -------
    scipy.sparse.csr_matrix
        With the dtype that was sent (float16 and long double as float32 and float64); an array of one dimension is one
        row.

    Raises
    ------
    UnsupportedMediaType
        SciPy is not installed.
    PayloadTooLarge
        The body unpacks to more than `expansion.allowed_bytes`.
    MalformedBody
        Not such a file, or an index that lies outside of the matrix.
    InvalidRows
        The values are not numbers.
    """
    arrays = read_members(bytes(body))
    if not {"format", "shape", "data"} <= set(arrays):
        raise MalformedBody(
            f"the npz holds {', '.join(map(shown, sorted(arrays)))}, not a sparse matrix: send what "
            "scipy.sparse.save_npz writes"
        )
    # Whether the sender's was a matrix or an array makes no difference to a model.
    arrays.pop("_is_array", None)
    name, shape = _format(arrays.pop("format")), _shape(arrays.pop("shape"))
    arrays["data"] = _numbers(arrays["data"])
    check_expansion(len(body), shape[0] * ROW_BYTES + arrays["data"].size * ENTRY_BYTES, REMEDY)
    return csr_matrix(name, arrays, shape)


def _format(array: "NDArray[Any]") -> str:
    text = bytes(array.tobytes()) if array.shape == () and array.dtype.kind in "SU" else b""
    name = text.replace(b"\x00", b"")[:8].decode("ascii", "replace")
    if name not in FORMATS:
        raise MalformedBody(f"the npz holds a matrix of format {shown(name)}: send csr, csc, coo, bsr or dia")
    return name


def _shape(array: "NDArray[Any]") -> Tuple[int, int]:
    sizes = array.tolist() if array.ndim == 1 and array.dtype.kind in "iu" and array.size in (1, 2) else []
    if not sizes or not all(0 <= size < 2**63 for size in sizes):
        raise MalformedBody(f"the npz holds a matrix of shape {shown(array.tolist())}: send rows and columns")
    return (1, sizes[0]) if len(sizes) == 1 else (sizes[0], sizes[1])


def _numbers(data: "NDArray[Any]") -> "NDArray[Any]":
    if data.dtype.kind not in "biuf":
        raise InvalidRows(f"the sparse matrix has dtype {data.dtype}, a model takes numbers: send for example float64")
    if data.dtype.kind == "f" and data.itemsize not in (4, 8):
        # SciPy has no operations for float16, and scikit-learn none for long double.
        return data.astype(np.float32 if data.itemsize < 4 else np.float64)
    return data
