from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import ConfigurationError, ModelData, SklearnImage, SklearnModel

S3_URI = "s3://bucket/0123456789abcdef0123456789abcdef/model.tar.gz"


@pytest.fixture
def data(model_dir):
    return ModelData.from_directory(model_dir)


def container(stack: cdk.Stack) -> Any:
    (model,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Model").values()
    return model["Properties"]["PrimaryContainer"]


def test_the_role_is_made_for_sagemaker_and_has_no_managed_policy(stack, data):
    SklearnModel(stack, "Model", model_data=data)
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {
                "Statement": [Match.object_like({"Principal": {"Service": "sagemaker.amazonaws.com"}})],
                "Version": "2012-10-17",
            },
            "ManagedPolicyArns": Match.absent(),
        },
    )


def test_the_model_waits_for_its_policies(stack, data):
    SklearnModel(stack, "Model", model_data=data)
    template = Template.from_stack(stack)
    (model,) = template.find_resources("AWS::SageMaker::Model").values()
    assert set(model["DependsOn"]) == set(template.find_resources("AWS::IAM::Policy"))
    assert len(model["DependsOn"]) == 2


def test_neither_model_nor_container_has_a_name(stack, data):
    SklearnModel(stack, "Model", model_data=data)
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::Model",
        {"ModelName": Match.absent(), "EnableNetworkIsolation": Match.absent(), "VpcConfig": Match.absent()},
    )


def test_digest_and_version_stand_in_the_environment(stack, data):
    SklearnModel(stack, "Model", model_data=data)
    environment = container(stack)["Environment"]
    assert environment["SKLEARN_RUNTIME_MODEL_SHA256"] == data.sha256
    assert environment["SKLEARN_RUNTIME_MODEL_SKLEARN"] == data.sklearn_version
    assert environment["SAGEMAKER_REGION"] == {"Ref": "AWS::Region"}


def test_two_models_share_one_artifact(stack, data):
    for name in ("A", "B"):
        SklearnModel(stack, name, model_data=data)
    models = Template.from_stack(stack).find_resources("AWS::SageMaker::Model").values()
    assert len({str(model["Properties"]["PrimaryContainer"]["ModelDataUrl"]) for model in models}) == 1


def test_a_script_travels_with_the_model(stack, data, tmp_path):
    (tmp_path / "hooks.py").write_text("def predict_fn(data, model): ...", encoding="utf-8")
    SklearnModel(stack, "Model", model_data=data, entry_point="hooks.py", source_dir=tmp_path)
    assert container(stack)["Environment"]["SKLEARN_RUNTIME_PROGRAM"] == "hooks.py"


def test_another_image_by_version(make_stack, model_dir):
    stack = make_stack(region="us-east-1")
    data = ModelData.from_directory(model_dir, sklearn_version="1.2.1")
    SklearnModel(stack, "Model", model_data=data, framework_version="1.2-1")
    assert container(stack)["Image"] == (
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
    )


def test_an_image_of_your_own(stack, data, tmp_path):
    (tmp_path / "Dockerfile").touch()
    SklearnModel(stack, "Model", model_data=data, image=SklearnImage.from_asset(tmp_path))
    assert "cdk-hnb659fds-container-assets" in str(container(stack)["Image"])


