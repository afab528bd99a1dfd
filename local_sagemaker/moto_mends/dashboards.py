"""AWS::CloudWatch::Dashboard makes a dashboard whose name stays, and PutDashboard refuses a body that is not valid.

moto 5.2.5 gives a dashboard without a name a new one at every update (``Dashboard`` in moto/cloudwatch/models.py),
takes a body that is not a string, and refuses only what is no JSON.
Rules: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html, and the body's there.
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.cloudwatch.exceptions import DashboardInvalidInputError, ValidationError
from moto.cloudwatch.models import CloudWatchBackend, Dashboard, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from local_sagemaker.dashboards.body_rules import NO_OBJECT, read_document
from local_sagemaker.dashboards.exceptions import InvalidBodyError
from local_sagemaker.moto_mends.patching import patch

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_NAME = 255


def _create(
    cls: type[Dashboard], /, resource_name: str, definition: dict[str, Any], account_id: str, region_name: str, **_: Any
) -> Dashboard:
    del cls
    return _put(cloudwatch_backends[account_id][region_name], resource_name, definition["Properties"]["DashboardBody"])


def _update(
    cls: type[Dashboard],
    /,
    original_resource: Dashboard,
    new_resource_name: str,
    cloudformation_json: dict[str, Any],
    account_id: str,
    region_name: str,
) -> Dashboard:
    del original_resource
    return _create(cls, new_resource_name, cloudformation_json, account_id, region_name)


def _put_dashboard(self: CloudWatchResponse) -> ActionResult:
    _put(self.cloudwatch_backend, self._get_param("DashboardName"), self._get_param("DashboardBody"))
    return ActionResult({"DashboardValidationMessages": []})


def _put(backend: CloudWatchBackend, name: str, body: Any) -> Dashboard:
    if not isinstance(body, str):
        # CloudFormation's own words.
        raise ValidationError("Properties validation failed: #/DashboardBody: expected type: String, found: JSONObject")
    if len(name) > _LONGEST_NAME:
        raise DashboardInvalidInputError(f"The field DashboardName must have at most {_LONGEST_NAME} characters")
    if not _NAME.fullmatch(name):
        raise DashboardInvalidInputError(
            f"The value {name} for field DashboardName contains invalid characters. "
            "It can only contain alphanumerics, dash (-) and underscore (_)."
        )
    try:
        read_document(body)
    except InvalidBodyError as error:
        raise DashboardInvalidInputError(_message(error)) from None
    dashboard = backend.put_dashboard(name, body)
    # moto notes the time of its machine's zone.
    dashboard.last_modified = utcnow()
    return dashboard


def _message(error: InvalidBodyError) -> str:
    problems = [{"dataPath": problem.path, "message": problem.message} for problem in error.problems]
    if problems[0]["message"].startswith(NO_OBJECT):
        return NO_OBJECT
    listed = json.dumps(problems, indent=2)
    return f"The dashboard body is invalid, there are {len(problems)} validation errors:\n{listed}"


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(CloudWatchResponse, "put_dashboard", _put_dashboard)
    patch(Dashboard, "cloudformation_name_type", staticmethod(lambda: "DashboardName"))
    patch(Dashboard, "create_from_cloudformation_json", classmethod(_create))
    patch(Dashboard, "update_from_cloudformation_json", classmethod(_update))
