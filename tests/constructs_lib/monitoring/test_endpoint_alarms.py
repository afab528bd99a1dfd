from dataclasses import fields
from typing import Any

import pytest
from aws_cdk import CfnParameter, Duration
from aws_cdk.assertions import Template

from constructs_lib import EndpointAlarms, SklearnEndpoint
from constructs_lib.monitoring.alarm_rules import RULES
from tests.constructs_lib.monitoring.conftest import TRAITS

DEFAULTS = {
    "instances": {
        "churn-client-errors-warning": 0.2,
        "churn-cpu-warning": 320,
        "churn-disk-warning": 90,
        "churn-memory-critical": 95,
        "churn-memory-warning": 85,
        "churn-model-latency-warning": 10_000_000,
        "churn-server-errors-critical": 0.05,
        "churn-server-errors-warning": 0.01,
    },
    "serverless": {
        "churn-client-errors-warning": 0.2,
        "churn-concurrency-warning": 0.8,
        "churn-memory-critical": 95,
        "churn-memory-warning": 85,
        "churn-model-latency-warning": 10_000_000,
        "churn-server-errors-critical": 0.05,
        "churn-server-errors-warning": 0.01,
    },
    "asynchronous": {
        "churn-client-errors-warning": 0.2,
        "churn-cpu-warning": 160,
        "churn-disk-warning": 90,
        "churn-failures-warning": 0,
        "churn-memory-critical": 95,
        "churn-memory-warning": 85,
        "churn-model-latency-warning": 10_000_000,
        "churn-server-errors-critical": 0.05,
        "churn-server-errors-warning": 0.01,
        "churn-oldest-request-warning": 900,
    },
}


@pytest.mark.parametrize("kind", DEFAULTS)
def test_each_kind_of_endpoint_has_designed_thresholds_in_the_units_of_its_metrics(stack, make_endpoint, kind):
    EndpointAlarms().bind(stack, make_endpoint(kind))
    found = Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm").values()
    thresholds = {alarm["Properties"]["AlarmName"]: alarm["Properties"]["Threshold"] for alarm in found}
    assert thresholds == pytest.approx(DEFAULTS[kind])


def test_each_setting_has_a_rule_and_each_rule_a_setting():
    settings = {field.name for field in fields(EndpointAlarms)} - {"evaluation_periods", "datapoints_to_alarm"}
    assert {rule.setting for rule in RULES} == settings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.setting)
