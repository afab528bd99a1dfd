"""The endpoint configuration: the variants of an endpoint, and the key of their volumes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aws_cdk import Stack, Token
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs_lib import nag
from constructs_lib.endpoint_traits import EndpointTraits
from constructs_lib.exceptions import Problems
from constructs_lib.instance_types import vcpus_of
from constructs_lib.serverless_variant import ServerlessVariant
from constructs_lib.variant import InstanceVariant, ShadowVariant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk import aws_kms as kms

    from constructs_lib.async_inference import AsyncInference
    from constructs_lib.data_capture import DataCapture
    from constructs_lib.endpoint_traits import EndpointKind


class SklearnEndpointConfig(Construct):
    """An endpoint configuration.

    It has no name of its own choosing: SageMaker changes no configuration, so every change makes a new one, to which
    the endpoint is moved (blue/green) before the old one goes. A fixed name would block that.

    Parameters
    ----------
    variants
        1 to 10 `InstanceVariant` with different names, or a single `ServerlessVariant`; their models lie in the same
        stack.
    shadow
        A variant that gets copies of the requests of the only production variant; default: none.
    async_inference
        Makes the endpoint asynchronous; default: it answers at once. See `AsyncInference`.
    data_capture
        Has requests and answers written to S3; default: they are not. See `DataCapture`.
    encryption_key
        Encrypts the instances' volumes. Not for instance types with disks of their own (c5d, m6gd, g5, ...), which
        are encrypted by hardware, and not for serverless variants, which have no volumes. The principal that deploys
        must be allowed to use the key.

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
        variants: Sequence[InstanceVariant | ServerlessVariant],
        shadow: ShadowVariant | None = None,
        async_inference: AsyncInference | None = None,
        data_capture: DataCapture | None = None,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.variants = tuple(variants)
        """The production variants, in the order given."""
        self.shadow = shadow
        """The variant that gets copies of requests, if there is one."""
        problems = Problems(self)
        problems.add(self._variants_problems())
        problems.add(self._shadow_problems())
        if async_inference is not None:
            problems.add(async_inference.problems())
            problems.add(self._async_problems())
        if data_capture is not None:
            problems.add(data_capture.problems())
            problems.add(self._capture_problems(is_async=async_inference is not None))
        for variant in self.all_variants:
            if isinstance(variant, ServerlessVariant):
                problems.add(variant.problems())
            else:
                problems.add(variant.problems(encrypted=encryption_key is not None))
        if self.is_serverless and encryption_key is not None:
            problems.add(["a serverless variant has no volumes for encryption_key to encrypt; leave it out"])
        problems.raise_all()
        self.async_inference = None if async_inference is None else async_inference.bind(self)
        """Where requests and answers of an asynchronous endpoint lie; None for any other."""
        self.data_capture = None if data_capture is None else data_capture.bind(self)
        """Where captured requests and answers lie; None without data capture."""
        self.cfn_endpoint_config = sagemaker.CfnEndpointConfig(
            self,
            "Resource",
            production_variants=[variant.render() for variant in self.variants],
            shadow_production_variants=self._render_shadow(),
            async_inference_config=None if self.async_inference is None else self.async_inference.render(),
            data_capture_config=None if self.data_capture is None else self.data_capture.render(),
            kms_key_id=None if encryption_key is None else encryption_key.key_arn,
        )
        """The resource below, for what this class has no parameter for. Do not give it a name."""
        if self.is_serverless:
            nag.acknowledge_serverless(self.cfn_endpoint_config)
        elif encryption_key is None and any(
            not isinstance(variant, ServerlessVariant) and variant.has_local_storage for variant in self.all_variants
        ):
            nag.acknowledge_local_storage(self.cfn_endpoint_config)

    @property
    def endpoint_config_name(self) -> str:
        """The name that CloudFormation gives the configuration; another one after every change."""
        return self.cfn_endpoint_config.attr_endpoint_config_name

    @property
    def is_serverless(self) -> bool:
        """Whether the endpoint runs without instances."""
        return any(isinstance(variant, ServerlessVariant) for variant in self.variants)

    @property
    def traits(self) -> EndpointTraits:
        """The kind of the endpoint and the names of its variants, as those see it who watch it."""
        kind: EndpointKind = "serverless" if self.is_serverless else "instances"
        return EndpointTraits(
            kind=kind if self.async_inference is None else "asynchronous",
            variant_names=tuple(variant.name for variant in self.variants),
            shadow_variant_name=None if self.shadow is None else self.shadow.name,
            multi_model=any(variant.model.is_multi_model for variant in self.variants),
            memory_size_in_mb={
                variant.name: variant.memory_size_in_mb
                for variant in self.variants
                if isinstance(variant, ServerlessVariant)
            },
            vcpus={
                variant.name: vcpus
                for variant in self.all_variants
                if not isinstance(variant, ServerlessVariant)
                and not Token.is_unresolved(variant.instance_type)
                and (vcpus := vcpus_of(variant.instance_type)) is not None
            },
        )

    @property
    def all_variants(self) -> tuple[InstanceVariant | ServerlessVariant | ShadowVariant, ...]:
        """The production variants, and the shadow variant where there is one."""
        return self.variants if self.shadow is None else (*self.variants, self.shadow)

    def _variants_problems(self) -> Iterator[str]:
        if not 1 <= len(self.variants) <= _MAX_VARIANTS:
            yield f"variants has {len(self.variants)} entries; give 1 to {_MAX_VARIANTS}"
        if self.is_serverless and len(self.variants) > 1:
            yield (
                f"variants has {len(self.variants)} entries, one of them serverless; SageMaker takes a serverless "
                "variant alone: make an endpoint for each, or use InstanceVariant for all"
            )
        names = [variant.name for variant in self.all_variants if not Token.is_unresolved(variant.name)]
        for name, count in Counter(names).items():
            if count > 1:
                yield f"variant name {name!r} is given {count} times; give each variant a name of its own"
        for variant in self.all_variants:
            if Stack.of(variant.model).node.path != Stack.of(self).node.path:
                yield (
                    f"variant {variant.name!r} has a model of another stack ({variant.model.node.path}); make the "
                    "model in the endpoint's stack: only then does an update keep the old one until traffic has moved"
                )

    def _shadow_problems(self) -> Iterator[str]:
        if self.shadow is None:
            return
        if len(self.variants) != 1:
            yield (
                f"shadow {self.shadow.name!r} stands beside {len(self.variants)} production variants; SageMaker copies "
                "the requests of exactly one: leave the others or the shadow out"
            )
        if self.is_serverless:
            yield (
                f"shadow {self.shadow.name!r} stands beside a serverless variant; SageMaker copies requests between "
                "instances only: use InstanceVariant, or leave the shadow out"
            )
        for variant in self.all_variants:
            if variant.model.is_multi_model:
                yield (
                    f"variant {variant.name!r} runs many models, of which SageMaker copies no requests; give it a "
                    "SklearnModel, or leave the shadow out"
                )
        for variant in self.variants:
            if isinstance(variant, InstanceVariant) and variant.weight == 0:
                yield (
                    f"shadow {self.shadow.name!r} would get a share of variant {variant.name!r}, whose weight is 0; "
                    "give that a weight above 0"
                )

    def _async_problems(self) -> Iterator[str]:
        for variant in self.variants:
            if isinstance(variant, ServerlessVariant):
                yield (
                    f"variant {variant.name!r} is serverless, and SageMaker runs asynchronous inference on instances "
                    "only; use InstanceVariant, or leave async_inference out"
                )
            if variant.model.is_multi_model:
                yield (
                    f"variant {variant.name!r} runs many models, and an asynchronous request cannot name one of them; "
                    "give it a SklearnModel, or leave async_inference out"
                )
        if self.shadow is not None:
            yield (
                f"shadow {self.shadow.name!r} stands beside async_inference; SageMaker copies no asynchronous "
                "requests: leave one of them out"
            )

    def _capture_problems(self, *, is_async: bool) -> Iterator[str]:
        kinds = {"a serverless variant": self.is_serverless, "async_inference": is_async}
        for kind in (name for name, is_given in kinds.items() if is_given):
            yield (
                f"data_capture stands beside {kind}; SageMaker captures data of real-time endpoints on instances only: "
                "leave one of them out"
            )

    def _render_shadow(self) -> list[sagemaker.CfnEndpointConfig.ProductionVariantProperty] | None:
        (variant,) = self.variants if self.shadow is not None else (None,)
        if self.shadow is None or not isinstance(variant, InstanceVariant):
            return None
        return [self.shadow.render(variant.weight)]


_MAX_VARIANTS = 10
