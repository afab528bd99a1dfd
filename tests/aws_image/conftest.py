"""Models as the synthesized templates describe them, and an S3 for those that read their code from there."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlparse

import boto3
import joblib
import pytest
import sklearn
from moto.server import ThreadedMotoServer
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from constructs_lib import ModelData
from tests.aws_image.cloud_assembly import ServedModel, served_model

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def rows():
    return load_breast_cancer().data[::7]


@pytest.fixture(scope="session")
def fitted():
    features, labels = load_breast_cancer(return_X_y=True)
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(features, labels)


@pytest.fixture(scope="session")
def assembly(tmp_path_factory, fitted):
    """The cdk.out of the example app and of the app beside this file, for the same model."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "model").mkdir()
    joblib.dump(fitted, folder / "model" / "model.joblib")
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8")).get("context", {})
    sha256 = ModelData.from_directory(folder / "model").sha256
    environment = {**os.environ, "CDK_OUTDIR": str(folder / "cdk.out"), "CDK_CONTEXT_JSON": json.dumps(context)}
    environment["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), environment["PATH"]))
    for app in ([ROOT / "app.py"], [Path(__file__).with_name("app.py"), sha256, sklearn.__version__]):
        subprocess.run([sys.executable, *app], cwd=folder, env=environment, check=True, capture_output=True)
    with tarfile.open(folder / "models.tar.gz", "w:gz") as archive:
        archive.add(folder / "model" / "model.joblib", "model.joblib")
    return folder / "cdk.out"


@pytest.fixture(scope="session")
def in_archive(assembly) -> ServedModel:
    """The main job: code inside the model's archive."""
    return served_model(assembly / "BreastCancer.template.json")


@pytest.fixture(scope="session")
def from_s3(assembly) -> ServedModel:
    """Model data that lies in S3; the code is an object of its own."""
    model = served_model(assembly / "FromS3.template.json")
    return model._replace(objects={**model.objects, model.model_data_url: assembly.parent / "models.tar.gz"})


@pytest.fixture(scope="session")
def stock(assembly) -> ServedModel:
    """The image's own server with the bundled hooks."""
    return served_model(assembly / "Stock.template.json")


@pytest.fixture(scope="session")
def many_models(assembly) -> ServedModel:
    """Many models under a prefix, and the code that serves them."""
    return served_model(assembly / "Many.template.json")


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def upload(s3) -> Callable[[dict[str, Path]], dict[str, str]]:
    """Put objects into the S3; gives the variables by which a container finds it."""

    def put(objects: dict[str, Path]) -> dict[str, str]:
        client = boto3.client(
            "s3", endpoint_url=s3, region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        for url, path in objects.items():
            place = urlparse(url)
            client.create_bucket(Bucket=place.netloc)
            client.upload_file(str(path), place.netloc, place.path.lstrip("/"))
        client.close()
        return {"AWS_ENDPOINT_URL": s3, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}

    return put
