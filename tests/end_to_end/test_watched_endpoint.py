"""The example with monitoring: a real burst of errors takes an alarm to ALARM and back, and people are told."""

import json
import struct
from pathlib import Path

import pytest

from tests.end_to_end.conftest import LocalCloud, copied_example

ALARM = "wine-server-errors-critical"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, local_cloud: LocalCloud) -> Path:
    folder = copied_example(local_cloud, "watched_endpoint", tmp_path_factory.mktemp("watched"))
    said = local_cloud.cdk("deploy", "--require-approval", "never", cwd=folder).stdout
    assert "is not emulated" not in said
    return folder


@pytest.fixture(scope="module")
def queue(local_cloud: LocalCloud, project: Path) -> str:
    """A queue that the topic of the alarms tells; the project is deployed for it."""
    assert project.is_dir()
    stacks = local_cloud.client("cloudformation").describe_stacks(StackName="WatchedEndpoint")["Stacks"]
    (topic,) = [one["OutputValue"] for one in stacks[0]["Outputs"] if "TopicArn" in one["OutputKey"]]
    sqs = local_cloud.client("sqs")
    url: str = sqs.create_queue(QueueName="pager")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    local_cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def notifications(cloud: LocalCloud, queue: str) -> list[tuple[str, str, str]]:
    """Alarm, old and new state of everything that the queue was told, in order."""
    sqs, found = cloud.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            told = json.loads(json.loads(message["Body"])["Message"])
            found.append((told["AlarmName"], told["OldStateValue"], told["NewStateValue"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_an_alarm_fires_under_a_burst_of_errors_and_is_over_when_that_is(
    local_cloud: LocalCloud, project: Path, queue: str
):
    burst = local_cloud.run("python", "burst.py", cwd=project).stdout.splitlines()
    states = [line.partition(f"{ALARM} is ")[2].partition(".")[0] for line in burst]
    assert states == ["OK", "ALARM", "OK"]
    failed = [int(line.split(" failed")[0].split()[-1]) for line in burst]
    assert failed[0] == failed[2] == 0 < failed[1]

    told = [(old, new) for name, old, new in notifications(local_cloud, queue) if name == ALARM]
    # What is told of the good beginning depends on when the queue was there.
    assert told[-2:] == [("OK", "ALARM"), ("ALARM", "OK")]


def test_the_picture_of_the_dashboard_shows_it(local_cloud: LocalCloud, project: Path):
    port = local_cloud.url.rpartition(":")[2]
    local_cloud.run("local-sagemaker", "dashboard", "wine", "--png", "wine.png", "--port", port, cwd=project)
    picture = (project / "wine.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    assert min(width, height) > 1000
    local_cloud.cdk("destroy", "--force", cwd=project)
    assert not local_cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix="wine-")["MetricAlarms"]
    assert not local_cloud.client("cloudwatch").list_dashboards(DashboardNamePrefix="wine")["DashboardEntries"]
