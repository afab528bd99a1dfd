"""Hooks as a multi-model endpoint calls them, the toolkit's defaults beside ours, without the Java server."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.serving import aws_container, environments
from benchmarks.serving.measurement import answer_problem
from benchmarks.serving.protocol import SAGEMAKER, Request
from benchmarks.serving.results import Results, Sample
from benchmarks.serving.server_process import ServerFailedError, last_lines
from benchmarks.serving.workload import CELLS, LARGE_ROWS, LINEAR, Workload

__all__ = ["DEFAULTS", "HOOKS", "HOOKS_FAST", "MULTI_MODEL_CELLS", "measure_multi_model"]

#: In the results these stand beside the servers' names.
DEFAULTS, HOOKS, HOOKS_FAST = "multi-model-defaults", "multi-model-hooks", "multi-model-hooks-fast"
MULTI_MODEL_CELLS = tuple(cell for cell in CELLS if cell.model == LINEAR and cell.rows < LARGE_ROWS)


def measure_multi_model(results: Results, workload: Workload, rounds: int, seconds: float, folder: Path) -> None:
    """Add CPU microseconds for a request, in interleaved rounds, where the answer is scikit-learn's.

    Raises
    ------
    ServerFailedError
        A handler ended.
    """
    with (
        _handler(folder / DEFAULTS, workload, ours=False) as defaults,
        _handler(folder / HOOKS, workload, ours=True, SKLEARN_RUNTIME_FAST="false") as hooks,
        _handler(folder / HOOKS_FAST, workload, ours=True) as hooks_fast,
    ):
        handlers = {DEFAULTS: defaults, HOOKS: hooks, HOOKS_FAST: hooks_fast}
        for _ in range(rounds):
            for cell in MULTI_MODEL_CELLS:
                request = SAGEMAKER.request(workload.rows(cell.rows), cell.format)
                for name, process in handlers.items():
                    report = _ask(process, request, seconds, folder)
                    problem = answer_problem(
                        report["status"],
                        base64.b64decode(report["body"]),
                        SAGEMAKER,
                        cell.format,
                        workload.expected(LINEAR, cell.rows),
                    )
                    # One process, so a request takes as long as its CPU time.
                    used = report["cpu_us"]
                    results.add(cell.name, name, problem or Sample(1e6 / used, used / 1e3, used / 1e3, used, 0))


@contextmanager
def _handler(folder: Path, workload: Workload, *, ours: bool, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    code = folder / "code"
    code.mkdir(parents=True)
    workload.save(LINEAR, folder)
    if ours:
        aws_container.copy_runtime(code)
    else:
        shutil.copy(aws_container.APPS / "model_only.py", code / aws_container.HOOKS_FILE)
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(code),
        "SAGEMAKER_PROGRAM": aws_container.HOOKS_FILE,
        "SAGEMAKER_MULTI_MODEL": "true",
        "SAGEMAKER_BASE_DIR": str(folder / "ml"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        **variables,
    }
    log = folder / "log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [environments.python("aws"), str(aws_container.APPS / "multi_model_app.py"), str(folder)],
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    except (BrokenPipeError, json.JSONDecodeError):
        raise ServerFailedError(f"a handler ended: {last_lines(log.read_text(encoding='utf-8'))}") from None
    finally:
        process.kill()
        process.communicate()


def _ask(process: "subprocess.Popen[str]", request: Request, seconds: float, folder: Path) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    body = folder / "body"
    body.write_bytes(request.body)
    order = {"body": str(body), "content_type": request.headers["Content-Type"], "seconds": seconds}
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())
