"""The requests that go to functions, in front of all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.functions.answers import LambdaError
from local_sagemaker.functions.invocations import FunctionInvocations
from local_sagemaker.functions.url_configs import UrlConfigs
from local_sagemaker.functions.url_requests import UrlRequests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local_sagemaker.functions.service import FunctionService

    Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def in_front_of(application: Application, service: FunctionService, account_id: str) -> Application:
    """Give an application of WSGI that answers what is for functions, and leaves the rest to another.

    Parameters
    ----------
    application
        The other.
    service
        Calls functions.
    account_id
        Account of every function and caller.
    """
    invocations = FunctionInvocations(service, account_id)
    doors = (invocations, UrlRequests(service, account_id), UrlConfigs(service.get_base_url, account_id))

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        door = next((door for door in doors if door.takes(environ)), None)
        if door is None:
            return application(environ, start_response)
        try:
            return door.answer(environ).send(start_response)
        except LambdaError as error:
            return error.answer().send(start_response)

    return answer
