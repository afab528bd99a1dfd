"""Who a request comes from and what its policies in IAM let it do: the execution role's rights, and the caller's.

Rights are asked for one by one where they are used; moto's own switch, which is process-wide and cannot tell
one caller from another, stays off.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from local_sagemaker.access.policies import Request, evaluate, trusts_service
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SERVICE = "sagemaker.amazonaws.com"
# AWS renews what a container and a function find in their environment; here it lasts as long as any local cloud.
_SESSION_SECONDS = 10 * 365 * 24 * 3600


class Credentials(NamedTuple):
    """Temporary credentials of an assumed role."""

    access_key_id: str
    secret_access_key: str
    session_token: str


class Principal:
    """A role session or a user whose rights are checked.

    Parameters
    ----------
    identity
        moto's role or user.
    arn
        ARN that messages name.
    region
        Region of the request.
    """

    def __init__(self, identity: Any, arn: str, region: str) -> None:
        self._identity = identity
        self.arn = arn
        self.region = region
        self.account_id: str = identity.account_id

    @property
    def names(self) -> set[str]:
        """ARNs by which a policy of a resource may name it: the session's and the role's, or the user's."""
        return {self.arn, self._identity.arn}

    def authorize(self, action: str, resource: str, context: Mapping[str, str] | None = None) -> None:
        """Let an action pass, or refuse it.

        Parameters
        ----------
        action
            IAM action, such as ``s3:GetObject``.
        resource
            ARN, or ``*``.
        context
            Condition keys of this request beside those that every request has.

        Raises
        ------
        AccessDeniedError
            No identity policy allows it, one denies it, or the permissions boundary does not allow it.
        """
        request = Request(
            action,
            resource,
            {
                "aws:PrincipalAccount": self.account_id,
                "aws:PrincipalArn": self._identity.arn,
                "aws:RequestedRegion": self.region,
                "aws:SecureTransport": "true",
                **(context or {}),
            },
        )
        decisions = [evaluate(self._identity_policies(), request)]
        boundary = self._boundary()
        if boundary is not None:
            decisions.append(evaluate([boundary], request))
        if not all(decision.allowed for decision in decisions):
            raise AccessDeniedError(
                self.arn,
                action,
                resource,
                denied=any(decision.denied for decision in decisions),
                notes=tuple(note for decision in decisions for note in decision.notes),
            )

    def _identity_policies(self) -> Iterable[Mapping[str, Any]]:
        identity = self._identity
        holders = [identity]
        if hasattr(identity, "access_keys"):
            iam = iam_backends[identity.account_id][get_partition(self.region)]
            holders += iam.get_groups_for_user(identity.name)
        for holder in holders:
            yield from (_document(policy) for policy in list(holder.policies.values()))
            yield from (_document(_default_version(policy)) for policy in list(holder.managed_policies.values()))

    def _boundary(self) -> Mapping[str, Any] | None:
        arn = getattr(self._identity, "permissions_boundary_arn", None)
        if not arn:
            return None
        iam = iam_backends[self._identity.account_id][get_partition(self.region)]
        return _document(_default_version(iam.get_policy(arn)))


class ExecutionRole(Principal):
    """The session in which SageMaker acts for a model, or Lambda for a function.

    Attributes
    ----------
    credentials
        What the container or the function finds in its environment.
    """

    def __init__(self, role: Any, credentials: Credentials, arn: str, region: str) -> None:
        super().__init__(role, arn, region)
        self.credentials = credentials

    @classmethod
    def assume(cls, role_arn: str, *, region: str, source_arn: str, service: str = SERVICE) -> ExecutionRole:
        """Assume a role as an AWS service does.

        Parameters
        ----------
        role_arn
            ARN of the role.
        region
            Region of the resource.
        source_arn
            ARN of the resource on whose behalf it is assumed, for conditions on ``aws:SourceArn``.
        service
            Its principal; default: SageMaker's.

        Raises
        ------
        DataPlaneError
            The role does not exist, or its trust policy does not let the service assume it.
        """
        partition = get_partition(region)
        account_id = role_arn.split(":")[4] if role_arn.count(":") >= 5 else ""
        refusal = DataPlaneError(
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
            f"'{service}' to assume the role."
        )
        try:
            role = iam_backends[account_id][partition].get_role_by_arn(role_arn)
        except NotFoundException:
            raise refusal from None
        context = {"aws:SourceAccount": source_arn.split(":")[4], "aws:SourceArn": source_arn}
        if not trusts_service(_document(role.assume_role_policy_document), service, context):
            raise refusal
        session = sts_backends[account_id][partition].assume_role(
            region_name=region,
            role_session_name="SageMaker" if service == SERVICE else service.split(".", maxsplit=1)[0],
            role_arn=role_arn,
            policy="",
            duration=_SESSION_SECONDS,
            external_id="",
        )
        credentials = Credentials(session.access_key_id, session.secret_access_key, session.session_token)
        return cls(role, credentials, session.arn, region)


def caller(access_key_id: str, *, account_id: str, region: str) -> Principal | None:
    """Find the role session or user that an access key belongs to.

    Parameters
    ----------
    access_key_id
        Access key of the request's signature.
    account_id, region
        Where the request goes.

    Returns
    -------
    Principal or None
        None for a key that IAM has never given out, such as the dummy ``test``: that caller is an administrator. What
        `signatures.use` says of such keys has been seen to before.
    """
    partition = get_partition(region)
    session = sts_backends[account_id][partition].get_assumed_role_from_access_key(access_key_id)
    iam = iam_backends[account_id][partition]
    if session is not None:
        try:
            return Principal(iam.get_role_by_arn(session.role_arn), session.arn, region)
        except NotFoundException:
            return None
    user = iam.get_user_from_access_key_id(access_key_id)
    return None if user is None else Principal(user, user.arn, region)


def _default_version(policy: Any) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default)


def _document(policy: Any) -> Mapping[str, Any]:
    document: Mapping[str, Any] = _parse(policy) if isinstance(policy, str) else policy
    return document


@lru_cache(maxsize=256)
def _parse(text: str) -> Any:
    return json.loads(text)
