"""How a requirements.txt reaches the container of a model."""

import tarfile
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from constructs_lib import ConfigurationError, ModelData, SklearnEndpoint, SklearnModel

S3_URI = "s3://bucket/0123456789abcdef0123456789abcdef/model.tar.gz"
VENDORED = "/opt/ml/model/code/sklearn_runtime_vendored"


@pytest.fixture
def data(model_dir):
    return ModelData.from_directory(model_dir)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    return tmp_path / "src"


def asks_for(source: Path, *lines: str) -> Path:
    (source / "requirements.txt").write_text("\n".join(lines), encoding="utf-8")
    return source


def environment(stack: cdk.Stack) -> Any:
    (model,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Model").values()
    return model["Properties"]["PrimaryContainer"]["Environment"]


def archived(stack: cdk.Stack) -> set[str]:
    app = cdk.App.of(stack)
    assert app is not None
    (archive,) = (Path(app.outdir) / "sklearn-archives").iterdir()
    with tarfile.open(archive) as tar:
        return set(tar.getnames())


def test_pinned_packages_travel_with_the_model_by_default(stack, data, source, wheelhouse):
    line = wheelhouse.add("plain")
    SklearnModel(stack, "Model", model_data=data, source_dir=asks_for(source, line))
    assert environment(stack)["PYTHONPATH"] == f"/opt/ml/model/code:{VENDORED}"
    names = archived(stack)
    assert "code/sklearn_runtime_vendored/plain/__init__.py" in names
    # The image's start-up code would install what it finds.
    assert "code/requirements.txt" not in names


def test_the_images_own_server_finds_them_too(stack, data, source, wheelhouse):
    line = wheelhouse.add("plain")
    source = asks_for(source, line)
    SklearnModel(stack, "Model", model_data=data, source_dir=source, server="stock", requirements="vendored")
    assert environment(stack)["PYTHONPATH"] == VENDORED


def test_with_code_from_s3_they_lie_where_that_is_fetched_to(stack, source, wheelhouse):
    data = ModelData.from_s3(S3_URI, sklearn_version="1.9.0")
    source = asks_for(source, wheelhouse.add("plain"))
    SklearnModel(stack, "Model", model_data=data, source_dir=source, requirements="vendored")
    assert environment(stack)["PYTHONPATH"] == "/opt/ml/code:/opt/ml/code/sklearn_runtime_vendored"


def test_they_may_be_installed_when_the_container_starts(stack, data, source):
    SklearnModel(stack, "Model", model_data=data, source_dir=asks_for(source, "plain"), requirements="installed")
    found = environment(stack)
    assert (found["SAGEMAKER_PROGRAM"], found["SAGEMAKER_SUBMIT_DIRECTORY"]) == ("inference.py", "/opt/ml/model/code")
    assert found["SAGEMAKER_SERVING_MODULE"] == "sklearn_runtime.serving:main"
    assert "code/requirements.txt" in archived(stack)


def test_the_images_own_server_installs_them_by_default(stack, data, source):
    SklearnModel(stack, "Model", model_data=data, source_dir=asks_for(source, "plain"), server="stock")
    assert "PYTHONPATH" not in environment(stack)
    assert "code/requirements.txt" in archived(stack)


def test_a_line_that_pins_nothing_is_refused_with_both_remedies(stack, data, source):
    with pytest.raises(ConfigurationError, match=r"requirements.txt has 'plain', .* pin requirements.*'installed'"):
        SklearnModel(stack, "Model", model_data=data, source_dir=asks_for(source, "plain"))


@pytest.mark.parametrize(
    ("requirements", "message"),
    [
        ("bundled", "requirements 'bundled' is unknown; choose 'vendored' or 'installed'"),
        ("vendored", r"requirements is 'vendored', but there is no requirements\.txt in source_dir; put it there"),
    ],
)
def test_a_choice_that_is_none(stack, data, source, requirements, message):
    with pytest.raises(ConfigurationError, match=message):
        SklearnModel(stack, "Model", model_data=data, source_dir=source, requirements=requirements)


def test_wheels_of_another_processor_are_refused(stack, source, wheelhouse, model_dir):
    data = ModelData.from_directory(model_dir, sklearn_version="1.0.2")
    source = asks_for(source, wheelhouse.add("fast", tag="cp38-cp38-manylinux2014_x86_64"))
    model = SklearnModel(stack, "Model", model_data=data, source_dir=source, framework_version="1.0-1")
    with pytest.raises(
        ConfigurationError, match="is arm64, but packages that travel with the model are compiled for x86"
    ):
        SklearnEndpoint(stack, "Endpoint", model=model, instance_type="ml.m6g.large")


def test_a_folder_of_the_packages_name_is_refused(stack, data, source):
    (source / "sklearn_runtime_vendored").mkdir()
    (source / "sklearn_runtime_vendored" / "mine.py").touch()
    with pytest.raises(ConfigurationError, match="is the name of a file of the runtime; rename yours"):
        SklearnModel(stack, "Model", model_data=data, source_dir=source)


def warnings(model: SklearnModel) -> list[str]:
    return [entry.data for entry in model.node.metadata if entry.type == "aws:cdk:warning"]


def test_what_needs_the_internet_and_has_none_is_warned_of(stack, data, source):
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    source = asks_for(source, "plain==1 --hash=sha256:00")
    model = SklearnModel(stack, "Model", model_data=data, source_dir=source, requirements="installed", vpc=vpc)
    (warning,) = warnings(model)
    assert warning.startswith("pip is to install plain==1, but no NAT gateway serves the subnets")


def test_a_hook_that_calls_services_from_an_isolated_container_is_warned_of(stack, data, source):
    (source / "hooks.py").write_text("import boto3\ndef predict_fn(rows, model): ...\n", encoding="utf-8")
    options = {"entry_point": "hooks.py", "source_dir": source, "network_isolation": True}
    model = SklearnModel(stack, "Model", model_data=data, **options)
    (warning,) = warnings(model)
    assert warning.startswith("hooks.py imports boto3, and with network_isolation no call leaves the container")
