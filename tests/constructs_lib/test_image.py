import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import ImageError, SklearnImage
from constructs_lib.image_table import image_regions, image_versions


def uri(stack: cdk.Stack, image: SklearnImage, architecture: str = "x86_64") -> object:
    return stack.resolve(image.bind(stack, architecture).uri)


@pytest.mark.parametrize("version", image_versions())
def test_the_address_of_every_version_is_literal_in_a_known_region(make_stack, version):
    stack = make_stack(region="eu-west-1")
    expected = f"141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:{version}-cpu-py3"
    assert uri(stack, SklearnImage.aws(version)) == expected


def test_the_dns_suffix_is_that_of_the_partition(make_stack):
    assert "dkr.ecr.cn-north-1.amazonaws.com.cn/" in str(uri(make_stack(region="cn-north-1"), SklearnImage.aws()))


def test_an_unknown_region_is_looked_up_when_the_stack_is_deployed(stack):
    first, second = (SklearnImage.aws(version).bind(stack, "x86_64").uri for version in ("1.9-0", "1.2-1"))
    cdk.CfnOutput(stack, "First", value=first)
    cdk.CfnOutput(stack, "Second", value=second)
    cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
    (mapping,) = Template.from_stack(stack).find_mappings("*").values()
    assert mapping["us-east-1"] == {"Account": "683313688378"}
    assert set(mapping) == set(image_regions())


def test_two_nested_stacks_look_up_on_their_own(stack):
    nested = [cdk.NestedStack(stack, name) for name in ("A", "B")]
    for child in nested:
        cdk.CfnResource(child, "Topic", type="AWS::SNS::Topic")
        cdk.CfnOutput(child, "Uri", value=SklearnImage.aws().bind(child, "x86_64").uri)
    assert all(Template.from_stack(child).find_mappings("*") for child in nested)


def test_an_unknown_version_lists_those_that_exist():
    with pytest.raises(
        ImageError, match=r"framework_version '1.3-1' is not published by AWS; choose one of 0.20.0, 0.23"
    ):
        SklearnImage.aws("1.3-1")


def test_a_region_without_images_lists_those_with(make_stack):
    with pytest.raises(
        ImageError, match=r"region 'mx-central-1' has no scikit-learn image by AWS; choose one of af-south"
    ):
        SklearnImage.aws().bind(make_stack(region="mx-central-1"), "x86_64")


def test_the_one_version_with_an_arm64_build_uses_it(make_stack):
    image = SklearnImage.aws("1.0-1")
    assert image.architecture_problems("arm64", "ml.m6g.large") == []
    assert str(uri(make_stack(region="us-east-1"), image, "arm64")).endswith(":1.0-1-arm64-cpu-py3")


def test_a_version_without_an_arm64_build_names_the_one_with():
    (problem,) = SklearnImage.aws("1.2-1").architecture_problems("arm64", "ml.m6g.large")
    assert problem == (
        "instance type 'ml.m6g.large' is arm64, but the image of framework_version '1.2-1' is x86_64 only; choose an "
        "x86_64 instance type such as 'ml.m5.large', framework_version '1.0-1', or your own arm64 image"
    )


def test_no_version_trains_on_arm64():
    (problem,) = SklearnImage.aws("1.0-1").architecture_problems("arm64", "ml.p6e-gb200.36xlarge", training=True)
    assert problem == (
        "instance type 'ml.p6e-gb200.36xlarge' is arm64, but the image of framework_version '1.0-1' trains on x86_64 "
        "only; choose an x86_64 instance type such as 'ml.m5.large', or your own arm64 image"
    )


def warnings(stack: cdk.Stack) -> list[str]:
    cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
    found = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    return [str(warning.entry.data) for warning in found]


def test_a_region_that_may_lack_a_recent_version_is_warned_of_once(make_stack):
    stack = make_stack(region="me-south-1")
    for _ in range(2):
        SklearnImage.aws().bind(stack, "x86_64")
    (warning,) = warnings(stack)
    assert "does not list me-south-1 among the regions of the image of framework_version '1.9-0'" in warning
    assert warning.endswith("[ack: constructs_lib:image-region]")


def test_the_warning_can_be_acknowledged(make_stack):
    stack = make_stack(region="us-gov-west-1")
    cdk.Annotations.of(stack).acknowledge_warning("constructs_lib:image-region", "it is there")
    SklearnImage.aws().bind(stack, "x86_64")
    assert warnings(stack) == []


@pytest.mark.parametrize(
    ("region", "version"), [(None, "1.9-0"), ("us-east-1", "1.9-0"), ("cn-north-1", "1.4-2"), ("me-south-1", "1.2-1")]
)
def test_no_warning_without_a_region_nor_where_the_version_is_listed_or_old(make_stack, region, version):
    stack = make_stack(region=region)
    SklearnImage.aws(version).bind(stack, "x86_64")
    assert warnings(stack) == []


@pytest.mark.parametrize("tag", ["", "-v1", "a/b", "sha256:00", "v" * 129])
def test_what_is_neither_tag_nor_digest_is_refused(stack, tag):
    repository = ecr.Repository.from_repository_name(stack, "Repository", "serving")
    with pytest.raises(ImageError, match="is neither a tag"):
        SklearnImage.from_ecr(repository, tag)


def test_a_tag_that_is_known_on_deployment_only_is_passed_on(stack):
    repository = ecr.Repository.from_repository_name(stack, "Repository", "serving")
    tag = cdk.CfnParameter(stack, "Tag").value_as_string
    assert {"Ref": "Tag"} in uri(stack, SklearnImage.from_ecr(repository, tag))["Fn::Join"][1]  # type: ignore[index]


