"""Requests are held against AWS's API model, in AWS's words."""

import json
import re

import botocore.session
import pytest

from local_sagemaker import request_shapes
from local_sagemaker.request_shapes import MistypedError, refusal, violations


def create(**changed):
    request = {
        "TrainingJobName": "job",
        "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": "image"},
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "OutputDataConfig": {"S3OutputPath": "s3://models/out"},
        **changed,
    }
    return violations("CreateTrainingJob", {name: value for name, value in request.items() if value is not None})


def channels(count, name="train"):
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://models/data"}}
    return [{"ChannelName": name, "DataSource": source} for _ in range(count)]


def metrics(count, regex="(.*)"):
    definitions = [{"Name": f"metric-{number}", "Regex": regex} for number in range(count)]
    return {"TrainingInputMode": "File", "TrainingImage": "image", "MetricDefinitions": definitions}


def test_a_request_of_the_right_shapes_has_no_violations():
    variables = {f"VARIABLE_{number}": "x" * 512 for number in range(100)}
    parameters = {str(number): "x" * 2500 for number in range(99)} | {"k" * 256: ""}
    assert (
        create(
            TrainingJobName="a" * 63,
            InputDataConfig=channels(20, "A.b_c-9" + "x" * 57),
            Environment=variables,
            HyperParameters=parameters,
            AlgorithmSpecification=metrics(40, f"({'x' * 498})"),
            ResourceConfig={"InstanceType": "ml.m5.large", "KeepAlivePeriodInSeconds": 21600},
        )
        == []
    )


@pytest.mark.parametrize(
    ("changed", "place", "constraint"),
    [
        ({"TrainingJobName": None}, "trainingJobName", "Member must not be null"),
        ({"TrainingJobName": "a" * 64}, "trainingJobName", "Member must have length less than or equal to 63"),
        ({"TrainingJobName": "a_b"}, "trainingJobName", "Member must satisfy regular expression pattern"),
        ({"TrainingJobName": "a-"}, "trainingJobName", "Member must satisfy regular expression pattern"),
        ({"RoleArn": "training"}, "roleArn", "Member must have length greater than or equal to 20"),
        ({"InputDataConfig": []}, "inputDataConfig", "length greater than or equal to 1"),
        ({"InputDataConfig": channels(21)}, "inputDataConfig", "length less than or equal to 20"),
        ({"InputDataConfig": channels(1, "a b")}, "inputDataConfig.1.member.channelName", "regular expression pattern"),
        ({"InputDataConfig": channels(1, "a" * 65)}, "inputDataConfig.1.member.channelName", "length less than or eq"),
        ({"HyperParameters": {str(n): "" for n in range(101)}}, "hyperParameters", "length less than or equal to 100"),
        ({"HyperParameters": {"k" * 257: ""}}, "hyperParameters", "Map keys must satisfy constraint: [Member must ha"),
        ({"HyperParameters": {"k": "v" * 2501}}, "hyperParameters", "Map value must satisfy constraint: [Member must"),
        ({"Environment": {f"V{n}": "" for n in range(101)}}, "environment", "length less than or equal to 100"),
        ({"Environment": {"A-B": ""}}, "environment", "regular expression pattern"),
        ({"Environment": {"A": "v" * 513}}, "environment", "length less than or equal to 512"),
        (
            {"AlgorithmSpecification": metrics(41)},
            "algorithmSpecification.metricDefinitions",
            "less than or equal to 40",
        ),
        (
            {"AlgorithmSpecification": metrics(1, "x" * 501)},
            "metricDefinitions.1.member.regex",
            "less than or equal to",
        ),
        ({"AlgorithmSpecification": {"TrainingInputMode": "Disk"}}, "trainingInputMode", "[Pipe, File, FastFile]"),
        ({"ResourceConfig": {"InstanceType": "ml.m5.tiny"}}, "resourceConfig.instanceType", "enum value set"),
        ({"ResourceConfig": {"KeepAlivePeriodInSeconds": 21601}}, "keepAlivePeriodInSeconds", "equal to 21600"),
        ({"StoppingCondition": {"MaxRuntimeInSeconds": 0}}, "maxRuntimeInSeconds", "value greater than or equal to 1"),
        ({"CheckpointConfig": {}}, "checkpointConfig.s3Uri", "Member must not be null"),
        ({"OutputDataConfig": {"S3OutputPath": "models"}}, "outputDataConfig.s3OutputPath", "regular expression"),
    ],
)
def test_what_breaks_a_shape_is_refused_with_its_place_and_the_limit(changed, place, constraint):
    problems = create(**changed)
    assert problems
    assert all(f"{place}' failed to satisfy constraint: " in problem for problem in problems)
    assert any(constraint in problem for problem in problems)


