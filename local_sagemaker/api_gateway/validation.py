"""What a request must bring: its required parameters, and a body as the model of its media type says."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from local_sagemaker.api_gateway.refusals import RefusalError, misconfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.api_gateway.deployed_apis import DeployedApi

# As API Gateway's own validator does, it tells of a few.
_MOST_TOLD = 3


def validate(
    deployed_api: DeployedApi, method: Any, *, media_type: str, body: bytes, parameters: Mapping[str, str]
) -> None:
    """Let a request pass, or refuse it.

    Parameters
    ----------
    deployed_api, method
        What it is for.
    media_type
        Of the body, in lower case, without parameters.
    body
        As it came.
    parameters
        Its headers and its query, as ``method.request.header.<name in lower case>``.

    Raises
    ------
    RefusalError
        A required parameter is missing, or the body is not what the model says.
    """
    validator = deployed_api.validator(method)
    if validator is None:
        return
    if validator.validate_request_parameters:
        _check_parameters(method, parameters)
    models = method.request_models or {}
    # Without a model of its media type a body is not looked at.
    name = models.get(media_type, models.get("$default"))
    schema = None if name is None else deployed_api.schema(name)
    if validator.validate_request_body and schema is not None:
        _check_body(schema, body)


def _check_parameters(method: Any, parameters: Mapping[str, str]) -> None:
    missing = [
        name.rsplit(".", maxsplit=1)[-1]
        for name, required in (method.request_parameters or {}).items()
        if required and not parameters.get(name.lower())
    ]
    if missing:
        raise RefusalError("BAD_REQUEST_PARAMETERS", f"Missing required request parameters: [{', '.join(missing)}]")


def _check_body(schema: Any, body: bytes) -> None:
    # Importing it takes long, and most local clouds have no API.
    from jsonschema import Draft4Validator

    if any(reference and not reference.startswith("#") for reference in _references(schema)):
        raise misconfigured("a model that refers to another is not emulated")
    try:
        value = json.loads(body, parse_constant=_no_constant)
        errors = [error.message for error in islice(Draft4Validator(schema).iter_errors(value), _MOST_TOLD)]
    except (ValueError, RecursionError) as error:
        raise RefusalError("BAD_REQUEST_BODY", details=f"[the body is no JSON: {error}]") from None
    if errors:
        raise RefusalError("BAD_REQUEST_BODY", details=f"[{', '.join(map(_shortened, errors))}]")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is none of its numbers")


def _references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
        return own + [found for value in schema.values() for found in _references(value)]
    return [found for item in schema for found in _references(item)] if isinstance(schema, list) else []


def _shortened(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:100]} ... {message[-97:]}"
