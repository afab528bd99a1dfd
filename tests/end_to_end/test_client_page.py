"""docs/client.md, block by block, as its reader would paste it, on an endpoint of the local cloud."""

import re

import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.end_to_end.conftest import ROOT
from tests.local_sagemaker.cloud import running_cloud, with_runtime

BLOCKS = re.findall(r"<!-- run -->\n```python\n(.*?)```", (ROOT / "docs" / "client.md").read_text(), re.DOTALL)


@pytest.fixture
def _endpoint(monkeypatch, tmp_path):
    data = load_breast_cancer(as_frame=True)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
    monkeypatch.chdir(tmp_path)
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with running_cloud() as cloud:
        monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.url)
        cloud.make_endpoint(cloud.make_config(cloud.make_model(with_runtime(model))), "churn")
        yield


@pytest.mark.usefixtures("_endpoint")
def test_its_blocks_run_in_their_order(capsys):
    names: dict[str, object] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/client.md", "exec"), names)
    said = capsys.readouterr().out
    assert "569 of 569 rows" in said
    assert "missing" in said, said
