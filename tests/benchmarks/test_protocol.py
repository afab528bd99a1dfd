"""Every server's language keeps each digit of a row, and its answers are read as predictions."""

import io
import json

import numpy as np
import pytest

from benchmarks.serving import protocol
from benchmarks.serving.protocol import SAGEMAKER, encode_rows

ROWS = np.array([[0.1, 1 / 3], [1e-300, -2.0]])


def test_csv_and_json_keep_every_digit():
    np.testing.assert_array_equal(json.loads(encode_rows(ROWS, "json")), ROWS)
    lines = encode_rows(ROWS, "csv").decode().split("\n")
    np.testing.assert_array_equal([[float(cell) for cell in line.split(",")] for line in lines], ROWS)
    np.testing.assert_array_equal(np.load(io.BytesIO(encode_rows(ROWS, "npy"))), ROWS)


@pytest.mark.parametrize(("format_", "body"), [("json", b"[1, 2]"), ("csv", b"1\n2\n"), ("csv", b"1\r\n2")])
def test_sagemaker_s_answers_are_read(format_, body):
    np.testing.assert_array_equal(SAGEMAKER.predictions(body, format_), [1, 2])


def test_sagemaker_asks_for_the_format_that_it_sends():
    request = SAGEMAKER.request(ROWS, "npy")
    assert request.path == "/invocations"
    assert dict(request.headers) == {"Content-Type": "application/x-npy", "Accept": "application/x-npy"}
    np.testing.assert_array_equal(SAGEMAKER.predictions(request.body, "npy"), ROWS)


@pytest.mark.parametrize(
    ("peer", "sent", "answer"),
    [
        (
            "MLSERVER",
            {"inputs": [{"name": "rows", "shape": [2, 2], "datatype": "FP64", "data": ROWS.ravel().tolist()}]},
            {"outputs": [{"name": "predict", "shape": [2, 1], "datatype": "INT64", "data": [1, 2]}]},
        ),
        ("BENTOML", {"rows": ROWS.tolist()}, [1, 2]),
        ("LITSERVE", {"input": ROWS.tolist()}, {"output": [1, 2]}),
        ("MLFLOW", {"inputs": ROWS.tolist()}, {"predictions": [1, 2]}),
    ],
)
def test_a_peer_is_asked_in_its_native_json(peer, sent, answer):
    language = getattr(protocol, peer)
    assert language.formats == {"json"}
    assert json.loads(language.request(ROWS, "json").body) == sent
    np.testing.assert_array_equal(language.predictions(json.dumps(answer).encode(), "json"), [1, 2])
