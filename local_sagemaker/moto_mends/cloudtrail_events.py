"""CloudTrail LookupEvents answers that there are none.

moto 5.2.5 has no ``lookup_events`` (moto/cloudtrail/responses.py) and answers 501. AWS answers a list of events. The
CDK command line asks after every failed deployment, and without an answer tries again for half a minute.
"""

from __future__ import annotations

import json
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse

from local_sagemaker.moto_mends.patching import patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(CloudTrailResponse, "lookup_events", _lookup_events)


def _lookup_events(self: Any) -> str:
    del self
    return json.dumps({"Events": []})
