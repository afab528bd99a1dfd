import pytest

from constructs_lib import EntryPointError
from constructs_lib.source_files import parse_script, source_files


def test_a_script_alone_travels_alone(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("pass")
    found = source_files(script, None)
    assert ([file.name for file in found.files], found.program, found.script) == (["train.py"], "train.py", script)


def test_a_folder_travels_whole_and_names_the_script_in_it(tmp_path):
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "train.py").write_text("pass")
    (tmp_path / "requirements.txt").write_text("")
    found = source_files("steps/train.py", tmp_path)
    assert {file.name for file in found.files} == {"steps/train.py", "requirements.txt"}
    assert found.program == "steps/train.py"


def test_nothing_given_is_nothing():
    assert source_files(None, None).files == ()


@pytest.mark.parametrize(
    ("entry_point", "source_dir", "message"),
    [
        ("train.py", "nowhere", "source_dir 'nowhere' is not a folder"),
        ("train.py", None, "entry_point 'train.py' does not exist"),
        ("../outside.py", ".", "lies outside source_dir"),
    ],
)
def test_what_is_not_there_is_named(tmp_path, monkeypatch, entry_point, source_dir, message):
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "outside.py").write_text("pass")
    monkeypatch.chdir(inner)
    with pytest.raises(EntryPointError, match=message):
        source_files(entry_point, source_dir)


def test_the_syntax_is_that_of_the_image(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("match 1:\n    case 1: pass\n")
    parse_script(script, "3.10")
    with pytest.raises(EntryPointError, match=r"is not valid Python 3\.9"):
        parse_script(script, "3.9")
