"""What the tests of the data plane share: a local cloud on a socket, and short ways to a model and an endpoint."""

import io
import itertools
import json
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import joblib
from botocore.config import Config
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from constructs_lib.runtime_files import runtime_files
from local_sagemaker import moto_mends
from local_sagemaker.access import signatures
from local_sagemaker.access.verification import verifying
from local_sagemaker.api_gateway import gateway
from local_sagemaker.api_gateway.execution import ApiExecution
from local_sagemaker.app import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local_sagemaker.hosting import endpoints
from local_sagemaker.server import LocalServer
from local_sagemaker.training import jobs
from local_sagemaker.transform import transforms
from local_sagemaker.tuning import jobs as tuning_jobs

ACCOUNT = "123456789012"
REGION = "us-east-1"
BUCKET = "models"
REPOSITORY = "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}
CARRIED = {"SAGEMAKER_SERVING_MODULE": "sklearn_runtime.serving:main", "PYTHONPATH": "/opt/ml/model/code"}
SCRIPTED = (Path(__file__).parent / "scripted_container.py").read_bytes()


def allow(action: str | list[str], resource: str | list[str], **condition: Any) -> dict[str, Any]:
    """Write one statement."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def rights() -> list[dict[str, Any]]:
    """List the statements that every endpoint of these tests needs."""
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/Endpoints/*"
    return [
        allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*"),
        allow("ecr:GetAuthorizationToken", "*"),
        allow(["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"], REPOSITORY),
        allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], group),
        allow(
            "cloudwatch:PutMetricData",
            "*",
            StringEquals={"cloudwatch:namespace": "/aws/sagemaker/Endpoints"},
        ),
    ]


def archive(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a tar.gz."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def scripted(name: str, **files: bytes) -> bytes:
    """Pack a model whose answers are its name, with the scripted container as its runtime."""
    code = {"code/sklearn_runtime/__init__.py": b"", "code/sklearn_runtime/server.py": SCRIPTED}
    return archive({"name.txt": name.encode(), **code, **files})


def with_runtime(model: Any, **files: bytes) -> bytes:
    """Pack a fitted estimator with the real runtime beside it, as the constructs do."""
    packed = io.BytesIO()
    joblib.dump(model, packed)
    code = {f"code/{file.name}": file.source.read_bytes() for file in runtime_files()}
    return archive({"model.joblib": packed.getvalue(), **code, **files})


def eventually(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait for something that another thread or process is about to do; give it back.

    The longer it takes, the less often this looks, since each look takes computing time from what is waited for.
    """
    start = time.monotonic()
    while (waited := time.monotonic() - start) < seconds:
        found = condition()
        if found:
            return found
        time.sleep(min(max(waited / 10, 0.01), 0.25))
    raise AssertionError(f"not within {seconds} s: {condition}")


