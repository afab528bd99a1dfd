"""What is written to S3 with a role's rights: answers of asynchronous endpoints, the outputs of training jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.kms.models import kms_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from local_sagemaker.data_plane_errors import ModelDataError

if TYPE_CHECKING:
    from local_sagemaker.access.artifacts import Location
    from local_sagemaker.access.rights import Principal


class OutputStorage:
    """Writes objects.

    Parameters
    ----------
    role
        Whose rights count.
    account_id, region
        Of the endpoint or the training job.
    key
        ARN or id of the KMS key that the objects are encrypted with; None for S3's own.
    """

    def __init__(self, role: Principal, *, account_id: str, region: str, key: str | None) -> None:
        self._role = role
        self._account_id = account_id
        self._region = region
        self._partition = get_partition(region)
        self._key = key

    def write(self, location: Location, content: bytes, content_type: str | None = None) -> None:
        """Write an object.

        Parameters
        ----------
        location
            Where.
        content
            Of the object.
        content_type
            Of the object; None: S3's own.

        Raises
        ------
        AccessDeniedError, ModelDataError
        """
        self.authorize(location)
        backend = s3_backends[self._account_id][self._partition]
        try:
            written = backend.put_object(
                location.bucket,
                location.key,
                content,
                encryption=None if self._key is None else "aws:kms",
                kms_key_id=self._key,
            )
        except MissingBucket:
            raise ModelDataError(f"Could not write to {location}: the bucket does not exist.") from None
        if content_type is not None:
            written.set_metadata({"Content-Type": content_type})

    def authorize(self, location: Location) -> None:
        """Find out whether an object may be written there.

        Raises
        ------
        AccessDeniedError
        """
        context = {"s3:ResourceAccount": self._account_id, "aws:ResourceAccount": self._account_id}
        self._role.authorize("s3:PutObject", f"arn:{self._partition}:s3:::{location.bucket}/{location.key}", context)
        if self._key is not None:
            self._authorize_key(self._key)

    def _authorize_key(self, key: str) -> None:
        region, account_id = key.split(":")[3:5] if key.startswith("arn:") else (self._region, self._account_id)
        raw = kms_backends[account_id][region].any_id_to_key_id(key)
        context = {"kms:ViaService": f"s3.{region}.amazonaws.com", "kms:CallerAccount": account_id}
        self._role.authorize(
            "kms:GenerateDataKey", f"arn:{self._partition}:kms:{region}:{account_id}:key/{raw}", context
        )
