"""One codec a content type, for both sides of the wire."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from sklearn_runtime.codecs import decode, encode
from sklearn_runtime.content_types import CSV, JSON, JSON_LINES, NPY
from sklearn_runtime.errors import NotAcceptable, UnsupportedMediaType


@pytest.mark.parametrize("content_type", [CSV, JSON, JSON_LINES, NPY])
@pytest.mark.parametrize(
    "array", [np.array([0.1, 2.5]), np.array([[0.1, 2.0], [3.0, 4.0]]), np.array([1, 2]), np.array(["a", "b"])]
)
def test_an_array_comes_back_the_same_in_every_content_type(array, content_type):
    read = decode(encode(array, content_type), content_type)
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


def test_parameters_and_case_of_a_content_type_do_not_matter():
    assert decode(encode([1], "Text/CSV; charset=utf-8"), "TEXT/csv;CharSet=UTF-8").tolist() == [1]


@pytest.mark.parametrize("content_type", ["", "application/octet-stream"])
def test_a_body_without_a_type_is_sniffed(content_type):
    assert decode(encode([1.5], "application/x-npy"), content_type).tolist() == [1.5]
    assert decode(b"[1.5]", content_type).tolist() == [1.5]


def test_a_type_has_the_same_codec_under_each_of_its_names():
    assert encode([1, 2], "application/x-ndjson") == b"1\n2\n"
    assert decode(b"1\n2\n", "application/jsonl").tolist() == [1, 2]


def test_sparse_matrices_come_back_sparse():
    matrix = scipy.sparse.coo_matrix([[0.0, 2.0]])
    np.testing.assert_array_equal(decode(encode(matrix, "application/x-npz"), "application/x-npz").toarray(), [[0, 2]])


def test_other_content_types_are_refused_both_ways():
    with pytest.raises(UnsupportedMediaType):
        decode(b"", "text/html")
    with pytest.raises(NotAcceptable):
        encode([1], "text/html")
