import pytest

from constructs_lib import SklearnImage
from constructs_lib.exceptions import RequirementsError
from constructs_lib.vendoring.target import Target, target_for, target_of


@pytest.mark.parametrize(
    ("framework_version", "python", "glibc"), [("0.23-1", "3.7", 27), ("1.0-1", "3.8", 27), ("1.9-0", "3.12", 34)]
)
def test_an_image_by_aws_says_what_runs_on_it(framework_version, python, glibc):
    target = target_of(SklearnImage.aws(framework_version))
    assert (target.python_version, target.architecture, target.glibc) == (python, "x86_64", glibc)
    assert target_for(framework_version, None, "x86_64")[0] == target


def test_an_image_of_yours_must_say_which_python_it_has(tmp_path):
    (tmp_path / "Dockerfile").touch()
    with pytest.raises(
        RequirementsError, match=r"which Python the image built from .* has is not known.*python_version"
    ):
        target_of(SklearnImage.from_asset(tmp_path))
    target = target_of(SklearnImage.from_asset(tmp_path, python_version="3.13", architecture="arm64"))
    assert str(target) == "Python 3.13 on arm64 with glibc 2.28"
    assert target_for(None, "3.13", "arm64") == (target, {})


def test_a_python_that_is_none():
    with pytest.raises(RequirementsError, match=r"python_version '3' is not one; give major and minor, such as '3.13'"):
        target_for(None, "3", "x86_64")


def test_wheels_for_older_libraries_run_too_and_newer_ones_do_not():
    arguments = Target(python_version="3.7", architecture="arm64", glibc=27).pip_arguments()
    assert "--abi=cp37m" in arguments
    assert {"--platform=manylinux_2_27_aarch64", "--platform=manylinux2014_aarch64"} <= set(arguments)
    assert "--platform=manylinux_2_28_aarch64" not in arguments
