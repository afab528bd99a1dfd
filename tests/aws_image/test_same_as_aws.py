"""What stands for AWS's own server on the local cloud answers as that server does, but for what a table lists.

The bodies of errors are not compared: AWS's are pages of HTML without a reason.
"""

import http.client
import io
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import pytest
from moto.core.base_backend import BackendDict

from local_sagemaker.access.rights import Credentials
from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.containers.container_plans import Site, plan_container, plan_installation
from local_sagemaker.containers.containers import Container
from local_sagemaker.containers.submit_directories import place_code
from local_sagemaker.data_plane_errors import ContainerError
from tests.aws_image.cloud_assembly import ServedModel
from tests.aws_image.containers import WAIT_SECONDS, running
from tests.aws_image.environment import ENVIRONMENT
from tests.aws_image.scripts import MODEL_FN, SCRIPTS, Sent, requests
from tests.aws_image.test_home_two import IMAGE
from tests.aws_training.cases import wheel
from tests.local_sagemaker.cloud import ACCOUNT, REGION
from tests.local_sagemaker.cloud import IMAGE as IMAGE_URI
from tests.local_sagemaker.recorder import Recorder
from tests.runtime.request_cases import build_model, request_cases

# Scripts, requests (both regular expressions), and why the answers differ. Everything else must be the same.
ON_PURPOSE = [
    ("predict_fn|output_fn", "npy_pickle", "what came with a request is never unpickled here"),
]
GIVEN = {
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
    # AWS's start-up code builds the script with pip: with the setuptools that is there, and not one from an index.
    "PIP_NO_BUILD_ISOLATION": "0",
    "PIP_NO_INDEX": "1",
}


class Answered(NamedTuple):
    """What is compared: of an error the status alone."""

    status: int
    content_type: str | None = None
    body: bytes = b""


def answered(status: int, content_type: str | None, body: bytes) -> Answered:
    return Answered(status, content_type, body) if status < 300 else Answered(status)


def packed(
    folder: Path, script: str, program: str = "serve.py", beside: Mapping[str, bytes] | None = None
) -> ServedModel:
    """A model that takes missing values, and a script beside it as the SageMaker SDK packs it."""
    model = io.BytesIO()
    joblib.dump(build_model("takes_missing"), model)
    files = {"model.joblib": model.getvalue(), f"code/{program}": script.encode()}
    files |= {f"code/{name}": content for name, content in (beside or {}).items()}
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return ServedModel(
        {**GIVEN, "SAGEMAKER_PROGRAM": program},
        "s3://models/model.tar.gz",
        {"s3://models/model.tar.gz": folder / "model.tar.gz"},
    )


@contextmanager
def of_aws(model: ServedModel, folder: Path) -> Iterator[Callable[[Sent], Answered]]:
    """AWS's own server with the model."""
    here = str(Path(__file__).parent)
    with running(model, folder, "26.0.0", PYTHONPATH=here, **IMAGE) as container:
        container.wait_for("Booting worker with pid")

        def ask(sent: Sent) -> Answered:
            connection = http.client.HTTPConnection(container.address.removeprefix("http://"), timeout=WAIT_SECONDS)
            connection.putrequest(sent.method, sent.path, skip_accept_encoding=True)
            for name, value in {**sent.headers, "Content-Length": str(len(sent.body))}.items():
                connection.putheader(name, value)
            connection.endheaders(sent.body)
            response = connection.getresponse()
            found = answered(response.status, response.getheader("Content-Type"), response.read())
            connection.close()
            return found

        yield ask


def container_of_ours(model: ServedModel, folder: Path) -> Container:
    """The container that the local cloud plans for the model, with the same interpreter."""
    BackendDict.reset()
    for name in ("model", "code", "tmp"):
        (folder / name).mkdir()
    with tarfile.open(model.objects[model.model_data_url]) as archive:
        archive.extractall(folder / "model", filter="data")
    site = Site(folder, REGION, "http://localhost:4566", Credentials("ASIA1", "secret", "token"))
    python = str(ENVIRONMENT.python)
    place_code(model.environment, folder)
    installation = plan_installation(model.environment, site, python)
    plan = plan_container(model.environment, site, python, image=IMAGE_URI, installation=installation)
    log = ContainerLog(Recorder(), "group", "stream", account_id=ACCOUNT, region=REGION)
    return Container(plan, folder / "s", folder / "tmp", log, WAIT_SECONDS)


