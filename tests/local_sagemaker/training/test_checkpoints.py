"""Checkpoints are there when a job starts, and in S3 while it runs and after it."""

from typing import Any

import pytest
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from local_sagemaker.access.artifacts import ArtifactStore
from local_sagemaker.access.output_storage import OutputStorage
from local_sagemaker.training.checkpoints import Checkpoints, refusals
from local_sagemaker.training.job_failures import ClientFailure
from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, REGION, eventually
from tests.local_sagemaker.recorder import Recorder
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED, rights_without

PREFIX = f"s3://{BUCKET}/checkpoints/job"
SAVE = """
import os
folder = os.environ["CHECKPOINTS"]
earlier = sorted(os.listdir(folder))
print("earlier", earlier, flush=True)
open(os.path.join(folder, "epoch-%d" % len(earlier)), "w").write("state")
"""


@pytest.fixture
def backend():
    BackendDict.reset()
    backend = s3_backends[ACCOUNT]["aws"]
    backend.create_bucket(BUCKET, REGION)
    yield backend
    BackendDict.reset()


def checkpoints(base_dir: Any, role: Any = None, **config: str) -> Checkpoints:
    role = role or Recorder()
    where: dict[str, Any] = {"account_id": ACCOUNT, "region": REGION}
    storage = OutputStorage(role, key=None, **where)
    return Checkpoints({"S3Uri": PREFIX, **config}, base_dir, ArtifactStore(role, **where), storage)


def written(backend: Any) -> dict[str, bytes]:
    return {key: backend.get_object(BUCKET, key).value for key in backend.get_bucket(BUCKET).keys}


def test_checkpoints_of_an_earlier_job_are_fetched_and_not_written_again(backend, tmp_path):
    backend.put_object(BUCKET, "checkpoints/job/a", b"old")
    backend.put_object(BUCKET, "checkpoints/job/deep/b", b"old")
    backend.put_object(BUCKET, "checkpoints/job-2/c", b"another job's")
    role = Recorder()
    found = checkpoints(tmp_path, role)
    found.fetch()
    assert sorted(path.name for path in (tmp_path / "checkpoints").rglob("*")) == ["a", "b", "deep"]
    found.finish()
    assert "s3:PutObject" not in dict(role.asked)


def test_a_first_job_starts_with_an_empty_folder(backend, tmp_path):
    checkpoints(tmp_path).fetch()
    assert list((tmp_path / "checkpoints").iterdir()) == []


def test_new_and_changed_files_are_saved_while_the_job_runs(backend, tmp_path):
    found = checkpoints(tmp_path)
    found.fetch()
    found.start()
    (tmp_path / "checkpoints" / "epoch-1").write_bytes(b"1")
    eventually(lambda: written(backend) == {"checkpoints/job/epoch-1": b"1"}, 5)
    (tmp_path / "checkpoints" / "epoch-1").write_bytes(b"one")
    (tmp_path / "checkpoints" / "deep").mkdir()
    (tmp_path / "checkpoints" / "deep" / "epoch-2").write_bytes(b"2")
    found.finish()
    assert written(backend) == {"checkpoints/job/epoch-1": b"one", "checkpoints/job/deep/epoch-2": b"2"}


def test_another_local_path_is_used(backend, tmp_path):
    found = checkpoints(tmp_path, LocalPath="/opt/ml/work/state/")
    found.fetch()
    (tmp_path / "work" / "state" / "a").write_bytes(b"1")
    found.finish()
    assert written(backend) == {"checkpoints/job/a": b"1"}


@pytest.mark.parametrize("action", ["s3:ListBucket", "s3:GetObject"])
def test_checkpoints_that_may_not_be_read_fail_the_job(backend, tmp_path, action):
    backend.put_object(BUCKET, "checkpoints/job/a", b"old")
    with pytest.raises(ClientFailure, match=action):
        checkpoints(tmp_path, Recorder(action)).fetch()


def test_checkpoints_that_may_not_be_written_fail_the_job_at_its_end(backend, tmp_path):
    found = checkpoints(tmp_path, Recorder("s3:PutObject"))
    found.fetch()
    found.start()
    (tmp_path / "checkpoints" / "a").write_bytes(b"1")
    with pytest.raises(ClientFailure, match=r"Checkpoint upload failed: .*s3:PutObject"):
        found.finish()


def test_a_bucket_that_is_not_there_fails_the_job(backend, tmp_path):
    with pytest.raises(ClientFailure, match="the bucket does not exist"):
        checkpoints(tmp_path, S3Uri="s3://absent/checkpoints").fetch()


@pytest.mark.parametrize("path", ["/tmp/checkpoints", "/opt/ml", "/opt/ml/../etc", "checkpoints"])
def test_a_local_path_outside_opt_ml_is_refused(path):
    (problem,) = refusals({"S3Uri": PREFIX, "LocalPath": path})
    assert f"CheckpointConfig.LocalPath {path!r} is not emulated by the local cloud: give a folder below" in problem


def test_an_address_that_is_none_of_s3_is_refused():
    (problem,) = refusals({"S3Uri": "https://example.com/a"})
    assert problem.startswith("CheckpointConfig.S3Uri: 'https://example.com/a' is no address of an S3 object")


def test_a_second_job_goes_on_from_the_first(cloud):
    options: dict[str, Any] = {
        "Environment": {"CHECKPOINTS": "/opt/ml/checkpoints"},
        "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/checkpoints/shared/"},
    }
    first = cloud.train(SAVE, **options)
    assert first["TrainingJobStatus"] == "Completed", first
    assert cloud.keys("checkpoints/shared/") == ["checkpoints/shared/epoch-0"]
    second = cloud.train(SAVE, **options)
    assert "earlier ['epoch-0']" in cloud.lines(second["TrainingJobName"])
    assert cloud.keys("checkpoints/shared/") == ["checkpoints/shared/epoch-0", "checkpoints/shared/epoch-1"]
    assert second["CheckpointConfig"] == options["CheckpointConfig"]


def test_a_stopped_job_keeps_its_last_checkpoint(cloud):
    script = UNTIL_STOPPED.replace('os.environ["SM_MODEL_DIR"], "model.txt"', 'os.environ["CHECKPOINTS"], "last"')
    name = cloud.start(
        script,
        Environment={"CHECKPOINTS": "/opt/ml/checkpoints"},
        CheckpointConfig={"S3Uri": f"s3://{BUCKET}/checkpoints/stopped"},
    )
    cloud.in_status(name, "Training")
    eventually(lambda: any(line.startswith("pid") for line in cloud.lines(name)))
    cloud.sagemaker.stop_training_job(TrainingJobName=name)
    cloud.ended(name)
    assert cloud.content("checkpoints/stopped/last") == b"stopped"


def test_a_role_that_may_not_write_fails_the_job_though_the_script_succeeds(cloud):
    described = cloud.train(
        SAVE,
        RoleArn=cloud.cloud.make_role(rights_without("s3:PutObject")),
        Environment={"CHECKPOINTS": "/opt/ml/checkpoints"},
        CheckpointConfig={"S3Uri": f"s3://{BUCKET}/checkpoints/closed"},
    )
    assert described["FailureReason"].startswith("ClientError: Checkpoint upload failed: AccessDenied")
