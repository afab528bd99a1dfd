from typing import Any

from constructs_lib.training.rollout_states import RolloutRequests, roll_out
from constructs_lib.training.workflow import definition
from tests.constructs_lib.service_requests import problems
from tests.constructs_lib.training.test_states import reachable

ROLE = "arn:aws:iam::123456789012:role/serving"


def states(variants: int = 1) -> dict[str, Any]:
    requests = RolloutRequests(
        name_prefix="churn",
        endpoint_name="churn",
        model={"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "image", "Environment": {}}, "Tags": []},
        config={
            "ProductionVariants": [
                {
                    "VariantName": str(number),
                    "ModelName": "old",
                    "InitialInstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                }
                for number in range(variants)
            ],
            "Tags": [],
        },
        variant_index=variants - 1,
        update={"EndpointName": "churn"},
    )
    machine = definition("Rolls out", [roll_out(requests, partition="aws", label="E")])
    assert reachable(machine) == set(machine["States"])
    found: dict[str, Any] = machine["States"]
    return found


def test_every_request_is_one_that_the_service_takes():
    for state in states().values():
        if state["Type"] == "Task":
            action = state["Resource"].rpartition(":")[2]
            assert problems(action[0].upper() + action[1:], state["Parameters"]) == "", action


def test_only_the_trained_variant_gets_the_new_model():
    config = states(variants=2)["E: create the configuration"]["Parameters"]
    assert [variant.get("ModelName.$") for variant in config["ProductionVariants"]] == [None, "$.rollout.name"]


def test_an_update_has_arrived_only_with_the_new_configuration():
    arrived, *changing = states()["E: is the update done"]["Choices"]
    assert arrived["And"] == [
        {"Variable": "$.after.EndpointStatus", "StringEquals": "InService"},
        {"Variable": "$.after.EndpointConfigName", "StringEqualsPath": "$.rollout.name"},
    ]
    assert {rule["StringEquals"] for rule in changing} == {"Creating", "RollingBack", "SystemUpdating", "Updating"}
    assert states()["E: is the update done"]["Default"] == "E: say that it was undone"


def test_what_a_failed_update_made_is_deleted_and_the_execution_fails():
    found = states()
    for name in ("E: create the configuration", "E: update the endpoint"):
        assert found[name]["Catch"][0]["Next"] == "E: take the configuration back"
    assert found["E: take the configuration back"]["Parameters"] == {"EndpointConfigName.$": "$.rollout.name"}
    assert found["E: take the model back"]["Parameters"] == {"ModelName.$": "$.rollout.name"}
    assert found["E: take the model back"]["Next"] == "E: update failed"
    assert found["E: update failed"] == {
        "Type": "Fail",
        "Error": "EndpointUpdateFailed",
        "CausePath": "$.why.Cause",
    }


def test_no_field_is_none_which_the_cdk_would_leave_out():
    for state in states().values():
        assert None not in state.values()


def test_only_what_a_training_made_is_deleted_after_a_success():
    found = states()
    (rule,) = found["E: was the model before trained too"]["Choices"]
    assert rule["StringMatches"] == "churn-*"
    assert found["E: was the model before trained too"]["Default"] == "Done"
    assert found["E: delete the model before"]["Parameters"] == {"ModelName.$": "$.before.EndpointConfigName"}
