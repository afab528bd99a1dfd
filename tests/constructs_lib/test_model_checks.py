from pathlib import Path

import pytest

from constructs_lib import ModelData, SklearnImage
from constructs_lib.entry_point import ServingCode
from constructs_lib.model_checks import is_version_unknown, model_problems

S3_MODEL = ModelData.from_s3("s3://bucket/model.tar.gz", sklearn_version="1.9.0")


@pytest.fixture
def own_image(tmp_path: Path) -> SklearnImage:
    (tmp_path / "Dockerfile").touch()
    return SklearnImage.from_asset(tmp_path)


def problems(model_data: ModelData, **options: object) -> list[str]:
    defaults = {
        "image": SklearnImage.aws(),
        "code": ServingCode(files=()),
        "server": "runtime",
        "network_isolation": False,
        "requirements": "vendored",
    }
    return model_problems(model_data, **{**defaults, **options})  # type: ignore[arg-type]


def requirements(*lines: str) -> ServingCode:
    return ServingCode(files=(), requirements=lines)


def skops_model(folder: Path) -> ModelData:
    (folder / "model.skops").touch()
    return ModelData.from_file(folder / "model.skops", sklearn_version="1.9.0")


def test_a_fitting_model_has_no_problem(model_dir):
    assert problems(ModelData.from_directory(model_dir)) == []


def test_a_patch_version_does_not_matter(model_dir):
    assert problems(ModelData.from_directory(model_dir, sklearn_version="1.9.5")) == []


def test_another_minor_version_is_refused_with_both_numbers_and_the_image_that_fits(model_dir):
    assert problems(ModelData.from_directory(model_dir, sklearn_version="1.4.2")) == [
        (
            "the model was fitted with scikit-learn 1.4.2, but the image of framework_version '1.9-0' has 1.9.0; "
            "choose framework_version '1.4-2' or '1.4-2-py312', fit the model with scikit-learn 1.9, "
            "or bring an image that has 1.4"
        )
    ]


def test_a_version_that_no_image_has_leaves_the_other_remedies(model_dir):
    (problem,) = problems(ModelData.from_directory(model_dir, sklearn_version="1.7.1"))
    assert problem.endswith("has 1.9.0; fit the model with scikit-learn 1.9, or bring an image that has 1.7")


def test_an_image_of_unknown_content_is_not_compared(model_dir, own_image):
    data = ModelData.from_directory(model_dir, sklearn_version="1.4.2")
    assert problems(data, image=own_image) == []
    assert not is_version_unknown(data, own_image)


def test_a_version_is_unknown_only_where_there_is_one_to_compare_with(own_image):
    data = ModelData.from_s3("s3://bucket/model.tar.gz")
    assert is_version_unknown(data, SklearnImage.aws())
    assert not is_version_unknown(data, own_image)
    assert not is_version_unknown(S3_MODEL, SklearnImage.aws())


def test_a_script_with_model_fn_may_load_any_files(tmp_path):
    (tmp_path / "weights.bin").touch()
    data = ModelData.from_directory(tmp_path)
    assert problems(data)[0].startswith("no model file in")
    assert problems(data, code=ServingCode(files=(), hooks=frozenset({"model_fn"}))) == []


def test_the_oldest_image_has_only_its_own_server(model_dir):
    data = ModelData.from_directory(model_dir, sklearn_version="0.20.0")
    oldest = SklearnImage.aws("0.20.0")
    assert problems(data, image=oldest) == [
        (
            "server 'runtime' does not run in the image of framework_version '0.20.0'; "
            "use server='stock' or a newer version"
        )
    ]
    assert problems(data, image=oldest, server="stock") == []


def test_a_skops_model_needs_the_package(tmp_path, own_image):
    data = skops_model(tmp_path)
    assert problems(data)[0].startswith("a .skops model needs the package skops, which no image by AWS has; put skops")
    assert len(problems(data, requirements="installed")) == 1
    assert len(problems(data, code=requirements("skops-extra"))) == 1
    assert problems(data, code=requirements("Skops[all]>=0.11")) == []
    assert problems(data, image=own_image, requirements=None) == []


def test_network_isolation_needs_the_code_in_the_archive(model_dir):
    (problem,) = problems(S3_MODEL, network_isolation=True)
    assert problem.startswith("network_isolation keeps the container from fetching its code from S3; package the model")
    assert problems(ModelData.from_directory(model_dir), network_isolation=True) == []


def test_network_isolation_keeps_pip_from_the_internet_but_not_packages_from_travelling(model_dir):
    data, asked = ModelData.from_directory(model_dir), requirements("xgboost==2 --hash=sha256:00")
    (problem,) = problems(data, requirements="installed", code=asked, network_isolation=True)
    assert problem.startswith(
        "network_isolation keeps pip from installing xgboost==2 of requirements.txt; use requirements='vendored'"
    )
    assert problems(data, requirements="vendored", code=asked, network_isolation=True) == []
