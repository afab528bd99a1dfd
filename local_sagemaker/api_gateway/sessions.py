"""Sessions in which API Gateway calls integrations and writes logs: one of a role, for as many requests as come."""

from __future__ import annotations

import json
import threading

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from local_sagemaker.access.policies import trusts_service
from local_sagemaker.access.rights import ExecutionRole
from local_sagemaker.data_plane_errors import DataPlaneError

SERVICE = "apigateway.amazonaws.com"


class Sessions:
    """Assumes roles; a session a request would fill moto's memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # The id is another when a role is deleted and made anew.
        self._sessions: dict[tuple[str, str], ExecutionRole] = {}

    def assume(self, role_arn: str, *, source_arn: str, region: str) -> ExecutionRole:
        """Assume a role, or give the session that there is.

        The trust policy is asked each time: it may let API Gateway assume the role for one API alone.

        Parameters
        ----------
        role_arn
            ARN of the role.
        source_arn
            ARN of the method, or of the account's settings, for conditions on ``aws:SourceArn``.
        region
            Of the API.

        Raises
        ------
        DataPlaneError
            The role does not exist, or does not trust API Gateway for this source.
        """
        account_id = source_arn.split(":")[4]
        context = {"aws:SourceAccount": account_id, "aws:SourceArn": source_arn}
        refusal = DataPlaneError("API Gateway does not have permission to assume the provided role.")
        try:
            role = iam_backends[account_id][get_partition(region)].get_role_by_arn(role_arn)
        except NotFoundException:
            raise refusal from None
        if not trusts_service(json.loads(role.assume_role_policy_document), SERVICE, context):
            raise refusal
        with self._lock:
            key = (role.id, region)
            if key not in self._sessions:
                self._sessions[key] = ExecutionRole.assume(
                    role_arn, region=region, source_arn=source_arn, service=SERVICE
                )
            return self._sessions[key]
