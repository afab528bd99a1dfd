"""Many scikit-learn models behind one endpoint: every request names the one that answers it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from aws_cdk import Stack, Token
from aws_cdk import aws_iam as iam

from constructs_lib import statements
from constructs_lib.bound_model_data import BoundModelData, archive_asset, readable
from constructs_lib.closed_bucket import closed_bucket
from constructs_lib.environment import ContainerSettings
from constructs_lib.exceptions import Problems
from constructs_lib.hosted_model import HostedModel, Hosting, image_and_code, option_problems
from constructs_lib.network import ModelNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from constructs import Construct

    from constructs_lib.entry_point import ServingCode
    from constructs_lib.image import SklearnImage


class SklearnMultiModel(HostedModel):
    """Many models, each a ``model.tar.gz`` of its own under one prefix, served by the same containers.

    A request names its model by the key below the prefix, such as ``paris.tar.gz`` (`Predictor`'s `target_model`). An
    instance fetches a model when it is first asked for, keeps it while there is memory, and drops the one that was not
    used for longest. So a model is added by putting an object under the prefix, without a deployment:
    ``ModelStore(endpoint_name).add("paris.tar.gz", "model")`` of `endpoint_client`.

    Instances do not notice that an object was overwritten: give a new model a new key.

    The image's multi-model server runs the hooks, not this project's server. It hands no custom attributes to them, so
    `method` is the same for all requests, and every model is fitted with the image's scikit-learn.

    Parameters
    ----------
    bucket
        Where the models lie, in the endpoint's region. Default: a bucket of its own, encrypted, reached over TLS only,
        which keeps old versions and stays when the stack is deleted.
    prefix
        Key that every model's begins with; ends in ``/``. The execution role may read below it and nothing else.
    encryption_key
        The KMS key of `bucket`, or of the bucket that is made; default: S3's own keys.
    code_encryption_key
        The KMS key of the bootstrap bucket, where that has one of its own: the serving code travels through it.
    entry_point, source_dir, framework_version, image, method, float32, environment, role, vpc, vpc_subnets, \
security_groups
        As for `SklearnModel`; they serve all the models. A ``requirements.txt`` in `source_dir` is installed when the
        container starts.
    cache_models
        Keep models in memory. Give False where each of very many is asked for rarely; default True.

    Raises
    ------
    ConfigurationError
        With every problem found.

    Example
    -------
    >>> from aws_cdk import App, Stack
    >>> from constructs_lib import SklearnEndpoint
    >>> stack = Stack(App(), "Cities")
    >>> models = SklearnMultiModel(stack, "Models", prefix="cities/")
    >>> endpoint = SklearnEndpoint(stack, "Endpoint", model=models)
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket | None = None,
        prefix: str = "models/",
        encryption_key: kms.IKey | None = None,
        code_encryption_key: kms.IKey | None = None,
        entry_point: str | Path | None = None,
        source_dir: str | Path | None = None,
        framework_version: str | None = None,
        image: SklearnImage | None = None,
        method: str = "predict",
        float32: bool = False,
        environment: Mapping[str, str] | None = None,
        role: iam.IRole | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        cache_models: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(self)
        chosen, code = image_and_code(
            problems, framework_version=framework_version, image=image, entry_point=entry_point, source_dir=source_dir
        )
        problems.add(_own_problems(prefix, chosen))
        problems.add(
            option_problems(
                server="stock", method=method, vpc=vpc, vpc_subnets=vpc_subnets, security_groups=security_groups
            )
        )
        problems.raise_all()

        bound_image = self._bind_image(chosen)
        self.makes_bucket = bucket is None
        """Whether the bucket is its own, and so empty at the first deployment."""
        self.bucket: s3.IBucket = bucket or closed_bucket(self, "Bucket", encryption_key=encryption_key, versioned=True)
        """Where the models lie."""
        self.prefix = prefix
        """What every model's key begins with."""
        self._key = encryption_key or self.bucket.encryption_key
        data = self._bind(code, code_encryption_key)
        rendered = self._render_environment(
            ContainerSettings(
                server="stock",
                region=Stack.of(self).region,
                hooks_file=code.hooks_file,
                program=code.program,
                code_uri=data.code_uri,
                method=method,
                float32=float32,
            ),
            environment,
            problems,
        )
        self._host(
            Hosting(
                image=chosen,
                bound_image=bound_image,
                data=data,
                environment=rendered,
                role=role,
                network=None if vpc is None else ModelNetwork(self, vpc, vpc_subnets, security_groups),
                cache_models=cache_models,
            )
        )

    @property
    def models_uri(self) -> str:
        """The ``s3://`` address that every model lies under."""
        return f"s3://{self.bucket.bucket_name}/{self.prefix}"

    def grant_manage_models(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to list, add and remove models; to find them by the endpoint's name takes a Describe right besides."""
        everything = self.bucket.arn_for_objects(f"{self.prefix}*")
        grant = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            resource_arns=[everything],
        )
        needed = [statements.list_prefix(self.bucket.bucket_arn, self.prefix)]
        if self._key is not None:
            stack = Stack.of(self)
            needed.append(statements.use_key_through_s3(self._key.key_arn, stack.region, stack.url_suffix))
        for statement in needed:
            grantee.grant_principal.add_to_principal_policy(iam.PolicyStatement.from_json(statement))
        return grant

    def _bind(self, code: ServingCode, code_key: kms.IKey | None) -> BoundModelData:
        asset, readable_code = archive_asset(self, "Code", code.files, code_key)
        own = [
            statements.read_object(self.bucket.arn_for_objects(f"{self.prefix}*")),
            statements.list_prefix(self.bucket.bucket_arn, self.prefix),
        ]
        # A token's text changes from run to run, what it resolves to does not.
        identity = json.dumps(Stack.of(self).resolve(self.models_uri), sort_keys=True)
        policy_id = f"Models{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
        return BoundModelData(
            models_uri=self.models_uri,
            code_uri=asset.s3_object_url,
            objects=(readable(policy_id, own, self._key, _PREFIX_REASON), readable_code),
        )


def _own_problems(prefix: str, image: SklearnImage) -> Iterator[str]:
    if not Token.is_unresolved(prefix) and (not prefix.endswith("/") or prefix.startswith("/")):
        yield f"prefix is {prefix!r}; give a key that ends in '/' and does not begin with one"
    if image.stock_server_only:
        yield f"{image.description} has no multi-model server; choose a newer version"


_PREFIX_REASON = "Models are added without a deployment: which keys they have is not known when there is one."
