"""A permission of a stack goes with it, and says who may call a function's URL.

moto 5.2.5's ``Permission`` (moto/awslambda/models.py) adds its statement to the function's policy under a name of
chance, and never takes it away.
"""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.models import Permission, lambda_backends

from local_sagemaker.moto_mends.patching import patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""

    def create_from_cloudformation_json(
        cls: Any, /, name: str, definition: Any, account_id: str, region_name: str, **details: Any
    ) -> Any:
        del details
        properties = definition["Properties"]
        function = lambda_backends[account_id][region_name].get_function(properties["FunctionName"])
        # The name of a statement is at most 100 characters long.
        statement_id = name[-100:]
        own = {key: value for key, value in properties.items() if key not in ("FunctionName", "Permission")}
        function.policy.add_statement(json.dumps({**own, "StatementId": statement_id}))
        permission = cls(region=region_name)
        permission.function_name, permission.statement_id = function.function_name, statement_id
        return permission

    def delete(self: Any, account_id: str, region_name: str) -> None:
        lambda_backends[account_id][region_name].remove_permission(self.function_name, self.statement_id)

    patch(Permission, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json))
    patch(Permission, "delete", delete)
    patch(Permission, "physical_resource_id", property(lambda self: getattr(self, "statement_id", "")))
