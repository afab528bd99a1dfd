"""Scripts for AWS's own server and for what stands for it here, and the requests that both are sent."""

from typing import NamedTuple

from tests.runtime.request_cases import request_cases

MODEL_FN = """
import json, os
import joblib, numpy as np

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))
"""
_ECHO_MODEL = """
import json
import numpy as np

class Echo:
    def predict(self, rows):
        return rows

def model_fn(model_dir):
    return Echo()
"""

#: Hooks overridden: what they were given becomes their answer, as far as the next step can take it.
SCRIPTS = {
    "model_fn alone": MODEL_FN,
    "input_fn": _ECHO_MODEL
    + """
def input_fn(body, content_type):
    return np.array([type(body).__name__, str(len(body)), content_type])
""",
    "predict_fn": _ECHO_MODEL
    + """
def predict_fn(rows, model):
    if getattr(rows, "dtype", None) == object:
        return None
    return {"type": str(rows.dtype), "shape": rows.shape, "rows": rows}
""",
    "output_fn": _ECHO_MODEL
    + """
def output_fn(prediction, accept):
    text = json.dumps([str(prediction.dtype), prediction.shape])
    return {
        "application/json": text,
        "text/csv": (text, accept),
        "application/x-npy": (prediction.tobytes(), "application/octet-stream"),
        "text/html": {"b": 1, "a": text},
        "text/plain": None,
        "application/xml": (["<a>", text, "</a>"], accept),
    }.get(accept, (text.encode(), accept))
""",
    "transform_fn": _ECHO_MODEL
    + """
def transform_fn(model, body, content_type, accept):
    if content_type == "application/x-npy":
        raise RuntimeError("not this one")
    return json.dumps([type(body).__name__, len(body), content_type, accept]), accept

def execution_parameters_fn():
    return json.dumps({"BatchStrategy": "SINGLE_RECORD"})
""",
}


class Sent(NamedTuple):
    """A request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def requests() -> dict[str, Sent]:
    """Every row of the table of requests, and what the table has no rows for, each by its name."""
    sent = {}
    for case in request_cases():
        headers = {
            "Content-Type": case.content_type,
            "Accept": case.accept,
            "X-Amzn-SageMaker-Custom-Attributes": case.custom_attributes,
        }
        sent[case.name] = Sent(
            "POST", "/invocations", {name: value for name, value in headers.items() if value is not None}, case.body
        )
    one = b"[[5.1, 3.5, 1.4, 0.2]]"
    json_type = {"Content-Type": "application/json"}
    return sent | {
        "a ping": Sent("GET", "/ping", {}, b""),
        "a ping by HEAD": Sent("HEAD", "/ping", {}, b""),
        "a ping by POST": Sent("POST", "/ping", {}, b""),
        "invocations by GET": Sent("GET", "/invocations", {}, b""),
        "execution parameters": Sent("GET", "/execution-parameters", {}, b""),
        "another path": Sent("GET", "/models", {}, b""),
        "a header called ContentType": Sent("POST", "/invocations", {**json_type, "ContentType": "text/csv"}, one),
        "an empty Accept": Sent("POST", "/invocations", {**json_type, "Accept": ""}, one),
        "HTML wanted": Sent("POST", "/invocations", {**json_type, "Accept": "text/html"}, one),
        "text wanted": Sent("POST", "/invocations", {**json_type, "Accept": "text/plain"}, one),
        "XML wanted": Sent("POST", "/invocations", {**json_type, "Accept": "application/xml"}, one),
        "one number": Sent("POST", "/invocations", {"Content-Type": "text/csv"}, b"7"),
        "a column": Sent("POST", "/invocations", {"Content-Type": "text/csv"}, b"1\n2\n3\n"),
    }
