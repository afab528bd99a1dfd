"""What APIs of stacks share: the account's settings, keys and usage plans, in moto's API Gateway; see `stack_apis`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.api_gateway.logs import check_role
from local_sagemaker.api_gateway.stack_resources import GatewayResource, Wanted, tags_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class Account(GatewayResource):
    """AWS::ApiGateway::Account."""

    resource_type = "AWS::ApiGateway::Account"

    @classmethod
    def make(cls, wanted: Wanted) -> Account:
        cls.change(wanted)
        return cls(wanted.name, {"Id": wanted.name})

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        role_arn = wanted.properties.get("CloudWatchRoleArn")
        if role_arn:
            check_role(role_arn, account_id=wanted.backend.account_id, region=wanted.backend.region_name)
        wanted.backend.account.cloudwatch_role_arn = role_arn

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        """Leave the setting, as CloudFormation does: an account has it with every stack or without."""
        del wanted


class ApiKey(GatewayResource):
    """AWS::ApiGateway::ApiKey."""

    resource_type = "AWS::ApiGateway::ApiKey"
    not_emulated = ("CustomerId",)

    @classmethod
    def make(cls, wanted: Wanted) -> ApiKey:
        key = wanted.backend.create_api_key(
            {"name": wanted.properties.get("Name", wanted.name), "value": wanted.properties.get("Value")}
        )
        cls.change(wanted._replace(physical_id=key.id))
        return cls(key.id, {"APIKeyId": key.id})

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        key = wanted.backend.get_api_key(wanted.physical_id)
        key.description = wanted.properties.get("Description")
        key.enabled = bool(wanted.properties.get("Enabled"))
        # They were for stages before there were usage plans, and open none.
        key.stage_keys = [f"{one['RestApiId']}/{one['StageName']}" for one in wanted.properties.get("StageKeys") or ()]
        key.tags = tags_of(wanted.properties)

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.delete_api_key(wanted.physical_id)


class UsagePlan(GatewayResource):
    """AWS::ApiGateway::UsagePlan."""

    resource_type = "AWS::ApiGateway::UsagePlan"

    @classmethod
    def make(cls, wanted: Wanted) -> UsagePlan:
        plan = wanted.backend.create_usage_plan({"name": wanted.properties.get("UsagePlanName", wanted.name)})
        cls.change(wanted._replace(physical_id=plan.id))
        return cls(plan.id, {"Id": plan.id})

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        stages = wanted.properties.get("ApiStages") or ()
        if any(stage.get("Throttle") for stage in stages):
            raise ValueError("AWS::ApiGateway::UsagePlan is not emulated with ApiStages/Throttle")
        plan = wanted.backend.get_usage_plan(wanted.physical_id)
        plan.name = wanted.properties.get("UsagePlanName", wanted.name)
        plan.description = wanted.properties.get("Description")
        plan.api_stages = [{"apiId": stage["ApiId"], "stage": stage["Stage"]} for stage in stages]
        plan.throttle = _lower(wanted.properties.get("Throttle"))
        plan.quota = _lower(wanted.properties.get("Quota"))
        plan.tags = tags_of(wanted.properties)

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.get_usage_plan(wanted.physical_id)
        wanted.backend.delete_usage_plan(wanted.physical_id)


class UsagePlanKey(GatewayResource):
    """AWS::ApiGateway::UsagePlanKey."""

    resource_type = "AWS::ApiGateway::UsagePlanKey"

    @classmethod
    def make(cls, wanted: Wanted) -> UsagePlanKey:
        key_id, plan_id = wanted.properties["KeyId"], wanted.properties["UsagePlanId"]
        wanted.backend.get_usage_plan(plan_id)
        wanted.backend.create_usage_plan_key(plan_id, {"keyId": key_id, "keyType": wanted.properties["KeyType"]})
        return cls(f"{key_id}:{plan_id}", {"Id": f"{key_id}:{plan_id}"})

    @classmethod
    def change(cls, wanted: Wanted) -> None:
        raise AssertionError(f"every property of {wanted.physical_id} is create-only")

    @classmethod
    def delete(cls, wanted: Wanted) -> None:
        wanted.backend.get_usage_plan_key(wanted.properties["UsagePlanId"], wanted.properties["KeyId"])
        wanted.backend.delete_usage_plan_key(wanted.properties["UsagePlanId"], wanted.properties["KeyId"])


KEY_RESOURCES = (Account, ApiKey, UsagePlan, UsagePlanKey)


def _lower(given: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name[:1].lower() + name[1:]: value for name, value in (given or {}).items()}
