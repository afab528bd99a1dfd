"""Alarms act: topics are told, functions are called, and what fails is said in the alarm's history."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local_sagemaker.monitoring.alarms import actions
from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, REGION, Cloud, allow, eventually, running_cloud, scripted

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
ALARM_ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


class Inbox:
    """A topic, and a queue that has subscribed to it."""

    def __init__(self, cloud: Cloud, **attributes: str) -> None:
        sns = cloud.client("sns")
        self._sqs = cloud.client("sqs")
        self.topic: str = sns.create_topic(Name="alerts", Attributes=attributes)["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName="inbox")["QueueUrl"]
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox")

    def next(self) -> Any:
        """Wait for a message; give what CloudWatch wrote, and the subject."""

        def received() -> Any:
            return self._sqs.receive_message(QueueUrl=self._queue).get("Messages")

        (message,) = eventually(received)
        self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        notification = json.loads(message["Body"])
        return {**json.loads(notification["Message"]), "Subject": notification["Subject"]}


def put(cloudwatch: Any, **more: Any) -> None:
    options = {
        "AlarmName": "errors",
        "Namespace": "N",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        # It stays as a test sets it.
        "TreatMissingData": "ignore",
    }
    cloudwatch.put_metric_alarm(**{**options, **more})


def set_state(cloudwatch: Any, state: str) -> None:
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue=state, StateReason="a test")


def acted(cloudwatch: Any, name: str = "errors") -> list[str]:
    """Wait for the history of actions."""

    def summaries() -> list[str]:
        items = cloudwatch.describe_alarm_history(
            AlarmName=name, HistoryItemType="Action", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )["AlarmHistoryItems"]
        return [item["HistorySummary"] for item in items]

    found: list[str] = eventually(summaries)
    return found


def test_errors_of_a_real_endpoint_take_an_alarm_on_their_percentage_up_and_good_traffic_takes_it_down(cloud):
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))
    inbox, cloudwatch = Inbox(cloud), cloud.client("cloudwatch")
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "AllTraffic"}]

    def metric(identifier: str, name: str) -> Any:
        wanted = {"Namespace": "AWS/SageMaker", "MetricName": name, "Dimensions": dimensions}
        stat = {"Metric": wanted, "Period": 60, "Stat": "Sum"}
        return {"Id": identifier, "MetricStat": stat, "ReturnData": False}

    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        AlarmDescription="requests that fail, in percent",
        Metrics=[
            {"Id": "percent", "Expression": "100 * (e4 + e5) / requests", "Label": "errors in percent"},
            metric("e4", "Invocation4XXErrors"),
            metric("e5", "Invocation5XXErrors"),
            metric("requests", "Invocations"),
        ],
        EvaluationPeriods=2,
        DatapointsToAlarm=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[inbox.topic],
        OKActions=[inbox.topic],
    )
    first = inbox.next()
    assert (first["OldStateValue"], first["NewStateValue"]) == ("INSUFFICIENT_DATA", "OK")
    for status in (500, 400, 500):
        with pytest.raises(cloud.runtime.exceptions.ModelError):
            cloud.invoke(endpoint, f"status {status}".encode())
    firing = inbox.next()
    assert firing["Subject"] == 'ALARM: "errors" in US East (N. Virginia)'
    assert (firing["OldStateValue"], firing["NewStateValue"]) == ("OK", "ALARM")
    assert firing["NewStateReason"].startswith("Threshold Crossed: ")
    assert firing["Trigger"]["Metrics"][0]["Expression"] == "100 * (e4 + e5) / requests"
    (described,) = cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
    assert described["StateReason"] == firing["NewStateReason"]

    def calm() -> bool:
        cloud.invoke(endpoint)
        return bool(cloudwatch.describe_alarms(StateValue="OK")["MetricAlarms"])

    eventually(calm)
    quiet = inbox.next()
    assert (quiet["OldStateValue"], quiet["NewStateValue"]) == ("ALARM", "OK")
    assert acted(cloudwatch) == [f"Successfully executed action {inbox.topic}"] * 3


def test_a_custom_metric_takes_alarms_up_and_a_composite_one_with_them(cloud):
    inbox, cloudwatch = Inbox(cloud), cloud.client("cloudwatch")
    put(cloudwatch, TreatMissingData="missing")
    put(cloudwatch, AlarmName="other", ComparisonOperator="LessThanThreshold", Threshold=1e9)
    cloudwatch.put_composite_alarm(
        AlarmName="both", AlarmRule="ALARM(errors) AND ALARM(other)", AlarmActions=[inbox.topic]
    )

    def fires() -> bool:
        cloudwatch.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": 7, "Unit": "Count"}])
        found = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"], StateValue="ALARM")
        return bool(found["CompositeAlarms"])

    eventually(fires)
    message = inbox.next()
    assert (message["AlarmName"], message["AlarmRule"]) == ("both", "ALARM(errors) AND ALARM(other)")
    # Both are named where both fired before the composite one was looked at for the first time.
    assert {child["State"]["Value"] for child in message["TriggeringChildren"]} == {"ALARM"}


def test_actions_that_are_disabled_do_not_act(cloud):
    inbox, cloudwatch = Inbox(cloud), cloud.client("cloudwatch")
    put(cloudwatch, AlarmActions=[inbox.topic], OKActions=[inbox.topic])
    cloudwatch.disable_alarm_actions(AlarmNames=["errors"])
    set_state(cloudwatch, "ALARM")
    cloudwatch.enable_alarm_actions(AlarmNames=["errors"])
    set_state(cloudwatch, "ALARM")  # it is there already
    set_state(cloudwatch, "OK")
    assert inbox.next()["NewStateValue"] == "OK"
    assert acted(cloudwatch) == [f"Successfully executed action {inbox.topic}"]


def test_each_state_has_actions_of_its_own(cloud):
    inbox, cloudwatch = Inbox(cloud, KmsMasterKeyId="alias/encrypted"), cloud.client("cloudwatch")
    put(cloudwatch, InsufficientDataActions=[inbox.topic])
    for state in ("ALARM", "OK", "INSUFFICIENT_DATA"):
        set_state(cloudwatch, state)
    assert inbox.next()["NewStateValue"] == "INSUFFICIENT_DATA"


def statement(**more: Any) -> dict[str, Any]:
    principal = {"Service": "cloudwatch.amazonaws.com"}
    return {"Effect": "Allow", "Principal": principal, "Action": "sns:Publish", "Resource": TOPIC, **more}


@pytest.mark.parametrize(
    ("statements", "delivered"),
    [
        ([statement(Condition={"ArnLike": {"aws:SourceArn": f"{ALARM_ARN}:*"}})], True),
        ([statement(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}})], False),
        ([statement(Principal={"Service": "events.amazonaws.com"})], False),
        ([statement(), statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})], True),
        ([statement(), statement(Effect="Deny", Principal="*")], False),
    ],
)
def test_the_policy_of_a_topic_is_respected(cloud, statements, delivered):
    inbox, cloudwatch = Inbox(cloud), cloud.client("cloudwatch")
    policy = {"Version": "2012-10-17", "Statement": statements}
    cloud.client("sns").set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=json.dumps(policy))
    put(cloudwatch, AlarmActions=[inbox.topic])
    set_state(cloudwatch, "ALARM")
    (summary,) = acted(cloudwatch)
    assert ("Successfully executed" in summary) is delivered
    assert ("is not authorized to perform: SNS:Publish" in summary) is not delivered


@pytest.mark.parametrize(
    ("arn", "reason"),
    [
        (f"{TOPIC}-gone", "Topic does not exist"),
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:gone", "Function not found"),
        (
            f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scalingPolicy:x:resource/sagemaker/y:policyName/z",
            "No scaling policy",
        ),
        (
            f"arn:aws:ssm:{REGION}:{ACCOUNT}:opsitem:3",
            "acts on SNS topics, Lambda functions and scaling policies alone",
        ),
    ],
)
def test_what_cannot_act_is_said(cloud, arn, reason):
    cloudwatch = cloud.client("cloudwatch")
    put(cloudwatch, AlarmActions=[arn])
    set_state(cloudwatch, "ALARM")
    (summary,) = acted(cloudwatch)
    assert summary.startswith(f'Failed to execute action {arn}. Received error: "')
    assert reason in summary


def test_a_scaling_policy_is_left_to_itself(cloud):
    client, cloudwatch = cloud.client("application-autoscaling"), cloud.client("cloudwatch")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/churn/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    client.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2)
    steps = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": [{"ScalingAdjustment": 1}]}
    arn = client.put_scaling_policy(
        **target, PolicyName="steps", PolicyType="StepScaling", StepScalingPolicyConfiguration=steps
    )["PolicyARN"]
    put(cloudwatch, AlarmActions=[arn])
    set_state(cloudwatch, "ALARM")
    assert acted(cloudwatch) == [f"Successfully executed action {arn}"]


CODE = """
import boto3, json
def handler(event, context):
    boto3.client("s3").put_object(Bucket="models", Key="told.json", Body=json.dumps(event).encode())
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}


