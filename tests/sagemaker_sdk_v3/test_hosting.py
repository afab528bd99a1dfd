"""ModelBuilder and the resources of the SageMaker Python SDK v3 host on the local cloud."""

import io
import json

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from tests.local_sagemaker.cloud import IMAGE, archive

ROWS = [[1.0, 2.0], [3.0, 5.0]]
SCRIPT = """
import os, joblib
def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))
def predict_fn(rows, model):
    return 10 * model.predict(rows)
"""


@pytest.fixture(scope="module")
def hosted(sdk, tmp_path_factory):
    source = tmp_path_factory.mktemp("source")
    (source / "inference.py").write_text(SCRIPT)
    packed = io.BytesIO()
    joblib.dump(LinearRegression().fit(np.array([[0, 0], [1, 0], [0, 1]]), [0, 1, 1]), packed)
    sdk.s3.create_bucket(Bucket="models")
    sdk.s3.put_object(Bucket="models", Key="model.tar.gz", Body=archive({"model.joblib": packed.getvalue()}))
    sdk.s3.put_object(Bucket="models", Key="rows.json", Body=json.dumps(ROWS).encode())
    return sdk.run(
        "host.py",
        input_location="s3://models/rows.json",
        image=IMAGE,
        role=sdk.make_role("host"),
        model_data="s3://models/model.tar.gz",
        source_dir=str(source),
        rows=ROWS,
    )[0]


def test_the_script_is_packed_with_the_model_for_the_image_s_own_server(hosted):
    container = hosted["container"]
    assert container["image"] == IMAGE
    assert container["data"] == "s3://sagemaker-us-east-1-123456789012/scripted/model.tar.gz"
    assert container["environment"] == {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
        "SAGEMAKER_REGION": "us-east-1",
    }


def test_the_endpoint_answers_with_the_script_s_hooks(hosted):
    content_type, answer, variant = hosted["answer"]
    assert (content_type, variant) == ("application/json", "AllTraffic")
    assert answer == pytest.approx([10 * sum(row) for row in ROWS])
    assert hosted["refused"] == "ModelError"


@pytest.mark.parametrize("kind", ["serverless", "asynchronous"])
def test_the_other_kinds_of_endpoint_answer_too(hosted, kind):
    assert hosted[kind] == pytest.approx([10 * sum(row) for row in ROWS])


def test_an_endpoint_is_updated_scaled_listed_and_deleted(hosted):
    assert hosted["updated"] == ["second", "Blue", 2]
    assert hosted["listed"] == [["scripted"], ["scripted", "second"], ["scripted"]]
    assert "Could not find endpoint" in hosted["deleted"]
    assert hosted["left"] == [0, 0]


def test_an_inference_spec_needs_the_sdk_in_the_image_which_has_none(hosted):
    assert (
        "inference.py cannot be imported: ModuleNotFoundError: No module named 'sagemaker'" in hosted["inference_spec"]
    )
