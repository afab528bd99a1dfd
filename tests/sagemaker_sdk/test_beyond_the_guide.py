"""What the SDK does around the guide's samples, each script of its own, all at once: the SDK mostly sleeps."""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.sagemaker_sdk import environment

SCRIPTS = Path(__file__).with_name("scripts")
NAMES = ("failures", "isolated", "kinds", "session", "versions")
LABELS = "[0 0 1 1 2]"
# What a user has before the first sample: a role, a bucket, data, and a model.
BEFORE = """
aws iam create-role --role-name SageMakerRole --assume-role-policy-document '{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
aws iam attach-role-policy --role-name SageMakerRole --policy-arn arn:aws:iam::aws:policy/AmazonSageMakerFullAccess
aws iam put-role-policy --role-name SageMakerRole --policy-name Data --policy-document '{"Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::my-*"]}]}'
python -c '
from sklearn.datasets import load_iris
rows = [",".join(map(str, [*x, y])) for x, y in zip(*load_iris(return_X_y=True))]
open("train.csv", "w").write("\\n".join(rows[::2]))
open("test.csv", "w").write("\\n".join(rows[1::2]))
import joblib
from sklearn.linear_model import LogisticRegression
joblib.dump(LogisticRegression(max_iter=1000).fit(*load_iris(return_X_y=True)), "model.joblib")'
tar -czf model.tar.gz model.joblib
aws s3 mb s3://my-bucket
aws s3 mb s3://forbidden
aws s3 cp train.csv s3://my-bucket/data/
aws s3 cp train.csv s3://forbidden/data/
aws s3 cp model.tar.gz s3://my-bucket/
"""


@pytest.fixture(scope="module")
def printed(cloud, tmp_path_factory) -> Iterator[dict[str, "Future[str]"]]:
    """What each script prints."""
    folder = tmp_path_factory.mktemp("scripts")
    cloud.run("bash", "-euo", "pipefail", "-c", BEFORE, cwd=folder)

    def run(name: str) -> str:
        own = tmp_path_factory.mktemp(name)
        for path in (*folder.glob("*.csv"), *SCRIPTS.glob("*.py")):
            (own / path.name).write_bytes(path.read_bytes())
        done = subprocess.run(
            [environment.python(), f"{name}.py"],
            cwd=own,
            env=cloud.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=500,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    with ThreadPoolExecutor(len(NAMES)) as pool:
        yield {name: pool.submit(run, name) for name in NAMES}


def test_a_model_without_a_network_is_repacked_with_its_code(printed):
    said = printed["isolated"].result()
    for line in ("isolated True", "code in /opt/ml/model/code", "repacked True", f"labels {LABELS}"):
        assert line in said


def test_every_image_that_the_sdk_knows_trains_and_serves(printed):
    told = re.findall(r"^(\S+) (\S+) (\[.+\])$", printed["versions"].result(), re.MULTILINE)
    assert told == [
        (version, f"{version}-cpu-py3", LABELS) for version in ("0.20.0", "0.23-1", "1.0-1", "1.2-1", "1.4-2")
    ]


def test_each_failure_is_told_with_its_reason(printed):
    said = dict(re.findall(r"^([\w ]+) \| (.+)$", printed["failures"].result(), re.MULTILINE))
    expected = {
        "script": ("UnexpectedStatusException", "AlgorithmError: ExecuteUserScriptError"),
        "role": ("ClientError", "Could not assume role arn:aws:iam::123456789012:role/Nobody"),
        "data": ("ClientError", 'No S3 objects found under S3 URL "s3://my-bucket/none/"'),
        "rights": ("UnexpectedStatusException", "is not authorized to perform: s3:GetObject on resource"),
        "model_fn raises": ("UnexpectedStatusException", "model_fn raised RuntimeError: no such file"),
        "no model_fn": ("UnexpectedStatusException", "script.py defines no model_fn, and AWS's image has no default"),
        "no such model data": ("ClientError", "Could not find model data at s3://my-bucket/absent.tar.gz"),
    }
    assert said.keys() == expected.keys()
    for what, (kind, reason) in expected.items():
        assert said[what].startswith(f"{kind} | "), what
        assert reason in said[what], what


def test_the_session_finds_its_bucket_its_metrics_and_the_log(printed):
    said = printed["session"].result()
    for line in (
        "account 123456789012",
        "uploaded s3://sagemaker-us-east-1-123456789012/data/train.csv",
        "read 75 lines",
        "no role: The current AWS identity is not a role",
        "loss=0.25",
        "model True",
        "metrics {'loss'}",
        "tags [{'Key': 'team', 'Value': 'churn'}]",
    ):
        assert line in said


def test_every_kind_of_endpoint_answers_and_what_is_not_emulated_is_refused(printed):
    said = printed["kinds"].result()
    for kind in ("updated", "registered", "serverless", "asynchronous"):
        assert f"{kind} {LABELS}" in said
    assert "captured BASE64 BASE64" in said
    assert "transformed 75 rows: 0,0 2,2" in said
    assert "tuned 2 jobs, best 0.25 True" in said
    assert "process is refused: CreateProcessingJob is not emulated by the local cloud" in said
