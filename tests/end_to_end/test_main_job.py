"""The main job: app.py deployed by the unmodified CDK command line, called by our client, boto3 and the AWS CLI."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

from endpoint_client import EndpointNotFound, Predictor
from tests.end_to_end.conftest import LocalCloud


@pytest.fixture(scope="module")
def endpoint_name(local_cloud: LocalCloud, project: Path) -> Iterator[str]:
    outputs = project / "outputs.json"
    local_cloud.cdk("deploy", "--require-approval", "never", "--outputs-file", str(outputs), cwd=project)
    (values,) = json.loads(outputs.read_text(encoding="utf-8")).values()
    (name,) = [value for key, value in values.items() if "Name" in key]
    yield name
    local_cloud.cdk("destroy", "--app", "cdk.out", "--force", cwd=project)


@pytest.fixture(scope="module")
def expected(project: Path) -> np.ndarray:
    labels: np.ndarray = joblib.load(project / "model" / "model.joblib").predict(load_breast_cancer(as_frame=True).data)
    return labels


@pytest.fixture
def credentials(local_cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in local_cloud.environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)


@pytest.mark.parametrize("content_type", ["application/x-npy", "application/json", "text/csv"])
def test_the_client_predicts_what_the_model_predicts(endpoint_name, expected, credentials, content_type):
    with Predictor(endpoint_name, content_type=content_type, accept=content_type) as predictor:
        np.testing.assert_array_equal(predictor.predict(load_breast_cancer().data), expected)


def test_plain_boto3_predicts_the_same(endpoint_name, expected, local_cloud):
    body = io.BytesIO()
    np.save(body, load_breast_cancer().data)
    response = local_cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint_name, ContentType="application/x-npy", Accept="application/x-npy", Body=body.getvalue()
    )
    np.testing.assert_array_equal(np.load(io.BytesIO(response["Body"].read())), expected)


def test_the_aws_command_line_predicts_the_same(endpoint_name, expected, local_cloud, tmp_path):
    np.savetxt(tmp_path / "rows.csv", load_breast_cancer().data, delimiter=",", fmt="%.17g")
    request = (
        f"--endpoint-name {endpoint_name} --content-type text/csv --accept text/csv --body fileb://rows.csv".split()
    )
    invoke = ["aws", "sagemaker-runtime", "invoke-endpoint", "--endpoint-url", local_cloud.url]
    local_cloud.run(*invoke, *request, "labels.csv", cwd=tmp_path)
    np.testing.assert_array_equal(np.loadtxt(tmp_path / "labels.csv"), expected)


def test_an_endpoint_that_does_not_exist_is_named_in_the_error(local_cloud, credentials):
    with Predictor("no-such-endpoint") as predictor, pytest.raises(EndpointNotFound, match="no-such-endpoint"):
        predictor.predict([[1.0]])


def test_a_second_deployment_changes_nothing(endpoint_name, local_cloud, project):
    assert "no changes" in local_cloud.cdk("deploy", "--require-approval", "never", cwd=project).stdout
