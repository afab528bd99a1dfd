"""Other services call functions: they run, and a failure is the sender's business only where it waits."""

import json
import logging
import time

from tests.local_sagemaker.cloud import eventually
from tests.local_sagemaker.functions.function_cloud import packed

TELL = """
import json

def handler(event, context):
    record = event["Records"][0]
    print("told", json.dumps(record))
    if "fail" in json.dumps(record):
        raise RuntimeError("no")
"""


def arn_of(cloud, name):
    return cloud.functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"]


def told(cloud, name):
    """Give the records that a function was told of; none before its first call."""
    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
    lines = cloud.log_of(name) if groups else []
    return [json.loads(line.removeprefix("told ")) for line in lines if line.startswith("told ")]


def make_topic(cloud, function_arn):
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=f"topic-of-{function_arn.rpartition(':')[2]}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function_arn)
    return topic


def test_an_alarm_reaches_the_function_that_is_subscribed_to_its_topic(cloud):
    name = cloud.make_function(TELL)
    topic = make_topic(cloud, arn_of(cloud, name))
    watch = cloud.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="to-function",
        Namespace="N",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
        AlarmActions=[topic],
    )
    watch.set_alarm_state(AlarmName="to-function", StateValue="ALARM", StateReason="x")
    (record,) = eventually(lambda: told(cloud, name))
    assert json.loads(record["Sns"]["Message"])["AlarmName"] == "to-function"
    watch.delete_alarms(AlarmNames=["to-function"])


def test_what_fails_behind_a_topic_is_logged_and_not_the_publishers(cloud, caplog):
    name = cloud.make_function(TELL)
    other = "behind-a-topic"
    cloud.functions.create_function(
        FunctionName=other,
        Runtime="nodejs22.x",
        Handler="index.handler",
        Role=cloud.function_role,
        Code={"ZipFile": packed({"index.js": ""})},
    )
    with caplog.at_level(logging.WARNING):
        for function in (name, other):
            cloud.client("sns").publish(TopicArn=make_topic(cloud, arn_of(cloud, function)), Message="fail")
        eventually(lambda: "RuntimeError" in caplog.text)
    assert "a call of behind-a-topic by another service failed" in caplog.text
    assert "its function runs on nodejs22.x" in caplog.text


def test_a_message_of_a_queue_is_gone_once_the_function_has_had_it_and_stays_when_it_fails(cloud, caplog):
    name = cloud.make_function(TELL)
    sqs = cloud.client("sqs")
    queue = sqs.create_queue(QueueName="to-function")["QueueUrl"]
    source = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    cloud.functions.create_event_source_mapping(FunctionName=name, EventSourceArn=source)
    sqs.send_message(QueueUrl=queue, MessageBody="good")
    assert [record["body"] for record in told(cloud, name)] == ["good"]
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    with caplog.at_level(logging.WARNING):
        sqs.send_message(QueueUrl=queue, MessageBody="fail")
    assert f"a call of {name} by another service failed" in caplog.text
    assert [message["Body"] for message in sqs.receive_message(QueueUrl=queue)["Messages"]] == ["fail"]


def test_an_object_and_a_line_of_a_log_call_a_function(cloud):
    name = cloud.make_function("def handler(event, context): print('called', *event)")
    cloud.s3.create_bucket(Bucket="tells")
    configuration = {"LambdaFunctionArn": arn_of(cloud, name), "Events": ["s3:ObjectCreated:*"]}
    cloud.s3.put_bucket_notification_configuration(
        Bucket="tells", NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}
    )
    cloud.s3.put_object(Bucket="tells", Key="k", Body=b"")
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName="/tells")
    logs.create_log_stream(logGroupName="/tells", logStreamName="one")
    logs.put_subscription_filter(
        logGroupName="/tells", filterName="f", filterPattern="", destinationArn=arn_of(cloud, name)
    )
    line = {"timestamp": int(time.time() * 1000), "message": "a line"}
    logs.put_log_events(logGroupName="/tells", logStreamName="one", logEvents=[line])
    eventually(lambda: logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"])
    eventually(lambda: {"called Records", "called awslogs"} <= set(cloud.log_of(name)))
