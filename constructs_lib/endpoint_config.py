"""The endpoint configuration: the production variants of an endpoint, and the key of their volumes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aws_cdk import Stack, Token
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs_lib import nag
from constructs_lib.exceptions import Problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk import aws_kms as kms

    from constructs_lib.variant import InstanceVariant


class SklearnEndpointConfig(Construct):
    """An endpoint configuration.

    It has no name of its own choosing: SageMaker changes no configuration, so every change makes a new one, to which
    the endpoint is moved (blue/green) before the old one goes. A fixed name would block that.

    Parameters
    ----------
    variants
        1 to 10 production variants with different names, whose models lie in the same stack.
    encryption_key
        Encrypts the instances' volumes. Not for instance types with disks of their own (c5d, m6gd, g5, ...), which
        are encrypted by hardware. The principal that deploys must be allowed to use the key.

    Raises
    ------
    ConfigurationError
        With every problem found.

    Example
    -------
    >>> from aws_cdk import App, Stack
    >>> from constructs_lib import InstanceVariant, ModelData, SklearnModel
    >>> stack = Stack(App(), "Churn")
    >>> data = ModelData.from_s3("s3://models/0123456789abcdef0123456789abcdef.tar.gz", sklearn_version="1.9.0")
    >>> old, new = (SklearnModel(stack, name, model_data=data) for name in ("Old", "New"))
    >>> variants = [InstanceVariant(model=old, name="Old", weight=9), InstanceVariant(model=new, name="New", weight=1)]
    >>> config = SklearnEndpointConfig(stack, "Config", variants=variants)
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        variants: Sequence[InstanceVariant],
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.variants = tuple(variants)
        """The variants, in the order given."""
        problems = Problems(self)
        problems.add(self._variants_problems())
        for variant in self.variants:
            problems.add(variant.problems(encrypted=encryption_key is not None))
        problems.raise_all()
        self.cfn_endpoint_config = sagemaker.CfnEndpointConfig(
            self,
            "Resource",
            production_variants=[variant.render() for variant in self.variants],
            kms_key_id=None if encryption_key is None else encryption_key.key_arn,
        )
        """The resource below, for what this class has no parameter for. Do not give it a name."""
        if encryption_key is None and any(variant.has_local_storage for variant in self.variants):
            nag.acknowledge_local_storage(self.cfn_endpoint_config)

    @property
    def endpoint_config_name(self) -> str:
        """The name that CloudFormation gives the configuration; another one after every change."""
        return self.cfn_endpoint_config.attr_endpoint_config_name

    def _variants_problems(self) -> Iterator[str]:
        if not 1 <= len(self.variants) <= _MAX_VARIANTS:
            yield f"variants has {len(self.variants)} entries; give 1 to {_MAX_VARIANTS}"
        names = [variant.name for variant in self.variants if not Token.is_unresolved(variant.name)]
        for name, count in Counter(names).items():
            if count > 1:
                yield f"variant name {name!r} is given {count} times; give each variant a name of its own"
        for variant in self.variants:
            if Stack.of(variant.model).node.path != Stack.of(self).node.path:
                yield (
                    f"variant {variant.name!r} has a model of another stack ({variant.model.node.path}); make the "
                    "model in the endpoint's stack: only then does an update keep the old one until traffic has moved"
                )


_MAX_VARIANTS = 10
