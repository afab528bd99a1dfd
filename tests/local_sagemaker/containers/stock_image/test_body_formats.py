"""The three formats of AWS's image, with their quirks; beside its own code: tests/aws_image/test_same_as_aws.py."""

import csv
import io

import numpy as np
import pytest

from local_sagemaker.containers.stock_image.body_formats import CSV, JSON, NPY, UnsupportedFormatError, decode, encode


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        ("[[1, 2], [3, 4]]", JSON, np.array([[1, 2], [3, 4]])),
        ('{"a": 1}', JSON, np.array({"a": 1})),
        ("1,2\n3,4\n", CSV, np.array([[1.0, 2.0], [3.0, 4.0]])),
        ("1,2\n", CSV, np.array([1.0, 2.0])),
        ("1\n2\n", CSV, np.array([1.0, 2.0])),
        ("7", CSV, np.array(7.0)),
        ('"1,5",b\n2,c\n', CSV, np.array([["1,5", "b"], ["2", "c"]])),
        (npy(np.array([1, 2], dtype="<i2")), NPY, np.array([1, 2], dtype="<i2")),
    ],
)
def test_a_body_becomes_the_array_that_it_becomes_in_the_image(content, content_type, expected):
    array = decode(content, content_type)
    assert (array.dtype, array.shape) == (expected.dtype, expected.shape)
    assert array.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("content", "content_type", "error"),
    [
        ("[1", JSON, ValueError),
        ("1,2\n3\n", CSV, ValueError),
        ('"1', CSV, csv.Error),
        (b"broken", NPY, ValueError),
    ],
)
def test_a_body_that_is_not_what_its_type_says_is_an_error(content, content_type, error):
    with pytest.raises(error):
        decode(content, content_type)


class Harmful:
    """Does something when it is unpickled."""

    done: list[str] = []  # noqa: RUF012 - on the class, so that the pickle reaches it

    def __reduce__(self):
        return (Harmful.done.append, ("harm",))


def test_what_came_with_a_request_is_never_unpickled():
    with pytest.raises(ValueError, match="allow_pickle=False"):
        decode(npy(np.array([Harmful()], dtype=object)), NPY)
    assert Harmful.done == []


@pytest.mark.parametrize("name", ["application/json; charset=utf-8", "Text/CSV", "application/x-npz", ""])
def test_a_type_that_is_not_written_exactly_so_is_none(name):
    with pytest.raises(UnsupportedFormatError, match=r"does not read .* give a Content-Type of application/json, "):
        decode("[1]", name)
    with pytest.raises(UnsupportedFormatError, match=r"does not write .* give an Accept of application/json, "):
        encode([1], name)


@pytest.mark.parametrize(
    ("prediction", "content_type", "body"),
    [
        (np.array([[1.5, np.nan]]), JSON, "[[1.5, NaN]]"),
        ([np.float64(0.1), {"a": np.array([1])}], JSON, '[0.1, {"a": [1]}]'),
        (np.array(["a", 'b,"c"'], dtype=object), CSV, 'a\n"b,""c"""\n'),
        (np.array([[1, 2], [3, 4]]), CSV, "1,2\n3,4\n"),
    ],
)
def test_a_prediction_is_written_as_the_image_writes_it(prediction, content_type, body):
    assert encode(prediction, content_type) == body


def test_npy_keeps_the_type_and_pickles_objects():
    assert np.load(io.BytesIO(encode(np.array([1], dtype="<i2"), NPY))).dtype == "<i2"
    labels = np.load(io.BytesIO(encode(np.array(["a"], dtype=object), NPY)), allow_pickle=True)
    assert labels.tolist() == ["a"]


def test_what_json_does_not_know_is_an_error():
    with pytest.raises(TypeError, match="not JSON serializable"):
        encode({"when": object()}, JSON)