@contextmanager
def of_ours(model: ServedModel, folder: Path) -> Iterator[Callable[[Sent], Answered]]:
    """What the local cloud starts for the model."""
    container = container_of_ours(model, folder)

    def ask(sent: Sent) -> Answered:
        response = container.client.request(
            sent.method, sent.path, body=sent.body, headers=sent.headers, timeout=WAIT_SECONDS
        )
        return answered(response.status, response.headers.get("content-type"), response.body)

    try:
        container.start()
        yield ask
    finally:
        container.stop()


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> Callable[[str], dict[str, tuple[Answered, Answered]]]:
    """Send every request to both servers with a script, once; AWS's answer is the first of each pair."""
    known: dict[str, dict[str, tuple[Answered, Answered]]] = {}

    def ask(name: str) -> dict[str, tuple[Answered, Answered]]:
        if name not in known:
            folder = tmp_path_factory.mktemp("sides")
            model = packed(folder, SCRIPTS[name])
            sides: list[dict[str, Answered]] = []
            for side, place in ((of_aws, "aws"), (of_ours, "ours")):
                (folder / place).mkdir()
                with side(model, folder / place) as server:
                    sides.append({request: server(sent) for request, sent in requests().items()})
            known[name] = {request: (sides[0][request], sides[1][request]) for request in requests()}
        return known[name]

    return ask


def reasons(script: str, request: str) -> list[int]:
    """Which lines of the table name an answer."""
    return [
        number
        for number, (scripts, names, _) in enumerate(ON_PURPOSE)
        if re.fullmatch(scripts, script) and re.fullmatch(names, request)
    ]


def differences(pairs: dict[str, tuple[Answered, Answered]]) -> dict[str, Any]:
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@pytest.mark.parametrize("script", SCRIPTS)
def test_both_servers_answer_alike(answers, script):
    pairs = answers(script)
    assert {pair[0].status for pair in pairs.values()} >= {200, 404, 405, 500}
    found = differences(pairs)
    assert {name: pair for name, pair in found.items() if not reasons(script, name)} == {}


def test_every_difference_on_purpose_is_one(answers):
    named = {
        (script, number)
        for number, (scripts, *_) in enumerate(ON_PURPOSE)
        for script in SCRIPTS
        if re.fullmatch(scripts, script)
    }
    seen = {
        (script, number)
        for script in SCRIPTS
        for name in differences(answers(script))
        for number in reasons(script, name)
    }
    assert seen == named


def test_the_table_of_requests_says_what_aws_does(answers):
    """Its rows are for several models; here is one, that of another row takes missing values."""
    pairs = answers("model_fn alone")
    said = {case.name: int(case.stock[:3]) for case in request_cases() if case.stock[:3].isdigit()}
    wrong = {name for name, status in said.items() if pairs[name][0].status != status}
    assert wrong == {"json_null_refused", "npy_nan_refused", "hook_raises"}
    assert len(said) > 100


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("", r"^serve\.py defines no model_fn, and AWS's image has no default for it"),
        (MODEL_FN + "predict_fn = transform_fn = model_fn", "AWS's image serves no such mix"),
    ],
)
def test_what_aws_pings_in_vain_fails_at_once_here(tmp_path, script, reason):
    model = packed(tmp_path, script)
    for place in ("aws", "ours"):
        (tmp_path / place).mkdir()
    with of_aws(model, tmp_path / "aws") as ask:
        assert [ask(Sent("GET", "/ping", {}, b"")).status for _ in range(2)] == [500, 500]
    with pytest.raises(ContainerError, match=reason):
        container_of_ours(model, tmp_path / "ours").start()


def test_a_script_in_a_folder_is_not_found_by_either(tmp_path):
    model = packed(tmp_path, MODEL_FN, "serving/serve.py")
    for place in ("aws", "ours"):
        (tmp_path / place).mkdir()
    with running(model, tmp_path / "aws", "26.0.0", **IMAGE) as container:
        container.wait_for("No module named 'serving/serve'")
    with pytest.raises(ContainerError, match=r"SAGEMAKER_PROGRAM is 'serving/serve\.py': .* move it there"):
        container_of_ours(model, tmp_path / "ours").start()


WHEEL = "extra-1.0-py3-none-any.whl"


def test_both_install_the_requirements(tmp_path):
    script = "import extra\n\ndef model_fn(model_dir):\n    return extra.NAME\n\n"
    script += "def transform_fn(model, *_):\n    return model, 'text/plain'\n"
    beside = {WHEEL: wheel("extra", "NAME = 'of the wheel'\n"), "requirements.txt": f"./{WHEEL}".encode()}
    model = packed(tmp_path, script, beside=beside)
    for side, place in ((of_aws, "aws"), (of_ours, "ours")):
        (tmp_path / place).mkdir()
        with side(model, tmp_path / place) as ask:
            answer = ask(Sent("POST", "/invocations", {}, b""))
            assert answer == Answered(200, "text/plain; charset=utf-8", b"of the wheel")


def test_neither_starts_without_a_requirement(tmp_path):
    model = packed(tmp_path, MODEL_FN, beside={"requirements.txt": b"a-library-that-is-nowhere"})
    error = "ERROR: No matching distribution found for a-library-that-is-nowhere"
    for place in ("aws", "ours"):
        (tmp_path / place).mkdir()
    with running(model, tmp_path / "aws", "26.0.0", **IMAGE) as container:
        container.wait_for(error)
        container.wait_for("end")
        assert container.process.wait(WAIT_SECONDS) == 1
    with pytest.raises(ContainerError, match=error):
        container_of_ours(model, tmp_path / "ours").start()
