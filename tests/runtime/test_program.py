"""The user's program is found in the code directory, and imported with what lies beside it."""

from __future__ import annotations

import sys

import pytest

from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.program import FALLBACK_NAME, load_program


@pytest.fixture(autouse=True)
def restored_imports(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_script_finds_its_siblings(tmp_path):
    write(tmp_path / "my_hooks.py", "import my_sibling\nVALUE = my_sibling.VALUE\n")
    write(tmp_path / "my_sibling.py", "VALUE = 7\n")
    module = load_program("my_hooks.py", [str(tmp_path / "absent"), str(tmp_path)])
    assert module.VALUE == 7
    assert module.__name__ == "my_hooks"
    assert sys.modules["my_hooks"] is module


def test_a_script_in_a_folder_finds_its_siblings_both_ways(tmp_path):
    write(
        tmp_path / "serving_code" / "hooks.py",
        "import beside\nfrom . import beside as again\nfrom shared_code import V\n",
    )
    write(tmp_path / "serving_code" / "beside.py", "")
    write(tmp_path / "shared_code.py", "V = 1\n")
    assert load_program("serving_code/hooks.py", [str(tmp_path)]).V == 1
    assert "serving_code.hooks" in sys.modules


@pytest.mark.parametrize("name", ["my-hooks.py", "2hooks.py", "json.py"])
def test_a_name_that_cannot_be_imported_or_is_taken_does_not_matter(name, tmp_path):
    write(tmp_path / name, "VALUE = 1\n")
    module = load_program(name, [str(tmp_path)])
    assert module.VALUE == 1
    assert module.__name__ == FALLBACK_NAME
    assert sys.modules["json"].__name__ == "json"


def test_the_suffix_may_be_left_out(tmp_path):
    write(tmp_path / "short_hooks.py", "VALUE = 1\n")
    assert load_program("short_hooks", [str(tmp_path)]).VALUE == 1


def test_the_first_code_directory_that_has_the_script_counts(tmp_path):
    write(tmp_path / "one" / "first_hooks.py", "VALUE = 1\n")
    write(tmp_path / "two" / "first_hooks.py", "VALUE = 2\n")
    assert load_program("first_hooks.py", [str(tmp_path / "one"), str(tmp_path / "two")]).VALUE == 1


def test_a_script_that_is_not_there_is_told_with_those_that_are(tmp_path):
    write(tmp_path / "b.py", "")
    write(tmp_path / "a.py", "")
    with pytest.raises(ModelLoadError, match=r"the program hooks.py is not in .* \(scripts there: a.py, b.py\)"):
        load_program("hooks.py", [str(tmp_path)])
    with pytest.raises(ModelLoadError, match=r"scripts there: none"):
        load_program("hooks.py", [str(tmp_path / "absent")])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'; add it to source_dir"),
        ("def f(:", "SyntaxError"),
        ("raise RuntimeError('no\\nway')", "RuntimeError: no way"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
    ],
)
def test_a_script_that_cannot_be_imported_is_told_in_one_line_and_logged(text, reason, tmp_path, caplog):
    write(tmp_path / "bad_hooks.py", text)
    with pytest.raises(ModelLoadError) as caught:
        load_program("bad_hooks.py", [str(tmp_path)])
    assert f"bad_hooks.py cannot be imported: {reason}" in str(caught.value)
    assert "Traceback" in caplog.text
