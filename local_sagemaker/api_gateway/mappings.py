"""How a request becomes the integration's, and its answer the caller's: headers, templates, and which answer it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local_sagemaker.api_gateway.payloads import as_text, request_payload, response_payload
from local_sagemaker.api_gateway.refusals import RefusalError, misconfigured
from local_sagemaker.api_gateway.template_objects import Input, Known, NestedTooDeeplyError, Util
from local_sagemaker.api_gateway.velocity import render
from local_sagemaker.api_gateway.velocity_expressions import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_sagemaker.api_gateway.deployed_apis import DeployedApi
    from local_sagemaker.api_gateway.integrations import IntegrationAnswer
    from local_sagemaker.api_gateway.request import ApiRequest

_JSON = "application/json"


class Mapper:
    """Maps one request and its answer.

    Parameters
    ----------
    request
        The request.
    deployed_api
        The API.
    integration
        moto's.
    stage_variables
        Of the stage.
    """

    def __init__(
        self, request: ApiRequest, deployed_api: DeployedApi, integration: Any, stage_variables: Mapping[str, str]
    ) -> None:
        self._request = request
        self._api = deployed_api
        self._integration = integration
        self._stage_variables = stage_variables

    def headers(self) -> dict[str, str]:
        """Give the headers for the integration."""
        mapped: dict[str, str] = {}
        for target, source in (self._integration.request_parameters or {}).items():
            place, _, name = target.partition("integration.request.header.")
            if place:
                raise misconfigured(f"the mapping to {target} is not emulated: one to a header is")
            value = self._value(source, self._request.parameters)
            if value is not None:
                mapped[name] = value
        return mapped

    def body(self, body: bytes) -> bytes:
        """Give the body for the integration.

        Raises
        ------
        RefusalError
            Nothing is passed on of this media type, or the body is JSON that nobody can read.
        """
        integration, media_type = self._integration, self._request.media_type
        templates = integration.request_templates or {}
        payload = request_payload(self._api, media_type, integration.content_handling, body)
        template = templates.get(media_type)
        if template is not None:
            if self._api.is_binary(media_type) and integration.content_handling != "CONVERT_TO_TEXT":
                raise misconfigured(f"a template for {media_type}, which is bytes, is not emulated")
            try:
                return self._render(template, as_text(payload), {}).encode()
            except NestedTooDeeplyError as error:
                raise RefusalError("BAD_REQUEST_BODY", details=f"[the body is no JSON: {error}]") from None
        behaviour = integration.passthrough_behaviour or "WHEN_NO_MATCH"
        if behaviour == "NEVER" or (behaviour == "WHEN_NO_TEMPLATES" and templates):
            raise RefusalError("UNSUPPORTED_MEDIA_TYPE")
        return payload

    def answer(self, answer: IntegrationAnswer) -> tuple[int, dict[str, str], bytes]:
        """Give status, headers and body for the caller."""
        response = self._select(answer.status)
        sources = {f"integration.response.header.{name}": value for name, value in answer.headers.items()}
        templates = response.response_templates or {}
        override: dict[str, Any] = {"header": {}}
        body = answer.body
        media_type = answer.headers.get("content-type", _JSON).partition(";")[0].strip().lower()
        headers = {"Content-Type": answer.headers.get("content-type", _JSON)}
        if templates:
            # Of several, the one that the caller accepts; else the first.
            chosen = self._request.accepts if self._request.accepts in templates else next(iter(templates))
            body = self._render(templates[chosen] or "", as_text(body), override).encode()
            headers["Content-Type"] = media_type = chosen
        body = response_payload(self._api, media_type, self._request.accepts, response.content_handling, body)
        for target, source in (response.response_parameters or {}).items():
            value = self._value(source, sources)
            if value is not None:
                headers[target.removeprefix("method.response.header.")] = value
        headers.update({name: str(value) for name, value in override["header"].items()})
        return int(override.get("status") or response.status_code), headers, body

    def _select(self, status: int) -> Any:
        responses = list((self._integration.integration_responses or {}).values())
        matching = [
            one for one in responses if one.selection_pattern and re.fullmatch(one.selection_pattern, str(status))
        ]
        default = [one for one in responses if not one.selection_pattern]
        if not matching and not default:
            raise misconfigured(f"no integration response matches {status}, and there is no default")
        return (matching or default)[0]

    def _value(self, source: str, known: Mapping[str, str]) -> str | None:
        if source.startswith("'") and source.endswith("'"):
            return source[1:-1]
        if source.startswith("context."):
            found = self._request.context.get(source.removeprefix("context."))
            return None if found is None else str(found)
        if source.startswith("stageVariables."):
            return self._stage_variables.get(source.removeprefix("stageVariables."))
        place, _, name = source.rpartition(".")
        if place in {"method.request.header", "method.request.querystring", "integration.response.header"}:
            return known.get(f"{place}.{name.lower()}")
        raise misconfigured(f"a mapping from {source} is not emulated")

    def _render(self, template: str, body: str, override: dict[str, Any]) -> str:
        variables = {
            "context": _nested({**self._request.context, "responseOverride": override}),
            "input": Input(body, self._request.headers),
            "stageVariables": dict(self._stage_variables),
            "util": Util(),
        }
        try:
            return render(template, variables)
        except TemplateError as error:
            raise misconfigured(f"a mapping template: {error}") from None
        except NestedTooDeeplyError:
            raise
        except Exception as error:  # noqa: BLE001 - a template can ask anything of any value
            raise misconfigured(f"a mapping template: {error!r}") from None


def _nested(values: Mapping[str, Any]) -> Known:
    """Write names with dots as objects in objects."""
    root = Known("$context", {})
    for name, value in values.items():
        *owners, last = name.split(".")
        target = root
        for owner in owners:
            target = target.setdefault(owner, Known(f"$context.{owner}", {}))
        target[last] = value
    return root
