"""The models of one instance of a multi-model endpoint: fetched and started when first asked for, and let go again.

Rules: https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html and invoke-multi-model-endpoint.html.
SageMaker lets models go when an instance's memory is used up; here, when more than `MOST_LOADED` are loaded.
"""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from local_sagemaker.containers.container_client import ContainerResponse, StaleConnectionError
from local_sagemaker.data_plane_errors import (
    ContainerError,
    DataPlaneError,
    ModelDataError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from local_sagemaker.containers.container_stream import ContainerStream
    from local_sagemaker.containers.containers import Container

TARGET_MODEL = "X-Amzn-SageMaker-Target-Model"
MOST_LOADED = 4
# The image's multi-model server hands these to no hook.
_KEPT_BACK = "X-Amzn-SageMaker-Custom-Attributes"


class ModelNotReadyError(DataPlaneError):
    """A model is still being fetched and started; asking again later will do."""


class NoTargetModelError(DataPlaneError):
    """A request names none of the models."""


class _Model:
    """One model: its container as soon as there is one, and who uses it."""

    def __init__(self) -> None:
        self.container: Future[Container] = Future()
        self.starting: Container | None = None
        self.users = 0
        self.used_at = 0.0


class LoadedModels:
    """Sends each request to the model that it names, with the interface of a `ContainerClient`.

    Parameters
    ----------
    fetch
        Fetches a model and gives its container, which is not started yet; raises when there is no such model.
    cache
        Whether a model stays loaded when nobody uses it.
    most
        Models that stay loaded.
    """

    def __init__(self, fetch: Callable[[str], Container], *, cache: bool = True, most: int = MOST_LOADED) -> None:
        self._fetch = fetch
        self._most = most if cache else 0
        self._lock = threading.Lock()
        self._models: dict[str, _Model] = {}
        self._closed = False
        self._metrics: list[dict[str, float]] = []

    @property
    def names(self) -> list[str]:
        """The models that are loaded, or being loaded."""
        with self._lock:
            return list(self._models)

    @property
    def process_groups(self) -> frozenset[int]:
        """Process groups of the models that are loaded, or being started."""
        with self._lock:
            starting = [model.starting for model in self._models.values()]
        return frozenset().union(*(container.process_groups for container in starting if container is not None))

    def take_metrics(self) -> list[dict[str, float]]:
        """Give what was measured since the last call: ModelCacheHit and the times of loads, in microseconds."""
        with self._lock:
            taken, self._metrics = self._metrics, []
            return taken

    def request(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None, timeout: float
    ) -> ContainerResponse:
        """Send a request to the model that its head names, which is loaded first where it is not.

        Parameters
        ----------
        method, path, body, headers, timeout
            As for `ContainerClient.request`; the head holds X-Amzn-SageMaker-Target-Model.

        Raises
        ------
        DataPlaneError
            There is no such model, it is not loaded in time, or see `ContainerClient.request`.
        """
        deadline = time.monotonic() + timeout
        passed_on = {name: value for name, value in (headers or {}).items() if name != _KEPT_BACK}
        if TARGET_MODEL not in passed_on:
            raise NoTargetModelError("the request names no model")
        with self._use(passed_on[TARGET_MODEL]) as model:
            waited_from = time.monotonic()
            try:
                container = model.container.result(timeout)
            except TimeoutError:
                raise ModelNotReadyError(f"the model is not loaded after {timeout:g} s") from None
            except (ContainerError, ModelDataError) as error:
                return _did_not_start(error)
            self._note(ModelLoadingWaitTime=(time.monotonic() - waited_from) * 1e6)
            remaining = max(deadline - time.monotonic(), 0.001)
            try:
                return container.client.request(method, path, body=body, headers=passed_on, timeout=remaining)
            except StaleConnectionError as error:
                # A process that has died over the request does not get it again.
                if container.pid is None:
                    raise UnreachableError(str(error)) from error
                raise

    def stream(self, *_: Any, **__: Any) -> ContainerStream:
        """Refuse: InvokeEndpointWithResponseStream has no TargetModel.

        Raises
        ------
        NoTargetModelError
        """
        raise NoTargetModelError("a request for a stream names no model")

    def close(self) -> None:
        """Let all models go."""
        with self._lock:
            self._closed = True
            models, self._models = self._models, {}
        for model in models.values():
            # One that is still starting fails when it is stopped, and tells whoever waits for it.
            if model.starting is not None:
                model.starting.stop()

    @contextmanager
    def _use(self, name: str) -> Iterator[_Model]:
        with self._lock:
            model = self._models.get(name)
            self._metrics.append({"ModelCacheHit": float(model is not None)})
            if model is None:
                if self._closed:
                    raise ContainerError("the instance is being stopped")
                model = self._models[name] = _Model()
                threading.Thread(target=self._load, args=(name, model), name=f"load {name}", daemon=True).start()
            model.users += 1
        try:
            yield model
        finally:
            with self._lock:
                model.users -= 1
                model.used_at = time.monotonic()
            self._let_go()

    def _load(self, name: str, model: _Model) -> None:
        try:
            began = time.monotonic()
            container = self._fetch(name)
            fetched = time.monotonic()
            with self._lock:
                if self._closed:
                    raise ContainerError("the instance is being stopped")
                model.starting = container
            container.start()
            self._note(
                ModelDownloadingTime=(fetched - began) * 1e6, ModelLoadingTime=(time.monotonic() - fetched) * 1e6
            )
        except Exception as error:  # noqa: BLE001 - whoever waits for the model gets it
            with self._lock:
                # So that the next request tries again.
                if self._models.get(name) is model:
                    del self._models[name]
            model.container.set_exception(error)
            return
        model.container.set_result(container)
        self._let_go()

    def _let_go(self) -> None:
        """Stop the models that were not used for longest, and are not in use, until no more than most are loaded."""
        with self._lock:
            idle = sorted(
                (name for name, model in self._models.items() if not model.users and model.container.done()),
                key=lambda name: self._models[name].used_at,
            )
            surplus = [self._models.pop(name) for name in idle[: max(len(self._models) - self._most, 0)]]
        for model in surplus:
            began = time.monotonic()
            model.container.result().stop()
            self._note(ModelUnloadingTime=(time.monotonic() - began) * 1e6)

    def _note(self, **values: float) -> None:
        with self._lock:
            self._metrics.append(values)


def _did_not_start(error: DataPlaneError) -> ContainerResponse:
    """Give what the multi-model server answers, with the reason, which it keeps to the log."""
    body = {"code": 500, "type": "InternalServerException", "message": f"Failed to start workers: {error}"}
    return ContainerResponse(500, {"content-type": "application/json"}, json.dumps(body).encode())
