"""The example that trains: deployed, trained, served, trained again and rolled out, as its README says."""

import re
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, LocalCloud

EXAMPLE = ROOT / "examples" / "train_and_serve"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train_and_serve")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("data", "cdk.*.json", "cdk.out"))
    return folder


def test_train_deploy_predict_train_again_and_roll_out(local_cloud: LocalCloud, project: Path):
    cloud = local_cloud
    sagemaker = cloud.client("sagemaker")

    def python(*command: str) -> str:
        return cloud.run("python", *command, cwd=project).stdout

    def served() -> str:
        return str(sagemaker.describe_endpoint(EndpointName="diabetes")["EndpointConfigName"])

    def models() -> set[str]:
        return {
            model["ModelName"]
            for model in sagemaker.list_models()["Models"]
            if "diabetes" in model["ModelName"].lower()
        }

    said = cloud.cdk("deploy", "--require-approval", "never", cwd=project).stdout
    assert "is not emulated" not in said
    assert "331 rows" in python("prepare_data.py")

    # Train: the stack's own hyperparameters; requirements, channels, log, metrics.
    said = python("fit.py")
    name = said.splitlines()[-1]
    assert re.fullmatch(r"diabetes-\d{4}(-\d\d){5}-\d{3}", name)
    assert "iteration 20: test r2=0.2974 test mae=47.950" in said
    assert re.search(r"test:r2.*0\.2974", said)
    job = sagemaker.describe_training_job(TrainingJobName=name)
    assert job["TrainingJobStatus"] == "Completed"

    # Deploy what it made, and predict with the hooks of the example.
    assert "scikit-learn 1.9.0" in python("-m", "constructs_lib", "lookup", "training-job", name)
    cloud.cdk("deploy", "--require-approval", "never", "-c", f"job={name}", cwd=project)
    assert "mean absolute error 47.950, 90% of the true values in the range" in python("predict.py")
    first, of_the_stack = served(), models()

    # Train again: the better model is rolled out, and the stack's own stays.
    python("fit.py", "max-iter=30")
    assert "mean absolute error 46.371" in python("predict.py")
    second = served()
    assert second.startswith("diabetes-")
    assert second != first
    assert models() == of_the_stack | {second}

    # And again: the one before, which a training made, is gone.
    python("fit.py", "max-iter=31")
    third = served()
    assert "mean absolute error 46.327" in python("predict.py")
    assert models() == of_the_stack | {third}

    # One that is not good enough changes nothing, and says so.
    failed = cloud.run("python", "fit.py", "max-iter=100", cwd=project, check=False)
    assert failed.returncode != 0
    assert "MetricNotReached" in failed.stdout
    assert "test:r2 of at least 0.28" in failed.stdout
    assert (served(), models()) == (third, of_the_stack | {third})

    # A deployment that changes nothing of the endpoint keeps the trained model.
    cloud.cdk("deploy", "--require-approval", "never", "-c", f"job={name}", "--force", cwd=project)
    assert served() == third
    cloud.cdk("destroy", "--force", "-c", f"job={name}", cwd=project)
