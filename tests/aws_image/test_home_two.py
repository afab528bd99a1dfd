"""The image's own server, with the bundled hooks in place of its defaults."""

import io
import json
import urllib.error
from pathlib import Path

import numpy as np
import pytest

from tests.aws_image.containers import running

# What the image itself sets, and there is no nginx here.
IMAGE = {"SAGEMAKER_SERVING_MODULE": "stock_image:main", "SAGEMAKER_USE_NGINX": "false"}


@pytest.mark.parametrize("gunicorn", ["20.0.4", "26.0.0"])
def test_the_stock_server_serves_our_hooks(stock, tmp_path, gunicorn, rows, fitted, record_property):
    assert not {"GUNICORN_CMD_ARGS", "SAGEMAKER_SERVING_MODULE"} & set(stock.environment)
    here = str(Path(__file__).parent)
    with running(stock, tmp_path, gunicorn, PYTHONPATH=here, SAGEMAKER_MODEL_SERVER_WORKERS="1", **IMAGE) as container:
        container.wait_for("Booting worker with pid")
        container.ready()
        np.testing.assert_array_equal(container.predict(rows), fitted.predict(rows))
        one_row = container.invoke(",".join(map(repr, rows[0].tolist())).encode(), "text/csv", "text/csv")
        assert int(one_row) == fitted.predict(rows[:1])[0]
        buffer = io.BytesIO()
        np.save(buffer, rows)
        answer = container.invoke(buffer.getvalue(), "application/x-npy", "application/x-npy")
        np.testing.assert_array_equal(np.load(io.BytesIO(answer)), fitted.predict(rows))
        with pytest.raises(urllib.error.HTTPError, match="400") as refused:
            container.invoke(b"{", "application/json", "application/json")
        assert json.loads(refused.value.read())["error"]["type"] == "MalformedBody"
        assert container.terminate() == 0
    record_property("ready_seconds", round(container.ready_seconds, 2))
    print(f"gunicorn {gunicorn}, stock server: ready in {container.ready_seconds:.2f} s")
