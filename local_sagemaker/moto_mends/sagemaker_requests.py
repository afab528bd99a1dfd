"""A request to SageMaker is held against AWS's API model, and what is not emulated is refused, before anything is done.

moto 5.2.5 checks hardly any length, pattern, range or enumeration, and takes a parameter that is required and not
there as ``None`` (``SageMakerResponse`` in moto/sagemaker/responses.py). AWS answers with a ValidationException that
lists what does not fit, whoever sends it: boto3 checks a few of these rules before it sends, the AWS CLI as few.

Of jobs that the local cloud does not run, moto says that they are completed, or under way for good.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, BaseResponse
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

from local_sagemaker.moto_mends.patching import patch
from local_sagemaker.request_shapes import MistypedError, refusal, violations

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_RUN = frozenset(
    {
        "CreateAutoMLJobV2",
        "CreateCluster",
        "CreateCompilationJob",
        "CreateHyperParameterTuningJob",
        "CreateNotebookInstance",
        "CreateProcessingJob",
        "CreateTransformJob",
        "StartPipelineExecution",
    }
)


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(SageMakerResponse, "call_action", _call_action_after_check(BaseResponse.call_action))


def _call_action_after_check(call_action: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(self: SageMakerResponse) -> Any:
        operation = self._get_action()
        try:
            problems = violations(operation, json.loads(self.body or "{}"))
        except (json.JSONDecodeError, MistypedError) as error:
            # No error of the API model, so moto does not write it.
            unreadable = json.dumps({"__type": "SerializationException", "Message": str(error)})
            return 400, {**self.response_headers, "Content-Type": "application/x-amz-json-1.1"}, unreadable
        if problems:
            message = refusal(problems)
        elif operation in _NOT_RUN:
            message = f"{operation} is not emulated by the local cloud: it runs training jobs and endpoints."
        else:
            return call_action(self)
        status, headers, body = self.serialized(ActionResult(ValidationError(message=message)))
        return (status, *self._enrich_response(headers, body))

    return checked
