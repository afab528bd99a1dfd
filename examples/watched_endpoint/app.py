"""A watched endpoint: alarms by severity, a topic, a dashboard, and a parameter by which callers find it."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns_subscriptions as subscriptions

from constructs_lib import (
    EndpointAlarms,
    ModelData,
    Prices,
    SklearnEndpoint,
    SklearnEndpointMonitoring,
    SklearnModel,
)

app = cdk.App()
stack = cdk.Stack(app, "WatchedEndpoint")
key = kms.Key(stack, "Key", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
model = SklearnModel(
    stack, "Model", model_data=ModelData.from_directory("model"), entry_point="hooks.py", source_dir="src"
)
endpoint = SklearnEndpoint(
    stack, "Endpoint", model=model, endpoint_name="wine", name_parameter="/wine/endpoint", encryption_key=key
)
monitoring = SklearnEndpointMonitoring(
    stack,
    "Monitoring",
    endpoint=endpoint,
    alarms=EndpointAlarms(
        server_error_percent={"warning": 1, "critical": 5},
        model_latency_p99={"critical": cdk.Duration.millis(250)},
    ),
    encryption_key=key,
    prices=Prices(instance_hour=0.115),
    dashboard_name="wine",
)
if mail := app.node.try_get_context("mail"):  # cdk deploy -c mail=you@example.com
    monitoring.topics["critical"].add_subscription(subscriptions.EmailSubscription(mail))
app.synth()
