"""The table of requests, runtime/sklearn_runtime/requests.json, as objects, for whoever replays it."""

from __future__ import annotations

import base64
import functools
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
import pandas as pd
import scipy.sparse
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import sklearn_runtime
from sklearn_runtime.codecs import decode
from sklearn_runtime.codecs.arrays import dense
from sklearn_runtime.content_types import request_types

TABLE = Path(sklearn_runtime.__file__).with_name("requests.json")
COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
TEXT_COLUMNS = ["city", "rooms"]

FAILING_PREDICT_FN = 'def predict_fn(input_object, model):\n    raise KeyError("threshold")\n'
XML_OUTPUT_FN = """\
def output_fn(prediction, content_type):
    if content_type != "application/xml":
        raise ValueError(content_type)
    return "<label>{}</label>".format(prediction[0]), content_type
"""


class RequestCase(NamedTuple):
    """One row of the table.

    Attributes
    ----------
    artifact : str
        Which model answers, see `write_artifact`.
    content_type, accept, custom_attributes : str or None
        Headers to send, None: not sent.
    expect : dict
        ``status``; with 200 also ``content_type``, and either ``text``, the body, or ``rows`` and ``method``: the body
        holds what the model's method gives for these rows. With an error ``type``, ``row``, ``column`` and
        ``message``, a part of the message.
    """

    name: str
    sentence: str
    stock: str
    ours: str
    artifact: str
    content_type: str | None
    accept: str | None
    custom_attributes: str | None
    body: bytes
    expect: dict[str, Any]

    def check(self, status: int, content_type: str, body: bytes) -> None:
        """Hold an answer against what the table expects."""
        assert status == self.expect["status"], body
        if status != 200:
            error = json.loads(body)["error"]
            assert content_type == "application/json"
            assert {key: error[key] for key in ("type", "row", "column")} == {
                key: self.expect[key] for key in ("type", "row", "column")
            }, error
            assert self.expect["message"] in error["message"], error
            return
        assert content_type == self.expect["content_type"]
        if "text" in self.expect:
            assert body.decode("utf-8") == self.expect["text"]
        else:
            np.testing.assert_array_equal(dense(decode(body, content_type)), self.expected_prediction())

    def expected_prediction(self) -> np.ndarray[Any, Any]:
        """What the model itself gives for the rows that the request stands for."""
        model = build_model(self.artifact)
        given = self._as_the_model_takes(self.expect["rows"], model)
        prediction = getattr(model, self.expect["method"])(given)
        array = dense(prediction)
        return np.asarray(array.astype(str) if array.dtype == object else array)

    def _as_the_model_takes(self, rows: list[Any], model: Any) -> Any:
        if self.artifact == "text_columns":
            return pd.DataFrame(rows, columns=TEXT_COLUMNS).astype({"city": object, "rooms": float})
        if self.artifact == "texts":
            return rows
        array = np.array(rows, dtype=self.expect.get("dtype", float))
        if self.content_type == "application/x-npz":
            return scipy.sparse.csr_matrix(array)
        return pd.DataFrame(array, columns=COLUMNS) if hasattr(model, "feature_names_in_") else array


def request_cases() -> list[RequestCase]:
    """Every row of the table, in its order; without those that need a later scikit-learn or pyarrow than is installed.

    Models know the names of their columns from scikit-learn 1.0 on.
    """
    installed = tuple(map(int, sklearn.__version__.split(".")[:2]))
    return [
        RequestCase(
            body=_body(row["request"]["body"]),
            **{key: row["request"].get(key) for key in ("content_type", "accept", "custom_attributes")},
            **{key: row[key] for key in ("name", "sentence", "stock", "ours", "artifact", "expect")},
        )
        for row in json.loads(TABLE.read_text(encoding="utf-8"))
        if installed >= tuple(map(int, row.get("scikit_learn", "0.0").split(".")))
        and (not row.get("pyarrow") or row["request"]["content_type"] in request_types())
    ]