def make_function(cloud: Cloud, runtime: str = "python3.11") -> str:
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("index.py", CODE)
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    role = cloud.make_role([allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/*"), allow(logs, "*")], TRUST)
    made = cloud.client("lambda").create_function(
        FunctionName="told",
        Runtime=runtime,
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
        Timeout=60,
    )
    return str(made["FunctionArn"])


def permit(cloud: Cloud) -> None:
    cloud.client("lambda").add_permission(
        FunctionName="told",
        StatementId="alarms",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceAccount=ACCOUNT,
    )


def test_a_function_is_called_where_it_permits_that(cloud):
    arn, cloudwatch = make_function(cloud), cloud.client("cloudwatch")
    put(cloudwatch, AlarmActions=[arn])
    set_state(cloudwatch, "ALARM")
    (summary,) = acted(cloudwatch)
    assert "is not authorized to perform: lambda:InvokeFunction" in summary
    permit(cloud)
    set_state(cloudwatch, "OK")
    set_state(cloudwatch, "ALARM")
    eventually(lambda: len(acted(cloudwatch)) == 2, 60)
    assert acted(cloudwatch)[0] == f"Successfully executed action {arn}"
    told = json.loads(cloud.s3.get_object(Bucket=BUCKET, Key="told.json")["Body"].read())
    assert told["alarmData"]["state"] | {"timestamp": ""} == {"value": "ALARM", "reason": "a test", "timestamp": ""}


def test_a_function_that_does_not_run_here_is_said(cloud):
    arn, cloudwatch = make_function(cloud, "nodejs22.x"), cloud.client("cloudwatch")
    permit(cloud)
    put(cloudwatch, AlarmActions=[arn])
    set_state(cloudwatch, "ALARM")
    assert "cannot be called: its function runs on nodejs22.x" in acted(cloudwatch)[0]


def test_without_a_data_plane_no_function_is_called(cloud, monkeypatch):
    arn, cloudwatch = make_function(cloud), cloud.client("cloudwatch")
    permit(cloud)
    monkeypatch.setattr(actions, "_get_base_url", None)
    put(cloudwatch, AlarmActions=[arn])
    set_state(cloudwatch, "ALARM")
    assert "by a local cloud with a data plane alone" in acted(cloudwatch)[0]
