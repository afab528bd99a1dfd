"""Answers requests to deployed APIs: from the caller through every check to the integration and back."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from local_sagemaker.api_gateway.authorization import authorize_signer, check_type, find_key
from local_sagemaker.api_gateway.deployed_apis import deployed, find_api
from local_sagemaker.api_gateway.mappings import Mapper
from local_sagemaker.api_gateway.refusals import RefusalError, gateway_response, misconfigured
from local_sagemaker.api_gateway.request import ApiRequest, find_address
from local_sagemaker.api_gateway.throttling import ACCOUNT_BURST, ACCOUNT_RATE, Throttling, method_limits
from local_sagemaker.api_gateway.validation import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from local_sagemaker.api_gateway.deployed_apis import DeployedApi, Route
    from local_sagemaker.api_gateway.integrations import Integrations
    from local_sagemaker.api_gateway.logs import RequestLogs

    StartResponse = Callable[[str, list[tuple[str, str]]], Any]
    Answer = tuple[int, dict[str, str], bytes]

logger = logging.getLogger(__name__)


class ApiExecution:
    """The WSGI application of all REST APIs.

    Parameters
    ----------
    integrations
        Calls what methods are integrated with.
    throttling
        Counts requests.
    logs
        Of the stages.
    account_id
        Account of the APIs.
    """

    def __init__(
        self, integrations: Integrations, throttling: Throttling, logs: RequestLogs, *, account_id: str
    ) -> None:
        self._integrations = integrations
        self._throttling = throttling
        self._logs = logs
        self._account_id = account_id

    @staticmethod
    def takes(environ: Mapping[str, Any]) -> bool:
        """Say whether a request is for this application."""
        return find_address(environ) is not None

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request that `takes` has let through."""
        address = find_address(environ)
        if address is None:
            raise AssertionError("only what takes() lets through comes here")
        api = find_api(address.api_id, self._account_id, address.region)
        stage = None if api is None else api.stages.get(address.stage_name)
        region = api.region_name if api is not None else address.region or ""
        request = ApiRequest(environ, address, account_id=self._account_id, region=region)
        deployed_api = None if stage is None else deployed(api, stage)
        if deployed_api is None or deployed_api.disables_default_endpoint:
            # Nobody's gateway responses are asked: there is no stage that answers.
            refusal = RefusalError("INVALID_API_KEY")
            status, headers, body = _refused(refusal, request, {})
        else:
            status, headers, body = self._answer(api, stage, deployed_api, request)
        headers["Content-Length"] = str(len(body))
        headers["x-amzn-RequestId"] = request.context["requestId"]
        headers["x-amz-apigw-id"] = request.context["extendedRequestId"]
        start_response(f"{status} {_phrase(status)}", list(headers.items()))
        return [body]

    def _answer(self, api: Any, stage: Any, deployed_api: DeployedApi, request: ApiRequest) -> Answer:
        try:
            status, headers, body = self._execute(api, stage, deployed_api, request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller and the log are told of it as on AWS
            refusal = error if isinstance(error, RefusalError) else misconfigured(f"the request failed: {error!r}")
            if refusal.log is not None:
                logger.warning("API %s (%s): %s", api.name, api.id, refusal.log)
                self._logs.write_execution(stage, request, refusal.log)
            status, headers, body = _refused(refusal, request, deployed_api.gateway_responses)
        request.context["status"] = status
        request.context["responseLength"] = len(body)
        request.context["responseLatency"] = request.milliseconds()
        self._logs.write_access(stage, request, _known(request))
        return status, headers, body

    def _execute(self, api: Any, stage: Any, deployed_api: DeployedApi, request: ApiRequest) -> Answer:
        if request.is_too_large:
            raise RefusalError("REQUEST_TOO_LARGE")
        route = deployed_api.find(request.address.path, request.http_method)
        if route is None or route.method.method_integration is None:
            # What AWS says of a path or a method that is not there.
            raise RefusalError("MISSING_AUTHENTICATION_TOKEN")
        request.context["resourcePath"] = route.resource_path
        self._let_in(api, stage, route, request)
        body = request.read_body()
        validate(deployed_api, route.method, media_type=request.media_type, body=body, parameters=request.parameters)
        integration = route.method.method_integration
        mapper = Mapper(request, deployed_api, integration, stage.variables)
        payload, headers = mapper.body(body), mapper.headers()
        begun = request.milliseconds()
        answer = self._integrations.call(
            integration, payload, headers, source_arn=_method_arn(request), region=request.region
        )
        request.context["integration.status"] = answer.status
        request.context["integration.latency"] = request.milliseconds() - begun
        return mapper.answer(answer)

    def _let_in(self, api: Any, stage: Any, route: Route, request: ApiRequest) -> None:
        """Let a request pass by who sends it and by how many there were, or refuse it."""
        where = {"account_id": request.account_id, "region": request.region}
        check_type(route.method)
        if route.method.authorization_type == "AWS_IAM":
            signer = authorize_signer(request.environ, _method_arn(request), **where)
            if signer is not None:
                request.context["identity.userArn"] = signer
        method = (api.id, stage.name, route.resource_path, route.http_method)
        if route.method.api_key_required:
            if api.api_key_source != "HEADER":
                raise misconfigured(f"a key of the source {api.api_key_source} is not emulated")
            holder = find_key(request.environ, api_id=api.id, stage_name=stage.name, **where)
            request.context["identity.apiKeyId"] = holder.key_id
            key = (holder.plan.id, holder.key_id)
            throttle, quota = holder.plan.throttle, holder.plan.quota
            rate = float(throttle.get("rateLimit", ACCOUNT_RATE))
            burst = int(throttle.get("burstLimit", ACCOUNT_BURST))
            if not self._throttling.passes((*key, *method), rate, burst):
                raise RefusalError("THROTTLED")
            if quota and not self._throttling.within_quota(key, quota):
                raise RefusalError("QUOTA_EXCEEDED")
        if not self._throttling.passes(method, *method_limits(stage, route.resource_path, route.http_method)):
            raise RefusalError("THROTTLED")


def _refused(refusal: RefusalError, request: ApiRequest, responses: Mapping[str, Any]) -> Answer:
    request.context["error.message"] = refusal.message
    request.context["error.responseType"] = refusal.kind
    request.context["error.validationErrorString"] = refusal.details
    status, headers, body = gateway_response(refusal, responses, _known(request), request.parameters)
    return status, headers, body.encode()


def _known(request: ApiRequest) -> dict[str, str]:
    known = {f"$context.{name}": str(value) for name, value in request.context.items()}
    # Both are written into texts of JSON.
    message = _json_text(request.context.get("error.message", ""))
    known["$context.error.messageString"] = f'"{message}"'
    known["$context.error.validationErrorString"] = _json_text(request.context.get("error.validationErrorString", ""))
    return known


def _json_text(value: Any) -> str:
    return json.dumps(str(value))[1:-1]


def _method_arn(request: ApiRequest) -> str:
    address = request.address
    place = f"arn:{get_partition(request.region)}:execute-api:{request.region}:{request.account_id}"
    return f"{place}:{address.api_id}/{address.stage_name}/{request.http_method}{address.path}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
