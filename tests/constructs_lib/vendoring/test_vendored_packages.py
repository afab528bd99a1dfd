"""pip itself, on a folder of small wheels: what travels with a model, and what is refused."""

import pytest

from constructs_lib import SklearnImage
from constructs_lib.archive import archive_digest
from constructs_lib.exceptions import RequirementsError
from constructs_lib.vendoring.image_packages import packages_of
from constructs_lib.vendoring.target import Target
from constructs_lib.vendoring.vendored_packages import orjson_pin, vendored_packages

IMAGE = SklearnImage.aws("1.9-0")


def refused(lines: list[str], *, image: SklearnImage = IMAGE, orjson: bool = False) -> str:
    with pytest.raises(RequirementsError) as caught:
        vendored_packages(image, lines, orjson=orjson)
    return "; ".join(caught.value.problems)


def test_packages_are_unpacked_for_the_images_python(wheelhouse):
    compiled = {"fast/core.so": "code"}
    lines = [wheelhouse.add("plain"), wheelhouse.add("fast", tag="cp312-cp312-manylinux_2_28_x86_64", files=compiled)]
    found = vendored_packages(IMAGE, lines, orjson=False)
    names = {file.name for file in found.files}
    assert {"plain/__init__.py", "fast/core.so", "plain-1.0.dist-info/METADATA"} <= names
    assert found.architecture == "x86_64"


def test_packages_of_python_alone_run_on_any_processor(wheelhouse):
    assert vendored_packages(IMAGE, [wheelhouse.add("plain")], orjson=False).architecture is None


def test_the_second_synthesis_needs_no_index_and_gives_the_same_bytes(wheelhouse):
    line = wheelhouse.add("plain")
    first = archive_digest(vendored_packages(IMAGE, [line], orjson=False).files)
    for path in wheelhouse.folder.iterdir():
        path.unlink()
    assert archive_digest(vendored_packages(IMAGE, [line], orjson=False).files) == first


def test_what_was_changed_in_the_cache_is_fetched_again(wheelhouse):
    line = wheelhouse.add("plain")
    (module,) = [file for file in vendored_packages(IMAGE, [line], orjson=False).files if file.name.endswith("t__.py")]
    module.source.write_text("evil", encoding="utf-8")
    (module,) = [file for file in vendored_packages(IMAGE, [line], orjson=False).files if file.name.endswith("t__.py")]
    assert module.source.read_text(encoding="utf-8") == "VERSION = '1.0'\n"


def test_a_wheel_that_is_missing_for_the_python_is_named_with_what_there_is(wheelhouse):
    line = wheelhouse.add("fast", tag="cp311-cp311-manylinux_2_28_x86_64")
    text = refused([line])
    assert text.startswith("fast==1.0 of requirements.txt has no wheel for Python 3.12 on x86_64 with glibc 2.34; ")
    assert "fast-1.0-cp311-cp311-manylinux_2_28_x86_64.whl" in text
    assert text.endswith(
        "choose a version that has one, or build one and name its folder in PIP_FIND_LINKS, or use "
        "requirements='installed'"
    )


def test_a_wheel_with_another_hash_is_refused(wheelhouse):
    line = wheelhouse.add("plain")
    text = refused([line.partition("sha256:")[0] + "sha256:" + "0" * 64])
    assert "pip could not download" in text
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in text


def test_a_line_without_a_hash_says_how_to_make_one(wheelhouse):
    text = refused(["plain==1.0"])
    assert "requirements.txt has 'plain==1.0'" in text
    assert "python -m constructs_lib pin requirements.txt --framework-version 1.9-0" in text


@pytest.mark.parametrize("name", ["numpy", "scikit-learn", "joblib", "pandas"])
def test_another_version_of_what_the_image_brings_is_refused(wheelhouse, name):
    assert f"requirements.txt pins {name} 0.1, but the image of framework_version '1.9-0' brings" in refused(
        [wheelhouse.add(name, "0.1")]
    )


def test_the_very_version_that_the_image_brings_is_left_out(wheelhouse):
    line = wheelhouse.add("pandas", packages_of(IMAGE)["pandas"])
    assert vendored_packages(IMAGE, [line], orjson=False).files == ()


def test_orjson_is_pinned_once(wheelhouse):
    assert "requirements.txt pins orjson, and orjson=True brings it, too" in refused(
        [wheelhouse.add("orjson", "3.11.5")], orjson=True
    )


def test_the_oldest_python_has_no_orjson_that_is_safe():
    with pytest.raises(RequirementsError, match=r"brings orjson for Python 3\.8, .*, and the image has 3\.7"):
        orjson_pin(Target(python_version="3.7", architecture="x86_64", glibc=27))


def test_orjson_comes_from_the_index_that_is_set(monkeypatch, tmp_path):
    """The one download of these tests: the hash that the library ships is that of the wheel that is published."""
    monkeypatch.setenv("SAGEMAKER_SKLEARN_CDK_CACHE", str(tmp_path))
    found = vendored_packages(IMAGE, [], orjson=True)
    assert any(file.name.startswith("orjson/") and file.name.endswith(".so") for file in found.files)
    assert found.architecture == "x86_64"
