"""The command that pins, with pip itself on a folder of small wheels."""

import re

from constructs_lib.__main__ import main


def test_what_packages_need_is_pinned_with_them_and_what_the_image_brings_is_left_out(wheelhouse, tmp_path, capsys):
    wheelhouse.add("numpy", "2.5.1", tag="cp312-cp312-manylinux_2_28_x86_64")
    wheelhouse.add("numpy", "3.0", tag="cp312-cp312-manylinux_2_28_x86_64")
    inner = wheelhouse.add("inner", "2.0")
    outer = wheelhouse.add("outer", requires=["inner>=1", "numpy>=2", "never; python_version < '3.12'"])
    file = tmp_path / "requirements.txt"
    file.write_text("outer  # why\n", encoding="utf-8")
    assert main(["pin", str(file)]) == 0
    text = file.read_text(encoding="utf-8")
    assert [line.replace(" \\\n   ", "") for line in re.findall(r"^\w+==.* \\\n.*$", text, re.MULTILINE)] == [
        inner,
        outer,
    ]
    assert "# The image brings numpy." in text
    assert "requirements.txt: pinned for Python 3.12 on x86_64 with glibc 2.34" in capsys.readouterr().out
    assert main(["pin", str(file)]) == 0
    assert file.read_text(encoding="utf-8") == text


def test_another_python_and_another_file(wheelhouse, tmp_path):
    line = wheelhouse.add("fast", tag="cp313-cp313-manylinux2014_aarch64")
    (tmp_path / "in.txt").write_text("fast", encoding="utf-8")
    output = tmp_path / "out.txt"
    options = ["--python-version", "3.13", "--architecture", "arm64", "--output", str(output)]
    assert main(["pin", str(tmp_path / "in.txt"), *options]) == 0
    assert line.split()[1] in output.read_text(encoding="utf-8")


def test_what_has_no_wheel_is_said_and_the_file_stays(wheelhouse, tmp_path, capsys):
    file = tmp_path / "requirements.txt"
    file.write_text("missing", encoding="utf-8")
    assert main(["pin", str(file)]) == 1
    assert file.read_text(encoding="utf-8") == "missing"
    assert "pip finds no wheels for Python 3.12" in capsys.readouterr().err


def test_a_file_that_is_not_there(wheelhouse, tmp_path, capsys):
    assert main(["pin", str(tmp_path / "none.txt")]) == 1
    assert "none.txt' cannot be read" in capsys.readouterr().err
