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
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnEndpoint, SklearnModel
app = cdk.App()
stack = cdk.Stack(app, "S")
model = SklearnModel(stack, "Model", model_data=ModelData.from_directory("model"))
SklearnEndpoint(stack, "Endpoint", model=model, instance_type="ml.m5.large")
app.synth()
"""

L1 = """
import aws_cdk as cdk
from aws_cdk import aws_iam as iam, aws_s3_assets as assets, aws_sagemaker as sagemaker
app = cdk.App()
stack = cdk.Stack(app, "S")
asset = assets.Asset(stack, "Asset", path="model/model.joblib")
role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
policy = iam.Policy(stack, "Policy", roles=[role], statements=[
    iam.PolicyStatement(actions=["s3:GetObject"], resources=[asset.bucket.arn_for_objects(asset.s3_object_key)]),
    iam.PolicyStatement(actions=["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"], resources=["*"]),
    iam.PolicyStatement(actions=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"],
                        resources=["arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn"]),
])
model = sagemaker.CfnModel(stack, "Model", execution_role_arn=role.role_arn,
    primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
        image="683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
        model_data_url=asset.s3_object_url))
model.node.add_dependency(policy)
config = sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[
    sagemaker.CfnEndpointConfig.ProductionVariantProperty(variant_name="AllTraffic", model_name=model.attr_model_name,
        instance_type="ml.m5.large", initial_instance_count=1, initial_variant_weight=1)])
sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name)
app.synth()
"""

APPS = {"one topic": ONE_TOPIC, "L1 by hand": L1, "this library": OURS}


def run(source: str, folder: Path, context: str) -> tuple[float, float]:
    """Seconds of wall and of CPU (children included) of one synth in a process of its own."""
    with tempfile.TemporaryDirectory() as outdir:
        environment = {**os.environ, "CDK_OUTDIR": outdir, "CDK_CONTEXT_JSON": context}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", source], cwd=folder, env=environment, check=True)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    context = json.dumps(json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"])
    walls: dict[str, list[float]] = {name: [] for name in APPS}
    cpus: dict[str, list[float]] = {name: [] for name in APPS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        data = load_breast_cancer()
        joblib.dump(
            make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target),
            folder / "model" / "model.joblib",
        )
        for source in APPS.values():  # jsii unpacks its libraries into a cache on the first run
            run(source, folder, context)
        for _ in range(rounds):
            for app, source in APPS.items():
                wall, cpu = run(source, folder, context)
                walls[app].append(wall)
                cpus[app].append(cpu)
    figures = {app: {"wall_s": statistics.median(walls[app]), "cpu_s": statistics.median(cpus[app])} for app in APPS}
    table = Table(
        "app", "wall, s", "CPU, s", "CPU over L1, s", title=f"one synth, median of {rounds} interleaved rounds"
    )
    for app, figure in figures.items():
        extra = figure["cpu_s"] - figures["L1 by hand"]["cpu_s"]
        table.add_row(app, f"{figure['wall_s']:.2f}", f"{figure['cpu_s']:.2f}", f"{extra:+.2f}")
    Console().print(table)
    output = ROOT / ".cache" / "bench" / "synth.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(
        json.dumps({"rounds": rounds, "figures": figures, "wall_s": walls, "cpu_s": cpus}, indent=2), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
