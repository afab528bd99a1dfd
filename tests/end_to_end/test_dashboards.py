"""A dashboard of the CDK's own construct: deployed, changed, drawn and destroyed by the commands that a user has."""

from pathlib import Path

from matplotlib import image

from tests.end_to_end.conftest import LocalCloud

APP = """
import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

app = cdk.App()
stack = cdk.Stack(app, "Board")
requests = cloudwatch.Metric(
    namespace="AWS/SageMaker", metric_name="Invocations", dimensions_map={"EndpointName": "churn"},
    statistic="Sum", period=cdk.Duration.minutes(1),
)
alarm = requests.create_alarm(stack, "Busy", threshold=100, evaluation_periods=1)
rate = cloudwatch.MathExpression(expression="requests / PERIOD(requests)", using_metrics={"requests": requests})
board = cloudwatch.Dashboard(stack, "Dashboard")
board.add_widgets(
    cloudwatch.GraphWidget(title="Traffic", left=[requests], right=[rate], width=12),
    cloudwatch.AlarmWidget(title="Busy", alarm=alarm, width=12),
)
board.add_widgets(cloudwatch.SingleValueWidget(metrics=[requests], width=24, height=ROWS))
cdk.CfnOutput(stack, "Name", value=board.dashboard_name)
app.synth()
"""


def test_a_dashboard_is_deployed_changed_drawn_and_destroyed(local_cloud: LocalCloud, tmp_path: Path):
    port = local_cloud.url.rpartition(":")[2]
    (tmp_path / "cdk.json").write_text('{"app": "python app.py"}')
    client = local_cloud.client("cloudwatch")
    names, heights = [], []
    for rows in ("3", "6"):
        (tmp_path / "app.py").write_text(APP.replace("ROWS", rows))
        said = local_cloud.cdk("deploy", "--require-approval", "never", cwd=tmp_path).stdout
        assert "is not emulated" not in said
        (entry,) = [board for board in client.list_dashboards()["DashboardEntries"] if board["DashboardName"] in said]
        names.append(entry["DashboardName"])
        program = ("python", "-m", "local_sagemaker", "dashboard", names[-1], "--png", "board.png", "--port", port)
        assert local_cloud.run(*program, cwd=tmp_path).stdout == "drawn board.png\n"
        heights.append(image.imread(tmp_path / "board.png").shape[0])
    assert names[0] == names[1]
    assert f"Board.Name = {names[0]}" in said
    assert heights[1] > heights[0]
    local_cloud.cdk("destroy", "--force", cwd=tmp_path)
    assert names[0] not in [board["DashboardName"] for board in client.list_dashboards()["DashboardEntries"]]
    client.close()
