"""Requests to deployed APIs over HTTP, up to a real model."""

import io
import json

import numpy as np
import pytest

from tests.local_sagemaker.api_gateway.front_desk import X

ROWS = json.dumps(X.tolist())


def npy(rows):
    buffer = io.BytesIO()
    np.save(buffer, rows)
    return buffer.getvalue()


def invoked(desk, body, **options):
    answer = desk.cloud.runtime.invoke_endpoint(EndpointName=desk.endpoint, Body=body, **options)
    return answer["Body"].read()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", ROWS.encode()),
        ("text/csv", b"0.0,1.0\n1.0,0.0\n"),
        ("application/x-npy", npy(X)),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/csv", "application/x-npy"])
def test_a_prediction_is_what_invoke_endpoint_answers(desk, signed, content_type, body, accept):
    answer = signed.post(body, Content_Type=content_type, Accept=accept)
    assert answer.status == 200, answer.body
    assert answer.body == invoked(desk, body, ContentType=content_type, Accept=accept)
    assert answer.headers["Content-Type"].startswith(accept)
