"""A model in an image of ours, deployed by the unmodified CDK: nothing is built, and the model answers."""

import json
from pathlib import Path

import joblib
import pytest
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from tests.end_to_end.conftest import LocalCloud

APP = """
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnEndpoint, SklearnImage, SklearnModel

app = cdk.App()
stack = cdk.Stack(app, "OwnImage")
data = ModelData.from_directory("model")
model = SklearnModel(stack, "Model", model_data=data, image=SklearnImage.from_asset("image"))
SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="own-image")
app.synth()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("model", "image"):
        (tmp_path / name).mkdir()
    joblib.dump(
        DecisionTreeClassifier(random_state=0).fit(*load_iris(return_X_y=True)), tmp_path / "model/model.joblib"
    )
    # No registry has it: a real build would fail.
    (tmp_path / "image" / "Dockerfile").write_text("FROM registry.invalid/no:image\n", encoding="utf-8")
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python app.py"}), encoding="utf-8")
    return tmp_path


def test_the_image_is_registered_without_a_build_and_the_model_answers(local_cloud: LocalCloud, project: Path):
    said = local_cloud.cdk("deploy", "--require-approval", "never", cwd=project).stdout
    assert "is not built: the local cloud runs its models in a Python of this machine" in said
    listed = local_cloud.client("cloudformation").describe_stack_resources(StackName="OwnImage")["StackResources"]
    (arn,) = [one["PhysicalResourceId"] for one in listed if one["ResourceType"] == "AWS::SageMaker::Model"]
    model = local_cloud.client("sagemaker").describe_model(ModelName=arn.rpartition("/")[2])
    address, tag = model["PrimaryContainer"]["Image"].rsplit(":", 1)
    (image,) = local_cloud.client("ecr").describe_images(repositoryName=address.partition("/")[2])["imageDetails"]
    assert image["imageTags"] == [tag]
    rows = load_iris().data
    answer = local_cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="own-image", ContentType="application/json", Body=json.dumps(rows.tolist())
    )
    expected = joblib.load(project / "model" / "model.joblib").predict(rows)
    assert json.loads(answer["Body"].read()) == expected.tolist()
    again = local_cloud.cdk("deploy", "--require-approval", "never", "--force", cwd=project).stdout
    assert "is not built" not in again
