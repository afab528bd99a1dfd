"""The unmodified CDK command line against the local cloud, from bootstrap to destroy."""

import hashlib
import json
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

ROOT = Path(__file__).parents[2]
CDK = ROOT / "node_modules" / ".bin" / "cdk"
ACCOUNT = "123456789012"
ASSETS = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
PARTITION_ROLE = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-%s-${AWS::AccountId}-${AWS::Region}"
BOOTSTRAP = {
    "requiresBootstrapStackVersion": 6,
    "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
}


def assembly(folder: Path, stack: str, template: dict[str, Any], *, bootstrapped: bool = True) -> Path:
    """Write what `cdk synth` writes for one stack."""
    folder.mkdir(parents=True)
    text = json.dumps(template)
    (folder / f"{stack}.template.json").write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    asset = {
        "displayName": f"{stack} Template",
        "source": {"path": f"{stack}.template.json", "packaging": "file"},
        "destinations": {
            "current": {
                "bucketName": ASSETS,
                "objectKey": f"{digest}.json",
                "assumeRoleArn": PARTITION_ROLE % "file-publishing-role",
            }
        },
    }
    manifest: dict[str, Any] = {
        "version": "48.0.0",
        "artifacts": {
            f"{stack}.assets": {
                "type": "cdk:asset-manifest",
                "properties": {"file": f"{stack}.assets.json", **BOOTSTRAP},
            },
            stack: {
                "type": "aws:cloudformation:stack",
                "environment": "aws://unknown-account/unknown-region",
                "properties": {
                    "templateFile": f"{stack}.template.json",
                    "assumeRoleArn": PARTITION_ROLE % "deploy-role",
                    "cloudFormationExecutionRoleArn": PARTITION_ROLE % "cfn-exec-role",
                    "stackTemplateAssetObjectUrl": f"s3://{ASSETS}/{digest}.json",
                    **BOOTSTRAP,
                },
                "dependencies": [f"{stack}.assets"],
            },
        },
    }
    if not bootstrapped:
        # What the oldest synthesizer writes: no roles and no assets, so fewer requests.
        del manifest["artifacts"][f"{stack}.assets"]
        manifest["artifacts"][stack] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": f"{stack}.template.json"},
        }
    (folder / f"{stack}.assets.json").write_text(json.dumps({"version": "48.0.0", "files": {digest: asset}}))
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def template(value: str, **more: Any) -> dict[str, Any]:
    resources = {
        "Value": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}},
        "Plan": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {}}},
        **more,
    }
    version = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version"}
    outputs = {"ValueName": {"Value": {"Ref": "Value"}}}
    return {"Resources": resources, "Outputs": outputs, "Parameters": {"BootstrapVersion": version}}


REJECTED = {
    "Config": {
        "Type": "AWS::SageMaker::EndpointConfig",
        "Properties": {
            "ProductionVariants": [
                {
                    "VariantName": "AllTraffic",
                    "ModelName": "nothing",
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": 1,
                }
            ]
        },
        "DependsOn": "Value",
    }
}


class Cloud:
    """A local cloud, and the command lines that a user has."""

    def __init__(self, port: int, home: Path) -> None:
        self.url = f"http://localhost:{port}"
        self.home = home
        told = subprocess.run(
            [sys.executable, "-m", "local_sagemaker", "env", "--port", str(port)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
        exports = [shlex.split(line)[1] for line in told.splitlines() if line.startswith("export ")]
        self.environment = dict(item.split("=", 1) for item in exports)

    def cdk(self, *arguments: str, fails: bool = False, **variables: str) -> str:
        """Run the CDK command line and give what it printed."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {"PATH": path, "HOME": str(self.home), "CI": "true", **self.environment, **variables}
        done = subprocess.run(
            [str(CDK), *arguments],
            env=environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        printed = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, printed
        return printed

    def deploy(self, app: Path, **options: object) -> str:
        return self.cdk("deploy", "--app", str(app), "--require-approval", "never", **options)  # type: ignore[arg-type]

    def parameters(self, region: str = "us-east-1") -> list[str]:
        """Values of the SSM parameters that are not the bootstrap's."""
        ssm = boto3.client(
            "ssm", endpoint_url=self.url, region_name=region, aws_access_key_id="x", aws_secret_access_key="y"
        )
        names = [item["Name"] for item in ssm.describe_parameters()["Parameters"]]
        values = [ssm.get_parameter(Name=name)["Parameter"]["Value"] for name in names if "bootstrap" not in name]
        ssm.close()
        return values


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-m", "local_sagemaker", "up", "--port", "0"]
    with (
        (home / "up.log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT) as process,
    ):
        assert process.stdout
        cloud = Cloud(int(process.stdout.readline().rsplit(":", 1)[1]), home)
        cloud.cdk("bootstrap", f"aws://{ACCOUNT}/us-east-1")
        yield cloud
        process.terminate()
        assert process.wait(60) == 0


def test_a_stack_is_deployed_updated_rolled_back_and_destroyed(cloud, tmp_path):
    first = assembly(tmp_path / "first", "Life", template("one"))
    printed = cloud.deploy(first)
    assert "Life.ValueName = " in printed
    assert "AWS::Backup::BackupPlan is not emulated locally" in printed
    assert "AWS::Backup::BackupPlan is not emulated locally" in (cloud.home / "up.log").read_text()
    assert cloud.parameters() == ["one"]

    assert "(no changes)" in cloud.deploy(first)

    cloud.deploy(assembly(tmp_path / "second", "Life", template("two")))
    assert cloud.parameters() == ["two"]

    broken = assembly(tmp_path / "broken", "Life", template("three", **REJECTED))
    printed = cloud.deploy(broken, fails=True)
    # The command line cuts a long status short.
    assert "UPDATE_ROLLBACK_COMPLET" in printed
    assert "Could not find model" in printed
    assert cloud.parameters() == ["two"]

    cloud.cdk("destroy", "--app", str(first), "--force")
    assert cloud.parameters() == []


def test_a_stack_that_could_not_be_created_is_created_by_the_next_deployment(cloud, tmp_path):
    printed = cloud.deploy(assembly(tmp_path / "broken", "Born", template("one", **REJECTED)), fails=True)
    assert "ROLLBACK_COMPLETE" in printed
    assert "Could not find model" in printed
    assert cloud.parameters() == []
    good = assembly(tmp_path / "good", "Born", template("one"))
    cloud.deploy(good)
    assert cloud.parameters() == ["one"]
    cloud.cdk("destroy", "--app", str(good), "--force")


def test_another_region_is_bootstrapped_and_deployed_to(cloud, tmp_path):
    region = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "CDK_DEFAULT_REGION": "eu-west-1"}
    cloud.cdk("bootstrap", f"aws://{ACCOUNT}/eu-west-1")
    cloud.deploy(assembly(tmp_path / "app", "Abroad", template("far")), **region)
    assert cloud.parameters("eu-west-1") == ["far"]
    assert cloud.parameters() == []


def test_a_deployment_without_the_local_cloud_names_the_address_that_does_not_answer(cloud, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        elsewhere = Cloud(port, cloud.home)
        app = assembly(tmp_path / "app", "Nowhere", template("one"), bootstrapped=False)
        printed = elsewhere.deploy(app, fails=True)
    assert f"ECONNREFUSED 127.0.0.1:{port}" in printed
