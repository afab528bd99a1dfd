"""A deployed transform: files in S3 predicted by jobs, started by the client."""

import csv
import io
import json
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

from tests.end_to_end.conftest import LocalCloud

APP = """
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnModel, SklearnTransform

app = cdk.App()
stack = cdk.Stack(app, "Scoring")
model = SklearnModel(stack, "Model", model_data=ModelData.from_directory("model"), method="predict_proba")
transform = SklearnTransform(
    stack,
    "Scores",
    model=model,
    data="s3://customers/march/",
    input_filter="$[1:]",
    join_source="Input",
    output_filter="$[0,-1]",
)
transform.allow_inputs("s3://customers/april/")
app.synth()
"""
CLIENT = """
import sys
from endpoint_client import TransformClient, TransformFailed
client = TransformClient.from_stack("Scoring")
try:
    job = client.transform(*sys.argv[1:2], job_name=sys.argv[2] if len(sys.argv) > 2 else None)
    print(*job.outputs(), sep="\\n")
except TransformFailed as error:
    print(error)
"""
ROWS = 100_000


@pytest.fixture
def project(tmp_path: Path, local_cloud: LocalCloud) -> Path:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(500, 4))
    forest = RandomForestClassifier(n_estimators=10, random_state=0).fit(features, features.sum(axis=1) > 0)
    (tmp_path / "model").mkdir()
    joblib.dump(forest, tmp_path / "model" / "model.joblib")
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "client.py").write_text(CLIENT, encoding="utf-8")
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python app.py"}), encoding="utf-8")
    local_cloud.client("s3").create_bucket(Bucket="customers")
    return tmp_path


def rows(features: np.ndarray) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [f"c{number}", *row] for number, row in enumerate(features.tolist())
    )
    return text.getvalue().encode()


def test_a_file_of_a_hundred_thousand_rows_is_scored_beside_its_ids(local_cloud: LocalCloud, project: Path):
    cloud, s3 = local_cloud, local_cloud.client("s3")
    features = np.random.default_rng(1).normal(size=(ROWS, 4))
    s3.put_object(Bucket="customers", Key="march/all.csv", Body=rows(features))
    said = cloud.cdk("deploy", "--require-approval", "never", cwd=project).stdout
    assert "is not emulated" not in said

    said = cloud.run("python", "client.py", cwd=project).stdout
    assert "Completed" in said
    uri = said.splitlines()[-1]
    assert uri.endswith("/all.csv.out")
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    written = list(csv.reader(io.StringIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())))
    assert [row[0] for row in written] == [f"c{number}" for number in range(ROWS)]
    forest = joblib.load(project / "model" / "model.joblib")
    assert [float(row[1]) for row in written] == forest.predict_proba(features)[:, 1].tolist()

    # Another month is allowed, with a name of its own; a bad record is told with its number, and nothing is written.
    s3.put_object(Bucket="customers", Key="april/bad.csv", Body=rows(features[:3]) + b"c3,1,2,three,4\n")
    name = f"{key.split('/')[1].rsplit('-', 7)[0]}-april"
    said = cloud.run("python", "client.py", "s3://customers/april/", name, cwd=project).stdout
    assert f"transform job '{name}' failed: ClientError: See job logs for more information" in said
    assert "customers/april/bad.csv: records 1 to 4: Bad HTTP status received from algorithm: 400" in said
    assert "three" in said
    assert s3.list_objects_v2(Bucket=bucket, Prefix=f"transform/{name}/")["KeyCount"] == 0

    # What nobody allowed is refused by the role.
    s3.put_object(Bucket="customers", Key="may/a.csv", Body=rows(features[:3]))
    said = cloud.run("python", "client.py", "s3://customers/may/", cwd=project).stdout
    assert "s3:ListBucket" in said
    cloud.cdk("destroy", "--force", cwd=project)
