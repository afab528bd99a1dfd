import contextlib
import json
import re
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms

from constructs_lib import (
    Checkpoints,
    InstanceVariant,
    IntegerRange,
    MetricDefinition,
    ModelData,
    ServerlessVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnFunction,
    SklearnModel,
    SklearnMultiModel,
    SklearnTraining,
    SklearnTransform,
    SklearnTuning,
    SmokeTest,
)

PACKS = (
    cdk_nag.AwsSolutionsChecks,
    cdk_nag.HIPAASecurityChecks,
    cdk_nag.NIST80053R4Checks,
    cdk_nag.NIST80053R5Checks,
    cdk_nag.PCIDSS321Checks,
)
INLINE = {f"{pack}-IAMNoInlinePolicy" for pack in ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321")}
NO_ACTION = {f"{pack}-CloudWatchAlarmAction" for pack in ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5")}
NO_KEY = {rule.replace("IAMNoInlinePolicy", "SageMakerEndpointConfigurationKMSKeyConfigured") for rule in INLINE}


def acknowledged(stack: cdk.Stack) -> dict[str, set[str]]:
    """Every rule that is acknowledged anywhere in the stack, with the ids of the constructs."""
    found: dict[str, set[str]] = {}
    for construct in stack.node.find_all():
        for entry in construct.node.metadata:
            if entry.type == cdk.Validations.ACKNOWLEDGED_RULES_METADATA_KEY:
                for rule in entry.data:
                    found.setdefault(rule.split("::", 1)[1], set()).add(re.sub("[0-9a-f]{8}$", "", construct.node.id))
    return found


def findings(stack: cdk.Stack) -> dict[str, Any]:
    """What the packs find: rule and paths of the resources."""
    app = cdk.App.of(stack)
    assert app is not None
    cdk.Validations.of(app).add_plugins(*(pack(app) for pack in PACKS))
    with contextlib.suppress(RuntimeError):  # a finding fails the synthesis; the report says which
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text(encoding="utf-8"))
    return {
        violation["ruleName"]: [resource["constructPath"] for resource in violation["violatingConstructs"]]
        for plugin in report.get("pluginReports", [])
        for violation in plugin["violations"]
    }


def deploy(stack: cdk.Stack, model_dir: Path, *, key: bool = True, instance_type: str = "ml.m5.large") -> None:
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    encryption_key = kms.Key(stack, "Key", enable_key_rotation=True) if key else None
    SklearnEndpoint(stack, "Endpoint", model=model, instance_type=instance_type, encryption_key=encryption_key)


@pytest.mark.parametrize("flags", [True, False], ids=["flags on", "flags off"])
@pytest.mark.parametrize("region", [None, "eu-west-1"])
def test_no_pack_finds_anything(make_stack, model_dir, flags, region):
    stack = make_stack(flags=flags, region=region)
    deploy(stack, model_dir)
    assert findings(stack) == {}


def test_exactly_these_findings_are_acknowledged(make_stack, model_dir):
    stack = make_stack(region="eu-west-1")
    deploy(stack, model_dir)
    name = cdk.Names.unique_resource_name(stack.node.find_child("Endpoint"), separator="-").lower()
    streams = f"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/{name}:*"
    assert acknowledged(stack) == {
        **{rule: {"Alarms", "AwsImage", "ModelData", "Logs"} for rule in INLINE},
        **{rule: {"AllTrafficErrors", "AllTrafficLatency"} for rule in NO_ACTION},
        "AwsSolutions-IAM5[Resource::*]": {"AwsImage", "Logs"},
        f"AwsSolutions-IAM5[Resource::{streams}]": {"Logs"},
    }


def test_every_acknowledgement_has_a_reason(stack, model_dir):
    deploy(stack, model_dir, key=False, instance_type="ml.m5d.large")
    reasons = {
        reason
        for construct in stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == cdk.Validations.ACKNOWLEDGED_RULES_METADATA_KEY
        for reason in entry.data.values()
    }
    assert len(reasons) == 6
    assert all(reason.endswith(".") for reason in reasons)


def test_no_key_is_acknowledged_only_where_none_can_be_used(make_stack, model_dir):
    nvme = make_stack()
    deploy(nvme, model_dir, key=False, instance_type="ml.m5d.large")
    assert set(acknowledged(nvme)) >= NO_KEY
    assert findings(nvme) == {}


def test_a_serverless_variant_has_no_volume_to_encrypt(stack, model_dir):
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    config = SklearnEndpointConfig(stack, "Config", variants=[ServerlessVariant(model=model)])
    SklearnEndpoint(stack, "Endpoint", config=config)
    assert set(acknowledged(stack)) >= NO_KEY
    assert findings(stack) == {}


def test_a_smoke_tests_function_does_without_what_only_a_busy_one_needs(stack, model_dir):
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    SklearnEndpoint(stack, "Endpoint", model=model, encryption_key=key, smoke_test=SmokeTest(rows=[[0.0]]))
    assert {rule.partition("-")[2] for rule, ids in acknowledged(stack).items() if "Function" in ids} == {
        "LambdaConcurrency",
        "LambdaDLQ",
        "LambdaInsideVPC",
    }
    assert findings(stack) == {}


def front(stack: cdk.Stack, **options: Any) -> SklearnFunction:
    endpoint = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn")
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    return SklearnFunction(
        stack, "Front", endpoint=endpoint, encryption_key=key, reserved_concurrent_executions=10, **options
    )


def test_of_a_front_function_only_what_nobody_could_change_is_acknowledged(make_stack):
    stack = make_stack(region="eu-west-1")
    front(stack)
    assert {rule.partition("-")[2] for rule, ids in acknowledged(stack).items() if "Resource" in ids} == {"LambdaDLQ"}
    wildcards = {rule: ids for rule, ids in acknowledged(stack).items() if "IAM5" in rule}
    assert wildcards == {"AwsSolutions-IAM5[Resource::*]": {"Trace"}}
    assert {rule.partition("-")[2] for rule in findings(stack)} == {"LambdaInsideVPC"}


def test_a_front_function_in_a_vpc_leaves_only_the_rights_for_it_to_the_user(make_stack):
    stack = make_stack(region="eu-west-1")
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a"],
        private_subnet_ids=["subnet-0123456789abcdef0"],
        private_subnet_route_table_ids=["rtb-0123456789abcdef0"],
    )
    front(stack, vpc=vpc)
    arn = "arn:aws:ec2:eu-west-1:123456789012"
    kinds = ("*", "network-interface", "security-group", "subnet")
    assert set(findings(stack)) == {
        "AwsSolutions-IAM5[Resource::*]",
        *(f"AwsSolutions-IAM5[Resource::{arn}:{kind}/*]" for kind in kinds),
    }


