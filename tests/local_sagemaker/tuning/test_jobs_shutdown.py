"""Of tuning jobs nothing outlives the local cloud."""

import threading

from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from tests.local_sagemaker.cloud import eventually, running_cloud
from tests.local_sagemaker.containers.test_processes import alive
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED, pid_of
from tests.local_sagemaker.tuning.tuning_cloud import TuningCloud


def test_a_shutdown_ends_every_job_and_leaves_no_process_thread_or_method_of_ours():
    with running_cloud() as running:
        cloud = TuningCloud(running)
        name = cloud.start_tuning(UNTIL_STOPPED, jobs=5)
        pid = pid_of(cloud, eventually(lambda: cloud.trials(name))[0]["TrainingJobName"])
        assert alive(pid)
    assert not alive(pid)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("tuning job", "training job"))]
    for method in (SageMakerModelBackend.reset, SageMakerResponse.create_hyper_parameter_tuning_job):
        assert method.__module__.startswith("moto.")
    assert not hasattr(SageMakerResponse, "stop_hyper_parameter_tuning_job")
