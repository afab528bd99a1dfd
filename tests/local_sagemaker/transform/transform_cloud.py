"""A local cloud with a model, and short ways to a transform job."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.linear_model import LinearRegression

from tests.local_sagemaker.cloud import BUCKET, Cloud, allow, eventually, rights, running_cloud, with_runtime

LOG_GROUP = "/aws/sagemaker/TransformJobs"
FINAL = ("Completed", "Failed", "Stopped")
# y = x0 + 10 x1, exactly.
MODEL = LinearRegression().fit(np.eye(2), [1.0, 10.0])
MODEL.coef_, MODEL.intercept_ = np.array([1.0, 10.0]), 0.0


class TransformCloud:
    """A cloud with a model; default: one that adds the first column and ten times the second."""

    def __init__(self, cloud: Cloud, estimator: Any = MODEL) -> None:
        self.cloud = cloud
        self.sagemaker = cloud.sagemaker
        self._numbers = itertools.count(1)
        self.model = cloud.make_model(with_runtime(estimator), ExecutionRoleArn=cloud.make_role(transform_rights()))

    def put(self, content: bytes, key: str) -> str:
        """Put an object; give its address."""
        return self.cloud.put(content, key)

    def read(self, key: str) -> bytes:
        """Give the content of an object."""
        content: bytes = self.cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return content

    def keys(self, prefix: str) -> list[str]:
        """List the objects below a prefix."""
        found = self.cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return [item["Key"] for item in found]

    def request(
        self,
        uri: str,
        *,
        content_type: str | None = "text/csv",
        accept: str | None = "text/csv",
        processing: dict[str, str] | None = None,
        data: dict[str, Any] | None = None,
        output: dict[str, Any] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Give what CreateTransformJob takes."""
        number = next(self._numbers)
        given = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}, "SplitType": "Line"}
        written = {"S3OutputPath": f"s3://{BUCKET}/out/{number}/", "AssembleWith": "Line"}
        return {
            "TransformJobName": f"job-{number}",
            "ModelName": self.model,
            "TransformInput": {**given, **({"ContentType": content_type} if content_type else {}), **(data or {})},
            "TransformOutput": {**written, **({"Accept": accept} if accept else {}), **(output or {})},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **({"DataProcessing": processing} if processing else {}),
            **options,
        }

    def start(self, uri: str, **options: Any) -> str:
        """Create a job; give its name."""
        request = self.request(uri, **options)
        self.sagemaker.create_transform_job(**request)
        name: str = request["TransformJobName"]
        return name

    def ended(self, name: str) -> Any:
        """Wait for the end of a job; give what DescribeTransformJob says."""

        def ended() -> Any:
            described = self.sagemaker.describe_transform_job(TransformJobName=name)
            return described if described["TransformJobStatus"] in FINAL else None

        return eventually(ended, 60.0)

    def transform(self, uri: str, **options: Any) -> Any:
        """Create a job and wait for its end; give what DescribeTransformJob says."""
        return self.ended(self.start(uri, **options))

    def output(self, described: Any, name: str) -> bytes:
        """Give the output of an object."""
        path = described["TransformOutput"]["S3OutputPath"].removeprefix(f"s3://{BUCKET}/")
        return self.read(f"{path}{name}.out")

    def data_log(self, name: str) -> list[str]:
        """Give the lines of a job's data log, without their times."""
        logs = self.cloud.client("logs")
        streams = logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{name}/")["logStreams"]
        (stream,) = (one["logStreamName"] for one in streams if one["logStreamName"].endswith("/data-log"))
        events = logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=stream, startFromHead=True)["events"]
        return [event["message"].partition(":[sagemaker logs]: ")[2] for event in events]


def transform_rights() -> list[dict[str, Any]]:
    """List the statements that every transform job of these tests needs, and no more."""
    group = f"arn:aws:logs:us-east-1:123456789012:log-group:{LOG_GROUP}"
    needed = [one for one in rights() if "s3:GetObject" not in one["Action"] and "logs" not in str(one)]
    return [
        *(one for one in needed if "cloudwatch" not in str(one)),
        allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*"),
        allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
        allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/out/*"),
        allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams"], f"{group}:log-stream:*"),
        allow("logs:PutLogEvents", f"{group}:log-stream:*"),
        allow("cloudwatch:PutMetricData", "*", StringEquals={"cloudwatch:namespace": LOG_GROUP}),
    ]


@contextmanager
def running_transform_cloud() -> Iterator[TransformCloud]:
    """Serve one."""
    with running_cloud() as cloud:
        yield TransformCloud(cloud)
