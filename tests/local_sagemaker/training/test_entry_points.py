"""Entry points are told apart, and started, as the image's toolkit does it."""

import pytest

from local_sagemaker.training.entry_points import EntryPointKind, kind_of, start_command


@pytest.mark.parametrize(
    ("name", "setup", "kind"),
    [
        ("train.py", False, EntryPointKind.PROGRAM),
        ("train.py", True, EntryPointKind.PACKAGE),
        ("train.sh", True, EntryPointKind.COMMAND),
        ("train", False, EntryPointKind.COMMAND),
        ("train", True, EntryPointKind.PACKAGE),
    ],
)
def test_the_kind_comes_from_the_name_and_from_a_setup_py(tmp_path, name, setup, kind):
    if setup:
        (tmp_path / "setup.py").touch()
    assert kind_of(tmp_path, name) is kind


@pytest.mark.parametrize(
    ("kind", "name", "command"),
    [
        (EntryPointKind.PROGRAM, "a/train.py", ("python", "a/train.py", "--text", "a b", "--last", "")),
        (EntryPointKind.PACKAGE, "train.py", ("python", "-m", "train", "--text", "a b", "--last", "")),
        (EntryPointKind.COMMAND, "train.sh", ("/bin/sh", "-c", "./train.sh --text 'a b' --last ''")),
    ],
)
def test_each_kind_is_started_in_its_own_way(kind, name, command):
    assert start_command(kind, name, ["--text", "a b", "--last", ""], "python") == command


def test_quotes_around_the_last_word_are_lost_as_in_the_image():
    words = ["--text", '"kept"', "--last", '"lost"']
    assert start_command(EntryPointKind.PROGRAM, "train.py", words, "python")[-3:] == ('"kept"', "--last", "lost")
