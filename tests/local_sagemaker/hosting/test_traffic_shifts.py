import pytest

from local_sagemaker.hosting.traffic_shifts import Step, rollback_alarms, steps_of


def blue_green(kind: str, **more: object) -> dict[str, object]:
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": 60, **more},
            "TerminationWaitInSeconds": 300,
        }
    }


def percent(value: int) -> dict[str, object]:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def instances(value: int) -> dict[str, object]:
    return {"Type": "INSTANCE_COUNT", "Value": value}


@pytest.mark.parametrize(
    ("deployment", "count", "shares"),
    [
        (None, 3, [1.0]),
        ({}, 3, [1.0]),
        (blue_green("ALL_AT_ONCE"), 3, [1.0]),
        (blue_green("CANARY", CanarySize=percent(10)), 4, [0.25, 1.0]),
        (blue_green("CANARY", CanarySize=percent(50)), 4, [0.5, 1.0]),
        (blue_green("CANARY", CanarySize=instances(1)), 4, [0.25, 1.0]),
        (blue_green("LINEAR", LinearStepSize=percent(50)), 4, [0.5, 1.0]),
        (blue_green("LINEAR", LinearStepSize=percent(30)), 10, [0.3, 0.6, 0.9, 1.0]),
        ({"RollingUpdatePolicy": {"MaximumBatchSize": percent(25), "WaitIntervalInSeconds": 60}}, 2, [0.5, 1.0]),
        ({"RollingUpdatePolicy": {"MaximumBatchSize": instances(2), "WaitIntervalInSeconds": 60}}, 3, [2 / 3, 1.0]),
    ],
)
def test_shares_of_the_new_fleet(deployment, count, shares):
    assert [step.share for step in steps_of(deployment, count)] == pytest.approx(shares)


def test_waits_between_the_steps_and_at_the_end():
    assert steps_of(blue_green("CANARY", CanarySize=percent(50)), 2) == [Step(0.5, 60.0), Step(1.0, 300.0)]
    assert steps_of(None, 1) == [Step(1.0, 0.0)]


def test_names_of_the_alarms():
    assert rollback_alarms({"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}) == ["a"]
    assert list(rollback_alarms(None)) == []
