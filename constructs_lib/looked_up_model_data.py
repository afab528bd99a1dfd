"""Model artifacts of a training job or a model package, which was looked up before and lies in the app's context."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations, Stack, Token

from constructs_lib.exceptions import ModelDataError
from constructs_lib.lookup import context_key
from constructs_lib.model_data import ModelData
from constructs_lib.model_package_name import ModelPackageName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from constructs_lib.archive import ArchiveFile
    from constructs_lib.bound_model_data import BoundModelData


class LookedUpModelData(ModelData):
    """An artifact that is known in the app's context only; make it with one of the methods of `ModelData`."""

    def __init__(self, encryption_key: kms.IKey | None) -> None:
        super().__init__(sha256=None, sklearn_version=None, encryption_key=encryption_key, code_in_archive=False)

    @property
    def formats(self) -> frozenset[str]:
        return frozenset()

    def content_problems(self) -> list[str]:
        return []

    @abstractmethod
    def in_scope(self, scope: Construct) -> ModelData:
        """Read what the lookup wrote into the context of the app; no call to AWS."""

    def bind(self, scope: Construct, code: Sequence[ArchiveFile]) -> BoundModelData:
        return self.in_scope(scope).bind(scope, code)

    def _from_s3(self, found: Mapping[str, Any], version: str) -> ModelData:
        return ModelData.from_s3(
            found["model_data"],
            version=version,
            sha256=found.get("sha256"),
            sklearn_version=found.get("sklearn_version"),
            encryption_key=self._encryption_key,
            overwritten=False,
        )


class TrainingJobModelData(LookedUpModelData):
    """The artifact of one training job; make it with `ModelData.from_training_job`."""

    def __init__(self, name: str, encryption_key: kms.IKey | None) -> None:
        if not re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name):
            raise ModelDataError(
                f"training job {name!r} is not a name; use at most 63 letters, digits and hyphens, no hyphen at either "
                "end"
            )
        super().__init__(encryption_key)
        self._name = name

    def in_scope(self, scope: Construct) -> ModelData:
        return self._from_s3(_in_context(scope, "training-job", self._name), self._name)


class ModelPackageModelData(LookedUpModelData):
    """The model of a model package; make it with `ModelData.from_model_package`."""

    def __init__(self, name: str, encryption_key: kms.IKey | None) -> None:
        self._package = ModelPackageName.parse(name)
        super().__init__(encryption_key)

    def in_scope(self, scope: Construct) -> ModelData:
        package = self._package
        region = Stack.of(scope).region
        if package.region is not None and not Token.is_unresolved(region) and region != package.region:
            raise ModelDataError(
                f"model package {package.arn} is not in the stack's region {region}, and SageMaker takes model data "
                "from its own region only; register the model there"
            )
        account = Stack.of(scope).account
        if package.account is not None and not Token.is_unresolved(account) and account != package.account:
            Annotations.of(scope).add_warning_v2(
                "constructs_lib:model-package-of-another-account",
                f"the model of {package.arn} lies in another account: the policies of its bucket, and of its KMS key "
                "where it has one, must let the model's role read it",
            )
        found = _in_context(
            scope, "model-package", package.short, account=package.account, region=package.region, arn=package.arn
        )
        data = self._from_s3(found, found["model_package_arn"])
        data.environment = found.get("environment") or {}
        return data


def _in_context(
    scope: Construct,
    kind: str,
    name: str,
    account: str | None = None,
    region: str | None = None,
    arn: str | None = None,
) -> Mapping[str, Any]:
    """Find what was looked up, in `account` and `region`; default: those of the stack."""
    stack = Stack.of(scope)
    account = account or (None if Token.is_unresolved(stack.account) else stack.account)
    region = region or (None if Token.is_unresolved(stack.region) else stack.region)
    # The stack goes to whichever account and region are current: where there is one lookup, that says which.
    key = re.escape(context_key(kind, "\0", "\1", name))
    pattern = key.replace(re.escape("\0"), account or "[0-9]+").replace(re.escape("\1"), region or "[^:]+")
    values = [value for key, value in scope.node.get_all_context().items() if re.fullmatch(pattern, key)]
    if len(values) != 1:
        what = f"{kind.replace('-', ' ')} {name!r}"
        command = f"python -m constructs_lib lookup {kind} {arn or name}"
        where = f" --region {region}" if region and not arn else ""
        if values:
            raise ModelDataError(f"{what} is more than once in the app's context; give the stack its env")
        raise ModelDataError(f"{what} is not in the app's context; run: {command}{where}")
    (value,) = values
    found: Mapping[str, Any] = value
    return found
