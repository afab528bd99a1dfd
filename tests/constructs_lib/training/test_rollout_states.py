from typing import Any

from constructs_lib.jobs.workflow import definition
from constructs_lib.training.rollout_states import RolloutRequests, roll_out
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


def test_only_the_name_of_the_configuration_says_how_an_update_went():
    found = states()
    done, *changing = found["E: is the update done"]["Choices"]
    assert (done["StringEquals"], done["Next"]) == ("InService", "E: which configuration is it")
    assert {rule["StringEquals"] for rule in changing} == {"Creating", "RollingBack", "SystemUpdating", "Updating"}
    assert found["E: is the update done"]["Default"] == "E: endpoint failed"
    which = found["E: which configuration is it"]
    assert [(rule["StringEqualsPath"], rule["Next"]) for rule in which["Choices"]] == [
        ("$.rollout.name", "E: was the model before trained too"),
        ("$.before.EndpointConfigName", "E: say that it was undone"),
    ]
    assert which["Default"] == "E: say that it was superseded"


def test_a_refused_update_waits_for_another_one_and_tries_once_more():
    found = states()
    assert found["E: update the endpoint"]["Catch"][0]["Next"] == "E: look for another update"
    # Without another one, it was refused for good.
    assert found["E: is there another update"]["Default"] == "E: take the configuration back"
    assert found["E: is the other update done"]["Choices"][0]["Next"] == "E: update the endpoint"
    # What is taken away afterwards is what the other one brought.
    assert found["E: look at the other update"]["ResultPath"] == "$.before"


def test_what_a_failed_update_made_is_deleted_and_the_execution_fails():
    found = states()
    assert found["E: create the configuration"]["Catch"][0]["Next"] == "E: take the configuration back"
    for name in ("E: say that it was undone", "E: delete the superseded model"):
        assert found[name]["Next"] == "E: take the configuration back"
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
