"""The servers that are compared, in the order of the tables."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.serving import aws_container, peers
from benchmarks.serving.protocol import BENTOML, LITSERVE, MLFLOW, MLSERVER, SAGEMAKER, Protocol
from benchmarks.serving.server_process import Launch

__all__ = ["OURS", "OURS_FAST", "OURS_ORJSON", "SERVERS", "STOCK", "STOCK_WITH_HOOKS", "Server"]


class Server(NamedTuple):
    """One column of the tables.

    Attributes
    ----------
    title
        What the tables call it.
    environments
        What it is installed in, see `environments.make`.
    distributions
        Those whose versions are shown beside scikit-learn and NumPy; they lie in the last environment.
    launch
        Makes the command for an empty folder, a saved model and a port.
    save
        Writes the model as the server wants it; None: ``model.joblib`` will do.
    """

    name: str
    title: str
    environments: tuple[str, ...]
    distributions: tuple[str, ...]
    protocol: Protocol
    launch: Callable[[Path, Path, int], Launch]
    save: Callable[[Path, Path], Path] | None = None


def _launch_ours_with_orjson(folder: Path, model: Path, port: int) -> Launch:
    return aws_container.launch_ours(folder, model, port, "orjson")


def _launch_ours_fast(folder: Path, model: Path, port: int) -> Launch:
    return aws_container.launch_ours(folder, model, port, fast=True)


def _launch_mlserver_alone(folder: Path, model: Path, port: int) -> Launch:
    return peers.launch_mlserver(folder, model, port, workers=0)


_IMAGE = ("sagemaker-containers", "flask", "gunicorn", "gevent")
STOCK, STOCK_WITH_HOOKS, OURS, OURS_ORJSON, OURS_FAST = "aws", "hooks", "ours", "ours-orjson", "ours-fast"
SERVERS = (
    Server(STOCK, "AWS stock server", ("aws",), _IMAGE, SAGEMAKER, aws_container.launch_stock),
    Server(STOCK_WITH_HOOKS, "our hooks in it", ("aws",), _IMAGE, SAGEMAKER, aws_container.launch_stock_with_hooks),
    Server(OURS, "our server", ("aws",), ("pandas", "pyarrow"), SAGEMAKER, aws_container.launch_ours),
    Server(OURS_ORJSON, "our server, orjson", ("aws", "orjson"), ("orjson",), SAGEMAKER, _launch_ours_with_orjson),
    Server(OURS_FAST, "our server, fast paths", ("aws",), ("pandas", "pyarrow"), SAGEMAKER, _launch_ours_fast),
    Server("mlserver", "MLServer", ("mlserver",), ("mlserver", "uvloop"), MLSERVER, peers.launch_mlserver),
    Server("mlserver-1", "MLServer, 1 process", ("mlserver",), ("mlserver",), MLSERVER, _launch_mlserver_alone),
    Server("bentoml", "BentoML", ("bentoml",), ("bentoml",), BENTOML, peers.launch_bentoml),
    Server("litserve", "LitServe", ("litserve",), ("litserve",), LITSERVE, peers.launch_litserve),
    Server("mlflow", "MLflow", ("mlflow",), ("mlflow",), MLFLOW, peers.launch_mlflow, peers.save_for_mlflow),
)
