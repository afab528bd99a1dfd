"""The environment that points clients at the local cloud."""

import os
import subprocess
import urllib.request
from pathlib import Path

from local_sagemaker.environment import client_environment, export_lines, sdk_environment
from local_sagemaker.sagemaker_sdk.client_files import ClientFiles


def variables():
    return client_environment("http://localhost:4566", account_id="123456789012", region="eu-west-1")


def test_region_account_and_address_are_told_to_every_client():
    told = variables()
    assert told["AWS_ENDPOINT_URL"] == told["AWS_ENDPOINT_URL_S3"] == "http://localhost:4566"
    assert told["AWS_REGION"] == told["AWS_DEFAULT_REGION"] == told["CDK_DEFAULT_REGION"] == "eu-west-1"
    assert told["CDK_DEFAULT_ACCOUNT"] == "123456789012"
    assert told["AWS_EC2_METADATA_DISABLED"] == "true"


def test_a_shell_that_reads_the_lines_has_the_variables_and_no_profile():
    script = "\n".join(export_lines(variables())) + "\nenv\n"
    environment = {**os.environ, "AWS_PROFILE": "mine", "AWS_SESSION_TOKEN": "secret"}
    told = subprocess.run(["sh"], input=script, env=environment, capture_output=True, text=True, check=True).stdout
    seen = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    assert {name: seen.get(name) for name in variables()} == variables()


def test_a_value_with_a_space_survives_the_shell():
    assert list(export_lines({"A": "one two"})) == ["export A='one two'"]


def test_the_sdk_is_told_of_the_proxy_and_whom_to_trust():
    files = ClientFiles(ca_bundle=Path("/cache/ca.pem"), defaults=Path("/cache/sdk.yaml"))
    told = sdk_environment("http://localhost:4566", files)
    assert told["HTTPS_PROXY"] == told["https_proxy"] == "http://localhost:4566"
    assert told["AWS_CA_BUNDLE"] == "/cache/ca.pem"
    assert told["SAGEMAKER_ADMIN_CONFIG_OVERRIDE"] == "/cache/sdk.yaml"


def test_a_list_of_the_users_does_not_send_sts_past_the_proxy(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, ".amazonaws.com,169.254.169.254")
    files = ClientFiles(ca_bundle=Path("/cache/ca.pem"), defaults=Path("/cache/sdk.yaml"))
    for name, value in sdk_environment("http://localhost:4566", files).items():
        monkeypatch.setenv(name, str(value))
    assert not urllib.request.proxy_bypass("sts.eu-west-1.amazonaws.com")
    for host in ("localhost", "127.0.0.1", "::1"):
        assert urllib.request.proxy_bypass(host)
