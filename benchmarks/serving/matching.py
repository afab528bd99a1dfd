"""Whether each answer goes to its own request: distinct rows from many threads at once."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.serving.protocol import Format, Protocol
from benchmarks.serving.server_process import ServerProcess

__all__ = ["count_right"]

THREADS = 64


def count_right(server: ServerProcess, protocol: Protocol, rows: NDArray[np.float64], format_: Format) -> int:
    """How many of the rows, sent one in a request, were answered with their own number.

    Parameters
    ----------
    rows
        Shape (rows, columns); the model predicts the number of a row, to within a half.
    """

    def answers(numbers: NDArray[Any]) -> int:
        client = server.connect()
        try:
            return sum(right(client, int(number)) for number in numbers)
        finally:
            client.close()

    def right(client: http.client.HTTPConnection, number: int) -> bool:
        request = protocol.request(rows[number : number + 1], format_)
        try:
            client.request("POST", request.path, request.body, dict(request.headers))
            response = client.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            client.close()  # the next request opens a new connection
            return False
        if response.status != http.client.OK:
            return False
        return bool(np.rint(protocol.predictions(body, format_)).tolist() == [number])

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(answers, np.array_split(np.arange(len(rows)), THREADS)))
