"""What becomes of trained models: served at once, published for the next deployment, undone where they do not load."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import LocalCloud

APP = """
import aws_cdk as cdk
from constructs_lib import MetricDefinition, MetricThreshold, ModelData, SklearnEndpoint, SklearnModel, SklearnTraining

app = cdk.App()
stack = cdk.Stack(app, "Constants")
training = SklearnTraining(
    stack,
    "Training",
    entry_point="train.py",
    training_name="constants",
    metric_definitions=[MetricDefinition(name="size", regex="size=([0-9.]+)")],
)
training.publish_to("/constants/model", when=MetricThreshold(metric="size", at_most=100))
model = SklearnModel(stack, "Model", model_data=ModelData.from_directory("model"))
training.deploy_to(SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="constants"))

reader = cdk.Stack(app, "Reader")
data = ModelData.from_parameter("/constants/model", artifacts=training.output_path, sklearn_version="1.9.0")
SklearnEndpoint(reader, "Endpoint", model=SklearnModel(reader, "Model", model_data=data), endpoint_name="reader")
app.synth()
"""

TRAIN = """
import argparse
import os
from pathlib import Path

import joblib
from sklearn.dummy import DummyRegressor

parser = argparse.ArgumentParser()
parser.add_argument("--value", type=float, default=1.0)
args, _ = parser.parse_known_args()
model = DummyRegressor(strategy="constant", constant=args.value).fit([[0]], [0])
file = Path(os.environ.get("SM_MODEL_DIR", "model"), "model.joblib")
file.parent.mkdir(exist_ok=True)
if args.value != 0:
    joblib.dump(model, file)
if args.value < 0:
    file.write_bytes(b"no model at all")
print(f"size={abs(args.value)}")
"""

CALL = """
import sys
from endpoint_client import Predictor
print(float(Predictor(sys.argv[1]).predict([[0.0]])[0]))
"""

FIT = """
import json, sys
from endpoint_client import RolloutFailed, TrainingClient
try:
    TrainingClient.from_stack("Constants").fit(hyperparameters={"value": json.loads(sys.argv[1])})
except RolloutFailed as error:
    print("ROLLOUT FAILED", error)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, local_cloud: LocalCloud) -> Path:
    folder = tmp_path_factory.mktemp("constants")
    files = {"app.py": APP, "train.py": TRAIN, "call.py": CALL, "fit.py": FIT, "cdk.json": '{"app": "python app.py"}'}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    local_cloud.run("python", "train.py", cwd=folder)
    return folder


def test_models_are_served_published_and_undone(local_cloud: LocalCloud, project: Path):
    def deploy(stack: str) -> None:
        local_cloud.cdk("deploy", stack, "--exclusively", "--require-approval", "never", cwd=project)

    def fit(value: float) -> str:
        return local_cloud.run("python", "fit.py", str(value), cwd=project).stdout

    def answer(endpoint: str) -> float:
        return float(local_cloud.run("python", "call.py", endpoint, cwd=project).stdout)

    deploy("Constants")
    assert answer("constants") == 1
    fit(7)
    assert answer("constants") == 7
    deploy("Reader")
    assert answer("reader") == 7

    # Nothing of the template changes, and yet the next deployment rolls out the next model.
    fit(8)
    assert (answer("constants"), answer("reader")) == (8, 7)
    deploy("Reader")
    assert answer("reader") == 8

    # A model that no container can load: SageMaker undoes the update, and what was made for it is gone.
    said = fit(-1)
    assert "ROLLOUT FAILED" in said
    assert "SageMaker undid the update" in said
    assert answer("constants") == 8
    sagemaker = local_cloud.client("sagemaker")
    models = {model["ModelName"] for model in sagemaker.list_models()["Models"]}
    served = sagemaker.describe_endpoint(EndpointName="constants")["EndpointConfigName"]
    assert {name for name in models if name.startswith("constants-")} == {served}

    # A job without a model completes, as on AWS, and has the address of one.
    assert "NoModel" in fit(0)

    # One beyond the threshold is not even published.
    assert "MetricNotReached" in fit(101)
    assert answer("constants") == 8
