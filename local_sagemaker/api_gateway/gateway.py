"""Puts the execution of REST APIs in front of moto, and their resources into its CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from local_sagemaker.api_gateway import api_refusals, deployed_apis
from local_sagemaker.api_gateway.execution import ApiExecution
from local_sagemaker.api_gateway.integrations import Integrations
from local_sagemaker.api_gateway.logs import RequestLogs
from local_sagemaker.api_gateway.sessions import Sessions
from local_sagemaker.api_gateway.stack_apis import API_RESOURCES
from local_sagemaker.api_gateway.stack_keys import KEY_RESOURCES
from local_sagemaker.api_gateway.throttling import Throttling
from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.moto_mends.patching import register
from local_sagemaker.replacing import Replacements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_replacements = Replacements()


def install(get_base_url: Callable[[], str]) -> None:
    """Answer requests to REST APIs.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud (``http://localhost:PORT``) once it is known.
    """
    shutdown()
    deployed_apis.apply()
    api_refusals.apply()
    for resource in (*API_RESOURCES, *KEY_RESOURCES):
        register(resource)
    sessions = Sessions()
    execution = ApiExecution(
        Integrations(get_base_url, sessions), Throttling(), RequestLogs(sessions), account_id=ACCOUNT_ID
    )
    answer_others = DomainDispatcherApplication.__call__

    def dispatch(self: DomainDispatcherApplication, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if execution.takes(environ):
            return execution(environ, start_response)
        answered: Iterable[bytes] = answer_others(self, environ, start_response)
        return answered

    _replacements.put(DomainDispatcherApplication, "__call__", dispatch)


def shutdown() -> None:
    """Give moto its own methods back."""
    _replacements.take_back()
