"""The example with monitoring: a real burst of errors takes an alarm to ALARM and back."""

from pathlib import Path

import pytest

from tests.end_to_end.conftest import LocalCloud, copied_example

ALARM = "wine-server-errors-critical"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, local_cloud: LocalCloud) -> Path:
    return copied_example(local_cloud, "watched_endpoint", tmp_path_factory.mktemp("watched"))


def test_an_alarm_fires_under_a_burst_of_errors_and_is_over_when_that_is(local_cloud: LocalCloud, project: Path):
    said = local_cloud.cdk("deploy", "--require-approval", "never", cwd=project).stdout
    assert "is not emulated" not in said
    burst = local_cloud.run("python", "burst.py", cwd=project).stdout.splitlines()
    states = [line.partition(f"{ALARM} is ")[2].partition(".")[0] for line in burst]
    assert states == ["OK", "ALARM", "OK"]
    failed = [int(line.split(" failed")[0].split()[-1]) for line in burst]
    assert failed[0] == failed[2] == 0 < failed[1]

    alarms = local_cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix="wine-")["MetricAlarms"]
    others = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
    assert "ALARM" not in {others[name] for name in others if name.endswith("critical")}
    local_cloud.cdk("destroy", "--force", cwd=project)
