"""ModelTrainer of the SageMaker Python SDK v3 trains on the local cloud."""

import io
import json
import tarfile
import zipfile

import pytest

from tests.local_sagemaker.cloud import IMAGE
from tests.sagemaker_sdk_v3.sdk_cloud import TRUST

SCRIPT = """
import argparse, json, os, sys, time
import own_library
parser = argparse.ArgumentParser()
for name in ("alpha", "note", "sleep", "fail"):
    parser.add_argument(f"--{name}")
given = parser.parse_args()
if given.sleep:
    time.sleep(float(given.sleep))
if given.fail:
    raise ValueError(given.fail)
with open(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "rows.csv")) as rows:
    print("found", len(rows.readlines()), "rows, alpha", given.alpha, "and", given.note, own_library.VALUE)
print("test r2=0.75")
with open("/opt/ml/model/model.json", "w") as model:
    json.dump({"alpha": given.alpha}, model)
"""


@pytest.fixture(scope="module")
def trained(sdk, tmp_path_factory):
    source = tmp_path_factory.mktemp("source")
    (source / "train.py").write_text(SCRIPT)
    (source / "requirements.txt").write_text("--no-index\n--find-links /opt/ml/input/data/code\nown-library\n")
    with zipfile.ZipFile(source / "own_library-1.5-py3-none-any.whl", "w") as wheel:
        wheel.writestr("own_library.py", "VALUE = 42")
        information = "own_library-1.5.dist-info"
        wheel.writestr(f"{information}/METADATA", "Metadata-Version: 2.1\nName: own-library\nVersion: 1.5\n")
        wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{information}/RECORD", "")
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    return sdk.run(
        "train.py",
        image=IMAGE,
        role=sdk.make_role("trainer"),
        powerless=sdk.make_role("powerless", nothing),
        single_statement=sdk.make_role("single", trust=TRUST),
        source_dir=str(source),
    )


def model_file(sdk, uri: str, name: str) -> bytes:
    bucket, key = uri.removeprefix("s3://").split("/", 1)
    packed = io.BytesIO(sdk.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    with tarfile.open(fileobj=packed) as archive:
        found = archive.extractfile(name)
        assert found is not None
        return found.read()


def test_a_job_completes_with_metrics_and_a_model(sdk, trained):
    completed = trained[0]["completed"]
    assert completed["status"] == "Completed"
    assert completed["metrics"] == {"test:r2": 0.75}
    assert completed["channels"] == ["train", "code", "sm_drivers"]
    assert completed["model"].startswith("s3://sagemaker-us-east-1-123456789012/completed/")
    assert json.loads(model_file(sdk, completed["model"], "model.json")) == {"alpha": "0.5"}


def test_a_command_runs_in_the_place_of_a_script(sdk, trained):
    status, model = trained[0]["commanded"]
    assert status == "Completed"
    assert model_file(sdk, model, "model.txt") == b"by a command\n"


def test_its_log_is_shown_with_hyperparameters_channels_and_requirements(trained):
    assert "found 2 rows, alpha 0.5 and two words 42" in trained[1].splitlines()


def test_a_script_that_fails_is_told_with_the_driver_s_reason_and_its_own_is_in_the_log(sdk, trained):
    failed = trained[0]["failed"]
    assert failed["reason"] in failed["error"]
    assert failed["reason"].startswith("AlgorithmError: Traceback (most recent call last):")
    assert "returned non-zero exit status 1" in failed["reason"]
    assert failed["reason"].endswith(", exit code: 1")
    assert "ValueError" not in failed["reason"]
    logs = sdk.client("logs")
    found = logs.filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=f"{failed['name']}/")
    logs.close()
    assert "ValueError: no rows" in [event["message"] for event in found["events"]]


def test_a_job_can_be_stopped_and_jobs_be_listed(trained):
    assert trained[0]["stopped"] == ["Stopped", "Stopped"]
    assert trained[0]["all"] == ["commanded", "completed", "failed", "stopped"]
    assert trained[0]["all failed"] == ["failed"]


def test_a_role_is_needed_with_rights_and_with_a_list_of_statements(trained):
    assert trained[0]["no role"].startswith("No IAM role could be resolved")
    assert "powerless' cannot be used for 'training' workloads" in trained[0]["powerless"]
    assert trained[0]["single statement"] == "'str' object has no attribute 'get'"
