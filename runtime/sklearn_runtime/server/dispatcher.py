"""Where a request is answered: on the event loop where it is known to be quick, else in a thread beside it."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, Callable, Dict, List, Optional

from sklearn_runtime.body_parts import BodyParts
from sklearn_runtime.methods import METHODS
from sklearn_runtime.server.cost import BUDGET_SECONDS, Costs, Measurement
from sklearn_runtime.server.http_request import Request
from sklearn_runtime.server.http_response import Answer
from sklearn_runtime.server.routes import EXECUTION_PARAMETERS, respond, respond_together
from sklearn_runtime.settings import Settings

__all__ = ["Dispatcher"]

#: While a thread computes, a request on the loop waits for the interpreter's lock, and takes up to so many times as
#: long; less than that says nothing of the request.
_CONTENTION = 10

#: A longer body is no small request: it is answered by itself.
TOGETHER_BYTES = 16 * 1024


class Dispatcher:
    """Has requests answered, and learns what they take.

    Parameters
    ----------
    settings
        The limit of a large body, and the method that requests ask for unless they name one.
    service : InferenceService
        The loaded model. It is called from the loop's thread and from two others, one for large requests and one for
        small ones of high or unknown cost, which so do not wait for the prediction of 100,000 rows. Where a hook of the
        user's runs in a request, from a single other thread: it need not be safe for several.
    loop
        The event loop.
    """

    def __init__(self, settings: Settings, service: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._loop = loop
        self._method = settings.method
        self._large_body_bytes = settings.large_body_bytes
        # A user's model_fn may have asked its model, in the thread that is now the loop's, and the threads that OpenMP
        # made for that did not come through the fork: the loop would wait for them. With one thread there are none.
        own_threads = settings.program is None or os.environ.get("OMP_NUM_THREADS") == "1"
        self._may_block = service.may_block or not own_threads
        # What a hook of the user's takes is never known.
        self._costs: Dict[Optional[str], Costs] = {}
        if not self._may_block:
            self._costs = {method: Costs() for method in METHODS}
            self._costs[""] = self._costs[settings.method]
        self._executor = ThreadPoolExecutor(max_workers=1)
        self._small_executor = ThreadPoolExecutor(max_workers=1)
        self._in_threads = 0
        self._together: Dict[str, bool] = {}

    def measure(self) -> None:
        """Begin to measure the model, where it is going to be asked: in this process and in a thread."""
        if self._service.own_model is not None and self._costs:
            self._run(self._small_executor, self._foresee)

    def runs_in_thread(self, request: Request) -> bool:
        """Whether the request could keep the loop from answering others."""
        route = request.head.route
        if not route.predicts:
            return bool(self._may_block and route.path == EXECUTION_PARAMETERS)
        costs, size = self._costs.get(route.cost_key), len(request.body)
        return costs is None or size > self._large_body_bytes or not costs.cheap[size.bit_length()]

    def goes_together(self, request: Request) -> bool:
        """Whether the request is answered sooner together with others; it does not run in a thread."""
        route = request.head.route
        key = route.cost_key
        if key is None or not route.predicts or len(request.body) > TOGETHER_BYTES:
            return False
        together = self._together.get(key)
        if together is None:
            together = self._together[key] = self._service.puts_together(key)
        return together

    def answer_together(self, requests: List[Request]) -> List[Answer]:
        """Answer requests for which `goes_together` holds."""
        if len(requests) == 1:
            return [self.answer(requests[0])]
        return respond_together(self._service, [(request.head.route, request.body) for request in requests])

    def answer(self, request: Request) -> Answer:
        """Answer a request on the loop; one that is not quick after all is the last of its kind there."""
        started = monotonic()
        answer = respond(self._service, request.head.route, request.body)
        seconds = monotonic() - started
        if seconds > BUDGET_SECONDS and (not self._in_threads or seconds > _CONTENTION * BUDGET_SECONDS):
            self._learn(request, answer, seconds)
        return answer

    def answer_in_thread(self, request: Request) -> "asyncio.Future[Answer]":
        """Have a request answered in a thread."""
        small = len(request.body) <= self._large_body_bytes and not self._may_block
        return self._run(self._small_executor if small else self._executor, self._answer_and_learn, request)

    def make_part(self, parts: BodyParts) -> "asyncio.Future[Optional[bytes]]":
        """Have the next part of a body made in the thread of the hooks; see `BodyParts.next`."""
        return self._run(self._executor, parts.next)

    def give_up(self, parts: BodyParts) -> None:
        """Have a body closed in the thread of the hooks, after the part that is being made."""
        self._run(self._executor, parts.close)

    def _run(self, executor: ThreadPoolExecutor, call: Callable[..., Any], *arguments: Any) -> "asyncio.Future[Any]":
        self._in_threads += 1
        future = self._loop.run_in_executor(executor, call, *arguments)
        future.add_done_callback(self._left_thread)
        return future

    def _left_thread(self, _: "asyncio.Future[Any]") -> None:
        self._in_threads -= 1

    def _answer_and_learn(self, request: Request) -> Answer:
        started = monotonic()
        answer = respond(self._service, request.head.route, request.body)
        self._learn(request, answer, monotonic() - started)
        return answer

    def _learn(self, request: Request, answer: Answer, seconds: float) -> None:
        route, size = request.head.route, len(request.body)
        costs = self._costs.get(route.cost_key) if route.predicts and size <= self._large_body_bytes else None
        # A refusal says nothing of what a prediction takes, unless it was slow.
        if costs is not None and (answer.status < 400 or seconds > BUDGET_SECONDS):
            costs.learn(size, seconds)

    def _foresee(self) -> None:
        from sklearn_runtime.server.cost_probe import measure  # imports NumPy, as the model did

        measurements: List[Measurement] = []
        for measurement in measure(self._service.own_model, self._method, self._large_body_bytes):
            measurements.append(measurement)
            self._costs[""].foresee(measurements)