def test_keys_that_nobody_knows_at_synthesis_are_acknowledged_and_the_bucket_is_the_users(stack):
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    models = SklearnMultiModel(stack, "Models", encryption_key=key)
    config = SklearnEndpointConfig(stack, "Config", variants=[InstanceVariant(model=models)], encryption_key=key)
    SklearnEndpoint(stack, "Endpoint", config=config)
    assert any(rule.endswith(".Arn>/models/*]") for rule in acknowledged(stack))
    assert {rule.partition("-")[2] for rule in findings(stack)} == {
        "S1",
        "S3BucketDefaultLockEnabled",
        "S3BucketLoggingEnabled",
        "S3BucketReplicationEnabled",
    }


def test_a_key_that_was_left_out_is_found(stack, model_dir):
    deploy(stack, model_dir, key=False)
    assert findings(stack) == {rule: ["Churn/Endpoint/Config/Resource"] for rule in NO_KEY}


def test_what_the_user_chose_to_open_is_the_users_to_acknowledge(make_stack):
    stack = make_stack(region="eu-west-1")
    prefix = ModelData.from_s3("s3://bucket/model/", sklearn_version="1.9.0")
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a"],
        private_subnet_ids=["subnet-0123456789abcdef0"],
        private_subnet_route_table_ids=["rtb-0123456789abcdef0"],
    )
    SklearnModel(stack, "Model", model_data=prefix, vpc=vpc)
    arn = "arn:aws:ec2:eu-west-1:123456789012"
    assert {rule for rule in findings(stack) if "IAM5" in rule} == {
        "AwsSolutions-IAM5[Resource::*]",
        "AwsSolutions-IAM5[Resource::arn:aws:s3:::bucket/model/*]",
        f"AwsSolutions-IAM5[Resource::{arn}:network-interface/*]",
        f"AwsSolutions-IAM5[Resource::{arn}:security-group/*]",
        f"AwsSolutions-IAM5[Resource::{arn}:subnet/*]",
    }


