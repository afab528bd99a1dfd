"""What a method is integrated with: InvokeEndpoint of SageMaker's runtime, with the integration's role, or a mock."""

from __future__ import annotations

import http.client
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local_sagemaker.api_gateway.refusals import RefusalError, misconfigured
from local_sagemaker.data_plane_errors import DataPlaneError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_sagemaker.access.rights import ExecutionRole
    from local_sagemaker.api_gateway.sessions import Sessions

_SAGEMAKER = re.compile(r"arn:[a-z-]+:apigateway:([a-z0-9-]+):runtime\.sagemaker:path/(endpoints/[^/{}]+/invocations)")
_JSON = "application/json"
# Of an integration by default.
_TIMEOUT_MILLISECONDS = 29_000


class IntegrationAnswer(NamedTuple):
    """What an integration answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Integrations:
    """Calls integrations.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud.
    sessions
        Those of the integrations' roles.
    """

    def __init__(self, get_base_url: Callable[[], str], sessions: Sessions) -> None:
        self._get_base_url = get_base_url
        self._sessions = sessions

    def call(
        self, integration: Any, body: bytes, headers: Mapping[str, str], *, source_arn: str, region: str
    ) -> IntegrationAnswer:
        """Call an integration and wait for its answer.

        Parameters
        ----------
        integration
            moto's.
        body, headers
            As it is to get them.
        source_arn
            ARN of the method.
        region
            Of the API.

        Raises
        ------
        RefusalError
            It is not emulated, its role cannot be assumed, or it does not answer in time.
        """
        if integration.integration_type == "MOCK":
            return _mock(body)
        found = _SAGEMAKER.fullmatch(str(integration.uri))
        if integration.integration_type != "AWS" or found is None or integration.http_method != "POST":
            raise misconfigured(
                f"an integration of type {integration.integration_type} with {integration.http_method} "
                f"{integration.uri} is not emulated: POST to InvokeEndpoint of SageMaker's runtime is"
            )
        role = self._assume(integration.credentials, source_arn=source_arn, region=region)
        milliseconds = int(integration.timeout_in_millis or _TIMEOUT_MILLISECONDS)
        url = f"{self._get_base_url()}/{found[2]}"
        return _post(url, body, _signed(role, url, body, headers, found[1]), milliseconds / 1000)

    def _assume(self, role_arn: str | None, *, source_arn: str, region: str) -> ExecutionRole:
        if not role_arn:
            raise misconfigured("the integration has no credentials: SageMaker takes signed requests only")
        try:
            return self._sessions.assume(role_arn, source_arn=source_arn, region=region)
        except DataPlaneError as error:
            raise misconfigured(str(error)) from None


def _mock(body: bytes) -> IntegrationAnswer:
    try:
        status = int(json.loads(body)["statusCode"])
    except (ValueError, KeyError, TypeError):
        raise misconfigured("the request template of a mock gives no statusCode") from None
    return IntegrationAnswer(status, {"content-type": _JSON}, b"")


def _signed(role: ExecutionRole, url: str, body: bytes, headers: Mapping[str, str], region: str) -> dict[str, str]:
    # What API Gateway sends where nothing is mapped.
    request = AWSRequest("POST", url, data=body, headers={"Accept": _JSON, "Content-Type": _JSON, **headers})
    SigV4Auth(Credentials(*role.credentials), "sagemaker", region).add_auth(request)
    return dict(request.headers.items())


def _post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> IntegrationAnswer:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=timeout)
    try:
        connection.request("POST", address.path, body, dict(headers))
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return IntegrationAnswer(response.status, received, response.read())
    except TimeoutError:
        raise RefusalError(
            "INTEGRATION_TIMEOUT", log="Execution failed due to a timeout error: the integration did not answer in time"
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise RefusalError("INTEGRATION_FAILURE", log=f"the integration could not be asked: {error}") from None
    finally:
        connection.close()
