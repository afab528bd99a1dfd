from pathlib import Path

import pytest

from constructs_lib import EntryPointError
from constructs_lib.entry_point import ServingCode, serving_code
from constructs_lib.runtime_files import runtime_files

HOOK = "def predict_fn(data, model): ...\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".py").write_text(text, encoding="utf-8")
    return folder


def collect(folder: Path, entry_point: str | None = "hooks.py", python: str | None = "3.12") -> ServingCode:
    return serving_code(entry_point, folder, python)


def test_without_a_script_the_runtime_alone_travels():
    code = serving_code(None, None, None)
    assert code == ServingCode(files=runtime_files())


def test_a_single_script_travels_beside_the_runtime(tmp_path):
    code = serving_code(write(tmp_path, deep__hooks=HOOK) / "deep" / "hooks.py", None, "3.12")
    assert (code.program, code.hooks_file) == ("hooks.py", "inference.py")
    assert code.hooks == {"predict_fn"}
    assert code.files[0].name == "hooks.py"


def test_a_script_is_looked_for_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(write(tmp_path, hooks=HOOK))
    assert serving_code("hooks.py", None, "3.12").program == "hooks.py"


def test_a_folder_travels_whole(tmp_path):
    code = collect(write(tmp_path, serving__hooks=HOOK, features=""), "serving/hooks.py")
    assert code.program == "serving/hooks.py"
    assert {"features.py", "serving/hooks.py", "inference.py"} <= {file.name for file in code.files}


def test_a_folder_may_come_without_a_script(tmp_path):
    code = collect(write(tmp_path, features=""), None)
    assert (code.program, code.hooks) == (None, frozenset())


def test_a_script_named_as_ours_keeps_its_name(tmp_path):
    code = collect(write(tmp_path, inference=HOOK), "inference.py")
    assert (code.program, code.hooks_file) == ("inference.py", "sklearn_runtime_inference.py")
    assert [file.name for file in code.files[:2]] == ["inference.py", "sklearn_runtime_inference.py"]


def test_requirements_are_read_without_comments(tmp_path):
    write(tmp_path, hooks=HOOK)
    (tmp_path / "requirements.txt").write_text("# for features\nskops==0.11  # pinned\n\nxgboost\n", encoding="utf-8")
    assert collect(tmp_path).requirements == ("skops==0.11", "xgboost")


def test_no_requirements_are_not_empty_requirements(tmp_path):
    assert collect(write(tmp_path, hooks=HOOK)).requirements is None


@pytest.mark.parametrize(
    "text",
    [
        "async def predict_fn(data, model): ...",
        "from features import predict_fn",
        "from features import predict as predict_fn",
        "predict_fn = make()",
        "predict_fn, other = make()",
        "predict_fn: object = make()",
        "class predict_fn: ...",
        "if True:\n    def predict_fn(data, model): ...",
        "try:\n    from fast import predict_fn\nexcept ImportError:\n    pass",
        "try:\n    pass\nexcept ImportError:\n    predict_fn = None",
        "with open('x') as file:\n    predict_fn = make(file)",
    ],
)
def test_a_hook_is_found_however_the_script_binds_it(tmp_path, text):
    assert collect(write(tmp_path, hooks=text)).hooks == {"predict_fn"}


def test_a_star_import_may_bring_hooks(tmp_path):
    assert collect(write(tmp_path, hooks="from features import *")).hooks == frozenset()


@pytest.mark.parametrize(
    "text", ["", "def predict(data): ...", "def f():\n    def predict_fn(): ...", "import predict_fns"]
)
def test_a_script_without_hooks_is_refused(tmp_path, text):
    with pytest.raises(
        EntryPointError,
        match=r"hooks.py' defines none of the hooks execution_parameters_fn, .*; define one, or leave entry_point",
    ):
        collect(write(tmp_path, hooks=text))


def test_transform_fn_is_not_mixed_with_what_it_replaces(tmp_path):
    text = "def transform_fn(): ...\ndef input_fn(): ...\ndef output_fn(): ..."
    with pytest.raises(EntryPointError, match="defines transform_fn and input_fn, output_fn; transform_fn replaces"):
        collect(write(tmp_path, hooks=text))


def test_transform_fn_goes_with_the_others(tmp_path):
    text = "def transform_fn(): ...\ndef model_fn(): ...\ndef execution_parameters_fn(): ..."
    assert len(collect(write(tmp_path, hooks=text)).hooks) == 3


def test_a_script_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(
        EntryPointError, match=r"entry_point 'hooks.py' does not exist in '.*'; give a path relative to"
    ):
        collect(tmp_path)


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(
        EntryPointError, match=r"source_dir '.*src' is not a folder; give the folder that holds your code"
    ):
        collect(tmp_path / "src")


def test_a_script_outside_its_folder_is_refused(tmp_path):
    write(tmp_path, src__features="", hooks=HOOK)
    with pytest.raises(EntryPointError, match=r"entry_point '../hooks.py' lies outside source_dir"):
        collect(tmp_path / "src", "../hooks.py")


def test_a_script_that_does_not_parse_is_refused(tmp_path):
    with pytest.raises(EntryPointError, match=r"hooks.py' is not valid Python 3.12: .*hooks.py, line 1"):
        collect(write(tmp_path, hooks="def predict_fn(:"))


def test_syntax_newer_than_the_image_is_refused(tmp_path):
    text = HOOK + "if (n := 10): ..."
    assert collect(write(tmp_path, hooks=text), python=None).hooks == {"predict_fn"}
    with pytest.raises(EntryPointError, match=r"not valid Python 3.7"):
        collect(tmp_path, python="3.7")


@pytest.mark.parametrize("name", ["sklearn_runtime_inference", "sklearn_runtime__settings"])
def test_names_of_the_runtime_are_refused(tmp_path, name):
    with pytest.raises(
        EntryPointError, match=r"'sklearn_runtime.*' is the name of a file of the runtime; rename yours"
    ):
        collect(write(tmp_path, hooks=HOOK, **{name: ""}))
