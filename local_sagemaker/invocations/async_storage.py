"""The objects of asynchronous inference in S3, as the execution role may reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.access.output_storage import OutputStorage

if TYPE_CHECKING:
    from local_sagemaker.access.rights import Principal


class AsyncStorage:
    """Reads requests and writes answers.

    Parameters
    ----------
    role
        Whose rights count.
    account_id, region
        Of the endpoint.
    key
        ARN or id of the KMS key that answers are encrypted with; None for S3's own.
    """

    def __init__(self, role: Principal, *, account_id: str, region: str, key: str | None) -> None:
        self._store = ArtifactStore(role, account_id=account_id, region=region)
        self._output = OutputStorage(role, account_id=account_id, region=region, key=key)

    def read(self, location: Location) -> bytes:
        """Give the content of an object.

        Raises
        ------
        AccessDeniedError, ModelDataError
        """
        return self._store.read(location)

    def content_type(self, location: Location) -> str:
        """Give the content type of an object.

        Raises
        ------
        AccessDeniedError, ModelDataError
        """
        return self._store.content_type(location)

    def write(self, location: Location, content: bytes, content_type: str | None = None) -> None:
        """Write an object; `content_type` None is S3's own.

        Raises
        ------
        AccessDeniedError, ModelDataError
        """
        self._output.write(location, content, content_type)
