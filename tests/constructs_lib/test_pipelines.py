"""One model, in the stages of a CDK pipeline: each account and region gets its own copy of the archive."""

import json
import re
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk import pipelines

from constructs_lib import ModelData, SklearnEndpoint, SklearnModel

STAGES = {"Test": ("222222222222", "eu-west-1"), "Prod": ("333333333333", "us-gov-west-1")}


@pytest.fixture(scope="module")
def assembly(model_dir, tmp_path_factory) -> Path:
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("pipeline") / "cdk.out"))
    data = ModelData.from_directory(model_dir)
    stack = cdk.Stack(app, "Delivery", env=cdk.Environment(account="111111111111", region="eu-west-1"))
    source = pipelines.CodePipelineSource.s3(s3.Bucket(stack, "Source", versioned=True), "source.zip")
    synth = pipelines.ShellStep("Synth", input=source, commands=["cdk synth"])
    pipeline = pipelines.CodePipeline(stack, "Pipeline", synth=synth, cross_account_keys=True)
    for name, (account, region) in STAGES.items():
        stage = cdk.Stage(app, name, env=cdk.Environment(account=account, region=region))
        churn = cdk.Stack(stage, "Churn")
        SklearnEndpoint(churn, "Endpoint", model=SklearnModel(churn, "Model", model_data=data))
        pipeline.add_stage(stage)
    pipeline.build_pipeline()
    return Path(app.synth().directory)


def commands(assembly: Path) -> str:
    """Everything that the pipeline's build projects run."""
    template = json.loads((assembly / "Delivery.template.json").read_text(encoding="utf-8"))
    projects = (item for item in template["Resources"].values() if item["Type"] == "AWS::CodeBuild::Project")
    return "\n".join(str(project["Properties"]["Source"]["BuildSpec"]) for project in projects)


def container(assembly: Path, stage: str) -> Any:
    (template,) = (assembly / f"assembly-{stage}").glob("*.template.json")
    resources = json.loads(template.read_text(encoding="utf-8"))["Resources"].values()
    (model,) = (item for item in resources if item["Type"] == "AWS::SageMaker::Model")
    return model["Properties"]["PrimaryContainer"]


def test_each_stage_publishes_the_archive_to_its_own_account_and_region(assembly):
    published = re.findall(
        r"cdk-assets --path \S*assembly-(\w+)/\S+ --verbose publish \S*?([0-9a-f]{64}):(\d+)-", commands(assembly)
    )
    archives = {
        (stage, digest, account) for stage, digest, account in published if digest in str(container(assembly, stage))
    }
    assert {(stage, account) for stage, _, account in archives} == {(name, where[0]) for name, where in STAGES.items()}
    assert len({digest for _, digest, _ in archives}) == 1


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_published_lies_in_the_assembly(assembly, stage):
    folder = assembly / f"assembly-{stage}"
    (manifest,) = folder.glob("*.assets.json")
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"].values()
    (archive,) = (file["source"]["path"] for file in files if ".tar.gz" in file["source"]["path"])
    assert (folder / archive).is_file()


@pytest.mark.parametrize(("stage", "account", "region"), [(name, *where) for name, where in STAGES.items()])
def test_each_stage_reads_its_own_bucket_and_registry(assembly, stage, account, region):
    found = container(assembly, stage)
    assert f"cdk-hnb659fds-assets-{account}-{region}/" in str(found["ModelDataUrl"])
    assert f".dkr.ecr.{region}." in str(found["Image"])