class Cloud:
    """A local cloud with a bucket and an execution role in it."""

    running = False

    def __init__(self, url: str) -> None:
        self.url = url
        self._number = itertools.count(1)
        self._clients: dict[str, Any] = {}
        self.s3 = self.client("s3")
        self.iam = self.client("iam")
        self.sagemaker = self.client("sagemaker")
        self.runtime = self.client("sagemaker-runtime")
        self.s3.create_bucket(Bucket=BUCKET)
        self.role = self.make_role(rights())

    def client(self, service: str, **options: Any) -> Any:
        """Make a client that retries nothing; with `validates` False, it does not look at its parameters itself."""
        validates = options.pop("validates", True)
        keys = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
        options = {**keys, **options}
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=1, parameter_validation=validates)
        client: Any = boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.url,
            region_name=REGION,
            config=config,
            **options,
        )
        self._clients[f"{service} {next(self._number)}"] = client
        return client

    def close(self) -> None:
        """Close all clients."""
        for client in self._clients.values():
            client.close()

    def make_role(self, statements: list[dict[str, Any]], trust: Mapping[str, Any] = TRUST) -> str:
        """Make a role with one inline policy; give its ARN."""
        name = f"role-{next(self._number)}"
        arn: str = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        document = {"Version": "2012-10-17", "Statement": statements}
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps(document))
        return arn

    def put(self, content: bytes, key: str | None = None) -> str:
        """Put an object; give its URI."""
        key = key or f"object-{next(self._number)}"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        return f"s3://{BUCKET}/{key}"

    def make_model(self, content: bytes | None, environment: Mapping[str, str] | None = None, **options: Any) -> str:
        """Make a model of an archive; give its name."""
        name = f"model-{next(self._number)}"
        container = {"Image": IMAGE, "Environment": {**CARRIED, **(environment or {})}}
        if content is not None:
            container["ModelDataUrl"] = self.put(content)
        definition = {"PrimaryContainer": container, "ExecutionRoleArn": self.role, **options}
        self.sagemaker.create_model(ModelName=name, **definition)
        return name

    def make_config(self, *models: str, config: Mapping[str, Any] | None = None, **options: Any) -> str:
        """Make an endpoint configuration with a variant for each model (AllTraffic where it is one).

        `options` are the variants', `config` is the configuration's own.
        """
        name = f"config-{next(self._number)}"
        variants = [
            {
                "VariantName": "AllTraffic" if len(models) == 1 else f"variant-{number}",
                "ModelName": model,
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
                **options,
            }
            for number, model in enumerate(models, 1)
        ]
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants, **(config or {}))
        return name

    def make_serverless_config(self, model: str, **serverless: int) -> str:
        """Make an endpoint configuration without instances."""
        name = f"config-{next(self._number)}"
        sizes = {"MemorySizeInMB": 2048, "MaxConcurrency": 5, **serverless}
        variant = {"VariantName": "AllTraffic", "ModelName": model, "ServerlessConfig": sizes}
        self.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        return name

    def make_endpoint(self, config: str, name: str | None = None) -> str:
        """Make an endpoint and wait until it is in service."""
        name = name or f"endpoint-{next(self._number)}"
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        assert self.settled(name)["EndpointStatus"] == "InService", self.describe(name)
        return name

    def failed_endpoint(self, config: str) -> str:
        """Make an endpoint that fails; give the reason."""
        name = f"endpoint-{next(self._number)}"
        self.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
        described = self.settled(name)
        assert described["EndpointStatus"] == "Failed"
        return str(described["FailureReason"])

    def describe(self, name: str) -> Any:
        """Give what DescribeEndpoint says."""
        return self.sagemaker.describe_endpoint(EndpointName=name)

    def settled(self, name: str) -> Any:
        """Wait until nothing is under way any more; give what DescribeEndpoint says."""

        def settled() -> Any:
            described = self.describe(name)
            return described if not described["EndpointStatus"].endswith("ing") else None

        return eventually(settled, 60.0)

    def invoke(self, name: str, body: bytes = b"name", **options: Any) -> str:
        """Invoke an endpoint; give the answer's text."""
        text: str = self.runtime.invoke_endpoint(EndpointName=name, Body=body, **options)["Body"].read().decode()
        return text


@contextmanager
def running_cloud(*, known_keys_only: bool = False) -> Iterator[Cloud]:
    """Serve moto with the data plane behind it, and leave nothing behind.

    `known_keys_only` is as of `local-sagemaker up`: access keys that the cloud has not given out are refused.
    """
    if Cloud.running:
        raise RuntimeError("a cloud runs in this process, whose methods of moto's another would not give back")
    Cloud.running = True
    BackendDict.reset()
    signatures.use(known_keys_only=known_keys_only)
    application = verifying(DomainDispatcherApplication(create_backend_app), elsewhere=(ApiExecution.takes,))
    server = LocalServer(application, 0)
    moto_mends.apply_all()
    endpoints.install(lambda: server.url)
    jobs.install(lambda: server.url)
    transforms.install(lambda: server.url)
    tuning_jobs.install()
    gateway.install(lambda: server.url)
    server.start()
    cloud = Cloud(server.url)
    try:
        yield cloud
    finally:
        cloud.close()
        gateway.shutdown()
        tuning_jobs.shutdown()
        transforms.shutdown()
        jobs.shutdown()
        endpoints.shutdown()
        server.stop()
        signatures.use(known_keys_only=False)
        BackendDict.reset()
        Cloud.running = False
