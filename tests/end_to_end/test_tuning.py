"""Tune a script, deploy its best model, and predict a file of 100,000 rows with it."""

import ast
import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from tests.end_to_end.conftest import LocalCloud

APP = """
import aws_cdk as cdk
from constructs_lib import (
    ContinuousRange, IntegerRange, MetricDefinition, MetricThreshold, ModelData, SklearnEndpoint, SklearnModel,
    SklearnTraining, SklearnTransform, SklearnTuning,
)

app = cdk.App()
first = cdk.Stack(app, "Tuning")
training = SklearnTraining(
    first,
    "Training",
    entry_point="train.py",
    inputs={"train": "s3://patients/train/"},
    hyperparameters={"max-iter": 20, "learning-rate": 0.1},
    metric_definitions=[MetricDefinition(name="r2", regex="r2=([-0-9.]+)")],
    training_name="diabetes-train",
)
tuning = SklearnTuning(
    first,
    "Tuner",
    training=training,
    objective="r2",
    ranges={
        "learning-rate": ContinuousRange(minimum=0.01, maximum=0.5, scaling="Logarithmic"),
        "max-depth": IntegerRange(minimum=1, maximum=6),
    },
    max_jobs=4,
    random_seed=0,
    tuning_name="sugar",
)
tuning.publish_to("/sugar/model-data", when=MetricThreshold(metric="r2", at_least=0.2))
cdk.CfnOutput(first, "Artifacts", value=training.output_path)

second = cdk.Stack(app, "Scoring")
artifacts = app.node.try_get_context("artifacts") or "s3://patients/none/"
data = ModelData.from_parameter("/sugar/model-data", artifacts=artifacts, sklearn_version="1.9.0")
model = SklearnModel(second, "Model", model_data=data)
SklearnEndpoint(second, "Endpoint", model=model, endpoint_name="sugar")
SklearnTransform(
    second,
    "Scores",
    model=model,
    data="s3://patients/score/",
    input_filter="$[1:]",
    join_source="Input",
    output_filter="$[0,-1]",
)
app.synth()
"""
TRAIN = """
import argparse, glob, os
import joblib, numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

parser = argparse.ArgumentParser()
parser.add_argument("--max-iter", type=int)
parser.add_argument("--learning-rate", type=float)
parser.add_argument("--max-depth", type=int)
given, _ = parser.parse_known_args()
(path,) = glob.glob(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "*.csv"))
rows = np.loadtxt(path, delimiter=",")
model = HistGradientBoostingRegressor(
    max_iter=given.max_iter, learning_rate=given.learning_rate, max_depth=given.max_depth, random_state=0
).fit(rows[:300, :-1], rows[:300, -1])
print(f"r2={model.score(rows[300:, :-1], rows[300:, -1]):.6f}")
joblib.dump(model, os.path.join(os.environ["SM_MODEL_DIR"], "model.joblib"))
"""
TUNE = """
from endpoint_client import TuningClient
job = TuningClient.from_stack("Tuning").tune()
print(job.table())
print(job.best_hyperparameters)
print(max(trial.objective for trial in job.trials()))
print(job.best_training_job.model_data)
"""
SCORE = """
from endpoint_client import TransformClient
print(*TransformClient.from_stack("Scoring").transform().outputs())
"""
ROWS = 100_000


@pytest.fixture
def project(tmp_path: Path, local_cloud: LocalCloud) -> Path:
    files = {"app.py": APP, "train.py": TRAIN, "tune.py": TUNE, "score.py": SCORE}
    for name, text in {**files, "cdk.json": json.dumps({"app": "python app.py"})}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    local_cloud.client("s3").create_bucket(Bucket="patients")
    return tmp_path


def rows(*columns: np.ndarray) -> bytes:
    text = io.BytesIO()
    np.savetxt(text, np.column_stack(columns), delimiter=",", fmt="%.17g")
    return text.getvalue()


def test_the_best_of_some_trainings_predicts_a_hundred_thousand_rows(local_cloud: LocalCloud, project: Path):
    cloud, s3 = local_cloud, local_cloud.client("s3")
    features, target = load_diabetes(return_X_y=True)
    patients = features[np.arange(ROWS) % len(features)]
    s3.put_object(Bucket="patients", Key="train/all.csv", Body=rows(features, target))
    s3.put_object(Bucket="patients", Key="score/all.csv", Body=rows(np.arange(ROWS), patients))
    said = cloud.cdk("deploy", "Tuning", "--require-approval", "never", cwd=project).stdout
    assert "is not emulated" not in said

    *table, best, objective, model_data = cloud.run("python", "tune.py", cwd=project).stdout.splitlines()
    text = "\n".join(table)
    assert "4 completed, 0 running, 0 failed; best r2 " in text
    head = next(line for line in table if line.startswith("r2"))
    assert head.split() == ["r2", "learning-rate", "max-depth", "status", "training", "job"]
    assert float(table[table.index(head) + 1].split()[0]) == pytest.approx(float(objective), rel=1e-5)
    assert ast.literal_eval(best).keys() == {"learning-rate", "max-depth"}
    published = cloud.client("ssm").get_parameter(Name="/sugar/model-data")["Parameter"]["Value"]
    assert published == model_data

    artifacts = model_data.split("sugar-")[0]
    deploy = ("deploy", "Scoring", "--require-approval", "never", "-c", f"artifacts={artifacts}")
    cloud.cdk(*deploy, cwd=project)
    uri = cloud.run("python", "score.py", cwd=project).stdout.splitlines()[-1]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    written = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    scores = np.array([[float(text) for text in row] for row in csv.reader(io.StringIO(written))])
    assert scores[:, 0].tolist() == list(range(ROWS))

    # The same as the endpoint says.
    body = rows(features[:50])
    answer = cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="sugar", ContentType="text/csv", Accept="application/json", Body=body
    )
    assert scores[:50, 1].tolist() == json.loads(answer["Body"].read())
    cloud.cdk("destroy", "--all", "--force", "-c", f"artifacts={artifacts}", cwd=project)
