"""The command line of the local cloud, as a user starts it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from local_sagemaker.__main__ import main
from local_sagemaker.cli import cli


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "local_sagemaker", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_up_says_when_it_is_ready_and_stops_cleanly(number):
    with start("up", "--port", "0") as process:
        assert process.stdout
        ready = process.stdout.readline().strip()
        assert ready.startswith("ready http://localhost:")
        url = ready.split()[1]
        client = boto3.client(
            "sts", endpoint_url=url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y"
        )
        assert client.get_caller_identity()["Account"] == "123456789012"
        # The connection stays open, which must not keep the server.
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        client.close()
    assert (process.returncode, out, err) == (0, "", "")


def test_up_refuses_strangers_where_it_is_told_to():
    with start("up", "--port", "0", "--known-keys-only") as process:
        assert process.stdout
        url = process.stdout.readline().split()[1]
        options = {"endpoint_url": url, "region_name": "us-east-1"}
        known = boto3.client("sts", aws_access_key_id="local", aws_secret_access_key="local", **options)
        assert known.get_caller_identity()["Account"] == "123456789012"
        stranger = boto3.client("sts", aws_access_key_id="x", aws_secret_access_key="y", **options)
        with pytest.raises(ClientError, match="InvalidClientTokenId"):
            stranger.get_caller_identity()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        known.close()
        stranger.close()


def test_a_port_in_use_is_named_with_the_remedy():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with start("up", "--port", str(port)) as process:
            out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert err.startswith(f"error: port {port} is in use: stop the program that listens on it, or choose another")


def test_a_python_that_is_not_there_is_named():
    with start("up", "--port", "0", "--python", "1.2-1=/no/such/python") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("error: --python '1.2-1=/no/such/python': there is no program")


def test_env_prints_what_points_a_shell_at_the_port():
    result = CliRunner().invoke(cli, ["env", "--port", "5000", "--region", "eu-west-1"])
    assert result.exit_code == 0
    assert "export AWS_ENDPOINT_URL=http://localhost:5000\n" in result.output
    assert "export AWS_REGION=eu-west-1\n" in result.output
    assert "unset AWS_PROFILE\n" in result.output


def test_env_prints_what_the_sagemaker_sdk_needs_when_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "HTTPS_PROXY" not in CliRunner().invoke(cli, ["env"]).output
    output = CliRunner().invoke(cli, ["env", "--port", "5000", "--sagemaker-sdk"]).output
    assert "export AWS_ENDPOINT_URL=http://localhost:5000\n" in output
    assert "export HTTPS_PROXY=http://localhost:5000\n" in output
    assert f"export AWS_CA_BUNDLE={tmp_path}/local-sagemaker/ca-bundle.pem\n" in output


def test_env_says_when_there_is_no_place_for_the_sdks_files(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    result = CliRunner().invoke(cli, ["env", "--sagemaker-sdk"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "set XDG_CACHE_HOME" in result.stderr


def test_env_says_where_nothing_answers_without_getting_in_the_shells_way():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = str(other.getsockname()[1])
        assert (
            f"nothing answers at http://localhost:{port} yet" in CliRunner().invoke(cli, ["env", "--port", port]).stderr
        )
        other.listen()
        result = CliRunner().invoke(cli, ["env", "--port", port])
    assert result.stderr == ""
    assert all(line.startswith(("export ", "unset ")) for line in result.stdout.splitlines())


def test_the_installed_command_is_the_same(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["local-sagemaker", "env", "--port", "1"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 0
    assert "export AWS_ENDPOINT_URL=http://localhost:1\n" in capsys.readouterr().out


def test_without_a_command_it_shows_its_help():
    result = CliRunner().invoke(cli, [])
    assert "Usage: " in result.output
    assert "up" in result.output
    assert "env" in result.output


def test_a_port_that_cannot_be_is_refused():
    result = CliRunner().invoke(cli, ["up", "--port", "70000"])
    assert result.exit_code == 2
    assert "--port" in result.output
