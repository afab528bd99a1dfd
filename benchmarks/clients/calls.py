"""One client's calls, in a process of its own: `python calls.py CLIENT URL SECONDS` prints a JSON object.

Every client sends the same row of 30 numbers as NPY and gives the label as an array. Nothing is imported before the
clock runs but the standard library, so that the import of the client is measured as its user has it.
"""

import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

THREADS = (1, 4, 16)
_START = time.perf_counter()


def boto3_client() -> Callable[[], object]:
    """boto3's InvokeEndpoint, and NumPy's own reading and writing."""
    import io

    import boto3
    import numpy as np

    client = boto3.client("sagemaker-runtime")
    row = np.linspace(0, 1, 30).reshape(1, 30)

    def call() -> object:
        body = io.BytesIO()
        np.save(body, row)
        answer = client.invoke_endpoint(
            EndpointName="churn", Body=body.getvalue(), ContentType="application/x-npy", Accept="application/x-npy"
        )
        return np.load(io.BytesIO(answer["Body"].read()))

    return call


def predictor(**settings: object) -> Callable[[], object]:
    """This library's client."""
    import numpy as np

    from endpoint_client import Predictor

    client = Predictor("churn", **settings)  # type: ignore[arg-type]
    row = np.linspace(0, 1, 30).reshape(1, 30)
    return lambda: client.predict(row)


def sdk() -> Callable[[], object]:
    """The SageMaker Python SDK's, version 2."""
    import numpy as np
    from sagemaker.deserializers import NumpyDeserializer
    from sagemaker.predictor import Predictor
    from sagemaker.serializers import NumpySerializer

    client = Predictor("churn", serializer=NumpySerializer(), deserializer=NumpyDeserializer())
    row = np.linspace(0, 1, 30).reshape(1, 30)
    return lambda: client.predict(row)


def floor() -> Callable[[], object]:
    """The wire alone: the standard library's HTTP client, without a signature; a connection a thread."""
    import http.client
    import io

    import numpy as np

    local = threading.local()
    port = int(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])
    row = np.linspace(0, 1, 30).reshape(1, 30)

    def call() -> object:
        connection = getattr(local, "connection", None)
        if connection is None:
            connection = local.connection = http.client.HTTPConnection("127.0.0.1", port)
        body = io.BytesIO()
        np.save(body, row)
        connection.request(
            "POST", "/endpoints/churn/invocations", body.getvalue(), {"Content-Type": "application/x-npy"}
        )
        return np.load(io.BytesIO(connection.getresponse().read()))

    return call


CLIENTS: dict[str, Callable[[], Callable[[], object]]] = {
    "floor": floor,
    "fast": lambda: predictor(fast=True),
    "predictor": predictor,
    "boto3": boto3_client,
    "sdk": sdk,
}
MODULES = {"floor": "http.client", "fast": "endpoint_client", "predictor": "endpoint_client", "boto3": "boto3"}


def measure(client: str, seconds: float) -> dict[str, object]:
    """Import, create, call."""
    __import__(MODULES.get(client, "sagemaker.predictor"))
    imported = time.perf_counter()
    call = CLIENTS[client]()
    created = time.perf_counter()
    answer = call()
    first = time.perf_counter()
    if answer != [1]:
        raise SystemExit(f"{client} gave {answer!r}, not the label")
    for _ in range(50):
        call()
    latencies, begun, cpu = [], time.perf_counter(), time.thread_time()
    while (now := time.perf_counter()) - begun < seconds:
        call()
        latencies.append(time.perf_counter() - now)
    cpu = time.thread_time() - cpu
    latencies.sort()
    return {
        "import_ms": (imported - _START) * 1e3,
        "create_ms": (created - imported) * 1e3,
        "first_call_ms": (first - created) * 1e3,
        "p50_us": statistics.median(latencies) * 1e6,
        "p99_us": latencies[int(len(latencies) * 0.99)] * 1e6,
        "cpu_us": cpu / len(latencies) * 1e6,
        "calls_per_second": {str(threads): _rate(call, threads, seconds) for threads in THREADS},
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    """Peak of the process's own memory: rusage would count the parent's, from which it was forked."""
    with Path("/proc/self/status").open(encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024


def _rate(call: Callable[[], object], threads: int, seconds: float) -> float:
    """Calls a second of this many threads together."""
    counts = [0] * threads
    barrier = threading.Barrier(threads + 1)
    stop = threading.Event()

    def work(number: int) -> None:
        call()
        barrier.wait()
        while not stop.is_set():
            call()
            counts[number] += 1

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    barrier.wait()
    begun = time.perf_counter()
    time.sleep(seconds)
    while not any(counts):
        time.sleep(0.001)
    elapsed, done = time.perf_counter() - begun, sum(counts)
    stop.set()
    for worker in workers:
        worker.join()
    return done / elapsed


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], float(sys.argv[2]))))