def test_a_training_leaves_only_its_bucket_to_the_user(make_stack, model_dir):
    stack = make_stack(region="eu-west-1")
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, encryption_key=key)
    script = model_dir.parent / "train.py"
    script.write_text("pass", encoding="utf-8")
    training = SklearnTraining(
        stack, "Training", entry_point=script, inputs="s3://data/train/", encryption_key=key, checkpoints=Checkpoints()
    )
    training.deploy_to(endpoint)
    found = findings(stack)
    assert {rule.partition("-")[2] for rule in found} == {
        "S1",
        "S3BucketDefaultLockEnabled",
        "S3BucketLoggingEnabled",
        "S3BucketReplicationEnabled",
    }
    assert {path for paths in found.values() for path in paths} == {"Churn/Training/Output/Resource"}
    wildcards = {
        rule for rule, ids in acknowledged(stack).items() if "IAM5" in rule and ids - {"ModelData", "AwsImage"}
    }
    place = "eu-west-1:123456789012"
    names = (training.training_name, endpoint.endpoint_name)
    assert wildcards == {
        f"AwsSolutions-IAM5[Resource::{resource}]"
        for resource in (
            "*",
            f"arn:aws:logs:{place}:log-group:/aws/sagemaker/Endpoints/{names[1]}:*",
            f"arn:aws:logs:{place}:log-group:/aws/sagemaker/TrainingJobs:*",
            f"arn:aws:logs:{place}:log-group:/aws/sagemaker/TrainingJobs:log-stream:{names[0]}-*",
            f"arn:aws:sagemaker:{place}:training-job/{names[0]}-*",
            f"arn:aws:sagemaker:{place}:model/{names[1]}-*",
            f"arn:aws:sagemaker:{place}:endpoint-config/{names[1]}-*",
            "arn:<AWS::Partition>:s3:::data/train/*",
            "<TrainingOutput93A238ED.Arn>/training/*",
            "<TrainingOutput93A238ED.Arn>/training/checkpoints/*",
        )
    }


def test_of_a_transform_only_its_bucket_is_found_as_those_of_others_are(make_stack, model_dir):
    stack = make_stack(region="eu-west-1")
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    transform = SklearnTransform(stack, "Scores", model=model, data="s3://data/in/", encryption_key=key)
    found = findings(stack)
    assert {path for paths in found.values() for path in paths} == {"Churn/Scores/Output/Resource"}
    wildcards = {rule for rule in acknowledged(stack) if "IAM5" in rule}
    place, name = "eu-west-1:123456789012", transform.transform_name
    for resource in (
        f"arn:aws:logs:{place}:log-group:/aws/sagemaker/TransformJobs:log-stream:{name}-*",
        f"arn:aws:sagemaker:{place}:transform-job/{name}-*",
        "arn:<AWS::Partition>:s3:::data/in/*",
    ):
        assert f"AwsSolutions-IAM5[Resource::{resource}]" in wildcards


def test_of_a_tuning_only_the_trainings_bucket_is_found(make_stack, model_dir):
    stack = make_stack(region="eu-west-1")
    script = model_dir.parent / "train.py"
    script.write_text("pass", encoding="utf-8")
    training = SklearnTraining(
        stack,
        "Training",
        entry_point=script,
        inputs="s3://data/train/",
        encryption_key=kms.Key(stack, "Key", enable_key_rotation=True),
        metric_definitions=[MetricDefinition(name="f1", regex="f1=([0-9.]+)")],
    )
    ranges = {"depth": IntegerRange(minimum=1, maximum=8)}
    tuning = SklearnTuning(stack, "Tuner", training=training, objective="f1", ranges=ranges)
    tuning.publish_to("/churn/model-data")
    found = findings(stack)
    assert {path for paths in found.values() for path in paths} == {"Churn/Training/Output/Resource"}
