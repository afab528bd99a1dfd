"""What moto's API Gateway takes of an API and nobody here executes: refused when it is asked for, in words.

moto 5.2.5 keeps the policy of an API, imports OpenAPI in part, and takes any text that is to become
``disableExecuteApiEndpoint`` for true.
"""

from __future__ import annotations

import re
from typing import Any

from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import RestAPI
from moto.apigateway.responses import APIGatewayResponse

from local_sagemaker.moto_mends.patching import original, patch

_MAPPED_TO_HEADERS = re.compile(r"'.*'|context\..+|method\.request\.(?:header|querystring)\.[^.]+", re.DOTALL)


def apply() -> None:
    """Refuse it from now on; calling it again changes nothing."""
    create = original(APIGatewayResponse, "create_rest_api")
    change = original(RestAPI, "apply_patch_operations")
    put_response = original(RestAPI, "put_gateway_response")

    def create_rest_api(self: APIGatewayResponse) -> Any:
        for name in ("policy", "cloneFrom"):
            if self._get_param(name):
                raise BadRequestException(f"CreateRestApi is not emulated with {name}: leave it out on the local cloud")
        return create(self)

    def apply_patch_operations(self: RestAPI, patch_operations: list[dict[str, Any]]) -> None:
        for operation in patch_operations:
            if operation["path"] == "/policy" and operation["op"] != "remove":
                raise BadRequestException("UpdateRestApi is not emulated with /policy: leave it out on the local cloud")
        change(self, patch_operations)
        for operation in patch_operations:
            if operation["path"] == "/disableExecuteApiEndpoint":
                self.disableExecuteApiEndpoint = str(operation["value"]).lower() == "true"

    def put_gateway_response(
        self: RestAPI, response_type: str, status_code: Any, response_parameters: Any, response_templates: Any
    ) -> Any:
        for target, source in (response_parameters or {}).items():
            if not target.startswith("gatewayresponse.header.") or not _MAPPED_TO_HEADERS.fullmatch(source):
                raise BadRequestException(
                    f"the mapping of {target} from {source} is not emulated in a gateway response: map "
                    "gatewayresponse.header.* from a text in single quotes, context.*, method.request.header.* or "
                    "method.request.querystring.*"
                )
        return put_response(self, response_type, status_code, response_parameters, response_templates)

    patch(APIGatewayResponse, "create_rest_api", create_rest_api)
    patch(APIGatewayResponse, "import_rest_api", _refuse_import)
    patch(APIGatewayResponse, "put_rest_api", _refuse_import)
    patch(RestAPI, "apply_patch_operations", apply_patch_operations)
    patch(RestAPI, "put_gateway_response", put_gateway_response)


def _refuse_import(self: APIGatewayResponse) -> Any:
    del self
    raise BadRequestException(
        "imports of OpenAPI are not emulated: make the API's resources, methods and integrations one by one"
    )
