"""The other servers of scikit-learn models, each as its manual starts it, on loopback with two workers."""

import json
import os
import subprocess
from pathlib import Path

from benchmarks.serving import environments
from benchmarks.serving.server_process import Launch, ServerFailedError, free_port, last_lines

__all__ = ["launch_bentoml", "launch_litserve", "launch_mlflow", "launch_mlserver", "save_for_mlflow"]

APPS = Path(__file__).resolve().parent / "apps"
WORKERS = 2


def launch_mlserver(folder: Path, model: Path, port: int, workers: int = WORKERS) -> Launch:
    """MLServer with its scikit-learn runtime; with 0 workers its one process predicts."""
    settings = {
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": free_port(),
        "metrics_port": free_port(),
        "parallel_workers": workers,
    }
    model_settings = {
        "name": "bench",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": str(model)},
    }
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "model-settings.json").write_text(json.dumps(model_settings), encoding="utf-8")
    return Launch([_script("mlserver", "mlserver"), "start", "."], _environment("mlserver", folder), folder)


def launch_bentoml(folder: Path, model: Path, port: int) -> Launch:
    """A BentoML service of one method."""
    environment = {**_environment("bentoml", folder), "BENCH_MODEL": str(model), "PYTHONPATH": str(APPS)}
    command = [_script("bentoml", "bentoml"), "serve", "bentoml_app:Bench", "--host", "127.0.0.1", "--port", str(port)]
    return Launch(command, environment, folder)


def launch_litserve(folder: Path, model: Path, port: int) -> Launch:
    """A LitServe server of one API."""
    command = [str(environments.python("litserve")), str(APPS / "litserve_app.py"), str(model), str(port)]
    return Launch(command, _environment("litserve", folder), folder)


def launch_mlflow(folder: Path, model: Path, port: int) -> Launch:
    """MLflow's scoring server for a saved model."""
    command = [_script("mlflow", "mlflow"), "models", "serve", "--model-uri", str(model), "--env-manager", "local"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS)]
    return Launch(command, _environment("mlflow", folder), folder)


def save_for_mlflow(folder: Path, model: Path) -> Path:
    """Write the model in MLflow's own layout.

    Raises
    ------
    ServerFailedError
        MLflow could not.
    """
    saved = folder / "mlflow"
    program = (
        "import sys, joblib, mlflow.sklearn\n"
        "mlflow.sklearn.save_model(joblib.load(sys.argv[1]), sys.argv[2], serialization_format='pickle')"
    )
    done = subprocess.run(
        [environments.python("mlflow"), "-c", program, str(model), str(saved)],
        env=_environment("mlflow", folder),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServerFailedError(f"the model could not be saved: {last_lines(done.stderr)}")
    return saved


def _script(name: str, script: str) -> str:
    return str(environments.python(name).with_name(script))


def _environment(name: str, folder: Path) -> dict[str, str]:
    binaries = environments.python(name).parent
    return {
        "PATH": os.pathsep.join((str(binaries), "/usr/bin", "/bin")),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        # Nobody is told that a benchmark runs here.
        "DO_NOT_TRACK": "1",
        "BENTOML_DO_NOT_TRACK": "True",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
