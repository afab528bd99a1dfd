"""The CDK's Docker against the local cloud: what publishes an image stays here, the rest goes to Docker."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from local_sagemaker.containers import docker_command
from local_sagemaker.containers.docker_command import main, run

LOCAL = {"AWS_ENDPOINT_URL": "http://localhost:4566", "PATH": "/nowhere"}
ADDRESS = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/serving"


@pytest.fixture
def other(tmp_path: Path) -> dict[str, str]:
    """An environment whose podman writes down its arguments, and fails; there is no docker."""
    script = tmp_path / "podman"
    script.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\nexit 7\n', encoding="utf-8")
    script.chmod(0o755)
    return {"PATH": str(tmp_path)}


def test_a_push_registers_the_address_and_each_image_has_a_digest_of_its_own(client_of, monkeypatch, local_cloud):
    monkeypatch.setenv("AWS_ENDPOINT_URL", local_cloud.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    client = client_of("ecr", "eu-west-1")
    client.create_repository(repositoryName="team/serving")
    for tag in ("v1", "v2"):
        assert run(["--config", "/tmp/any", "push", f"{ADDRESS}:{tag}"], LOCAL) == 0
    images = client.describe_images(repositoryName="team/serving")["imageDetails"]
    assert sorted(image["imageTags"] for image in images) == [["v1"], ["v2"]]
    assert len({image["imageDigest"] for image in images}) == 2


def test_nothing_is_built_and_the_user_is_told(capsys):
    assert run(["inspect", "cdkasset-0a1b"], LOCAL) == 1
    assert run(["build", "--tag", "cdkasset-0a1b", "--platform", "linux/arm64", "."], LOCAL) == 0
    assert capsys.readouterr().err.endswith(
        " is not built: the local cloud runs its models in a Python of this machine\n"
    )
    assert run(["tag", "cdkasset-0a1b", f"{ADDRESS}:0a1b"], LOCAL) == 0


def test_a_login_reads_the_password_and_keeps_none(monkeypatch):
    password = io.StringIO("secret")
    monkeypatch.setattr(sys, "stdin", password)
    host = ADDRESS.partition("/")[0]
    assert run(["login", "--username", "AWS", "--password-stdin", host], LOCAL) == 0
    assert password.read() == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "-t", "cdk-bundling", "."],
        ["run", "--rm", "python:3.12"],
        ["push", "docker.io/team/serving:v1"],
        ["tag", "mine", f"{ADDRESS}:v1"],
        ["inspect", "mine"],
        ["login", "docker.io"],
        ["--version"],
    ],
)
def test_what_is_no_publication_goes_to_docker_or_podman(other, tmp_path, arguments):
    assert run(arguments, {**LOCAL, **other}) == 7
    assert (tmp_path / "said").read_text(encoding="utf-8").split() == arguments


def test_without_the_local_cloud_everything_goes_to_docker(other, tmp_path):
    assert run(["push", f"{ADDRESS}:v1"], other) == 7
    assert (tmp_path / "said").read_text(encoding="utf-8").split() == ["push", f"{ADDRESS}:v1"]


def test_where_there_is_no_docker_the_command_is_named(capsys):
    assert run(["run", "python:3.12"], LOCAL) == 127
    assert capsys.readouterr().err == "neither docker nor podman is on PATH, for: run python:3.12\n"


def test_the_program_ends_with_the_status(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["docker", "inspect", "cdkasset-0a1b"])
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    with pytest.raises(SystemExit, match="1"):
        main()


def test_the_installed_program_runs():
    program = docker_command.program()
    assert program is not None
    done = subprocess.run([program, "inspect", "cdkasset-0a1b"], env=LOCAL, check=False)
    assert done.returncode == 1
