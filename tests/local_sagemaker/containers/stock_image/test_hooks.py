"""A script is completed with what AWS's image has, or refused with what it would fail for."""

import sys
import textwrap

import numpy as np
import pytest

from local_sagemaker.containers.stock_image.hooks import load_hooks
from sklearn_runtime.errors import ModelLoadError

MODEL_FN = "def model_fn(model_dir):\n    return model_dir\n"


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    before = set(sys.modules)

    def load(source, program="stock_script.py", name="stock_script.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(source), encoding="utf-8")
        return load_hooks(program, str(tmp_path))

    yield load
    for name in set(sys.modules) - before:
        del sys.modules[name]


class Doubling:
    def predict(self, rows):
        return rows * 2


def test_what_a_script_leaves_out_is_the_images(load):
    hooks = load(MODEL_FN)
    assert hooks.load_model("/opt/ml/model") == "/opt/ml/model"
    assert hooks.execution_parameters_fn is None
    assert hooks.transform_fn(Doubling(), "[[0.1]]", "application/json", "application/json") == (
        f"[[{float(np.float32(0.1)) * 2}]]",
        "application/json",
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def input_fn(data, content_type):\n    return np.array([len(data)])\n", "14\n"),
        ("def predict_fn(rows, model):\n    return [str(rows.dtype), str(rows.shape)]\n", 'float32\n"(2, 2)"\n'),
        ("def output_fn(prediction, accept):\n    return accept + str(prediction.shape)\n", "text/csv(2, 2)"),
        ("def transform_fn(model, data, content_type, accept):\n    return data + content_type + accept\n", None),
        ("predict_fn = None\ntransform_fn = None\n", "2.0,4.0\n6.0,8.0\n"),
    ],
)
def test_each_hook_stands_in_for_its_default(load, source, expected):
    result = load("import numpy as np\n" + MODEL_FN + source).transform_fn(
        Doubling(), "1,2\n3,4", "text/csv", "text/csv"
    )
    body = result[0] if isinstance(result, tuple) else result
    assert body == (expected or "1,2\n3,4text/csvtext/csv")


@pytest.mark.parametrize("source", ["", "model_fn = None", "def predict_fn(rows, model):\n    return rows\n"])
def test_a_script_without_model_fn_is_refused(load, source):
    with pytest.raises(
        ModelLoadError, match=r"^stock_script\.py defines no model_fn, and AWS's image has no default for it: define "
    ):
        load(source)


def test_transform_fn_beside_what_it_replaces_is_refused(load):
    with pytest.raises(ModelLoadError, match=r"stock_script\.py defines transform_fn, .* and also input_fn, output_fn"):
        load(MODEL_FN + "input_fn = output_fn = transform_fn = model_fn")


def test_a_model_that_does_not_load_says_why(load):
    with pytest.raises(ModelLoadError, match=r"^model_fn raised FileNotFoundError: .*/nowhere"):
        load("def model_fn(model_dir):\n    return open(model_dir)\n").load_model("/nowhere")


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("stock_script", "stock_script.py"),
        ("stock-script.py", "stock-script.py"),
        ("stock_package", "stock_package/__init__.py"),
        ("stock_package.inner", "stock_package/inner.py"),
    ],
)
def test_a_program_is_the_name_of_a_module(load, program, name):
    assert load(MODEL_FN, program, name).load_model("m") == "m"


def test_a_script_in_a_folder_is_not_found_as_on_aws(load):
    with pytest.raises(ModelLoadError, match=r"SAGEMAKER_PROGRAM is 'serving/a\.py': .* move it there"):
        load(MODEL_FN, "serving/a.py", "serving/a.py")


@pytest.mark.parametrize(
    ("source", "program", "reason"),
    [
        (
            "import stock_missing",
            "stock_script.py",
            "cannot be imported: ModuleNotFoundError: No module named 'stock_m",
        ),
        ("1 / 0", "stock_script.py", "cannot be imported: ZeroDivisionError"),
        ("", "stock_other.py", r"the program stock_other\.py is not in .* \(scripts there: stock_script\.py\)"),
    ],
)
def test_a_script_that_cannot_be_imported_says_why(load, source, program, reason):
    with pytest.raises(ModelLoadError, match=reason):
        load(source, program)


def test_a_package_that_cannot_be_imported_says_why(load):
    with pytest.raises(ModelLoadError, match="stock_package cannot be imported: No module named 'stock_missing'"):
        load("import stock_missing", "stock_package", "stock_package/__init__.py")
