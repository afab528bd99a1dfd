"""What the tests of training jobs share: a role with no more rights than a job needs, and short ways to a job."""

import io
import itertools
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

from local_sagemaker.training import jobs
from local_sagemaker.training.job_slots import JobSlots
from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, IMAGE, REGION, REPOSITORY, Cloud, allow, archive, eventually

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_number = itertools.count(1)
UNTIL_STOPPED = """
import os, signal, sys, time
def stop(number, frame):
    open(os.path.join(os.environ["SM_MODEL_DIR"], "model.txt"), "w").write("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("pid", os.getpid(), flush=True)
while True:
    time.sleep(0.01)
"""


def job_rights() -> list[dict[str, Any]]:
    """List the statements that every training job of these tests needs, and no more."""
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{LOG_GROUP}"
    return [
        allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", StringLike={"s3:prefix": ["data/*", "checkpoints/*"]}),
        allow("s3:GetObject", [f"arn:aws:s3:::{BUCKET}/{part}/*" for part in ("data", "code", "checkpoints")]),
        allow("s3:PutObject", [f"arn:aws:s3:::{BUCKET}/{part}/*" for part in ("out", "checkpoints")]),
        allow("ecr:GetAuthorizationToken", "*"),
        allow(["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"], REPOSITORY),
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
            [group, f"{group}:log-stream:*"],
        ),
        allow("cloudwatch:PutMetricData", "*", StringEquals={"cloudwatch:namespace": LOG_GROUP}),
    ]


def rights_without(action: str) -> list[dict[str, Any]]:
    """List those statements without one action."""
    kept = []
    for statement in job_rights():
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if left := [name for name in actions if name != action]:
            kept.append({**statement, "Action": left})
    return kept


class JobCloud:
    """A local cloud for training jobs."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.sagemaker = cloud.sagemaker
        self.logs = cloud.client("logs")
        self.role = cloud.make_role(job_rights())

    def request(self, script: str, **options: Any) -> dict[str, Any]:
        """Write the parameters of CreateTrainingJob for a script; options replace them."""
        name = options.pop("TrainingJobName", f"job-{next(_number)}")
        code = self.cloud.put(archive({"train.py": script.encode(), **options.pop("files", {})}), f"code/{name}.tar.gz")
        hyperparameters = {"sagemaker_program": "train.py", "sagemaker_submit_directory": code}
        return {
            "TrainingJobName": name,
            "HyperParameters": {**hyperparameters, **options.pop("hyperparameters", {})},
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                **options.pop("algorithm", {}),
            },
            "RoleArn": self.role,
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/out", **options.pop("output", {})},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 10,
                **options.pop("resources", {}),
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            **options,
        }

    def start(self, script: str, **options: Any) -> str:
        """Create a job; give its name."""
        request = self.request(script, **options)
        self.sagemaker.create_training_job(**request)
        return str(request["TrainingJobName"])

    def train(self, script: str, **options: Any) -> Any:
        """Create a job and wait for its end; give what DescribeTrainingJob says."""
        return self.ended(self.start(script, **options))

    def describe(self, name: str) -> Any:
        """Give what DescribeTrainingJob says."""
        return self.sagemaker.describe_training_job(TrainingJobName=name)

    def ended(self, name: str) -> Any:
        """Wait for the end of a job; give what DescribeTrainingJob says."""

        def ended() -> Any:
            described = self.describe(name)
            return described if described["TrainingJobStatus"] in ("Completed", "Failed", "Stopped") else None

        return eventually(ended, 60.0)

    def in_status(self, name: str, secondary: str) -> Any:
        """Wait until a job has a secondary status; give what DescribeTrainingJob says."""

        def reached() -> Any:
            described = self.describe(name)
            return described if described["SecondaryStatus"] == secondary else None

        return eventually(reached)

    def lines(self, name: str) -> list[str]:
        """Give the lines of a job's log."""
        streams = self.logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{name}/")["logStreams"]
        assert len(streams) == 1, streams
        events = self.logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=streams[0]["logStreamName"])
        return [event["message"] for event in events["events"]]

    def keys(self, prefix: str) -> list[str]:
        """List the objects under a prefix."""
        found = self.cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return sorted(item["Key"] for item in found)

    def content(self, key: str) -> bytes:
        """Give an object."""
        content: bytes = self.cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return content

    def unpacked(self, key: str) -> dict[str, bytes]:
        """Give the files of an archive."""
        with tarfile.open(fileobj=io.BytesIO(self.content(key)), mode="r:gz") as tar:
            return {member.name: _read(tar, member) for member in tar.getmembers() if member.isfile()}


def channel(name: str, uri: str, **options: Any) -> dict[str, Any]:
    """Write a channel; options are the channel's, `source` the data source's."""
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, **options.pop("source", {})}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **options}


def statuses(described: Mapping[str, Any]) -> list[str]:
    """List the secondary statuses that a job has been through."""
    transitions: Sequence[Mapping[str, Any]] = described["SecondaryStatusTransitions"]
    return [transition["Status"] for transition in transitions]


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    found = tar.extractfile(member)
    assert found is not None
    return found.read()


def slots() -> JobSlots:
    """Give the places for jobs of the local cloud that runs."""
    assert jobs._jobs is not None
    return jobs._jobs._slots


def pid_of(cloud: JobCloud, name: str) -> int:
    """Wait until a job of `UNTIL_STOPPED` runs; give its process."""

    def found() -> Any:
        return next((line for line in cloud.lines(name) if line.startswith("pid ")), None)

    cloud.in_status(name, "Training")
    return int(eventually(found).split()[1])
