import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from constructs_lib import ImageError, SklearnImage

RUNTIME = Path(__file__).resolve().parent.parent.parent / "runtime"


def docker_image(stack: cdk.Stack) -> tuple[str, Any, Path]:
    """Hash and source of the only image that the stack builds, and the folder that it is built from."""
    directory = Path(cdk.App.of(stack).synth().directory)  # type: ignore[union-attr]
    images = json.loads((directory / f"{stack.stack_name}.assets.json").read_text(encoding="utf-8"))["dockerImages"]
    ((digest, image),) = images.items()
    return digest, image["source"], directory / image["source"]["directory"]


def bound(stack: cdk.Stack, image: SklearnImage) -> tuple[str, Any, Path]:
    image.bind(stack, image.default_architecture)
    cdk.CfnResource(stack, "Topic", type="AWS::SNS::Topic")
    return docker_image(stack)


def test_our_own_image_is_the_runtime_with_its_dockerfile_and_lock(stack):
    _, source, folder = bound(stack, SklearnImage.from_runtime())
    assert source["dockerBuildArgs"] == {}
    assert source["platform"] == "linux/amd64"
    for name in (
        "Dockerfile",
        "requirements.txt",
        "sklearn_runtime/server/__main__.py",
        "sklearn_runtime/requests.json",
    ):
        assert (folder / name).read_bytes() == (RUNTIME / name).read_bytes()
    assert not list(folder.rglob("__pycache__"))


def test_it_says_what_is_in_it():
    image = SklearnImage.from_runtime(architecture="arm64")
    assert image.sklearn_version is not None
    assert image.sklearn_version.startswith("1.9.")
    assert image.python_version == "3.13"
    assert image.architectures == frozenset({"arm64"})


def test_another_scikit_learn_on_another_python(stack, tmp_path):
    requirements = tmp_path / "mine.txt"
    requirements.write_text("scikit-learn==1.7.2 \\\n    --hash=sha256:00\n", encoding="utf-8")
    image = SklearnImage.from_runtime(requirements=requirements, python_version="3.12")
    assert image.sklearn_version == "1.7.2"
    _, source, folder = bound(stack, image)
    assert source["dockerBuildArgs"] == {"BASE": "python:3.12-slim"}
    assert (folder / "requirements.txt").read_bytes() == requirements.read_bytes()


def test_a_base_of_yours(stack):
    _, source, _ = bound(stack, SklearnImage.from_runtime(base="registry.example/python:3.13"))
    assert source["dockerBuildArgs"] == {"BASE": "registry.example/python:3.13"}


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "does not exist; give a file"), ("numpy==2\n", "pins no scikit-learn; add it, and pin")],
)
def test_requirements_that_make_no_image(tmp_path, text, message):
    if text is not None:
        (tmp_path / "r.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ImageError, match=message):
        SklearnImage.from_runtime(requirements=tmp_path / "r.txt")


@pytest.mark.parametrize("flags", [True, False], ids=["flags on", "flags off"])
def test_caches_beside_the_code_change_no_image(make_stack, tmp_path, flags):
    # The CDK looks at a folder once: each is one of its own.
    folders = {name: tmp_path / name for name in ("clean", "cached", "changed")}
    for folder in folders.values():
        (folder / "package").mkdir(parents=True)
        (folder / "Dockerfile").write_text("FROM scratch", encoding="utf-8")
        (folder / "package" / "code.py").touch()
    for cache in ("__pycache__", "package/__pycache__"):
        (folders["cached"] / cache).mkdir()
        (folders["cached"] / cache / "code.pyc").touch()
    (folders["changed"] / "package" / "code.py").write_text("changed", encoding="utf-8")
    found = {name: bound(make_stack(flags=flags), SklearnImage.from_asset(path))[0] for name, path in folders.items()}
    assert found["cached"] == found["clean"] != found["changed"]
