from constructs_lib.image_table import DEFAULT_FRAMEWORK_VERSION, image_regions, image_versions, repository_name


def test_the_default_is_the_newest_image():
    assert list(image_versions())[-1] == DEFAULT_FRAMEWORK_VERSION == "1.9-0"


def test_every_published_version_has_an_x86_64_tag():
    assert {name: version.tags["x86_64"] for name, version in image_versions().items()} == {
        name: f"{name}-cpu-py3" for name in ("0.20.0", "0.23-1", "1.0-1", "1.2-1", "1.4-2", "1.4-2-py312", "1.9-0")
    }


def test_one_version_alone_has_an_arm64_tag():
    assert {name: v.tags["arm64"] for name, v in image_versions().items() if "arm64" in v.tags} == {
        "1.0-1": "1.0-1-arm64-cpu-py3"
    }


def test_regions_of_every_partition_are_known():
    regions = image_regions()
    assert (len(regions), regions["us-east-1"].account, repository_name()) == (
        37,
        "683313688378",
        "sagemaker-scikit-learn",
    )
    assert regions["cn-north-1"].dns_suffix == "amazonaws.com.cn"


def test_regions_that_the_documentation_does_not_list_are_told_from_the_others():
    unlisted = {name for name, region in image_regions().items() if not region.has_recent}
    assert unlisted >= {"me-central-1", "me-south-1", "us-gov-east-1", "us-gov-west-1"}
    assert not unlisted & {"us-east-1", "eu-west-1", "cn-north-1"}
    recent = [name for name, version in image_versions().items() if version.is_recent]
    assert recent == ["1.4-2", "1.4-2-py312", "1.9-0"]
