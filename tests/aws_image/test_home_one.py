"""AWS's own start-up code, given what the template gives it, ends up with our server in gunicorn's place."""

import io
import json
import urllib.error
from pathlib import Path

import numpy as np
import pytest

from tests.aws_image.containers import running
from tests.aws_image.environment import GUNICORNS


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def check(container, rows, fitted) -> None:
    """What must hold whatever way the code came in."""
    listening = json.loads(container.wait_for('"listening"'))
    assert listening["address"].startswith("127.0.0.1:")
    container.ready()
    assert container.get("/execution-parameters") == 200
    np.testing.assert_array_equal(container.predict(rows), fitted.predict(rows))
    buffer = io.BytesIO()
    np.save(buffer, rows)
    answer = container.invoke(buffer.getvalue(), "application/x-npy", "application/x-npy")
    np.testing.assert_array_equal(np.load(io.BytesIO(answer)), fitted.predict(rows))
    with pytest.raises(urllib.error.HTTPError, match="400") as refused:
        container.invoke(b"{", "application/json", "application/json")
    assert json.loads(refused.value.read())["error"]["type"] == "MalformedBody"
    # Our master has gunicorn's place: it is the only child of the image's start-up code, and the log is its own.
    assert children(container.process.pid) == [listening["pid"]]
    assert len(children(listening["pid"])) == listening["workers"]
    assert container.terminate() == 0
    assert not any("Traceback" in line for line in container.lines)


@pytest.mark.parametrize("gunicorn", GUNICORNS)
def test_with_the_code_in_the_archive(in_archive, tmp_path, gunicorn, rows, fitted, record_property):
    with running(in_archive, tmp_path, gunicorn) as container:
        check(container, rows, fitted)
    record_property("ready_seconds", round(container.ready_seconds, 2))
    print(f"gunicorn {gunicorn}, code in the archive: ready in {container.ready_seconds:.2f} s")


@pytest.mark.parametrize("gunicorn", GUNICORNS)
def test_with_the_code_from_s3(from_s3, upload, tmp_path, gunicorn, rows, fitted, record_property):
    access = upload({url: path for url, path in from_s3.objects.items() if url != from_s3.model_data_url})
    with running(from_s3, tmp_path, gunicorn, **access) as container:
        check(container, rows, fitted)
    record_property("ready_seconds", round(container.ready_seconds, 2))
    print(f"gunicorn {gunicorn}, code from S3: ready in {container.ready_seconds:.2f} s")


def test_a_model_that_cannot_load_ends_the_container_with_the_reason_last(in_archive, tmp_path):
    changed = in_archive._replace(environment={**in_archive.environment, "SKLEARN_RUNTIME_MODEL_SHA256": "0" * 64})
    with running(changed, tmp_path, "26.0.0", SKLEARN_RUNTIME_FAILURE_PAUSE="0") as container:
        container.wait_for("end")
        # AWS's start-up code ends when gunicorn does, and does not hand on its status.
        assert container.process.wait(60) == 0
        reason = json.loads(container.lines[-2])
    assert reason["level"] == "ERROR"
    assert "0" * 64 in reason["message"]
