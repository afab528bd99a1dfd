"""What the tests of dashboards share: a local cloud with metrics, and widgets in a few words."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local_sagemaker import moto_mends, settings
from local_sagemaker.dashboards import command
from local_sagemaker.server import LocalServer


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    server = LocalServer(settings.answering(DomainDispatcherApplication(create_backend_app)), 0)
    server.start()
    yield server
    server.stop()


class Cloud:
    """A local cloud with values of metrics."""

    def __init__(self, url: str, client: Any) -> None:
        self.url = url
        self.client = client
        self.now = int(time.time())

    def put_values(
        self, name: str, values: dict[float, float], *, unit: str = "None", variant: str = "blue", **options: Any
    ) -> None:
        """Put values of a metric, by the seconds before now."""
        dimensions = [{"Name": "EndpointName", "Value": "churn"}, {"Name": "VariantName", "Value": variant}]
        for ago, value in values.items():
            datum = {"MetricName": name, "Dimensions": dimensions, "Unit": unit, "Value": value}
            self.client.put_metric_data(
                Namespace="AWS/SageMaker", MetricData=[{**datum, "Timestamp": self.now - ago, **options}]
            )

    def put_alarm(self, name: str, **options: Any) -> str:
        """Put an alarm on a metric of the endpoint; give its ARN."""
        common = {
            "MetricName": "Invocations",
            "Namespace": "AWS/SageMaker",
            "Dimensions": [{"Name": "EndpointName", "Value": "churn"}, {"Name": "VariantName", "Value": "blue"}],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 3,
            "Threshold": 7.0,
            "ComparisonOperator": "GreaterThanThreshold",
        }
        options = {**common, **options}
        self.client.put_metric_alarm(
            AlarmName=name, **{key: value for key, value in options.items() if value is not None}
        )
        return f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"

    def fetch(self, *widgets: dict[str, Any], last: str | None = None, **body: Any) -> Any:
        """Put a dashboard of these widgets, and fetch it with its data."""
        self.client.put_dashboard(DashboardName="churn", DashboardBody=json.dumps({"widgets": widgets, **body}))
        return command.fetch("churn", self.url, "us-east-1", last)


@pytest.fixture
def cloud(server: LocalServer, empty_moto: None) -> Iterator[Cloud]:
    import boto3

    moto_mends.apply_all()
    client = boto3.client(
        "cloudwatch",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    yield Cloud(server.url, client)
    client.close()
