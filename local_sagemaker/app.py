"""The local cloud as a WSGI application: moto's, mended, with the executor, the data plane and functions put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT_ID = "123456789012"
DEFAULT_REGION = "us-east-1"
# The access key that `env` tells clients: the account's administrator.
ACCESS_KEY_ID = "local"
SECRET_ACCESS_KEY = "local"  # noqa: S105 - whoever reaches the port may have it


def create_app(get_base_url: Callable[[], str]) -> Any:
    """Make the application that answers every AWS service.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud (``http://localhost:PORT``); called only once requests come in.
    """
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from local_sagemaker import moto_mends, settings
    from local_sagemaker.access.verification import verifying
    from local_sagemaker.api_gateway import gateway
    from local_sagemaker.api_gateway.execution import ApiExecution
    from local_sagemaker.cloudformation import custom_resources, stack_api
    from local_sagemaker.functions import service
    from local_sagemaker.functions.front import in_front_of
    from local_sagemaker.functions.url_requests import UrlRequests
    from local_sagemaker.hosting import endpoints
    from local_sagemaker.state_machines import engine
    from local_sagemaker.training import jobs
    from local_sagemaker.transform import transforms
    from local_sagemaker.tuning import jobs as tuning_jobs

    moto_mends.apply_all()
    stack_api.install()
    custom_resources.install(get_base_url)
    endpoints.install(get_base_url)
    jobs.install(get_base_url)
    transforms.install(get_base_url)
    tuning_jobs.install()
    engine.install(get_base_url)
    gateway.install(get_base_url)
    functions = service.install(get_base_url)
    answered = in_front_of(DomainDispatcherApplication(create_backend_app), functions, account_id=ACCOUNT_ID)
    # Methods of APIs and URLs of functions may be open to anybody.
    return settings.answering(verifying(answered, elsewhere=(ApiExecution.takes, UrlRequests.takes)))
