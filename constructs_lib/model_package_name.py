"""How a model package in SageMaker's registry is named."""

from __future__ import annotations

import re
from dataclasses import dataclass

from constructs_lib.exceptions import ModelDataError


@dataclass(frozen=True, kw_only=True)
class ModelPackageName:
    """The name of a model package, taken apart.

    Attributes
    ----------
    name
        Of the group, or of a package that is in none.
    version
        Of the package in its group; None for the newest that is approved, and for a package in no group.
    arn
        The package's own; None where only a name was given.
    account, region
        Those of `arn`; None without one.

    Example
    -------
    >>> ModelPackageName.parse("churn/7").version
    7
    >>> ModelPackageName.parse("arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/7").region
    'eu-west-1'
    """

    name: str
    version: int | None
    arn: str | None = None
    account: str | None = None
    region: str | None = None

    @classmethod
    def parse(cls, text: str) -> ModelPackageName:
        """Read ``GROUP``, ``GROUP/VERSION`` or the ARN of a package.

        Raises
        ------
        ModelDataError
            It is none of them.
        """
        name = r"(?P<name>[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62})(?:/(?P<version>[1-9][0-9]*))?"
        if found := re.fullmatch(name, text):
            return cls(name=found["name"], version=int(found["version"]) if found["version"] else None)
        owner = r"arn:aws[a-z-]*:sagemaker:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):model-package/"
        if found := re.fullmatch(owner + name, text):
            version = int(found["version"]) if found["version"] else None
            return cls(name=found["name"], version=version, arn=text, account=found["account"], region=found["region"])
        raise ModelDataError(
            f"model package {text!r} is not a name; give a group (its newest approved version is then taken), a group "
            "and a version such as 'churn/7', or the ARN of a model package"
        )

    @property
    def short(self) -> str:
        """The name without account and region, such as ``churn`` or ``churn/7``."""
        return self.name if self.version is None else f"{self.name}/{self.version}"
