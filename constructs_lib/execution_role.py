"""The execution role of a model: one small inline policy for each thing that it may reach."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import Annotations, Stack
from aws_cdk import aws_iam as iam

from constructs_lib import nag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from constructs_lib.statements import Statement


def is_owned(role: iam.IRole) -> bool:
    """Tell whether the role is made by this app: an imported one stays as it is."""
    return isinstance(role, iam.Role)


def add_policy(
    scope: Construct, construct_id: str, *, roles: Sequence[iam.IRole], statements: Sequence[Statement]
) -> iam.CfnPolicy | None:
    """Give `statements` to the roles that this app owns; print them for the others.

    The old fleet of an endpoint must keep its rights while an update runs: it may scale out, or be rolled back to.
    So what changes with every artifact has a policy of its own whose `construct_id` follows the artifact's digest;
    CloudFormation then makes the new policy first and removes the old one last.

    Returns
    -------
    CfnPolicy or None
        What the resource that needs the rights must depend on; None where nothing was added.
    """
    owned = [role for role in roles if is_owned(role)]
    if len(owned) < len(roles):
        text = json.dumps(Stack.of(scope).resolve(list(statements)), sort_keys=True)
        Annotations.of(scope).add_warning_v2(
            f"constructs_lib:imported-role-{construct_id}",
            f"nothing is added to an imported role; it needs these statements: {text}",
        )
    if not owned:
        return None
    policy = iam.CfnPolicy(
        scope,
        construct_id,
        policy_name=f"{construct_id}-{scope.node.addr[-8:]}",
        policy_document={"Version": "2012-10-17", "Statement": list(statements)},
        roles=[role.role_name for role in owned],
    )
    nag.acknowledge_inline_policy(policy)
    return policy
