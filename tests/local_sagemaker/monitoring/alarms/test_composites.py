"""Composite alarms follow the alarms in their rules."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.base_backend import BackendDict

from local_sagemaker import moto_mends
from local_sagemaker.monitoring.alarms.composites import evaluate_composites
from local_sagemaker.monitoring.alarms.log import alarm_log
from local_sagemaker.moto_mends.alarm_requests import put_composite_alarm
from tests.local_sagemaker.cloud import ACCOUNT, REGION

ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm"


@pytest.fixture
def backend() -> Iterator[Any]:
    moto_mends.apply_all()
    BackendDict.reset()
    found: Any = cloudwatch_backends[ACCOUNT][REGION]
    for name in ("slow", "errors"):
        found.put_metric_alarm(
            name=name,
            namespace="N",
            metric_name="m",
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            period=60,
            threshold=1,
            statistic="Sum",
            description="",
            dimensions=[],
            alarm_actions=[],
        )
    yield found
    BackendDict.reset()


def compose(backend: Any, name: str, rule: str) -> Any:
    return put_composite_alarm(backend, {"AlarmName": name, "AlarmRule": rule})


def states(backend: Any, *names: str) -> list[str]:
    evaluate_composites(backend)
    return [backend.alarms[name].state_value for name in names]


def test_a_composite_alarm_goes_off_and_calms_down_with_its_children(backend):
    both = compose(backend, "both", "ALARM(slow) AND ALARM(errors)")
    assert states(backend, "both") == ["OK"]
    assert both.state_reason == f"{ARN}:both was created and its alarm rule evaluates to OK"
    triggering = json.loads(both.state_reason_data)["triggeringAlarms"]
    assert [child["arn"] for child in triggering] == [f"{ARN}:slow", f"{ARN}:errors"]
    backend.set_alarm_state("slow", "a test", None, "ALARM")
    assert states(backend, "both") == ["OK"]
    backend.set_alarm_state("errors", "a test", None, "ALARM")
    assert states(backend, "both") == ["ALARM"]
    assert both.state_reason.startswith(f"{ARN}:errors transitioned to ALARM at ")
    assert both.state_reason.endswith(" UTC")
    (child,) = json.loads(both.state_reason_data)["triggeringAlarms"]
    assert (child["arn"], child["state"]["value"]) == (f"{ARN}:errors", "ALARM")
    backend.set_alarm_state("slow", "a test", None, "OK")
    assert states(backend, "both") == ["OK"]


def test_an_updated_rule_says_so(backend):
    one = compose(backend, "one", "FALSE")
    assert states(backend, "one") == ["OK"]
    assert one.state_reason_data == '{"triggeringAlarms": []}'
    one = compose(backend, "one", "TRUE")
    assert one.state_value == "OK"
    assert states(backend, "one") == ["ALARM"]
    assert one.state_reason == f"{ARN}:one was updated and its alarm rule evaluates to ALARM"


def test_composites_of_composites_are_evaluated_from_below(backend):
    compose(backend, "inner", "OK(slow)")
    compose(backend, "a-outer", "ALARM(inner)")
    backend.set_alarm_state("slow", "a test", None, "OK")
    assert states(backend, "inner", "a-outer") == ["ALARM", "ALARM"]


def test_a_cycle_is_not_evaluated_and_its_neighbours_are(backend):
    compose(backend, "a", "TRUE")
    compose(backend, "b", "ALARM(a)")
    compose(backend, "c", "TRUE")
    assert states(backend, "a", "b", "c") == ["ALARM"] * 3
    compose(backend, "a", "OK(b)")
    compose(backend, "c", "FALSE")
    assert states(backend, "a", "b", "c") == ["ALARM", "ALARM", "OK"]


def test_changes_are_remembered(backend):
    compose(backend, "one", "TRUE")
    assert states(backend, "one", "one") == ["ALARM", "ALARM"]
    items = [item.summary for item in alarm_log(ACCOUNT, REGION).items() if item.alarm == "one"]
    assert items == ['Alarm "one" created', "Alarm updated from INSUFFICIENT_DATA to ALARM"]
