"""A model's code is where the image looks for it, or it is said what is missing."""

import re

import pytest

from local_sagemaker.containers.submit_directories import code_location, place_code
from local_sagemaker.data_plane_errors import ContainerError


@pytest.fixture
def base_dir(tmp_path):
    for name in ("model/script", "code"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "model/script/serve.py").touch()
    return tmp_path


def of(directory, **given):
    return {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": directory, **given}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/code"}, None),
        ({"SAGEMAKER_SUBMIT_DIRECTORY": "s3://a/b"}, "s3://a/b"),
    ],
)
def test_only_an_s3_address_is_downloaded(given, expected):
    assert code_location(given) == expected


def test_a_directory_of_the_archive_is_the_code(base_dir):
    for _ in range(2):
        place_code(of("/opt/ml/model/script"), base_dir)
        assert (base_dir / "code").resolve() == (base_dir / "model/script").resolve()


@pytest.mark.parametrize(
    "given",
    [of("s3://models/source.tar.gz"), of("/opt/ml/code"), of(""), {"SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/none"}],
)
def test_nothing_else_is_brought(base_dir, given):
    place_code(given, base_dir)
    assert not (base_dir / "code").is_symlink()
    assert list((base_dir / "code").iterdir()) == []


def test_code_that_is_there_already_is_not_replaced(base_dir):
    (base_dir / "code/serve.py").touch()
    place_code(of("/opt/ml/model/script"), base_dir)
    assert not (base_dir / "code").is_symlink()


@pytest.mark.parametrize("directory", ["/opt/ml/model/code", "/opt/ml/model/script/serve.py", "code", "/nowhere"])
def test_a_directory_that_is_not_there_is_named_with_the_remedy(base_dir, directory):
    words = f"SAGEMAKER_SUBMIT_DIRECTORY is '{directory}', and the model's archive has no such directory: pack the code"
    with pytest.raises(ContainerError, match=f"^{re.escape(words)}"):
        place_code(of(directory), base_dir)
