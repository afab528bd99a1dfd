"""A job with a command of its own: what it finds at /opt/ml, how it ends, and that nothing is left of it."""

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_sagemaker.cloud import BUCKET, eventually
from tests.local_sagemaker.containers.test_processes import alive
from tests.local_sagemaker.training.job_cloud import JobCloud, channel, statuses

# As the SageMaker Python SDK v3 sends it: https://github.com/aws/sagemaker-python-sdk (sagemaker-train, constants.py).
ARGUMENTS = [
    "-c",
    "chmod +x /opt/ml/input/data/sm_drivers/sm_train.sh && /opt/ml/input/data/sm_drivers/sm_train.sh",
]


def started(cloud: JobCloud, script: str, **options: Any) -> str:
    """Start a job with a shell script among its input data; give its name."""
    request = cloud.request("", **options)
    name: str = request["TrainingJobName"]
    cloud.cloud.put(script.encode(), f"data/{name}/sm_drivers/sm_train.sh")
    request["InputDataConfig"] = [channel("sm_drivers", f"s3://{BUCKET}/data/{name}/sm_drivers/")]
    request["AlgorithmSpecification"] |= {"ContainerEntrypoint": ["/bin/bash"], "ContainerArguments": ARGUMENTS}
    request["HyperParameters"] = options.get("hyperparameters", {})
    cloud.sagemaker.create_training_job(**request)
    return name


def trained(cloud: JobCloud, script: str, **options: Any) -> Any:
    return cloud.ended(started(cloud, f"#!/bin/bash\nset -e\n{script}", **options))


def test_a_script_that_names_opt_ml_finds_its_input_and_leaves_its_outputs(cloud, tmp_path, monkeypatch):
    # Other tests leave their folders where everybody's are.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = r"""
tr -d '\n' < /opt/ml/input/config/hyperparameters.json; echo
echo "in $PWD, model in $SM_MODEL_DIR, home of the data $HERE"
echo model > /opt/ml/model/model.txt
echo report > /opt/ml/output/data/report.txt
echo "loss=0.25"
"""
    described = trained(
        cloud,
        script,
        TrainingJobName="own-command",
        hyperparameters={"epochs": "3", "place": '"/opt/ml/model"'},
        Environment={"HERE": "/opt/ml/input/data"},
        algorithm={"MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]},
    )
    assert described["TrainingJobStatus"] == "Completed", described
    assert statuses(described) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert described["AlgorithmSpecification"]["ContainerArguments"] == ARGUMENTS
    parameters, line, *_ = cloud.lines("own-command")
    assert json.loads(parameters) == {"epochs": "3", "place": '"/opt/ml/model"'}
    assert line == "in /opt/ml, model in /opt/ml/model, home of the data /opt/ml/input/data"
    assert [metric["Value"] for metric in described["FinalMetricDataList"]] == [0.25]
    assert cloud.unpacked("out/own-command/output/model.tar.gz") == {"model.txt": b"model\n"}
    assert cloud.unpacked("out/own-command/output/output.tar.gz") == {"report.txt": b"report\n"}
    eventually(lambda: not list(tmp_path.iterdir()))
    assert not Path("/opt/ml/input").exists()


def test_python_and_pip_are_the_job_s_own_with_the_image_s_libraries(cloud, tmp_path):
    wheel = tmp_path / "own_library-1.5-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("own_library.py", "VALUE = 41")
        information = "own_library-1.5.dist-info"
        packed.writestr(f"{information}/METADATA", "Metadata-Version: 2.1\nName: own-library\nVersion: 1.5\n")
        packed.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{information}/RECORD", "")
    script = f"""
pip install --quiet --no-index --disable-pip-version-check {wheel}
python3 -c "import own_library, sklearn, sys; print(own_library.VALUE + 1, sys.prefix != sys.base_prefix)"
command -v python3 pip3 | xargs -n 1 dirname | uniq | wc -l
"""
    described = trained(cloud, script)
    assert described["TrainingJobStatus"] == "Completed", "\n".join(cloud.lines(described["TrainingJobName"]))
    assert cloud.lines(described["TrainingJobName"])[:2] == ["42 True", "1"]
    with pytest.raises(ModuleNotFoundError):
        __import__("own_library")


def test_checkpoints_are_where_they_were_asked_for(cloud):
    checkpoints = {"S3Uri": f"s3://{BUCKET}/checkpoints/own-command", "LocalPath": "/opt/ml/saved"}
    described = trained(cloud, "echo one > /opt/ml/saved/1.txt", CheckpointConfig=checkpoints)
    assert described["TrainingJobStatus"] == "Completed", described
    assert cloud.content("checkpoints/own-command/1.txt") == b"one\n"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "AlgorithmError: , exit code: 3"),
        ("echo 'no rows' > /opt/ml/output/failure; exit 4", "AlgorithmError: no rows, exit code: 4"),
        ("kill -KILL $$", "AlgorithmError: , exit code: 137"),
        ("no-such-program", "AlgorithmError: , exit code: 127"),
    ],
)
def test_a_command_that_fails_says_so_as_its_failure_file_has_it(cloud, script, reason):
    described = trained(cloud, script)
    assert (described["TrainingJobStatus"], described["FailureReason"]) == ("Failed", reason)


def test_a_stopped_job_ends_with_all_its_processes_and_keeps_its_model(cloud):
    script = "echo half > /opt/ml/model/model.txt; sleep 600 & echo pid $! $$; wait"
    name = started(cloud, f"#!/bin/bash\n{script}", TrainingJobName="own-command-stopped")
    pids = eventually(lambda: [line for line in _lines(cloud, name) if line.startswith("pid ")])[0].split()[1:]
    assert all(alive(int(pid)) for pid in pids)
    cloud.sagemaker.stop_training_job(TrainingJobName=name)
    described = cloud.ended(name)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Stopped", "Stopped")
    eventually(lambda: not any(alive(int(pid)) for pid in pids))
    assert cloud.unpacked(f"out/{name}/output/model.tar.gz") == {"model.txt": b"half\n"}


def test_a_process_that_leaves_its_group_ends_with_the_job(cloud):
    described = trained(cloud, "setsid sh -c 'sleep 600 >/dev/null 2>&1 & echo pid $!'")
    assert described["TrainingJobStatus"] == "Completed", described
    line = next(line for line in cloud.lines(described["TrainingJobName"]) if line.startswith("pid "))
    eventually(lambda: not alive(int(line.split()[1])))


def test_a_machine_without_namespaces_refuses_the_job_with_the_reason(cloud, tmp_path, monkeypatch):
    request = cloud.request("", algorithm={"ContainerEntrypoint": ["/bin/bash"]})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClientError, match=r"ContainerEntrypoint is not emulated here: .*unshare") as error:
        cloud.sagemaker.create_training_job(**request)
    assert error.value.response["Error"]["Code"] == "ValidationException"


def _lines(cloud: JobCloud, name: str) -> list[str]:
    described = cloud.describe(name)
    return cloud.lines(name) if described["SecondaryStatus"] == "Training" else []
