"""Answers one JSON object a line with one a line, in one function: transform_fn replaces input, predict and output."""

import json
from typing import Any

JSON_LINES = "application/jsonlines"
FEATURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
SPECIES = ("setosa", "versicolor", "virginica")


def transform_fn(model: Any, request_body: Any, request_content_type: str, accept: str) -> Any:  # noqa: ARG001
    if request_content_type != JSON_LINES:
        raise ValueError(f"content type {request_content_type!r} is not supported: send {JSON_LINES}")
    flowers = [json.loads(line) for line in request_body.splitlines() if line.strip()]
    probabilities = model.predict_proba([[flower[name] for name in FEATURES] for flower in flowers])
    lines = []
    for number, flower in enumerate(flowers):
        best = int(probabilities[number].argmax())
        answer = {"id": flower.get("id"), "species": SPECIES[best], "probability": float(probabilities[number, best])}
        lines.append(json.dumps(answer) + "\n")
    return "".join(lines), JSON_LINES
