"""Lambda's functions as this process runs them: their pools, what ends them, and the requests that are for them.

`install` puts methods of ours in the place of moto's, `shutdown` puts moto's back:

=================================================  ==============================================================
moto                                               what ours does
=================================================  ==============================================================
LambdaFunction.update_configuration, _code         ends the function's processes, so that the next call is of the new
LambdaStorage.del_function, LambdaBackend.reset    ends them for good
LambdaFunction.invoke                              calls the function as everybody does, not in Docker
=================================================  ==============================================================
"""

from __future__ import annotations

import logging
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaBackend, LambdaFunction, LambdaStorage

from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.functions import stack_urls
from local_sagemaker.functions.deliveries import invoke_through
from local_sagemaker.functions.execution_environment import ExecutionEnvironment
from local_sagemaker.functions.outcomes import FunctionError, FunctionGoneError, TooManyCallsError
from local_sagemaker.functions.pool import MOST_PROCESSES, FunctionPool
from local_sagemaker.functions.running import is_there
from local_sagemaker.replacing import Replacements

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_sagemaker.functions.outcomes import Outcome

_moto_update_configuration = LambdaFunction.update_configuration
_moto_update_code = LambdaFunction.update_function_code
_moto_delete = LambdaStorage.del_function
_moto_reset = LambdaBackend.reset

logger = logging.getLogger(__name__)

_service: FunctionService | None = None
_replacements = Replacements()


class FunctionService:
    """Calls functions.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud (``http://localhost:PORT``).
    """

    def __init__(self, get_base_url: Callable[[], str]) -> None:
        self.get_base_url = get_base_url
        self._lock = threading.Lock()
        # By the function's identity, which stays taken as long as its pool is here: a name may be used again.
        self._pools: dict[int, FunctionPool] = {}
        # Of functions that are gone, while their last calls are under way.
        self._ending: list[FunctionPool] = []
        self._later = ThreadPoolExecutor(MOST_PROCESSES, "asynchronous call")

    def call(self, function: Any, event: bytes, request_id: str | None = None) -> Outcome:
        """Call a function and wait for its end.

        Parameters
        ----------
        function
            moto's function.
        event
            JSON.

        Raises
        ------
        TooManyCallsError
        FunctionError
            Its code is no archive, or it was deleted.
        DataPlaneError
            Its role cannot be assumed, or may not write its log.
        """
        request_id = request_id or str(uuid.uuid4())
        reserved = function.reserved_concurrency
        with self._pool(function).lend(None if reserved is None else int(reserved)) as environment:
            failure = None if environment.usable else environment.start()
            return failure or environment.call(event, request_id, function.function_arn)

    def call_later(self, function: Any, event: bytes, request_id: str) -> None:
        """Have a function called; nobody waits for its end."""
        self._later.submit(self._call_unheard, function, event, request_id)

    def retire(self, function: Any) -> None:
        """End the processes of a function, those that are busy after their call."""
        with self._lock:
            pool = self._pools.get(id(function))
        if pool is not None:
            pool.retire()

    def forget(self) -> None:
        """End the processes of functions that are gone, those that are busy after their call."""
        with self._lock:
            gone = [self._pools.pop(id(pool.function)) for pool in self._known() if not is_there(pool.function)]
            self._ending = [pool for pool in [*self._ending, *gone] if pool.busy]
        for pool in gone:
            pool.end()

    def close(self) -> None:
        """End everything now."""
        self._later.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            pools, self._pools = [*self._ending, *self._known()], {}
        for pool in pools:
            pool.close()
        self._later.shutdown()

    def _call_unheard(self, function: Any, event: bytes, request_id: str) -> None:
        try:
            outcome = self.call(function, event, request_id)
            reason = outcome.payload.decode() if outcome.failed else None
        except (TooManyCallsError, FunctionError, DataPlaneError) as error:
            reason = str(error)
        if reason is not None:
            logger.warning(
                "an asynchronous call of %s failed, and the local cloud neither repeats it nor tells a destination: %s",
                function.function_name,
                reason,
            )

    def _known(self) -> list[FunctionPool]:
        return list(self._pools.values())

    def _pool(self, function: Any) -> FunctionPool:
        with self._lock:
            # Looked at under the lock that `forget` takes after a deletion: no pool is made when it has been there.
            if not is_there(function):
                raise FunctionGoneError(function)
            if id(function) not in self._pools:
                self._pools[id(function)] = FunctionPool(function, self._make)
            return self._pools[id(function)]

    def _make(self, function: Any) -> ExecutionEnvironment:
        return ExecutionEnvironment(function, self.get_base_url())


def install(get_base_url: Callable[[], str]) -> FunctionService:
    """Run functions from now on."""
    global _service
    shutdown()
    service = _service = FunctionService(get_base_url)
    stack_urls.install(get_base_url)
    for owner, methods in _methods(service).items():
        for name, method in methods.items():
            _replacements.put(owner, name, method)
    return service


def shutdown() -> None:
    """End every process of a function, and give moto its own methods back."""
    global _service
    _replacements.take_back()
    if _service is not None:
        _service.close()
        _service = None


def _methods(service: FunctionService) -> dict[type, dict[str, Any]]:
    def update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        updated: dict[str, Any] = _moto_update_configuration(self, config_updates)
        service.retire(self)
        return updated

    def update_function_code(self: LambdaFunction, updated_spec: dict[str, Any]) -> dict[str, Any]:
        updated: dict[str, Any] = _moto_update_code(self, updated_spec)
        service.retire(self)
        return updated

    def del_function(self: LambdaStorage, name_or_arn: str, qualifier: str | None = None) -> None:
        _moto_delete(self, name_or_arn, qualifier)
        service.forget()

    def reset(self: LambdaBackend) -> None:
        _moto_reset(self)
        service.forget()

    return {
        LambdaFunction: {
            "update_configuration": update_configuration,
            "update_function_code": update_function_code,
            "invoke": invoke_through(service),
        },
        LambdaStorage: {"del_function": del_function},
        LambdaBackend: {"reset": reset},
    }