def test_several_violations_come_together():
    problems = create(TrainingJobName="a_", RoleArn=None)
    assert refusal(problems) == (
        "2 validation errors detected: Value 'a_' at 'trainingJobName' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}; Value null at 'roleArn' failed to "
        "satisfy constraint: Member must not be null"
    )


def test_a_long_value_is_shown_in_part():
    assert len(create(Environment={"A": "v" * 10_000})[0]) < 400


@pytest.mark.parametrize("key", ["team", "Équipe 9", "a:b/c=d+e-f@g.h_i"])
def test_patterns_with_java_s_classes_are_understood(key):
    assert create(Tags=[{"Key": key, "Value": ""}]) == []
    assert len(create(Tags=[{"Key": f"{key}*", "Value": ""}])) == 1


def patterns_of(shape, seen):
    if shape.name in seen:
        return
    seen.add(shape.name)
    if "pattern" in shape.metadata:
        yield shape.metadata["pattern"]
    parts = [*getattr(shape, "members", {}).values()]
    if shape.type_name in ("list", "map"):
        parts += [getattr(shape, part) for part in ("member", "key", "value") if hasattr(shape, part)]
    for part in parts:
        yield from patterns_of(part, seen)


def test_every_pattern_of_the_resources_that_run_here_can_be_read():
    model = botocore.session.get_session().get_service_model("sagemaker")
    nouns = ("Model", "EndpointConfig", "Endpoint", "TrainingJob", "Tags")
    verbs = ("Create", "Update", "Describe", "Delete", "Stop", "Add", "List")
    names = {f"{verb}{noun}{plural}" for verb in verbs for noun in nouns for plural in ("", "s")}
    names = names.intersection(model.operation_names)
    assert len(names) == 22
    seen: set[str] = set()
    patterns = {text for name in names for text in patterns_of(model.operation_model(name).input_shape, seen)}
    assert len(patterns) > 30
    assert [text for text in patterns if request_shapes._pattern(text) is None] == []


def test_a_pattern_that_only_java_reads_refuses_nothing():
    (problem,) = violations("CreateAlgorithm", {"AlgorithmName": "a", "AlgorithmDescription": "\n"})
    assert "at 'trainingSpecification' failed to satisfy constraint: Member must not be null" in problem


def test_a_fraction_has_limits_too():
    change = [{"VariantName": "A", "DesiredWeight": -0.5}]
    request = {"EndpointName": "churn", "DesiredWeightsAndCapacities": change}
    (problem,) = violations("UpdateEndpointWeightsAndCapacities", request)
    assert problem == (
        "Value '-0.5' at 'desiredWeightsAndCapacities.1.member.desiredWeight' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0"
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"RoleArn": 5}, "roleArn must be of type string, and is 5"),
        ({"InputDataConfig": {"a": 1}}, 'inputDataConfig must be of type list, and is {"a": 1}'),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": "60"}},
            'MaxRuntimeInSeconds must be of type integer, and is "60"',
        ),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": True}},
            "MaxRuntimeInSeconds must be of type integer, and is true",
        ),
        ({"Environment": {"A": 1}}, "environment must be of type string, and is 1"),
        ({"EnableNetworkIsolation": "yes"}, 'enableNetworkIsolation must be of type boolean, and is "yes"'),
    ],
)
def test_another_type_is_no_request_at_all(changed, message):
    with pytest.raises(MistypedError, match=f"(?i){re.escape(message)}"):
        create(**changed)


@pytest.mark.parametrize("value", ["2026-01-01T00:00:00Z", True, [0]])
def test_a_time_is_a_number(value):
    message = f"creationTimeAfter must be of type timestamp, and is {json.dumps(value)}"
    with pytest.raises(MistypedError, match=re.escape(message)):
        violations("ListModels", {"CreationTimeAfter": value})
    assert violations("ListModels", {"CreationTimeAfter": 1_767_225_600.5}) == []


@pytest.mark.parametrize("value", [1e300, float("inf"), float("nan")])
def test_a_time_is_one_that_a_clock_can_show(value):
    with pytest.raises(MistypedError, match="creationTimeAfter must be seconds since 1970, and is "):
        violations("ListModels", {"CreationTimeAfter": value})


def test_an_operation_that_there_is_not_has_no_shapes():
    assert violations("CreateGalaxy", {"GalaxyName": 5}) == []
    assert not request_shapes.is_operation("CreateGalaxy")