def test_every_setting_becomes_an_alarm_of_its_metric(stack, make_endpoint, rule):
    kind = rule.kinds[0]
    limit = Duration.seconds(2) if "latency" in rule.setting or rule.setting == "oldest_request" else 3
    thresholds: dict[str, Any] = {other.setting: {} for other in RULES} | {rule.setting: {"page": limit}}
    alarms = EndpointAlarms(**thresholds)
    assert not [*alarms.problems(TRAITS[kind])]
    (watched,) = alarms.bind(stack, make_endpoint(kind))
    assert (watched.setting, watched.severity, watched.is_default) == (rule.setting, "page", False)
    (resource,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm").values()
    alarm = resource["Properties"]
    seconds = {"model_latency_p99": 2000, "overhead_latency_p99": 2000, "oldest_request": 2}
    vcpus = TRAITS[kind].vcpus["AllTraffic"] if rule.per_vcpu else 1
    assert alarm["Threshold"] == pytest.approx(seconds.get(rule.setting, 3) * rule.scale * vcpus)
    points = 1 if rule.setting == "failed_requests" else 2
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (60, 3, points)
    below = rule.setting == "fewest_requests"
    assert alarm["ComparisonOperator"] == ("LessThanThreshold" if below else "GreaterThanThreshold")
    assert alarm["TreatMissingData"] == ("breaching" if below else "notBreaching")
    dimensions = {item["Name"] for item in alarm["Dimensions"]}
    assert dimensions == ({"EndpointName", "VariantName"} if rule.of_variant else {"EndpointName"})
    assert alarm["AlarmDescription"].startswith("page: ")
    assert "{" not in alarm["AlarmDescription"]


def test_each_production_variant_has_its_alarms_and_a_shadow_has_none(stack, make_endpoint):
    alarms = EndpointAlarms(server_error_percent={"page": 5})
    made = alarms.bind(stack, make_endpoint("shadow"))
    assert made
    assert not [one for one in made if "Challenger" in one.alarm.node.id]


def test_an_alarm_is_named_after_its_variant_unless_that_was_given_no_name(stack, make_endpoint):
    EndpointAlarms().bind(stack, make_endpoint("two variants"))
    found = Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm").values()
    names = {alarm["Properties"]["AlarmName"] for alarm in found}
    assert {"churn-Champion-cpu-warning", "churn-Challenger-cpu-warning"} <= names


def test_cpu_is_watched_only_where_the_vcpus_are_known(stack):
    endpoint = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn")
    made = EndpointAlarms().bind(stack, endpoint)
    assert "cpu_percent" not in {watched.setting for watched in made}
    (problem,) = EndpointAlarms(cpu_percent={"page": 80}).problems(endpoint.traits)
    assert problem == (
        "alarms has cpu_percent, and the vCPUs of variant 'AllTraffic' are not known; give the imported endpoint "
        "traits with vcpus={'AllTraffic': 2}, or what an instance has"
    )


def test_half_a_second_is_a_threshold(stack, make_endpoint):
    alarms = EndpointAlarms(oldest_request={"page": Duration.millis(500)})
    assert not [*alarms.problems(TRAITS["asynchronous"])]
    assert alarms.thresholds("oldest_request") == {"page": 0.5}


def test_severities_stand_in_order_of_their_first_alarm():
    alarms = EndpointAlarms(server_error_percent={"page": 5}, memory_percent={})
    assert alarms.severities(TRAITS["instances"]) == ["page", "warning"]


@pytest.mark.parametrize(
    ("alarms", "kind", "problem"),
    [
        (
            EndpointAlarms(cpu_percent={"page": 80}),
            "serverless",
            "alarms has cpu_percent, and an endpoint of kind 'serverless' publishes no such metric; leave it out",
        ),
        (
            EndpointAlarms(oldest_request={"page": Duration.hours(1)}),
            "instances",
            "alarms has oldest_request, and an endpoint of kind 'instances' publishes no such metric; leave it out",
        ),
        (
            EndpointAlarms(server_error_percent={"page me": 5}),
            "instances",
            "alarms has severity 'page me' in server_error_percent; give a word of letters and digits",
        ),
        (
            EndpointAlarms(server_error_percent=5),  # type: ignore[arg-type]
            "instances",
            "alarms has server_error_percent 5; give thresholds by severity, such as {'critical': 5}",
        ),
        (
            EndpointAlarms(model_latency_p99={"page": 250}),  # type: ignore[dict-item]
            "instances",
            "alarms has model_latency_p99 250 for 'page'; give one such as Duration.seconds(2)",
        ),
        (
            EndpointAlarms(cpu_percent={"page": "80"}),  # type: ignore[dict-item]
            "instances",
            "alarms has cpu_percent '80' for 'page'; give one such as 5",
        ),
        (
            EndpointAlarms(server_error_percent={"page": 100}),
            "instances",
            "alarms has server_error_percent 100 for 'page'; give less than 100, or it never fires",
        ),
        (
            EndpointAlarms(memory_percent={"page": 0}),
            "instances",
            "alarms has memory_percent 0 for 'page'; give more than 0",
        ),
        (
            EndpointAlarms(model_latency_p99={"page": Duration.millis(0)}),
            "instances",
            "alarms has model_latency_p99 0 for 'page'; give more than 0",
        ),
        (
            EndpointAlarms(failed_requests={"page": -1}),
            "asynchronous",
            "alarms has failed_requests -1 for 'page'; give more than 0",
        ),
        (
            EndpointAlarms(datapoints_to_alarm=4),
            "instances",
            "alarms has datapoints_to_alarm 4 of evaluation_periods 3; give 1 to 1440 periods, and no more of them",
        ),
    ],
)
def test_what_never_fires_or_has_no_metric_is_said(alarms, kind, problem):
    assert [*alarms.problems(TRAITS[kind])] == [problem]


def test_a_threshold_is_known_at_synth_and_the_number_of_periods_need_not_be(stack):
    number = CfnParameter(stack, "Number", type="Number").value_as_number
    alarms = EndpointAlarms(
        cpu_percent={"page": number},
        model_latency_p99={"page": Duration.seconds(number)},
        evaluation_periods=number,  # type: ignore[arg-type]
    )
    assert [*alarms.problems(TRAITS["instances"])] == [
        "alarms has model_latency_p99 for 'page' that only the deployment knows; give one such as Duration.seconds(2)",
        "alarms has cpu_percent for 'page' that only the deployment knows; give one such as 5",
    ]


def test_severities_that_differ_by_capital_letters_alone_are_refused():
    alarms = EndpointAlarms(cpu_percent={"page": 70, "Page": 80})
    assert [problem.partition(";")[0] for problem in alarms.problems(TRAITS["instances"])] == [
        f"alarms has severity '{severity}' twice in cpu_percent, but for capital letters"
        for severity in ("page", "Page")
    ]
