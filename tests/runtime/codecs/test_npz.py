"""npz: what scipy.sparse.save_npz writes comes back, and nothing else gets near native code."""

from __future__ import annotations

import contextlib
import io
import sys
import zipfile

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_runtime.codecs.npy import encode_npy
from sklearn_runtime.codecs.npz import decode_npz, encode_npz
from sklearn_runtime.errors import InvalidRows, MalformedBody, NotAcceptable, RequestError, UnsupportedMediaType
from tests.runtime.estimators import SCIPY, SPARSE_KINDS

DENSE = np.array([[0.0, 1.5, 0.0, 2.0], [0.0, 0.0, 0.0, 0.0], [3.0, 0.0, -1.0, 0.0], [0.0, 0.0, 0.0, 0.5]])


def saved(matrix, compressed=True):
    stream = io.BytesIO()
    scipy.sparse.save_npz(stream, matrix, compressed=compressed)
    return stream.getvalue()


def archive(**arrays):
    """An npz file of these arrays, whatever they are."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def parts(format_name="csr", **changed):
    """The members of a small matrix, some of them changed."""
    matrix = scipy.sparse.csr_matrix(DENSE)
    arrays = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr, "shape": matrix.shape}
    return {"format": np.array(format_name.encode()), **arrays, **changed}


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("name", ["csr", "csc", "coo", "bsr", "dia"])
@pytest.mark.parametrize("kind", SPARSE_KINDS)
def test_what_scipy_saves_is_read_as_csr(name, kind, compressed):
    matrix = getattr(scipy.sparse, f"{name}_{kind}")(DENSE)
    read = decode_npz(saved(matrix, compressed))
    assert isinstance(read, scipy.sparse.csr_matrix)
    np.testing.assert_array_equal(read.toarray(), DENSE)


@settings(deadline=None)
@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from(["csr", "csc", "coo", "bsr", "dia"]),
    st.sampled_from([np.float64, np.float32, np.int64, np.int8, np.uint16, np.bool_]),
    st.integers(0, 2**32 - 1),
)
def test_any_matrix_comes_back_as_it_was(rows, columns, name, dtype, seed):
    generator = np.random.default_rng(seed)
    dense = (generator.integers(-3, 4, (rows, columns)) * (generator.random((rows, columns)) < 0.4)).astype(dtype)
    read = decode_npz(saved(scipy.sparse.coo_matrix(dense).asformat(name)))
    assert read.dtype == dtype
    np.testing.assert_array_equal(read.toarray(), dense)


@settings(deadline=None)
@given(st.integers(0, 12), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_what_is_written_scipy_reads(rows, columns, seed):
    matrix = scipy.sparse.random(rows, columns, density=0.3, format="coo", random_state=seed)
    body = encode_npz(matrix)
    np.testing.assert_array_equal(scipy.sparse.load_npz(io.BytesIO(body)).toarray(), matrix.toarray())
    np.testing.assert_array_equal(decode_npz(body).toarray(), matrix.toarray())


@pytest.mark.skipif(SCIPY < (1, 15), reason="SciPy has sparse arrays of one dimension from 1.15 on")
def test_an_array_of_one_dimension_is_one_row():
    for array in (scipy.sparse.coo_array(DENSE[0]), scipy.sparse.coo_array(DENSE[0]).tocsr()):
        np.testing.assert_array_equal(decode_npz(saved(array)).toarray(), DENSE[:1])


def test_floats_that_scipy_cannot_compute_with_are_widened_or_narrowed():
    assert decode_npz(archive(**parts(data=np.ones(5, dtype=np.float16)))).dtype == np.float32
    assert decode_npz(archive(**parts(data=np.ones(5, dtype=np.longdouble)))).dtype == np.float64


def test_entries_beyond_the_index_pointer_are_left_out():
    body = archive(**parts(data=np.arange(1.0, 8.0), indices=np.array([1, 3, 0, 2, 3, 0, 0])))
    assert decode_npz(body).nnz == 5


def test_diagonals_outside_of_the_matrix_are_left_out():
    arrays = {"data": np.ones((3, 9)), "offsets": np.array([0, -(2**63), 4]), "shape": (3, 4)}
    assert decode_npz(archive(format=np.array(b"dia"), **arrays)).toarray().tolist() == np.eye(3, 4).tolist()


def test_a_dense_prediction_is_not_acceptable():
    with pytest.raises(NotAcceptable, match=r"is not sparse, and application/x-npz .*: accept application/x-npy"):
        encode_npz(DENSE)


def test_without_scipy_the_type_is_not_supported(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(UnsupportedMediaType, match="SciPy is not installed: send application/x-npy"):
        decode_npz(archive(**parts()))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"indices": np.array([1, 3, 0, 2, 4])}, "indices from 0 to 4: they must be from 0 to 3"),
        ({"indices": np.array([1, 3, 0, 2, -1])}, "indices from -1 to 3"),
        ({"indices": np.array([1, 3, 0, 2])}, r"indices of shape \(4,\) and dtype int64: it needs 5 whole numbers"),
        ({"indices": np.ones(5)}, "indices of shape .* dtype float64"),
        ({"indices": np.array([0, 0, 0, 0, 2**64 - 1], dtype=np.uint64)}, "indices from 0 to 18446744073709551615"),
        ({"indptr": np.array([0, 2, 2, 4, 6])}, "indptr from 0 to 6: they must be from 0 to 5"),
        ({"indptr": np.array([0, 5, 0, 0, 0])}, "an indptr that does not start at 0, or falls"),
        ({"indptr": np.array([1, 2, 2, 4, 5])}, "an indptr that does not start at 0"),
        ({"indptr": np.array([0, 5])}, r"indptr of shape \(2,\) and dtype int64: it needs 5 whole numbers"),
        ({"indptr": np.array([0, -(2**63), 2, 4, 5])}, "indptr from -9223372036854775808"),
        ({"data": np.ones((5, 1))}, r"data of shape \(5, 1\): it needs 1 dimensions"),
        ({"shape": np.array([-4, 4])}, r"shape \[-4, 4\]: send rows and columns"),
        ({"shape": np.array([4.0, 4.0])}, r"shape \[4.0, 4.0\]"),
        ({"shape": np.array([4, 4, 4])}, r"shape \[4, 4, 4\]"),
        ({"shape": np.array([2**63, 4], dtype=np.uint64)}, r"shape \[9223372036854775808, 4\]"),
        ({"format": np.array(b"lil")}, "a matrix of format 'lil': send csr, csc, coo, bsr or dia"),
        ({"format": np.array([b"csr"])}, "a matrix of format ''"),
        ({"format": np.array(3)}, "a matrix of format ''"),
        ({"format": np.array(b"coo")}, "format coo has col, row or coords beside data, not 'indices', 'indptr'"),
        ({"extra": np.array(1)}, "format csr has indices, indptr beside data, not 'extra'"),
        ({"data": np.array([None])}, "the npz member 'data.npy' cannot be read: .* nothing is unpickled"),
    ],
)
def test_a_compressed_matrix_that_is_none_is_refused(changed, message):
    with pytest.raises(MalformedBody, match=message):
        decode_npz(archive(**parts(**changed)))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"data": np.ones((2, 2, 3))}, r"shape \(4, 4\) cannot be of blocks of 2 by 3"),
        ({"data": np.ones((2, 0, 2))}, r"data of shape \(2, 0, 2\)"),
        ({"data": np.ones((2, 2, 2)), "indices": np.array([0, 2])}, "indices from 0 to 2: they must be from 0 to 1"),
    ],
)
def test_blocks_that_do_not_fit_are_refused(arrays, message):
    block = {"indices": np.array([0, 1]), "indptr": np.array([0, 1, 2]), "shape": (4, 4), **arrays}
    with pytest.raises(MalformedBody, match=message):
        decode_npz(archive(format=np.array("bsr"), **block))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"row": np.array([0, 4]), "col": np.array([0, 0])}, "row from 0 to 4"),
        ({"row": np.array([0, 0]), "col": np.array([-1, 0])}, "col from -1 to 0"),
        ({"coords": np.zeros((3, 2), dtype=int)}, r"coords of shape \(3, 2\)"),
        ({"coords": np.zeros(2, dtype=int)}, r"coords of shape \(2,\)"),
    ],
)
def test_coordinates_outside_of_the_matrix_are_refused(arrays, message):
    with pytest.raises(MalformedBody, match=message):
        decode_npz(archive(format=np.array("coo"), data=np.ones(2), shape=(4, 4), **arrays))


@pytest.mark.parametrize(
    ("data", "offsets", "message"),
    [
        (np.ones((2, 4)), np.array([0]), r"offsets of shape \(1,\): it needs one a diagonal"),
        (np.ones(4), np.array([0]), "it needs one a diagonal"),
        (np.ones((1, 4)), np.array([0.0]), "it needs one a diagonal"),
        (np.ones((2, 4)), np.array([1, 1]), "two diagonals of one offset"),
    ],
)
def test_diagonals_that_do_not_fit_are_refused(data, offsets, message):
    with pytest.raises(MalformedBody, match=message):
        decode_npz(archive(format=np.array("dia"), data=data, offsets=offsets, shape=(4, 4)))


def test_values_that_are_no_numbers_are_refused():
    with pytest.raises(InvalidRows, match="dtype complex128, a model takes numbers"):
        decode_npz(archive(**parts(data=np.ones(5, dtype=complex))))


def test_an_archive_of_other_arrays_is_refused():
    with pytest.raises(MalformedBody, match="the npz holds 'arr_0', not a sparse matrix"):
        decode_npz(archive(arr_0=DENSE))


@pytest.mark.parametrize("name", ["coo", "csc", "csr"])
def test_a_matrix_of_more_rows_than_its_bytes_allow_is_refused(name):
    matrix = getattr(scipy.sparse, f"{name}_matrix")((2**21, 1))
    with pytest.raises(RequestError, match=r"134217728 bytes in memory.*compressed=False") as caught:
        decode_npz(saved(matrix))
    assert caught.value.status == 413
    # Not compressed it is as long as it is large.
    assert decode_npz(saved(scipy.sparse.csr_matrix((2**21, 1)), compressed=False)).shape == (2**21, 1)


@settings(deadline=None)
@given(st.data())
def test_a_broken_file_is_read_or_refused(data):
    name = data.draw(st.sampled_from(["csr", "csc", "coo", "bsr", "dia"]))
    body = bytearray(saved(scipy.sparse.coo_matrix(DENSE).asformat(name), data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        body = body[: data.draw(st.integers(0, len(body)))]
    with contextlib.suppress(RequestError):
        decode_npz(bytes(body)).toarray()


INTEGERS = st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 6)


@settings(deadline=None)
@given(
    st.sampled_from(["csr", "csc", "coo", "bsr", "dia"]),
    st.lists(st.integers(0, 6) | INTEGERS, min_size=1, max_size=3),
    st.dictionaries(
        st.sampled_from(["indices", "indptr", "row", "col", "coords", "offsets"]),
        st.lists(INTEGERS, max_size=5) | st.lists(st.lists(INTEGERS, min_size=3, max_size=3), min_size=1, max_size=2),
        max_size=3,
    ),
    st.lists(st.integers(0, 5), min_size=1, max_size=3),
)
def test_arrays_of_any_values_are_a_matrix_or_refused(name, shape, indices, data_shape):
    arrays = {key: np.array(value, dtype=np.int64) for key, value in indices.items()}
    body = archive(format=np.array(name), shape=np.array(shape), data=np.ones(data_shape), **arrays)
    with contextlib.suppress(RequestError):
        matrix = decode_npz(body)
        matrix.check_format(full_check=True)
        assert matrix.sum() <= np.prod(data_shape)


def test_members_are_written_plainly():
    with zipfile.ZipFile(io.BytesIO(encode_npz(scipy.sparse.csr_matrix(DENSE)))) as file:
        assert sorted(file.namelist()) == ["data.npy", "format.npy", "indices.npy", "indptr.npy", "shape.npy"]
        assert file.read("data.npy") == encode_npy(np.array([1.5, 2.0, 3.0, -1.0, 0.5]))
