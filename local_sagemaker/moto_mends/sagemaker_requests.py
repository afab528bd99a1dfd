"""A request to SageMaker is held against AWS's API model, and what is not emulated is refused, before anything is done.

moto 5.2.5 checks hardly any length, pattern, range or enumeration, and takes a parameter that is required and not
there as ``None`` (``SageMakerResponse`` in moto/sagemaker/responses.py). AWS answers with a ValidationException that
lists what does not fit, whoever sends it: boto3 checks a few of these rules before it sends, the AWS CLI as few.

Of jobs that the local cloud does not run, moto says that they are completed, or under way for good.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

from local_sagemaker.moto_mends.patching import patch
from local_sagemaker.request_shapes import MistypedError, is_operation, refusal, violations

_SHOWN = 200  # characters
_RUN = "it runs endpoints, training, tuning and transform jobs."
_NOT_RUN = frozenset(
    {
        "CreateAutoMLJobV2",
        "CreateCluster",
        "CreateCompilationJob",
        "CreateNotebookInstance",
        "CreateProcessingJob",
        "StartPipelineExecution",
    }
)
# Seen of SageMaker where a region lacks an operation (https://github.com/hashicorp/terraform-provider-aws/pull/27258).
_UNKNOWN = "The requested operation is not supported in the called region."


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(SageMakerResponse, "_dispatch", _dispatch)


def _dispatch(self: SageMakerResponse, request: Any, full_url: str | None = None, headers: Any = None) -> Any:
    operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    if not is_operation(operation):
        return _error("UnknownOperationException", _UNKNOWN)
    try:
        problems = violations(operation, _read(request.data))
    except (ValueError, MistypedError) as error:
        return _error("SerializationException", str(error))
    self.setup_class(request, full_url, headers)
    if problems:
        message = refusal(problems)
    elif operation in _NOT_RUN or not hasattr(self, camelcase_to_underscores(operation)):
        message = f"{operation} is not emulated by the local cloud: {_RUN}"
    else:
        return self.call_action()
    status, response_headers, body = self.serialized(ActionResult(ValidationError(message=message)))
    return (status, *self._enrich_response(response_headers, body))


def _read(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body.decode() or "{}", parse_constant=_refuse_constant)
    except RecursionError:
        raise MistypedError("the body has too many levels") from None
    if not isinstance(request, dict):
        raise MistypedError(f"the body must be a JSON object, and is {json.dumps(request)[:_SHOWN]}")
    return request


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no value of JSON")


def _error(code: str, message: str) -> tuple[int, dict[str, str], str]:
    """Give an error that the API model does not have, so that moto does not write it."""
    headers = {"server": "amazon.com", "Content-Type": "application/x-amz-json-1.1"}
    return 400, headers, json.dumps({"__type": code, "Message": message})
