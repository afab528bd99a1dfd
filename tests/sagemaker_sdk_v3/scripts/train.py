"""Train with ModelTrainer: jobs that complete, one that fails, one that is stopped, and a role that may nothing."""
# mypy: disable-error-code="import-not-found"

import json
import logging
import sys
from pathlib import Path
from typing import Any

from sagemaker.core.helper.iam_role_resolver import RoleValidationError
from sagemaker.core.resources import TrainingJob
from sagemaker.core.utils.exceptions import FailedStatusError
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, MetricDefinition, SourceCode, StoppingCondition

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
settings: dict[str, Any] = json.loads(sys.argv[1])
Path("rows.csv").write_text("1,2\n3,4\n", encoding="utf-8")


def trainer(name: str, role: str = settings["role"], command: str | None = None, **hyperparameters: Any) -> Any:
    """Make a trainer of the script in `settings`, or of a command beside it."""
    made = ModelTrainer(
        training_image=settings["image"],
        role=role,
        base_job_name=name,
        source_code=SourceCode(
            source_dir=settings["source_dir"],
            entry_script=None if command else "train.py",
            command=command,
            requirements="requirements.txt",
        ),
        compute=Compute(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
        hyperparameters=hyperparameters,
    )
    return made.with_metric_definitions([MetricDefinition(name="test:r2", regex="test r2=([0-9.]+)")])


result: dict[str, Any] = {}
try:
    trainer("powerless", role=settings["powerless"])
except RoleValidationError as error:
    result["powerless"] = str(error)
try:
    trainer("single", role=settings["single_statement"])
except AttributeError as error:
    result["single statement"] = str(error)
try:
    ModelTrainer(training_image=settings["image"])
except RoleValidationError as error:
    result["no role"] = str(error)

completed = trainer("completed", alpha=0.5, note="two words")
completed.train(input_data_config=[InputData(channel_name="train", data_source="rows.csv")], wait=True, logs=True)
job = TrainingJob.get(completed._latest_training_job.training_job_name)
result["completed"] = {
    "name": job.training_job_name,
    "status": job.training_job_status,
    "model": job.model_artifacts.s3_model_artifacts,
    "metrics": {metric.metric_name: metric.value for metric in job.final_metric_data_list},
    "channels": [channel.channel_name for channel in job.input_data_config],
}

stopped = trainer("stopped", sleep=600)
stopped.train(wait=False)
failed = trainer("failed", fail="no rows")
failed.train(wait=False)
commanded = trainer("commanded", command="sh -c 'echo by a command > /opt/ml/model/model.txt'")
commanded.train(wait=False)
job = failed._latest_training_job
try:
    job.wait(poll=1)
except FailedStatusError as error:
    result["failed"] = {"name": job.training_job_name, "error": str(error), "reason": job.failure_reason}
job = commanded._latest_training_job
job.wait(poll=1)
result["commanded"] = [job.training_job_status, job.model_artifacts.s3_model_artifacts]
job = stopped._latest_training_job
job.stop()
job.wait(poll=1)
result["stopped"] = [job.training_job_status, job.secondary_status]
result["all"] = sorted(job.training_job_name.rsplit("-", 1)[0] for job in TrainingJob.get_all())
result["all failed"] = [job.training_job_name.rsplit("-", 1)[0] for job in TrainingJob.get_all(status_equals="Failed")]
Path("result.json").write_text(json.dumps(result), encoding="utf-8")
