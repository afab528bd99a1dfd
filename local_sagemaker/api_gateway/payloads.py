"""Texts and bytes on their way through an API: what API Gateway makes of either, by media types and contentHandling.

Rule: "Content type conversions in API Gateway" in its developer guide.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from local_sagemaker.api_gateway.refusals import misconfigured

if TYPE_CHECKING:
    from local_sagemaker.api_gateway.deployed_apis import DeployedApi

_TO_BINARY = "CONVERT_TO_BINARY"
_TO_TEXT = "CONVERT_TO_TEXT"


def request_payload(deployed_api: DeployedApi, media_type: str, handling: str | None, body: bytes) -> bytes:
    """Give a request's body as the integration, or its template, gets it."""
    if deployed_api.is_binary(media_type):
        return base64.b64encode(body) if handling == _TO_TEXT else body
    return _decoded(body) if handling == _TO_BINARY else as_text(body).encode()


def response_payload(
    deployed_api: DeployedApi, media_type: str, accepts: str, handling: str | None, body: bytes
) -> bytes:
    """Give an answer's body as the caller gets it."""
    if not deployed_api.binary_media_types:
        return _decoded(body) if handling == _TO_BINARY else as_text(body).encode()
    if deployed_api.is_binary(media_type):
        # Bytes for who asks for text become one.
        to_text = handling == _TO_TEXT or (handling is None and not deployed_api.is_binary(accepts))
        return base64.b64encode(body) if to_text else body
    to_binary = handling == _TO_BINARY or (handling is None and deployed_api.is_binary(accepts))
    return _decoded(body) if to_binary else as_text(body).encode()


def as_text(body: bytes) -> str:
    """Read bytes as UTF-8; what is none is lost, as on AWS."""
    return body.decode("utf-8", "replace")


def _decoded(body: bytes) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise misconfigured("Unable to base64 decode the body.") from None
