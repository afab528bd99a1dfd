import json

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import ConfigurationError, ModelData, ModelDataError, SklearnModel
from constructs_lib.training.lookup import context_key

NAME = "churn-2026-11-28-08-00-00-000"
URI = f"s3://out/training/{NAME}/output/model.tar.gz"


def known(stack: cdk.Stack, account: str = "123456789012", region: str = "eu-west-1", version: str = "1.9.0") -> None:
    value = {"model_data": URI, "sklearn_version": version}
    stack.node.set_context(context_key(account, region, NAME), value)


def test_a_job_that_was_looked_up_is_deployed(make_stack):
    stack = make_stack(region="eu-west-1")
    known(stack)
    SklearnModel(stack, "Model", model_data=ModelData.from_training_job(NAME))
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::Model",
        {
            "PrimaryContainer": {
                "ModelDataUrl": URI,
                "Environment": {
                    "SKLEARN_RUNTIME_MODEL_SKLEARN": "1.9.0",
                    "SKLEARN_RUNTIME_MODEL_REVISION": NAME,
                },
            }
        },
    )
    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


def test_a_stack_without_account_and_region_takes_the_only_lookup(stack):
    known(stack)
    SklearnModel(stack, "Model", model_data=ModelData.from_training_job(NAME))


def test_a_stack_without_account_and_region_cannot_choose_between_two(stack):
    known(stack)
    known(stack, region="us-east-1")
    with pytest.raises(ConfigurationError, match=r"is more than once in the app's context.*give the stack its env"):
        SklearnModel(stack, "Model", model_data=ModelData.from_training_job(NAME))


def test_a_job_of_another_region_does_not_count(make_stack):
    stack = make_stack(region="eu-west-1")
    known(stack, region="us-east-1")
    command = f"run: python -m constructs_lib lookup training-job {NAME} --region eu-west-1"
    with pytest.raises(ConfigurationError, match=command):
        SklearnModel(stack, "Model", model_data=ModelData.from_training_job(NAME))


def test_the_version_of_the_job_is_compared_with_the_images(make_stack):
    stack = make_stack(region="eu-west-1")
    known(stack, version="1.2.1")
    with pytest.raises(ConfigurationError, match=r"the model was fitted with scikit-learn 1\.2\.1"):
        SklearnModel(stack, "Model", model_data=ModelData.from_training_job(NAME))


def test_a_parameter_is_read_at_each_deployment_and_everything_below_the_prefix_may_be_read(stack):
    data = ModelData.from_parameter("/churn/model-data", artifacts="s3://out/training/", sklearn_version="1.9.0")
    SklearnModel(stack, "Model", model_data=data)
    template = Template.from_stack(stack)
    (parameter,) = [
        name
        for name, one in template.find_parameters("*").items()
        if one["Type"] == "AWS::SSM::Parameter::Value<String>" and one["Default"] == "/churn/model-data"
    ]
    template.has_resource_properties(
        "AWS::SageMaker::Model", {"PrimaryContainer": {"ModelDataUrl": {"Ref": parameter}}}
    )
    assert ":s3:::out/training/*" in json.dumps(template.find_resources("AWS::IAM::Policy"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ModelData.from_training_job("a_b"), "training job 'a_b' is not a name"),
        (lambda: ModelData.from_parameter("a b", artifacts="s3://b/p/"), "parameter 'a b' is not a name"),
        (lambda: ModelData.from_parameter("/a", artifacts="b/p"), "artifacts 'b/p' is not an address"),
        (
            lambda: ModelData.from_parameter("/a", artifacts="s3://b/p/", sklearn_version="new"),
            "sklearn_version 'new' is not a version",
        ),
    ],
)
def test_what_is_given_wrong_is_named(make, message):
    with pytest.raises(ModelDataError, match=message):
        make()
