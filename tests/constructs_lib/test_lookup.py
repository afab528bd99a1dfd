import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import joblib
import pytest
from sklearn.linear_model import LinearRegression

from constructs_lib.__main__ import main
from constructs_lib.digest import digest_of_sums
from constructs_lib.lookup import LookupFailed, context_key, look_up_training_job

NAME = "churn-2026-11-28-08-00-00-000"
ARN = f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{NAME}"
IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
JOB: dict[str, Any] = {
    "TrainingJobName": NAME,
    "TrainingJobArn": ARN,
    "TrainingJobStatus": "Completed",
    "SecondaryStatus": "Completed",
    "ModelArtifacts": {"S3ModelArtifacts": f"s3://out/{NAME}/output/model.tar.gz"},
    "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    "ResourceConfig": {},
    "StoppingCondition": {},
    "CreationTime": 0,
}
KEY = context_key("training-job", "123456789012", "eu-west-1", NAME)


class Service:
    """A SageMaker that knows one job, and an S3 that has its artifact or nothing; real boto3 asks them over HTTP."""

    def __init__(self) -> None:
        self.job = dict(JOB)
        self.artifact: bytes | None = None
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                known = asked["TrainingJobName"] == NAME
                body = (
                    service.job
                    if known
                    else {"__type": "ValidationException", "message": "Requested resource not found."}
                )
                content = json.dumps(body).encode()
                self.send_response(200 if known else 400)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_HEAD(self) -> None:
                assert self.path == f"/out/{NAME}/output/model.tar.gz"
                content = service.artifact or b"<Error><Code>AccessDenied</Code></Error>"
                self.send_response(200 if service.artifact else 403)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("ETag", '"one"')
                self.end_headers()
                if self.command == "GET":
                    assert self.headers["If-Match"] == '"one"'
                    self.wfile.write(content)

            def do_GET(self) -> None:
                self.do_HEAD()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    service = Service()
    threading.Thread(target=service.server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{service.server.server_port}")
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "y", "DEFAULT_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.chdir(tmp_path)
    yield service
    service.server.shutdown()
    service.server.server_close()


def test_a_completed_job_is_written_into_the_context_beside_what_was_there(service, tmp_path, capsys):
    file = tmp_path / "cdk.context.json"
    file.write_text('{"vpc": 1}')
    assert main(["lookup", "training-job", NAME]) == 0
    assert json.loads(file.read_text()) == {
        KEY: {
            "model_data": JOB["ModelArtifacts"]["S3ModelArtifacts"],
            "sha256": None,
            "sklearn_version": "1.9.0",
            "sklearn_version_from": "image",
        },
        "vpc": 1,
    }
    said = capsys.readouterr().out
    assert "output/model.tar.gz, scikit-learn 1.9.0 (of the image); its digest is not known, so that a change" in said
    assert "403" in said
    assert [path.name for path in tmp_path.iterdir()] == ["cdk.context.json"]


def packed(**files: bytes) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def fitted(version: str) -> bytes:
    content = io.BytesIO()
    joblib.dump(LinearRegression(), content)
    here = LinearRegression().__getstate__()["_sklearn_version"].encode()
    assert len(here) == len(version)
    return content.getvalue().replace(here, version.encode())


def test_the_version_that_the_model_was_fitted_with_counts_more_than_the_images(service, capsys, tmp_path):
    files = {"note": b"first", "model": fitted("1.4.2")}
    service.artifact = packed(**files)
    assert main(["lookup", "training-job", NAME]) == 0
    assert capsys.readouterr().out.endswith("scikit-learn 1.4.2 (of the model)\n")
    (found,) = json.loads((tmp_path / "cdk.context.json").read_text()).values()
    sums = [(name, hashlib.sha256(content).hexdigest()) for name, content in files.items()]
    assert found["sha256"] == digest_of_sums(sums)


@pytest.mark.parametrize("artifact", [b"no archive", packed(note=b"no model"), packed(model=fitted("1.4.2"))[:-40]])
def test_of_an_artifact_that_does_not_say_the_images_version_is_taken(service, artifact):
    service.artifact = artifact
    found = look_up_training_job(NAME).context
    assert (found["sklearn_version"], found["sklearn_version_from"]) == ("1.9.0", "image")


def test_the_version_of_another_image_is_not_known(service):
    service.job["AlgorithmSpecification"] = {**JOB["AlgorithmSpecification"], "TrainingImage": "mine:1"}
    assert look_up_training_job(NAME).context["sklearn_version"] is None


def test_an_unknown_job_is_named(service, capsys, tmp_path):
    assert main(["lookup", "training-job", "nobody", "--region", "eu-west-1"]) == 1
    assert "training job 'nobody' could not be looked up" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_job_that_has_not_completed_is_refused_with_its_reason(service):
    service.job |= {"TrainingJobStatus": "Failed", "FailureReason": "AlgorithmError: KeyError"}
    with pytest.raises(LookupFailed, match="is Failed, and only a completed one can be deployed: AlgorithmError"):
        look_up_training_job(NAME)
    service.job |= {"TrainingJobStatus": "InProgress", "FailureReason": ""}
    with pytest.raises(LookupFailed, match=r"is InProgress, .*: wait for its end"):
        look_up_training_job(NAME)


@pytest.mark.parametrize(("text", "message"), [("{", "is not JSON"), ("[]", "is not a JSON object")])
def test_a_context_that_cannot_be_read_is_left_alone(service, tmp_path, text, message):
    file = tmp_path / "cdk.context.json"
    file.write_text(text)
    with pytest.raises(LookupFailed, match=message):
        look_up_training_job(NAME)
    assert file.read_text() == text