def _body(spec: dict[str, Any]) -> bytes:
    if "text" in spec:
        return str(spec["text"]).encode("utf-8")
    if "base64" in spec:
        return base64.b64decode(spec["base64"])
    if "repeat" in spec:
        return str(spec["repeat"]["text"] * spec["repeat"]["times"]).encode("utf-8")
    stream = io.BytesIO()
    if "npz" in spec:
        scipy.sparse.save_npz(stream, scipy.sparse.csr_matrix(np.array(spec["npz"])))
        return stream.getvalue()[: spec.get("cut")]
    if {"parquet", "arrow_stream", "arrow_file"} & set(spec):
        return _arrow_body(spec)
    if "npy_objects" in spec:
        np.save(stream, np.array(spec["npy_objects"], dtype=object), allow_pickle=True)
    else:
        array = np.array(spec["npy"]["values"], dtype=spec["npy"]["dtype"], order=spec["npy"].get("order", "C"))
        np.lib.format.write_array(stream, array, version=(spec["npy"].get("version", 1), 0))
    return stream.getvalue()[: spec.get("cut")] + str(spec.get("append", "")).encode("utf-8")


def _arrow_body(spec: dict[str, Any]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    stream = io.BytesIO()
    form, columns = next(iter(spec.items()))
    table = pa.table(columns)
    if form == "parquet":
        parquet.write_table(table, stream)
    else:
        writer = {"arrow_stream": pa.ipc.new_stream, "arrow_file": pa.ipc.new_file}[form]
        with writer(stream, table.schema) as sink:
            sink.write_table(table)
    return stream.getvalue()


@functools.lru_cache(maxsize=None)
def build_model(artifact: str) -> Any:
    """The fitted model of an artifact; the same on every machine."""
    if artifact == "one_hot":
        return OneHotEncoder(categories="auto").fit(np.array([[0.0], [1.0]]))
    if artifact == "text_columns":
        cities, rooms = ["007", "Oslo", "Rome"] * 4, [1.0, 2.0, 3.0, 4.0] * 3
        homes = pd.DataFrame({"city": cities, "rooms": rooms}, columns=TEXT_COLUMNS).astype({"city": object})
        encoded = ("encoded", OneHotEncoder(), ["city"])
        scaled = ("scaled", make_pipeline(SimpleImputer(), StandardScaler()), ["rooms"])
        model = make_pipeline(ColumnTransformer([encoded, scaled]), LogisticRegression(solver="lbfgs"))
        return model.fit(homes, np.array(["low", "low", "high", "high"] * 3, dtype=object))
    if artifact == "texts":
        model = make_pipeline(TfidfVectorizer(), LogisticRegression(solver="lbfgs"))
        return model.fit(["a good film", "a bad film", "good, really", "so bad"], ["up", "down"] * 2)
    features, labels = load_iris(return_X_y=True)
    if artifact == "takes_sparse":
        return LogisticRegression(max_iter=1000).fit(features, labels)
    names = load_iris().target_names[labels].astype(object)
    if artifact == "takes_missing":
        return make_pipeline(SimpleImputer(), LogisticRegression(max_iter=1000)).fit(features, labels)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    # Fitted on a data frame with labels that are objects: the usual notebook.
    model.fit(pd.DataFrame(features, columns=COLUMNS), names)
    return model


def write_artifact(artifact: str, model_dir: Path) -> dict[str, str]:
    """Write an artifact's model and code as they lie in a container.

    Returns
    -------
    dict
        The environment variables that it needs.
    """
    model_dir.mkdir(parents=True, exist_ok=True)
    joblib.dump(build_model(artifact), model_dir / "model.joblib")
    if artifact == "one_hot":
        return {"SKLEARN_RUNTIME_METHOD": "transform"}
    script = {"hook_raises": FAILING_PREDICT_FN, "hook_output": XML_OUTPUT_FN}.get(artifact)
    if script is None:
        return {}
    (model_dir / "code").mkdir(exist_ok=True)
    (model_dir / "code" / f"{artifact}.py").write_text(script, encoding="utf-8")
    return {"SKLEARN_RUNTIME_PROGRAM": f"{artifact}.py"}
