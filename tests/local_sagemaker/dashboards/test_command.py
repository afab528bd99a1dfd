"""``local-sagemaker dashboard``, as a user starts it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib import image
from typer.testing import CliRunner

from local_sagemaker import settings
from local_sagemaker.cli import cli
from local_sagemaker.settings import Settings
from tests.local_sagemaker.dashboards.widgets import graph, metric

ROOT = Path(__file__).parents[3]


def run(*arguments):
    return CliRunner().invoke(cli, ["dashboard", *arguments])


@pytest.fixture
def port(cloud):
    return cloud.url.rpartition(":")[2]


def put(cloud, *widgets, name="churn"):
    cloud.client.put_dashboard(DashboardName=name, DashboardBody=json.dumps({"widgets": widgets}))


def test_a_process_draws_the_dashboard_of_a_running_local_cloud(tmp_path):
    import boto3

    program = [sys.executable, "-m", "local_sagemaker"]
    with subprocess.Popen(
        [*program, "up", "--port", "0", "--speed", "120"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as up:
        assert up.stdout
        url = up.stdout.readline().split()[1]
        client = boto3.client(
            "cloudwatch", endpoint_url=url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y"
        )
        body = {"widgets": [{**graph(metric("Invocations"), title="Traffic"), "width": 24, "height": 6}]}
        client.put_dashboard(DashboardName="churn", DashboardBody=json.dumps(body))
        picture = tmp_path / "churn.png"
        done = subprocess.run(
            [*program, "dashboard", "churn", "--png", str(picture), "--port", url.rpartition(":")[2]],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"},
        )
        client.close()
        up.terminate()
        assert up.wait(60) == 0
    assert (done.returncode, done.stdout, done.stderr) == (0, f"drawn {picture}\n", "")
    height, width, _ = image.imread(picture).shape
    assert width == 1840
    assert 450 < height < 600


def test_an_unknown_dashboard_is_refused_with_those_that_there_are(cloud, port, tmp_path):
    png = str(tmp_path / "a.png")
    result = run("chrun", "--png", png, "--port", port)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: no dashboard 'chrun' in us-east-1: there is none yet\n"
    put(cloud, name="fraud")
    put(cloud, name="churn")
    result = run("chrun", "--png", png, "--port", port)
    assert result.stderr == "error: no dashboard 'chrun' in us-east-1: there are churn, fraud\n"
    assert (
        "in eu-west-1: there is none yet" in run("churn", "--png", png, "--port", port, "--region", "eu-west-1").stderr
    )


def test_where_nothing_listens_the_remedy_is_told(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        free = str(other.getsockname()[1])
        result = run("churn", "--png", str(tmp_path / "a.png"), "--port", free)
    assert result.exit_code == 1
    assert f"start it with local-sagemaker up --port {free}" in result.stderr


def test_a_file_that_cannot_be_written_is_named(cloud, port, tmp_path):
    put(cloud)
    result = run("churn", "--png", str(tmp_path / "no" / "a.png"), "--port", port)
    assert result.exit_code == 1
    assert result.stderr.endswith("a.png cannot be written: No such file or directory\n")


def test_a_time_that_is_none_is_refused(tmp_path):
    result = run("churn", "--png", str(tmp_path / "a.png"), "--last", "soon")
    assert result.exit_code == 1
    assert "--last 'soon' is no length of time" in result.stderr


def test_a_body_that_is_not_valid_says_where(cloud, port, tmp_path):
    # What was put before a rule came.
    from moto.cloudwatch.models import cloudwatch_backends

    cloudwatch_backends["123456789012"]["us-east-1"].put_dashboard("churn", '{"widgets": [{"type": "text"}]}')
    result = run("churn", "--png", str(tmp_path / "a.png"), "--port", port)
    assert result.exit_code == 1
    assert "/widgets/0: Should have required property 'properties'" in result.stderr


def test_a_local_cloud_that_ends_meanwhile_is_told(cloud, port, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "read", lambda _: Settings("123456789012", 60.0))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        gone = str(other.getsockname()[1])
        result = run("churn", "--png", str(tmp_path / "a.png"), "--port", gone)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: CloudWatch at http://localhost:{gone} gave no answer: Could not connect")


def test_without_matplotlib_the_remedy_is_told(cloud, port, tmp_path, monkeypatch):
    put(cloud)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("churn", "--png", str(tmp_path / "a.png"), "--port", port)
    assert result.exit_code == 1
    assert "pip install 'sagemaker-sklearn-cdk[local,plot]'" in result.stderr


def test_the_help_and_the_other_commands_do_without_matplotlib_and_boto3():
    heavy = ["boto3", "matplotlib", "moto"]
    program = f"import local_sagemaker.cli, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
