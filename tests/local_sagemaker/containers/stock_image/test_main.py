"""A script without `sklearn_runtime`, planned and started as a container."""

import ast
import shutil
from pathlib import Path

import pytest
from moto.core.base_backend import BackendDict

from local_sagemaker.access.rights import Credentials
from local_sagemaker.containers import stock_image
from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.containers.container_plans import Site, plan_container
from local_sagemaker.containers.containers import Container
from local_sagemaker.containers.processes import stop_watchdog
from local_sagemaker.data_plane_errors import ContainerError
from tests.local_sagemaker.cloud import ACCOUNT, IMAGE, REGION
from tests.local_sagemaker.recorder import Recorder

SCRIPT = """
import logging

class Model:
    def predict(self, rows):
        return rows.sum(axis=1)

def model_fn(model_dir):
    logging.getLogger("mine").debug("not in the image's log")
    logging.getLogger("mine").info("loaded")
    return Model()
"""


class Log(ContainerLog):
    """A log that is kept."""

    def __init__(self):
        super().__init__(Recorder(), "group", "stream", account_id=ACCOUNT, region=REGION)
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append(line)
        super().write(line)


@pytest.fixture
def make(tmp_path):
    BackendDict.reset()
    made: list[Container] = []

    def make(script: str, log: Log | None = None, **given: str) -> Container:
        for name in ("model", "code", "tmp"):
            (tmp_path / name).mkdir()
        (tmp_path / "code/serve.py").write_text(script, encoding="utf-8")
        site = Site(tmp_path, REGION, "http://localhost:4566", Credentials("ASIA1", "secret", "token"))
        plan = plan_container({"SAGEMAKER_PROGRAM": "serve.py", **given}, site, image=IMAGE)
        made.append(Container(plan, tmp_path / "s", tmp_path / "tmp", log or Log(), 60.0))
        return made[-1]

    yield make
    for container in made:
        container.stop()
    stop_watchdog()
    shutil.rmtree(tmp_path)


def ask(container, method, path, body=b"", **headers):
    return container.client.request(method, path, body=body, headers=headers, timeout=60)


def test_it_serves_the_script_as_the_image_would(make):
    log = Log()
    container = make(SCRIPT, log, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="text/csv", SAGEMAKER_CONTAINER_LOG_LEVEL="10")
    container.start()
    answer = ask(container, "POST", "/invocations", b"[[1, 2], [3, 4]]")
    assert (answer.status, answer.headers["content-type"], answer.body) == (
        200,
        "text/csv; charset=utf-8",
        b"3.0\n7.0\n",
    )
    assert ask(container, "POST", "/invocations", b"1,2", **{"Content-Type": "text/csv"}).status == 500
    assert ask(container, "GET", "/execution-parameters").status == 404
    assert any('"loaded"' in line for line in log.lines)
    assert not any("not in the image's log" in line for line in log.lines)


@pytest.mark.parametrize(
    ("script", "given", "reason"),
    [
        ("", {}, r"^serve\.py defines no model_fn, and AWS's image has no default for it"),
        ("def model_fn(model_dir):\n    raise KeyError('weights')\n", {}, r"^model_fn raised KeyError: 'weights'$"),
        (SCRIPT, {"SAGEMAKER_MODEL_SERVER_TIMEOUT": "soon"}, r"^SAGEMAKER_MODEL_SERVER_TIMEOUT is 'soon': give a"),
        (SCRIPT, {"SAGEMAKER_CONTAINER_LOG_LEVEL": "INFO"}, r"^SAGEMAKER_CONTAINER_LOG_LEVEL is 'INFO': give a level"),
    ],
)
def test_what_the_image_would_not_serve_fails_at_once_with_the_reason(make, script, given, reason):
    with pytest.raises(ContainerError, match=reason):
        make(script, **given).start()


@pytest.mark.parametrize("path", list(Path(stock_image.__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_it_has_syntax_of_python_3_7(path):
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))