def test_uncompressed_model_data_is_a_data_source(stack):
    SklearnModel(stack, "Model", model_data=ModelData.from_s3("s3://bucket/model/", sklearn_version="1.9.0"))
    rendered = container(stack)
    assert "ModelDataUrl" not in rendered
    assert rendered["ModelDataSource"] == {
        "S3DataSource": {"S3Uri": "s3://bucket/model/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    }


def test_model_data_from_s3_gets_its_code_from_s3(stack):
    SklearnModel(stack, "Model", model_data=ModelData.from_s3(S3_URI, version="7", sklearn_version="1.9.0"))
    rendered = container(stack)
    assert rendered["ModelDataUrl"] == S3_URI
    assert rendered["Environment"]["PYTHONPATH"] == "/opt/ml/code"
    assert "s3://cdk-" in str(rendered["Environment"]["SAGEMAKER_SUBMIT_DIRECTORY"])
    assert rendered["Environment"]["SKLEARN_RUNTIME_MODEL_REVISION"] == "7"
    Template.from_stack(stack).resource_count_is("AWS::IAM::Policy", 3)


def test_a_model_of_unknown_version_is_warned_of(stack):
    SklearnModel(stack, "Model", model_data=ModelData.from_s3(S3_URI))
    Annotations.from_stack(stack).has_warning(
        "/Churn/Model",
        Match.string_like_regexp(r"was not compared with the image's 1.9.0; give sklearn_version= to ModelData"),
    )


def test_the_model_may_wait_for_rights_that_its_hooks_need(stack, data):
    model = SklearnModel(stack, "Model", model_data=data)
    s3.Bucket(stack, "Vocabulary").grant_read(model.role).apply_before(model.cfn_model)
    (resource,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Model").values()
    assert "ModelRoleDefaultPolicy52564B59" in resource["DependsOn"]


def test_an_imported_role_gets_nothing_and_all_its_statements_are_printed(stack, data):
    role = iam.Role.from_role_arn(stack, "Imported", "arn:aws:iam::123456789012:role/imported")
    SklearnModel(stack, "Model", model_data=data, role=role)
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::IAM::Policy", 0)
    template.has_resource("AWS::SageMaker::Model", {"DependsOn": Match.absent()})
    Annotations.from_stack(stack).has_warning(
        "/Churn/Model", Match.string_like_regexp("ecr:GetAuthorizationToken.*ecr:BatchGetImage.*s3:GetObject")
    )


def test_a_role_of_the_same_app_serves_two_models(stack, data):
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    for name in ("A", "B"):
        SklearnModel(stack, name, model_data=data, role=role)
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::IAM::Role", 1)
    policies = template.find_resources("AWS::IAM::Policy").values()
    assert len({policy["Properties"]["PolicyName"] for policy in policies}) == len(policies) == 4


def test_in_a_vpc_the_role_may_place_network_interfaces(stack, data):
    model = SklearnModel(stack, "Model", model_data=data, vpc=ec2.Vpc(stack, "Vpc"))
    model.connections.allow_to_any_ipv4(ec2.Port.tcp(443))
    template = Template.from_stack(stack)
    template.has_resource_properties("AWS::SageMaker::Model", {"VpcConfig": Match.any_value()})
    (model_resource,) = template.find_resources("AWS::SageMaker::Model").values()
    assert any("Vpc" in policy for policy in model_resource["DependsOn"])


def test_outside_a_vpc_there_are_no_connections(stack, data):
    model = SklearnModel(stack, "Model", model_data=data)
    with pytest.raises(ConfigurationError, match=r"\[Churn/Model\] the model is in no VPC; give vpc to SklearnModel"):
        _ = model.connections


def test_network_isolation_is_passed_on(stack, data):
    SklearnModel(stack, "Model", model_data=data, network_isolation=True)
    Template.from_stack(stack).has_resource_properties("AWS::SageMaker::Model", {"EnableNetworkIsolation": True})


def test_a_model_runs_on_one_architecture(make_stack, model_dir):
    stack = make_stack(region="us-east-1")
    data = ModelData.from_directory(model_dir, sklearn_version="1.0.2")
    model = SklearnModel(stack, "Model", model_data=data, framework_version="1.0-1")
    assert model.use_instance_type("ml.m6g.large") == model.use_instance_type("ml.c7g.large") == []
    (problem,) = model.use_instance_type("ml.m5.large")
    assert problem == (
        "instance type 'ml.m5.large' is x86_64, but another variant runs the same model on arm64; make a second "
        "SklearnModel for it"
    )
    assert container(stack)["Image"].endswith(":1.0-1-arm64-cpu-py3")


def test_every_problem_is_told_at_once(stack, tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ConfigurationError) as caught:
        SklearnModel(
            stack,
            "Model",
            model_data=ModelData.from_directory(tmp_path),
            framework_version="1.3-1",
            entry_point="nowhere.py",
            server="nginx",  # type: ignore[arg-type]
            method="fit",
            security_groups=[],
        )
    assert [problem.split(" ")[0] for problem in caught.value.problems] == [
        "framework_version",
        "entry_point",
        "server",
        "method",
        "vpc_subnets",
    ]
    assert str(caught.value).startswith("[Churn/Model] 5 problems:\n  - framework_version '1.3-1'")


def test_two_images_are_refused(stack, data):
    with pytest.raises(
        ConfigurationError, match=r"framework_version '1.9-0' and image are both given; the image decides"
    ):
        SklearnModel(stack, "Model", model_data=data, framework_version="1.9-0", image=SklearnImage.aws())


def test_a_region_without_images_is_refused(make_stack, data):
    with pytest.raises(ConfigurationError, match=r"\[Churn/Model\] region 'mx-central-1' has no scikit-learn image"):
        SklearnModel(make_stack(region="mx-central-1"), "Model", model_data=data)


def test_a_model_of_another_scikit_learn_is_refused(stack, model_dir):
    with pytest.raises(ConfigurationError, match=r"fitted with scikit-learn 1.2.1, but .* has 1.9.0; choose .*'1.2-1'"):
        SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir, sklearn_version="1.2.1"))


def test_variables_that_are_not_yours_are_refused(stack, data):
    with pytest.raises(ConfigurationError, match="'PYTHONPATH' is set by the construct"):
        SklearnModel(stack, "Model", model_data=data, environment={"PYTHONPATH": "/x"})