def test_a_digest_is_called_one_in_messages(stack):
    repository = ecr.Repository.from_repository_name(stack, "Repository", "serving")
    image = SklearnImage.from_ecr(repository, "sha256:" + "0" * 64)
    assert "the image with digest 'sha256:000" in image.architecture_problems("arm64", "ml.m6g.large")[0]


def test_a_repository_of_another_account_is_warned_of_and_pulled_from(make_stack):
    stack = make_stack(region="eu-west-1")
    arn = "arn:aws:ecr:eu-west-1:210987654321:repository/team/serving"
    bound = SklearnImage.from_ecr(ecr.Repository.from_repository_arn(stack, "R", arn), "v1").bind(stack, "x86_64")
    assert stack.resolve(bound.uri) == {
        "Fn::Join": ["", ["210987654321.dkr.ecr.eu-west-1.", {"Ref": "AWS::URLSuffix"}, "/team/serving:v1"]]
    }
    assert bound.repository_arn == arn
    (warning,) = warnings(stack)
    assert "team/serving is account 210987654321's, and the model is in account 123456789012" in warning
    assert "ecr:BatchGetImage" in warning


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_the_right_to_pull_is_on_the_partitions_repository(make_stack, region, partition):
    stack = make_stack(region=region)
    account = image_regions()[region].account
    aws = SklearnImage.aws().bind(stack, "x86_64")
    assert aws.repository_arn == f"arn:{partition}:ecr:{region}:{account}:repository/sagemaker-scikit-learn"
    own = SklearnImage.from_ecr(ecr.Repository.from_repository_name(stack, "Repository", "serving"), "v1")
    arn = own.bind(stack, "x86_64").repository_arn
    assert stack.resolve(arn) == f"arn:{partition}:ecr:{region}:123456789012:repository/serving"


def test_an_image_in_ecr_is_pulled_by_tag_or_digest(stack):
    repository = ecr.Repository.from_repository_name(stack, "Repository", "serving")
    digest = "sha256:" + "0" * 64
    tagged, pinned = (SklearnImage.from_ecr(repository, tag).bind(stack, "x86_64") for tag in ("v1", digest))
    assert str(stack.resolve(tagged.uri)).find("/serving:v1") > 0
    assert str(stack.resolve(pinned.uri)).find(f"/serving@{digest}") > 0
    assert stack.resolve(tagged.repository_arn) == stack.resolve(repository.repository_arn)


def test_each_repository_has_a_policy_of_its_own(stack):
    first, second = (
        SklearnImage.from_ecr(ecr.Repository.from_repository_name(stack, name, name), "v1").bind(stack, "x86_64")
        for name in ("first", "second")
    )
    assert first.policy_id != second.policy_id


def test_a_repository_in_another_region_is_refused(make_stack):
    stack = make_stack(region="eu-west-1")
    arn = "arn:aws:ecr:us-east-1:123456789012:repository/serving"
    image = SklearnImage.from_ecr(ecr.Repository.from_repository_arn(stack, "R", arn), "v1")
    with pytest.raises(ImageError, match="repository lies in region 'us-east-1', the model in 'eu-west-1'"):
        image.bind(stack, "x86_64")


def test_an_image_index_runs_on_any_instance_type(stack):
    repository = ecr.Repository.from_repository_name(stack, "Repository", "serving")
    image = SklearnImage.from_ecr(repository, "v1", architecture=None)
    assert image.default_architecture == "x86_64"
    assert image.architecture_problems("arm64", "ml.c7g.large") == []


@pytest.mark.parametrize(("architecture", "platform"), [("x86_64", "linux/amd64"), ("arm64", "linux/arm64")])
def test_a_folder_is_built_for_its_architecture(stack, tmp_path, architecture, platform):
    (tmp_path / "Dockerfile").write_text("FROM scratch", encoding="utf-8")
    image = SklearnImage.from_asset(tmp_path, architecture=architecture, build_args={"PYTHON": "3.12"})
    image.bind(stack, image.default_architecture)
    cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
    directory = Path(cdk.App.of(stack).synth().directory)  # type: ignore[union-attr]
    (asset,) = json.loads((directory / "Churn.assets.json").read_text(encoding="utf-8"))["dockerImages"].values()
    assert asset["source"]["platform"] == platform
    assert asset["source"]["dockerBuildArgs"] == {"PYTHON": "3.12"}


def test_an_x86_64_instance_type_is_refused_for_an_arm64_image(tmp_path):
    (tmp_path / "Dockerfile").touch()
    (problem,) = SklearnImage.from_asset(tmp_path, architecture="arm64").architecture_problems("x86_64", "ml.m5.large")
    assert "is x86_64, but the image built from" in problem
    assert problem.endswith("is arm64 only; choose an arm64 instance type such as 'ml.m6g.large', or an x86_64 image")


def test_a_folder_without_a_dockerfile_is_refused(tmp_path):
    with pytest.raises(ImageError, match=r"no Dockerfile in '.*'; give the folder that holds it"):
        SklearnImage.from_asset(tmp_path)


def test_an_unknown_architecture_is_refused(tmp_path):
    (tmp_path / "Dockerfile").touch()
    with pytest.raises(ImageError, match="architecture 'armv7' is unknown; choose 'x86_64' or 'arm64'"):
        SklearnImage.from_asset(tmp_path, architecture="armv7")


def test_a_version_of_your_image_that_is_none_is_refused(tmp_path):
    (tmp_path / "Dockerfile").touch()
    with pytest.raises(ImageError, match=r"sklearn_version 'latest' is not a version; give one such as '1.9.0'"):
        SklearnImage.from_asset(tmp_path, sklearn_version="latest")
