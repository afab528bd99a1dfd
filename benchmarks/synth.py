"""What our constructs cost at synth, beside the same resources written by hand on L1, in interleaved runs.

`python benchmarks/synth.py [--rounds N]` prints the medians and writes `.cache/bench/synth.json`. Wall time on a
shared machine is noisy; the CPU time of the app and of the Node process that it starts moves less.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import joblib
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ROOT = Path(__file__).resolve().parent.parent

ONE_TOPIC = """
import aws_cdk as cdk
app = cdk.App()
cdk.CfnResource(cdk.Stack(app, "S"), "Topic", type="AWS::SNS::Topic")
app.synth()
"""

OURS = """
import os
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnEndpoint, SklearnModel
app = cdk.App()
data = ModelData.from_directory("model")
for number in range(int(os.environ["ENDPOINTS"])):
    stack = cdk.Stack(app, f"S{number}")
    model = SklearnModel(stack, "Model", model_data=data)
    SklearnEndpoint(stack, "Endpoint", model=model, instance_type="ml.m5.large")
app.synth()
"""

L1 = """
import os
import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch, aws_iam as iam, aws_s3_assets as assets, aws_sagemaker as sagemaker
app = cdk.App()
repository = "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn"
image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
for number in range(int(os.environ["ENDPOINTS"])):
    stack = cdk.Stack(app, f"S{number}")
    name = f"endpoint-{number}"
    asset = assets.Asset(stack, "Asset", path="model/model.joblib")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    alarms = [
        cloudwatch.CfnAlarm(stack, metric, namespace="AWS/SageMaker", metric_name=metric, period=60,
            evaluation_periods=1, threshold=threshold, comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching", dimensions=[
                cloudwatch.CfnAlarm.DimensionProperty(name="EndpointName", value=name),
                cloudwatch.CfnAlarm.DimensionProperty(name="VariantName", value="AllTraffic")], **statistic)
        for metric, threshold, statistic in (
            ("Invocation5XXErrors", 0.05, {"statistic": "Average"}),
            ("ModelLatency", 10_000_000, {"extended_statistic": "p99"}),
        )
    ]
    policy = iam.Policy(stack, "Policy", roles=[role], statements=[
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[asset.bucket.arn_for_objects(asset.s3_object_key)]),
        iam.PolicyStatement(actions=["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"], resources=["*"]),
        iam.PolicyStatement(actions=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
            "ecr:BatchCheckLayerAvailability"], resources=[repository]),
        iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=[alarm.attr_arn for alarm in alarms]),
    ])
    model = sagemaker.CfnModel(stack, "Model", execution_role_arn=role.role_arn,
        primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
            image=image, model_data_url=asset.s3_object_url))
    model.node.add_dependency(policy)
    config = sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[
        sagemaker.CfnEndpointConfig.ProductionVariantProperty(variant_name="AllTraffic",
            model_name=model.attr_model_name, instance_type="ml.m5.large", initial_instance_count=1,
            initial_variant_weight=1)])
    endpoint = sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_name=name,
        endpoint_config_name=config.attr_endpoint_config_name,
        deployment_config=sagemaker.CfnEndpoint.DeploymentConfigProperty(
            auto_rollback_configuration=sagemaker.CfnEndpoint.AutoRollbackConfigProperty(
                alarms=[sagemaker.CfnEndpoint.AlarmProperty(alarm_name=alarm.ref) for alarm in alarms]),
            blue_green_update_policy=sagemaker.CfnEndpoint.BlueGreenUpdatePolicyProperty(
                termination_wait_in_seconds=300,
                traffic_routing_configuration=sagemaker.CfnEndpoint.TrafficRoutingConfigProperty(
                    type="ALL_AT_ONCE", wait_interval_in_seconds=0))))
    endpoint.node.add_dependency(policy)
app.synth()
"""

APPS = {"one topic": ONE_TOPIC, "L1 by hand": L1, "this library": OURS}
CURVE = ("L1 by hand", "this library")


def run(source: str, folder: Path, context: str, endpoints: int = 1) -> tuple[float, float]:
    """Seconds of wall and of CPU (children included) of one synth in a process of its own."""
    with tempfile.TemporaryDirectory() as outdir:
        variables = {"CDK_OUTDIR": outdir, "CDK_CONTEXT_JSON": context, "ENDPOINTS": str(endpoints)}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", source], cwd=folder, env={**os.environ, **variables}, check=True)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--curve", type=int, nargs="*", default=[10, 50, 100], help="numbers of endpoints, one run each"
    )
    arguments = parser.parse_args()
    context = json.dumps(json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        data = load_breast_cancer()
        joblib.dump(
            make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target),
            folder / "model" / "model.joblib",
        )
        results = {"one endpoint": one_endpoint(folder, context, arguments.rounds)}
        results["curve"] = curve(folder, context, arguments.curve)
    output = ROOT / ".cache" / "bench" / "synth.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(results, indent=2), encoding="utf-8")


def one_endpoint(folder: Path, context: str, rounds: int) -> dict[str, Any]:
    """Measure every app with one endpoint, in interleaved rounds."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in APPS}
    for source in APPS.values():  # jsii unpacks its libraries into a cache on the first run
        run(source, folder, context)
    for _ in range(rounds):
        for app, source in APPS.items():
            found[app].append(run(source, folder, context))
    medians = {app: [statistics.median(column) for column in zip(*pairs, strict=True)] for app, pairs in found.items()}
    table = Table(
        "app", "wall, s", "CPU, s", "CPU over L1, s", title=f"one endpoint, median of {rounds} interleaved rounds"
    )
    for app, (wall, cpu) in medians.items():
        table.add_row(app, f"{wall:.2f}", f"{cpu:.2f}", f"{cpu - medians['L1 by hand'][1]:+.2f}")
    Console().print(table)
    return {"rounds": rounds, "median wall and CPU, s": medians, "all": found}


def curve(folder: Path, context: str, counts: list[int]) -> dict[str, Any]:
    """Measure one synth of many endpoints, a stack each: the time of one more must not grow with their number."""
    found: dict[str, Any] = {}
    table = Table("endpoints", *(f"{app}, CPU, s" for app in CURVE), title="a stack an endpoint, one run each")
    for count in counts:
        found[str(count)] = {app: run(APPS[app], folder, context, count)[1] for app in CURVE}
        table.add_row(str(count), *(f"{cpu:.1f} ({cpu / count:.2f} each)" for cpu in found[str(count)].values()))
    Console().print(table)
    return found


if __name__ == "__main__":
    main()
