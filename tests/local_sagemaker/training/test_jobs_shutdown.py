"""Of training jobs nothing outlives the local cloud."""

import re
import threading

from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from tests.local_sagemaker.cloud import eventually, running_cloud
from tests.local_sagemaker.containers.test_processes import alive
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED, JobCloud, pid_of, slots


def test_a_shutdown_ends_every_job_and_leaves_no_process_folder_or_method_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with running_cloud() as running:
        cloud = JobCloud(running)
        pids = [pid_of(cloud, cloud.start(UNTIL_STOPPED)) for _ in range(slots().count)]
        waiting = cloud.start(UNTIL_STOPPED)
        eventually(lambda: "Waiting" in cloud.describe(waiting)["SecondaryStatusTransitions"][0]["StatusMessage"])
        assert all(alive(pid) for pid in pids)
        assert list(tmp_path.iterdir())
    assert not any(alive(pid) for pid in pids)
    assert list(tmp_path.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if re.match("(training|stop) job", thread.name)]
    for method in (SageMakerModelBackend.reset, SageMakerResponse.create_training_job):
        assert method.__module__.startswith("moto.")
    assert not hasattr(SageMakerResponse, "stop_training_job")
