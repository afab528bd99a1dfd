"""The execution role of a model: one small inline policy for each thing that it may reach."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Stack
from aws_cdk import aws_iam as iam

from constructs_lib import nag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from constructs_lib.statements import Statement


def add_policies(
    scope: Construct,
    *,
    roles: Sequence[iam.IRole],
    statements_by_id: Mapping[str, Sequence[Statement]],
    prefix_reasons: Mapping[str, str] | None = None,
) -> list[iam.CfnPolicy]:
    """Give the statements to the roles that this app makes; print them for imported roles, which stay as they are.

    The old fleet of an endpoint must keep its rights while an update runs: it may scale out, or be rolled back to.
    So what changes with every artifact has a policy of its own whose id follows the artifact's digest;
    CloudFormation then makes the new policy first and removes the old one last.

    Parameters
    ----------
    scope
        The construct that needs the rights; the policies become its children.
    statements_by_id
        Construct id of each policy, and what it allows.
    prefix_reasons
        Why the S3 keys of a policy are not known, for those of which they never are.

    Returns
    -------
    list of CfnPolicy
        What the resource that needs the rights must depend on.
    """
    owned = [role for role in roles if isinstance(role, iam.Role)]
    if len(owned) < len(roles):
        needed = [statement for statements in statements_by_id.values() for statement in statements]
        Annotations.of(scope).add_warning_v2(
            "constructs_lib:imported-role",
            "nothing is added to an imported role; give it these statements: "
            + json.dumps(Stack.of(scope).resolve(needed), sort_keys=True),
        )
    if not owned:
        return []
    reasons = prefix_reasons or {}
    return [
        _policy(scope, policy_id, owned, statements, reasons.get(policy_id))
        for policy_id, statements in statements_by_id.items()
    ]


def _policy(
    scope: Construct,
    policy_id: str,
    roles: Sequence[iam.Role],
    statements: Sequence[Statement],
    prefix_reason: str | None,
) -> iam.CfnPolicy:
    policy = iam.CfnPolicy(
        scope,
        policy_id,
        policy_name=f"{policy_id}-{scope.node.addr[-8:]}",
        policy_document={"Version": "2012-10-17", "Statement": list(statements)},
        roles=[role.role_name for role in roles],
    )
    nag.acknowledge_policy(policy, statements, prefix_reason)
    return policy
