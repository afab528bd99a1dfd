"""Training scripts run for real, in a process of their own."""

import json
import os
import sys

import pytest

from local_sagemaker.training.scripts import TrainingFailed, run_training_script


@pytest.fixture
def run(tmp_path):
    """Run the text of a script below a fresh base directory; what it wrote to its log is in `run.lines`."""

    class Run:
        base = tmp_path / "ml"
        lines: list[str]

        def __call__(self, text, *, name="train.py", **options):
            source = tmp_path / "source"
            source.mkdir(exist_ok=True)
            (source / name).write_text(text)
            self.lines = []
            return run_training_script(name, source_dir=source, base_dir=self.base, log=self.lines.append, **options)

    return Run()


def test_what_a_script_writes_to_the_model_directory_is_the_model(run):
    result = run(
        "import os, pathlib\n"
        "pathlib.Path(os.environ['SM_MODEL_DIR'], 'model.joblib').write_text('model')\n"
        "pathlib.Path(os.environ['SM_OUTPUT_DATA_DIR'], 'report.txt').write_text('report')\n"
    )
    assert result.model_dir == run.base / "model"
    assert (result.model_dir / "model.joblib").read_text() == "model"
    assert (result.output_data_dir / "report.txt").read_text() == "report"
    assert result.exit_status == 0
    assert result.seconds > 0
    assert (run.base / "output" / "success").exists()


def test_a_script_runs_in_the_code_directory_with_its_neighbours(run, tmp_path):
    source = tmp_path / "source"
    (source / "helpers").mkdir(parents=True)
    (source / "helpers" / "__init__.py").write_text("NAME = 'helper'")
    (source / "__pycache__").mkdir()
    run("import os, helpers\nprint(os.getcwd(), helpers.NAME, '__pycache__' in os.listdir())")
    assert run.lines == [f"{run.base}/code helper False"]


def test_hyperparameters_arrive_as_arguments_and_as_variables(run):
    run(
        "import os, sys, json\nprint(json.dumps([sys.argv[1:], os.environ['SM_HPS'], os.environ['SM_HP_BATCH-SIZE']]))",
        hyperparameters={"batch-size": 64, "layers": (8, 2), "k": 1, "note": "a b"},
    )
    arguments, parameters, one = json.loads(run.lines[0])
    assert arguments == ["--batch-size", "64", "-k", "1", "--layers", "[8, 2]", "--note", "a b"]
    assert json.loads(parameters) == {"batch-size": 64, "layers": [8, 2], "k": 1, "note": "a b"}
    assert one == "64"


def test_the_configuration_files_hold_what_the_api_sends(run):
    run("", hyperparameters={"name": "abc"}, channels={"train": __file__})
    config = run.base / "input" / "config"
    parameters = json.loads((config / "hyperparameters.json").read_text())
    assert parameters["name"] == '"abc"'
    assert json.loads(parameters["sagemaker_program"]) == "train.py"
    assert list(json.loads((config / "inputdataconfig.json").read_text())) == ["train"]
    assert json.loads((config / "resourceconfig.json").read_text())["current_host"] == "algo-1"


def test_a_channel_is_a_copy_of_a_file_or_of_a_directory(run, tmp_path):
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "deep" / "rows.csv").write_text("1,2")
    run(
        "import os, pathlib\n"
        "for name in ('TRAIN', 'TEST'):\n"
        "    folder = pathlib.Path(os.environ['SM_CHANNEL_' + name])\n"
        "    print(sorted(str(f.relative_to(folder)) for f in folder.rglob('*.csv')))\n"
        "    [f.unlink() for f in folder.rglob('*.csv')]\n",
        channels={"train": tmp_path / "data", "test": tmp_path / "data" / "deep" / "rows.csv"},
    )
    assert run.lines == ["['deep/rows.csv']", "['rows.csv']"]
    assert (tmp_path / "data" / "deep" / "rows.csv").exists()


def test_a_shell_script_is_run_by_the_shell(run):
    run('echo "$1 $2 $SM_NUM_CPUS"', name="train.sh", hyperparameters={"epochs": 3})
    assert run.lines == [f"--epochs 3 {os.cpu_count()}"]


