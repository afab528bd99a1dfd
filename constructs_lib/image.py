"""The container image of a model: one that AWS publishes, one in ECR, or one built from a folder."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Aws, CfnMapping, Stack, Token

from constructs_lib.exceptions import ImageError
from constructs_lib.image_table import (
    ARM64,
    DEFAULT_FRAMEWORK_VERSION,
    X86_64,
    image_regions,
    image_versions,
    repository_name,
)
from constructs_lib.sklearn_version import is_version
from constructs_lib.statements import pull_image

if TYPE_CHECKING:
    from aws_cdk import aws_ecr as ecr
    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class BoundImage:
    """An image in one stack: where it is pulled from, and the repository that the role may pull."""

    uri: str
    repository_arn: str
    # Stays the same as long as the repository does; see execution_role.
    policy_id: str


class SklearnImage(ABC):
    """The image that a model runs in; make one with `aws`, `from_runtime`, `from_ecr` or `from_asset`.

    Attributes
    ----------
    description
        How error messages call it.
    sklearn_version, python_version
        What is in the image; None where only its owner knows.
    architectures
        Processor architectures that there is a build for; None where only its owner knows.
    training_architectures
        Those that it trains on.
    published_by_aws
        Whether it is as AWS published it, with nothing of yours inside.
    stock_server_only
        Whether its start-up code cannot be given another server.
    framework_version
        AWS's name of the version; None for an image that AWS does not publish.

    Example
    -------
    >>> SklearnImage.aws("1.4-2").sklearn_version
    '1.4.2'
    """

    framework_version: str | None = None

    def __init__(
        self,
        *,
        description: str,
        sklearn_version: str | None,
        python_version: str | None = None,
        architectures: frozenset[str] | None,
        training_architectures: frozenset[str] | None = None,
        published_by_aws: bool = False,
        stock_server_only: bool = False,
    ) -> None:
        if sklearn_version is not None and not is_version(sklearn_version):
            raise ImageError(f"sklearn_version {sklearn_version!r} is not a version; give one such as '1.9.0'")
        if unknown := sorted((architectures or frozenset()) - {ARM64, X86_64}):
            raise ImageError(f"architecture {unknown[0]!r} is unknown; choose {X86_64!r} or {ARM64!r}")
        self.description = description
        self.sklearn_version = sklearn_version
        self.python_version = python_version
        self.architectures = architectures
        self.training_architectures = training_architectures or architectures
        self.published_by_aws = published_by_aws
        self.stock_server_only = stock_server_only

    @staticmethod
    def aws(framework_version: str = DEFAULT_FRAMEWORK_VERSION) -> SklearnImage:
        """Return an image that AWS publishes, by its version, e.g. ``1.9-0``.

        In a region that AWS's documentation does not list for the version, a warning says so; a stack that does not
        know its region gets none.

        Raises
        ------
        ImageError
            For a version that AWS does not publish; the message lists those that it does.
        """
        if framework_version not in image_versions():
            raise ImageError(
                f"framework_version {framework_version!r} is not published by AWS; "
                f"choose one of {', '.join(image_versions())}, or bring your own image (SklearnImage.from_ecr)"
            )
        return _AwsImage(framework_version)

    @staticmethod
    def from_ecr(
        repository: ecr.IRepository,
        tag: str,
        *,
        architecture: str | None = X86_64,
        sklearn_version: str | None = None,
        python_version: str | None = None,
    ) -> SklearnImage:
        """Return your own image from an ECR repository in the endpoint's region.

        Parameters
        ----------
        repository
            The repository; the role gets the right to pull from exactly this one. Where it is another account's, that
            account's repository policy must allow it, too: a warning prints what.
        tag
            A tag, or a digest (``sha256:...``); a Token counts as a tag. A tag that is moved later is not deployed:
            use a new one each time.
        architecture
            ``x86_64`` or ``arm64``, checked against the instance type; None for an image index that has both.
        sklearn_version
            Its scikit-learn version, e.g. ``1.9.0``, checked against the model's; None: not checked.
        python_version
            Its Python, e.g. ``3.13``, whose wheels travel with a model that asks for it; None: none can.

        Raises
        ------
        ImageError
            When ECR has no such tags or digests.
        """
        if not Token.is_unresolved(tag) and not _TAG_OR_DIGEST.fullmatch(tag):
            raise ImageError(
                f"tag {tag!r} is neither a tag (1 to 128 letters, digits, '.', '_', '-') nor a digest (sha256: and 64 "
                "hexadecimal digits); give one such as 'v1'"
            )
        return _EcrImage(repository, tag, architecture, sklearn_version, python_version)

    @staticmethod
    def from_asset(
        directory: str | Path,
        *,
        architecture: str = X86_64,
        sklearn_version: str | None = None,
        python_version: str | None = None,
        build_args: dict[str, str] | None = None,
    ) -> SklearnImage:
        """Return your own image, built by Docker from `directory` when the stack is deployed.

        Parameters
        ----------
        directory
            A folder with a Dockerfile.
        architecture
            ``x86_64`` or ``arm64``: what to build for, checked against the instance type.
        sklearn_version
            Its scikit-learn version, e.g. ``1.9.0``, checked against the model's; None: not checked.
        python_version
            Its Python, e.g. ``3.13``, whose wheels travel with a model that asks for it; None: none can.
        build_args
            Passed to ``docker build --build-arg``.

        Raises
        ------
        ImageError
            When there is no Dockerfile in `directory`.
        """
        if not (Path(directory) / "Dockerfile").is_file():
            raise ImageError(f"no Dockerfile in {str(directory)!r}; give the folder that holds it")
        from constructs_lib.built_image import AssetImage

        return AssetImage(Path(directory), architecture, sklearn_version, python_version, build_args or {})

    @staticmethod
    def from_runtime(
        *,
        architecture: str = X86_64,
        requirements: str | Path | None = None,
        base: str | None = None,
        python_version: str = "3.13",
    ) -> SklearnImage:
        """Return this library's own image, built by Docker when the stack is deployed: any scikit-learn, also on arm64.

        Parameters
        ----------
        architecture
            ``x86_64`` or ``arm64``: what to build for, checked against the instance type.
        requirements
            A file of packages for the image, scikit-learn among them, each pinned with hashes, as ``uv pip compile
            --generate-hashes`` or pip-tools write it. Default: the newest scikit-learn when this library was released,
            with pandas and orjson.
        base
            The image that it is built on, which has `python_version` as ``python``, and pip; default: the registry's
            ``python:3.13-slim``.
        python_version
            Major and minor number of the Python in `base`.

        Raises
        ------
        ImageError
            `requirements` does not exist, or does not pin scikit-learn.
        """
        from constructs_lib.built_image import RuntimeImage

        return RuntimeImage(architecture, None if requirements is None else Path(requirements), base, python_version)

    @property
    def default_architecture(self) -> str:
        """The architecture that the image is pulled for until an instance type says otherwise."""
        return X86_64 if self.architectures is None or X86_64 in self.architectures else ARM64

    @abstractmethod
    def bind(self, scope: Construct, architecture: str) -> BoundImage:
        """Resolve the image in the stack of `scope`, for one processor architecture."""

    def architecture_problems(self, architecture: str, instance_type: str, *, training: bool = False) -> list[str]:
        """Say what is wrong with serving, or training, on an instance type of this processor architecture."""
        supported = self.training_architectures if training else self.architectures
        if supported is None or architecture in supported:
            return []
        allowed = " and ".join(sorted(supported))
        remedy = "choose an arm64 instance type such as 'ml.m6g.large', or an x86_64 image"
        if architecture == ARM64:
            with_arm64 = [
                f"framework_version {name!r}, "
                for name, version in image_versions().items()
                if ARM64 in (version.training_architectures if training else version.tags)
            ]
            remedy = (
                f"choose an x86_64 instance type such as 'ml.m5.large', {''.join(with_arm64)}or your own arm64 image"
            )
        verb = "trains on" if training else "is"
        return [
            f"instance type {instance_type!r} is {architecture}, but {self.description} {verb} {allowed} only; {remedy}"
        ]


def choose_image(framework_version: str | None, image: SklearnImage | None) -> SklearnImage:
    """Give the image that was asked for: one by AWS, the newest by default, or another.

    Raises
    ------
    ImageError
        Both are given, or AWS publishes no such version.
    """
    if image is not None and framework_version is not None:
        raise ImageError(
            f"framework_version {framework_version!r} and image are both given; the image decides, give one of them"
        )
    return image or (SklearnImage.aws() if framework_version is None else SklearnImage.aws(framework_version))


class _AwsImage(SklearnImage):
    def __init__(self, framework_version: str) -> None:
        self._version = image_versions()[framework_version]
        self.framework_version = framework_version
        super().__init__(
            description=f"the image of framework_version {framework_version!r}",
            sklearn_version=self._version.sklearn_version,
            python_version=self._version.python_version,
            architectures=frozenset(self._version.tags),
            training_architectures=self._version.training_architectures,
            published_by_aws=True,
            stock_server_only=framework_version in _STOCK_SERVER_ONLY,
        )

    def bind(self, scope: Construct, architecture: str) -> BoundImage:
        stack = Stack.of(scope)
        account, dns_suffix = _registry(stack)
        if self._version.is_recent and not _has_recent(stack.region):
            Annotations.of(scope).add_warning_v2(
                "constructs_lib:image-region",
                f"AWS's documentation does not list {stack.region} among the regions of {self.description}, so it may "
                "not be there: look with aws ecr describe-images, choose an older version such as '1.2-1', or bring "
                "your own image (SklearnImage.from_ecr)",
            )
        name = repository_name()
        return BoundImage(
            uri=f"{account}.dkr.ecr.{stack.region}.{dns_suffix}/{name}:{self._version.tags[architecture]}",
            repository_arn=f"arn:{stack.partition}:ecr:{stack.region}:{account}:repository/{name}",
            policy_id="AwsImage",
        )


class _EcrImage(SklearnImage):
    def __init__(
        self,
        repository: ecr.IRepository,
        tag: str,
        architecture: str | None,
        sklearn_version: str | None,
        python_version: str | None,
    ) -> None:
        self._repository = repository
        self._tag = tag
        super().__init__(
            description=f"the image with {'digest' if tag.startswith('sha256:') else 'tag'} {tag!r}",
            sklearn_version=sklearn_version,
            python_version=python_version,
            architectures=None if architecture is None else frozenset({architecture}),
        )

    def bind(self, scope: Construct, architecture: str) -> BoundImage:  # noqa: ARG002 - one tag, whatever it holds
        here, there = Stack.of(scope).region, self._repository.env.region
        if not Token.is_unresolved(here) and not Token.is_unresolved(there) and here != there:
            raise ImageError(
                f"the repository lies in region {there!r}, the model in {here!r}, and SageMaker pulls within a region "
                "only; replicate the repository"
            )
        _warn_of_owner(scope, self._repository)
        return BoundImage(
            uri=self._repository.repository_uri_for_tag_or_digest(self._tag),
            repository_arn=self._repository.repository_arn,
            policy_id=f"EcrImage{self._repository.node.addr[-8:]}",
        )


def _registry(stack: Stack) -> tuple[str, str]:
    """Return account and DNS suffix of the registry: literal where the region is known, else looked up on deploy."""
    if not Token.is_unresolved(stack.region):
        if stack.region not in image_regions():
            raise ImageError(
                f"region {stack.region!r} has no scikit-learn image by AWS; "
                f"choose one of {', '.join(image_regions())}, or bring your own image (SklearnImage.from_ecr)"
            )
        region = image_regions()[stack.region]
        return region.account, region.dns_suffix
    mapping = stack.node.try_find_child(_MAPPING_ID)
    if not isinstance(mapping, CfnMapping):
        accounts = {name: {"Account": region.account} for name, region in image_regions().items()}
        mapping = CfnMapping(stack, _MAPPING_ID, mapping=accounts)
    return mapping.find_in_map(Aws.REGION, "Account"), Aws.URL_SUFFIX


def _warn_of_owner(scope: Construct, repository: ecr.IRepository) -> None:
    """Warn where a repository is another account's, which must allow the pull as well."""
    here, there = Stack.of(scope).account, repository.env.account
    if Token.is_unresolved(here) or Token.is_unresolved(there) or here == there:
        return
    actions = ", ".join(pull_image("")[1]["Action"])
    Annotations.of(scope).add_warning_v2(
        "constructs_lib:image-account",
        f"the repository {Stack.of(scope).resolve(repository.repository_name)} is account {there}'s, and the model is "
        f"in account {here}; the repository's policy must allow account {here}, or the execution role, the actions "
        f"{actions}",
    )


def _has_recent(region: str) -> bool:
    return Token.is_unresolved(region) or image_regions()[region].has_recent


# As ECR's API reference gives them.
_TAG_OR_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|\w[\w.-]{0,127}", re.ASCII)
# Its start-up code was not read, unlike that of every later version.
_STOCK_SERVER_ONLY = frozenset({"0.20.0"})
_MAPPING_ID = "SklearnImageRegistry"
