"""An artifact that was changed in S3 after synthesis is refused before anything is unpickled; the endpoint goes on."""

import io
import json
import pickle
import tarfile
import time
from pathlib import Path
from typing import Any

import joblib
import pytest
from sklearn.linear_model import LogisticRegression

from constructs_lib import ModelData
from tests.end_to_end.conftest import LocalCloud
from tests.local_sagemaker.cloud import IMAGE, archive

STACK = "Integrity"
APP = """
import json
from pathlib import Path
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnEndpoint, SklearnModel

app = cdk.App()
stack = cdk.Stack(app, "Integrity")
digest = Path("digest.txt").read_text()
s3 = {"sha256": digest, "sklearn_version": "1.9.0", "overwritten": False}
sources = {
    "packaged": (ModelData.from_directory("model"), "runtime"),
    "stock": (ModelData.from_directory("model"), "stock"),
    "archive": (ModelData.from_s3("s3://artifacts/churn/model.tar.gz", **s3), "runtime"),
    "prefix": (ModelData.from_s3("s3://artifacts/churn/files/", **s3), "runtime"),
    "package": (ModelData.from_model_package("churn"), "runtime"),
}
for name, (data, server) in sources.items():
    model = SklearnModel(stack, f"{name}Model", model_data=data, server=server)
    SklearnEndpoint(stack, name, model=model, endpoint_name=f"integrity-{name}")
app.synth()
"""


class Touch:
    """A pickle that makes a file when it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return open, (str(self._path), "w")


@pytest.fixture
def folder(tmp_path: Path, local_cloud: LocalCloud) -> Path:
    (tmp_path / "model").mkdir()
    joblib.dump(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), tmp_path / "model" / "model.joblib")
    (tmp_path / "digest.txt").write_text(str(ModelData.from_directory(tmp_path / "model").sha256), encoding="utf-8")
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python app.py"}), encoding="utf-8")
    s3, model = local_cloud.client("s3"), (tmp_path / "model" / "model.joblib").read_bytes()
    s3.create_bucket(Bucket="artifacts")
    s3.put_object(Bucket="artifacts", Key="churn/model.tar.gz", Body=archive({"model.joblib": model}))
    s3.put_object(Bucket="artifacts", Key="churn/files/model.joblib", Body=model)
    s3.put_object(Bucket="artifacts", Key="registered.tar.gz", Body=archive({"model.joblib": model}))
    register(local_cloud, "s3://artifacts/registered.tar.gz")
    said = local_cloud.run("python", "-m", "constructs_lib", "lookup", "model-package", "churn", cwd=tmp_path).stdout
    assert said.startswith("churn: arn:aws:sagemaker:us-east-1:123456789012:model-package/churn/1: s3://artifacts/reg")
    return tmp_path


def register(cloud: LocalCloud, uri: str) -> None:
    """Put a model into the registry, as whoever trains does."""
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="churn")
    sagemaker.create_model_package(
        ModelPackageGroupName="churn",
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": uri}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )


def poison(cloud: LocalCloud, container: Any, evil: bytes) -> None:
    """Put another model in the place of a container's, and leave all else as it is."""
    s3 = cloud.client("s3")
    if "ModelDataUrl" not in container:
        s3.put_object(Bucket="artifacts", Key="churn/files/model.joblib", Body=evil)
        return
    path = container["ModelDataUrl"].removeprefix("s3://")
    bucket, _, key = path.partition("/")
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        found = [(member, tar.extractfile(member)) for member in tar.getmembers() if member.isfile()]
        files = {member.name: stream.read() for member, stream in found if stream}
    s3.put_object(Bucket=bucket, Key=key, Body=archive({**files, "model.joblib": evil}))


def predicted(cloud: LocalCloud, name: str) -> Any:
    answer = cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, ContentType="application/json", Body=b"[[0.0], [1.0]]"
    )
    return json.loads(answer["Body"].read())


def restarted(cloud: LocalCloud, name: str) -> Any:
    """Move an endpoint to new instances of the same model; what DescribeEndpoint says in the end."""
    sagemaker = cloud.client("sagemaker")
    described = sagemaker.describe_endpoint(EndpointName=name)
    config = sagemaker.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
    sagemaker.create_endpoint_config(
        EndpointConfigName=f"{name}-again", ProductionVariants=config["ProductionVariants"]
    )
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=f"{name}-again")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        described = sagemaker.describe_endpoint(EndpointName=name)
        if described["EndpointStatus"] != "Updating":
            break
        time.sleep(0.1)
    return described


def test_a_changed_artifact_is_refused_before_it_is_unpickled(local_cloud: LocalCloud, folder: Path):
    local_cloud.cdk("deploy", "--require-approval", "never", cwd=folder)
    sagemaker = local_cloud.client("sagemaker")
    digest = (folder / "digest.txt").read_text(encoding="utf-8")
    for kind in ("packaged", "stock", "archive", "prefix", "package"):
        name, marker = f"integrity-{kind}", folder / f"{kind} was unpickled"
        config = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
        variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
        container = sagemaker.describe_model(ModelName=variants[0]["ModelName"])["PrimaryContainer"]
        assert container["Environment"]["SKLEARN_RUNTIME_MODEL_SHA256"] == digest
        poison(local_cloud, container, pickle.dumps(Touch(marker)))
        described = restarted(local_cloud, name)
        assert described["EndpointStatus"] == "InService"
        assert described["EndpointConfigName"] == config
        assert digest in described["FailureReason"]
        assert not marker.exists()
        assert predicted(local_cloud, name) == [0, 1]
    local_cloud.cdk("destroy", "--force", cwd=folder)


def test_the_pickle_of_this_test_would_have_made_the_file(tmp_path: Path):
    pickle.loads(pickle.dumps(Touch(tmp_path / "unpickled"))).close()
    assert (tmp_path / "unpickled").exists()
