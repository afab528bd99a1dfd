"""How a transform job asks its containers: from the request, else from the container, else SageMaker's defaults.

Rules: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html, which names the variables and
``/execution-parameters``, and API_CreateTransformJob.html of the API reference.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from local_sagemaker.transform.records import MEGABYTE

if TYPE_CHECKING:
    from collections.abc import Mapping

# Megabytes: of a request, and of all requests at a time.
DEFAULT_PAYLOAD = 6
MOST_MEGABYTES = 100
# Seconds, and how often a request is sent again.
DEFAULT_TIMEOUT = 600
DEFAULT_RETRIES = 3
_STRATEGIES = {"SingleRecord": "SINGLE_RECORD", "MultiRecord": "MULTI_RECORD"}


class TransformSettings(NamedTuple):
    """How containers are asked.

    Attributes
    ----------
    concurrent
        Requests at a time to each instance.
    megabytes
        Of a request at most; 0 for no limit.
    several
        Whether a request has as many records as fit, or one.
    timeout
        Seconds that a request may take.
    retries
        How often a request is sent again.
    """

    concurrent: int
    megabytes: int
    several: bool
    timeout: float
    retries: int

    @classmethod
    def read(cls, request: Mapping[str, Any], answer: bytes = b"") -> TransformSettings:
        """Read what the request says, and of the rest what the container says.

        Parameters
        ----------
        request
            Parameters of CreateTransformJob.
        answer
            Of GET ``/execution-parameters``; empty where it gave none.
        """
        told = _told(answer)
        client = request.get("ModelClientConfig") or {}
        strategy = _STRATEGIES.get(request.get("BatchStrategy") or "") or told.get("BatchStrategy") or "MULTI_RECORD"
        # One that was asked for and does not fit with what the container says is brought within the limit.
        megabytes = _number(request.get("MaxPayloadInMB"), told.get("MaxPayloadInMB"), DEFAULT_PAYLOAD)
        asked = request.get("MaxConcurrentTransforms") or None
        concurrent = max(1, _number(asked, told.get("MaxConcurrentTransforms"), 1))
        if megabytes:
            concurrent = max(1, min(concurrent, MOST_MEGABYTES // megabytes))
        return cls(
            concurrent=concurrent,
            megabytes=megabytes,
            several=strategy == "MULTI_RECORD",
            timeout=float(client.get("InvocationsTimeoutInSeconds") or DEFAULT_TIMEOUT),
            retries=_number(client.get("InvocationsMaxRetries"), None, DEFAULT_RETRIES),
        )

    @property
    def most_bytes(self) -> int:
        """Of a request; 0 for no limit."""
        return self.megabytes * MEGABYTE

    @property
    def line(self) -> str:
        """What the job's log begins with."""
        strategy = "MULTI_RECORD" if self.several else "SINGLE_RECORD"
        return f"MaxConcurrentTransforms={self.concurrent}, MaxPayloadInMB={self.megabytes}, BatchStrategy={strategy}"


def batch_environment(request: Mapping[str, Any]) -> dict[str, str]:
    """Give the variables that a container of a transform job has beside its model's."""
    given = {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": request.get("MaxPayloadInMB"),
        "SAGEMAKER_BATCH_STRATEGY": _STRATEGIES.get(request.get("BatchStrategy") or ""),
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": request.get("MaxConcurrentTransforms"),
    }
    variables = {name: str(value) for name, value in given.items() if value is not None}
    return {**variables, **(request.get("Environment") or {})}


def _told(answer: bytes) -> dict[str, Any]:
    try:
        told = json.loads(answer or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _number(*candidates: Any) -> int:
    return next(one for one in candidates if isinstance(one, int) and one >= 0)
