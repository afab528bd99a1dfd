"""What our constructs cost at synth, beside the same resources written by hand on L1, and beside the alpha module.

`python -m benchmarks.synth [--rounds N]` prints the medians of interleaved runs and writes `.cache/bench/synth.json`;
`--write-docs` also writes docs/synth.md, `--last` measures nothing and takes the figures of the last run.
Wall time on a shared machine is noisy; the CPU time of the app and of the Node process that it starts moves less.

The alpha module makes fewer resources: no alarms, no guardrails, and one managed policy that allows everything.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.serving import environments, machine

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

ALPHA = """
import os
import aws_cdk as cdk
import aws_cdk.aws_sagemaker_alpha as sagemaker
from aws_cdk import aws_ecr as ecr
app = cdk.App()
for number in range(int(os.environ["ENDPOINTS"])):
    stack = cdk.Stack(app, f"S{number}")
    repository = ecr.Repository.from_repository_attributes(stack, "Repository",
        repository_arn="arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn",
        repository_name="sagemaker-scikit-learn")
    container = sagemaker.ContainerDefinition(
        image=sagemaker.ContainerImage.from_ecr_repository(repository, "1.9-0-cpu-py3"),
        model_data=sagemaker.ModelData.from_asset("model.tar.gz"))
    model = sagemaker.Model(stack, "Model", containers=[container])
    config = sagemaker.EndpointConfig(stack, "Config", instance_production_variants=[
        sagemaker.InstanceProductionVariantProps(model=model, variant_name="AllTraffic")])
    sagemaker.Endpoint(stack, "Endpoint", endpoint_config=config)
app.synth()
"""

APPS = {"one topic": ONE_TOPIC, "L1 by hand": L1, "alpha module": ALPHA, "this library": OURS}
CURVE = ("L1 by hand", "alpha module", "this library")
RESULTS = ROOT / ".cache" / "bench" / "synth.json"
INTRODUCTION = """# What a synth costs

`python -m benchmarks.synth --write-docs` measures this on your machine and writes this page. Each figure is one
`python app.py` in a process of its own, with the Node process that it starts.

- **one topic**: an app with a single SNS topic, which is what starting the CDK costs.
- **L1 by hand**: the resources of our endpoint, written as `Cfn*` classes.
- **alpha module**: `aws-cdk.aws-sagemaker-alpha`, of the same version as the CDK. It makes fewer resources: no alarms,
  no guardrails, and one managed policy that allows everything.
- **this library**: `SklearnModel` and `SklearnEndpoint` as they are by default.

One app's runs spread over a second, so that a difference of medians below some tenths of a second says nothing."""


def run(app: str, folder: Path, context: str, endpoints: int = 1) -> tuple[float, float]:
    """Seconds of wall and of CPU (children included) of one synth in a process of its own."""
    with tempfile.TemporaryDirectory() as outdir:
        variables = {"CDK_OUTDIR": outdir, "CDK_CONTEXT_JSON": context, "ENDPOINTS": str(endpoints)}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        # All but the alpha module's own run in the environment of the library, which does not have that module.
        python = environments.python("alpha") if APPS[app] is ALPHA else Path(sys.executable)
        subprocess.run([python, "-c", APPS[app]], cwd=folder, env={**os.environ, **variables}, check=True)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--curve", type=int, nargs="*", default=[10, 50, 100], help="numbers of endpoints, one run each"
    )
    parser.add_argument("--write-docs", action="store_true", help="also write docs/synth.md")
    parser.add_argument("--last", action="store_true", help="measure nothing: take the figures of the last run")
    arguments = parser.parse_args()
    if not arguments.last:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(measure(arguments.rounds, arguments.curve), indent=2), encoding="utf-8")
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    for title, header, rows in tables(results):
        table = Table(*header, title=title)
        for row in rows:
            table.add_row(*row)
        Console().print(table)
    if arguments.write_docs:
        (ROOT / "docs" / "synth.md").write_text(render(results), encoding="utf-8")


def measure(rounds: int, counts: list[int]) -> dict[str, Any]:
    """Run every app."""
    context = json.dumps(json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        data = load_breast_cancer()
        joblib.dump(
            make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target),
            folder / "model" / "model.joblib",
        )
        with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
            archive.add(folder / "model" / "model.joblib", "model.joblib")
        environments.make("alpha")
        return {
            "machine": machine.describe(),
            "one endpoint": one_endpoint(folder, context, rounds),
            "curve": curve(folder, context, counts),
        }


def one_endpoint(folder: Path, context: str, rounds: int) -> dict[str, Any]:
    """Measure every app with one endpoint, in interleaved rounds."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in APPS}
    for app in APPS:  # jsii unpacks its libraries into a cache on the first run
        run(app, folder, context)
    for _ in range(rounds):
        for app in APPS:
            found[app].append(run(app, folder, context))
    medians = {app: [statistics.median(column) for column in zip(*pairs, strict=True)] for app, pairs in found.items()}
    return {"rounds": rounds, "median wall and CPU, s": medians, "all": found}


def curve(folder: Path, context: str, counts: list[int]) -> dict[str, Any]:
    """Measure one synth of many endpoints, a stack each: the time of one more must not grow with their number."""
    return {str(count): {app: run(app, folder, context, count)[1] for app in CURVE} for count in counts}


def tables(results: dict[str, Any]) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Give title, header and rows of each table."""
    one = results["one endpoint"]
    medians = one["median wall and CPU, s"]
    yield (
        f"One endpoint, medians of {one['rounds']} interleaved rounds",
        ["app", "wall, s", "CPU, s", "CPU over L1, s"],
        [
            [app, f"{wall:.2f}", f"{cpu:.2f}", f"{cpu - medians['L1 by hand'][1]:+.2f}"]
            for app, (wall, cpu) in medians.items()
        ],
    )
    yield (
        "Many endpoints, a stack each, one run each",
        ["endpoints", *(f"{app}, CPU, s" for app in CURVE)],
        [
            [count, *(f"{cpu:.1f} ({cpu / int(count):.2f} each)" for cpu in found.values())]
            for count, found in results["curve"].items()
        ],
    )


def render(results: dict[str, Any]) -> str:
    """Write the page."""
    parts = [
        INTRODUCTION,
        "Machine: " + ", ".join(f"{name} {value}" for name, value in results["machine"].items()) + ".",
    ]
    for title, header, rows in tables(results):
        lines = [header, ["---"] * len(header), *rows]
        parts += [f"## {title}", "\n".join(f"| {' | '.join(line)} |" for line in lines)]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
