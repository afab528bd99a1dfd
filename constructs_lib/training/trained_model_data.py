"""The model artifact of whichever training job a parameter names."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from aws_cdk import Aws, Stack

from constructs_lib import statements
from constructs_lib.bound_model_data import BoundModelData, archive_asset, readable
from constructs_lib.exceptions import ModelDataError
from constructs_lib.model_data import ModelData
from constructs_lib.names import parameter_name_problems
from constructs_lib.training.rights import ARTIFACT_REASON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from constructs_lib.archive import ArchiveFile


class ParameterModelData(ModelData):
    """The artifact that a parameter names; make it with `ModelData.from_parameter`."""

    def __init__(
        self, parameter_name: str, artifacts: str, sklearn_version: str | None, encryption_key: kms.IKey | None
    ) -> None:
        if problems := list(parameter_name_problems(parameter_name)):
            raise ModelDataError(*problems)
        address = re.fullmatch(r"s3://([^/]+)/(.*)", artifacts)
        if address is None:
            raise ModelDataError(
                f"artifacts {artifacts!r} is not an address; give 's3://bucket/prefix/', below which every artifact "
                "lies that the parameter may name"
            )
        super().__init__(
            sha256=None, sklearn_version=sklearn_version, encryption_key=encryption_key, code_in_archive=False
        )
        self._parameter_name = parameter_name
        self._artifacts = address[1], address[2]

    @property
    def formats(self) -> frozenset[str]:
        return frozenset()

    def content_problems(self) -> list[str]:
        return []

    def bind(self, scope: Construct, code: Sequence[ArchiveFile]) -> BoundModelData:
        # It takes long to import, and most models are not found so.
        from aws_cdk import aws_ssm as ssm

        uri = ssm.StringParameter.value_for_string_parameter(scope, self._parameter_name)
        asset, readable_code = archive_asset(scope, "Code", code, self._encryption_key)
        bucket, prefix = self._artifacts
        # All below the prefix: the fleet of before must be able to read its artifact while the update runs.
        own = [statements.read_object(f"arn:{Aws.PARTITION}:s3:::{bucket}/{prefix}*")]
        identity = json.dumps(Stack.of(scope).resolve(list(self._artifacts)))
        policy_id = f"ModelData{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
        return BoundModelData(
            archive_uri=uri,
            code_uri=asset.s3_object_url,
            objects=(readable(policy_id, own, self._encryption_key, ARTIFACT_REASON), readable_code),
        )
