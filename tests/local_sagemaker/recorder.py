"""A principal that remembers what it was asked for, and refuses what a test wants refused."""

from collections.abc import Mapping

from local_sagemaker.access.rights import Principal
from local_sagemaker.data_plane_errors import AccessDeniedError
from tests.local_sagemaker.cloud import ACCOUNT, REGION

ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/hosting/SageMaker"


class Recorder(Principal):
    def __init__(self, *refused: str) -> None:
        self.arn = ARN
        self.region = REGION
        self.account_id = ACCOUNT
        self.refused = set(refused)
        self.asked: list[tuple[str, str]] = []
        self.contexts: dict[str, Mapping[str, str] | None] = {}

    def authorize(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> None:
        self.asked.append((action, resource))
        self.contexts[action] = context
        if action in self.refused:
            raise AccessDeniedError(self.arn, action, resource)
