import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import ConfigurationError, ModelData, ModelDataError, SklearnModel
from constructs_lib.lookup import context_key

NAME = "churn-2026-11-28-08-00-00-000"
URI = f"s3://out/training/{NAME}/output/model.tar.gz"


SHA256 = "0123456789abcdef" * 4


def known(stack: cdk.Stack, region: str = "eu-west-1", version: str = "1.9.0", **more: str) -> None:
    value = {"model_data": URI, "sklearn_version": version, **more}
    stack.node.set_context(context_key("training-job", "123456789012", region, NAME), value)


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


def test_a_digest_that_was_looked_up_is_checked_by_the_container(make_stack):
    stack = make_stack(region="eu-west-1")
    known(stack, sha256=SHA256)
    SklearnModel(stack, "Model", model_data=ModelData.from_training_job(NAME))
    variables = {"SKLEARN_RUNTIME_MODEL_SHA256": SHA256}
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::Model", {"PrimaryContainer": {"Environment": Match.object_like(variables)}}
    )


def package(
    stack: cdk.Stack, name: str = "churn", version: int = 3, account: str = "123456789012", **environment: str
) -> str:
    """Put a package into the context; give its ARN."""
    arn = f"arn:aws:sagemaker:eu-west-1:{account}:model-package/churn/{version}"
    value = {
        "model_data": URI,
        "sha256": SHA256,
        "sklearn_version": "1.9.0",
        "model_package_arn": arn,
        "environment": environment,
    }
    stack.node.set_context(context_key("model-package", account, "eu-west-1", name), value)
    return arn


def rendered(stack: cdk.Stack) -> dict[str, str]:
    """Give the variables of the only model."""
    (model,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Model").values()
    found: dict[str, str] = model["Properties"]["PrimaryContainer"]["Environment"]
    return found


def test_a_package_is_deployed_with_its_variables_below_those_of_the_model(make_stack):
    stack = make_stack(region="eu-west-1")
    arn = package(stack, CUT="0.3", BOTH="package", SAGEMAKER_REGION="us-east-1", OMP_NUM_THREADS="2")
    SklearnModel(stack, "Model", model_data=ModelData.from_model_package("churn"), environment={"BOTH": "model"})
    variables = rendered(stack)
    assert {name: variables[name] for name in ("CUT", "BOTH", "SAGEMAKER_REGION", "OMP_NUM_THREADS")} == {
        "CUT": "0.3",
        "BOTH": "model",
        "SAGEMAKER_REGION": "eu-west-1",
        "OMP_NUM_THREADS": "2",
    }
    assert (variables["SKLEARN_RUNTIME_MODEL_SHA256"], variables["SKLEARN_RUNTIME_MODEL_REVISION"]) == (SHA256, arn)
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::Model", {"PrimaryContainer": {"ModelDataUrl": URI, "ModelPackageName": Match.absent()}}
    )
    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


@pytest.mark.parametrize("name", ["churn/3", "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/3"])
def test_a_version_is_named_shortly_or_by_its_arn(make_stack, name):
    stack = make_stack(region="eu-west-1")
    package(stack, "churn/3")
    SklearnModel(stack, "Model", model_data=ModelData.from_model_package(name))
    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


@pytest.mark.parametrize(
    ("environment", "options", "warning"),
    [
        ({"SAGEMAKER_PROGRAM": "score.py"}, {}, r"SAGEMAKER_PROGRAM=score.py \(use entry_point\) "),
        ({"SAGEMAKER_PROGRAM": "score.py"}, {"entry_point": True}, None),
        ({"SAGEMAKER_PROGRAM": "inference.py", "SKLEARN_RUNTIME_MODEL_SHA256": "0"}, {}, None),
        (
            {"SAGEMAKER_PROGRAM": "inference.py", "SKLEARN_RUNTIME_PROGRAM": "own.py"},
            {},
            r"SKLEARN_RUNTIME_PROGRAM=own.py \(use entry_point\) ",
        ),
        ({"SKLEARN_RUNTIME_METHOD": "transform"}, {}, r"SKLEARN_RUNTIME_METHOD=transform \(use method\) "),
        ({"SKLEARN_RUNTIME_METHOD": "transform"}, {"method": "transform"}, None),
        ({"SKLEARN_RUNTIME_FLOAT32": "true"}, {}, r"SKLEARN_RUNTIME_FLOAT32=true \(use float32\) "),
    ],
)
def test_what_a_package_sets_and_the_constructs_set_themselves_is_warned_of(
    make_stack, tmp_path, environment, options, warning
):
    stack = make_stack(region="eu-west-1")
    package(stack, **environment)
    if "entry_point" in options:
        (tmp_path / "score.py").write_text("def predict_fn(rows, model): ...\n", encoding="utf-8")
        options = {"entry_point": tmp_path / "score.py"}
    SklearnModel(stack, "Model", model_data=ModelData.from_model_package("churn"), **options)
    if warning is None:
        Annotations.from_stack(stack).has_no_warning("*", Match.any_value())
    else:
        Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp(f"model package arn.*{warning}"))


def test_a_package_of_another_account_is_taken_by_its_arn_with_a_warning(make_stack):
    stack = make_stack(region="eu-west-1")
    arn = package(stack, "churn/3", account="210987654321")
    SklearnModel(stack, "Model", model_data=ModelData.from_model_package(arn))
    Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp("lies in another account: the policies"))


def test_a_package_of_another_region_is_refused(make_stack):
    stack = make_stack(region="us-east-1")
    arn = package(stack, "churn/3")
    with pytest.raises(ConfigurationError, match=r"is not in the stack's region us-east-1, .*; register the model"):
        SklearnModel(stack, "Model", model_data=ModelData.from_model_package(arn))


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("churn", "lookup model-package churn --region eu-west-1"),
        ("churn/4", "lookup model-package churn/4 --region eu-west-1"),
        (
            "arn:aws:sagemaker:eu-west-1:210987654321:model-package/churn/4",
            "lookup model-package arn:aws:sagemaker:eu-west-1:210987654321:model-package/churn/4$",
        ),
    ],
)
def test_a_package_that_was_not_looked_up_is_named_with_the_command(make_stack, name, command):
    stack = make_stack(region="eu-west-1")
    package(stack, "churn/3")
    with pytest.raises(
        ConfigurationError, match=f"is not in the app's context; run: python -m constructs_lib {command}"
    ):
        SklearnModel(stack, "Model", model_data=ModelData.from_model_package(name))


@pytest.mark.parametrize("name", ["", "a_b", "churn/", "churn/latest", "churn/0", "arn:aws:s3:::churn"])
def test_what_is_no_name_of_a_package_is_refused(name):
    with pytest.raises(ModelDataError, match=f"model package '{name}' is not a name; give a group"):
        ModelData.from_model_package(name)


def test_what_is_no_name_of_a_training_job_is_refused():
    with pytest.raises(ModelDataError, match="training job 'a_b' is not a name"):
        ModelData.from_training_job("a_b")