def test_a_script_without_a_source_directory_is_alone(tmp_path):
    (tmp_path / "train.py").write_text("import os\nprint(os.listdir())")
    (tmp_path / "other.py").touch()
    lines: list[str] = []
    run_training_script(tmp_path / "train.py", base_dir=tmp_path / "ml", log=lines.append)
    assert lines == ["['train.py']"]


def test_environment_and_interpreter_are_the_callers(run, tmp_path):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nSHIM=yes exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    run("import os\nprint(os.environ['SHIM'], os.environ['MINE'])", python=python, environment={"MINE": "1"})
    assert run.lines == ["yes 1"]


def test_what_the_toolkit_sets_wins_over_the_callers_environment(run):
    run("import os\nprint(os.environ['SM_MODEL_DIR'])", environment={"SM_MODEL_DIR": "/mine"})
    assert run.lines == [f"{run.base}/model"]


def test_requirements_that_cannot_be_met_are_told(run, tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "requirements.txt").write_text("--no-index\nno-such-library==1.0\n")
    with pytest.raises(TrainingFailed, match="pip install ended with exit status 1: ERROR: No matching") as caught:
        run("print('the script has run')")
    assert caught.value.exit_status == 1
    assert "the script has run" not in run.lines


def test_an_interpreter_that_is_not_there_is_told(run, tmp_path):
    with pytest.raises(TrainingFailed, match=r"train\.py could not be started: FileNotFoundError: .*no-python"):
        run("", python=tmp_path / "no-python")


def test_a_failing_script_leaves_the_reason(run):
    with pytest.raises(TrainingFailed, match=r"exit status 1: ValueError: no rows in train\.csv") as caught:
        run("print('starting')\nprint()\nraise ValueError('no rows in train.csv')")
    assert caught.value.exit_status == 1
    assert caught.value.last_line == "ValueError: no rows in train.csv"
    reason = caught.value.failure_file.read_text()
    assert caught.value.failure_file == run.base / "output" / "failure"
    assert reason.startswith('ExecuteUserScriptError:\nExitCode 1\nErrorMessage "ValueError: no rows in train.csv"\n')
    assert "train.py" in reason
    assert run.lines[0] == "starting"
    assert not (run.base / "output" / "success").exists()


def test_the_exit_status_of_a_silent_script_is_told(run):
    with pytest.raises(TrainingFailed, match="exit status 7: it wrote nothing"):
        run("raise SystemExit(7)")


def test_a_long_reason_is_whole_in_the_file_of_which_the_api_keeps_the_start(run):
    with pytest.raises(TrainingFailed) as caught:
        run("raise ValueError('x' * 5000)")
    assert "x" * 5000 in caught.value.failure_file.read_text()


def test_a_script_does_not_outlive_an_interrupted_caller(run, tmp_path):
    def interrupt(line):
        raise KeyboardInterrupt(line)

    source = tmp_path / "source"
    source.mkdir()
    (source / "train.py").write_text("import os, time\nprint(os.getpid())\ntime.sleep(600)")
    with pytest.raises(KeyboardInterrupt) as caught:
        run_training_script("train.py", source_dir=source, base_dir=run.base, log=interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(caught.value)), 0)


def test_a_base_directory_is_used_once(run):
    run("")
    with pytest.raises(FileExistsError, match="holds no earlier run"):
        run("")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"entry_point": "missing.py"}, FileNotFoundError, "entry point missing.py does not exist in "),
        ({"entry_point": "train.R"}, ValueError, "entry point train.R is neither a .py nor a .sh file"),
        ({"channels": {"a b": "."}}, ValueError, "channel 'a b' is not a channel name"),
        ({"channels": {"train": "nowhere"}}, FileNotFoundError, "channel 'train': nowhere does not exist"),
        ({"hyperparameters": {"x": object()}}, ValueError, "cannot be sent to a training job"),
    ],
)
def test_bad_input_is_named_before_anything_runs(tmp_path, options, error, message):
    (tmp_path / "train.py").touch()
    (tmp_path / "train.R").touch()
    arguments = {"entry_point": "train.py", "source_dir": tmp_path, "base_dir": tmp_path / "ml"} | options
    with pytest.raises(error, match=message):
        run_training_script(**arguments)
    assert not (tmp_path / "ml").exists()


def test_a_missing_entry_point_without_a_source_directory_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"train\.py does not exist$"):
        run_training_script(tmp_path / "train.py", base_dir=tmp_path / "ml")
