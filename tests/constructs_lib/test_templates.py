"""The synthesized templates as a whole: snapshots, cfn-lint, flags on and off, Stages and nested stacks."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from constructs_lib import (
    ModelData,
    SklearnEndpoint,
    SklearnModel,
)
from tests import unmeasured
from tests.constructs_lib.scenarios import SCENARIOS, Scenario, one_endpoint

every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
flags_on_and_off = pytest.mark.parametrize("flags", [True, False], ids=["flags on", "flags off"])


def masked(template: Mapping[str, Any]) -> Any:
    """The template without what changes with every edit of the runtime: digests, and the ids that follow them."""
    text = json.dumps(template, sort_keys=True)
    text = re.sub(r"[0-9a-f]{64}", "<sha256>", text)
    text = re.sub(r"(ModelData|Code(?:[0-9a-f]{8})?)[0-9a-f]{8}[0-9A-F]{8}", r"\1<digest><path>", text)
    text = re.sub(r"(ModelData|Code(?:[0-9a-f]{8})?)[0-9a-f]{8}-", r"\1<digest>-", text)
    return json.loads(text)


def cfn_lint(*templates: Path) -> str:
    """Give what cfn-lint finds; no code of ours runs in it."""
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--", *map(str, templates)]
    environment = {name: value for name, value in os.environ.items() if name != unmeasured.VARIABLE}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


@every_scenario
@flags_on_and_off
def test_the_template_is_as_it_was(make_stack, model_dir, scenario: Scenario, flags, snapshot: SnapshotAssertion):
    stack = make_stack(flags=flags)
    scenario(stack, model_dir)
    assert masked(Template.from_stack(stack).to_json()) == snapshot(extension_class=JSONSnapshotExtension)


def test_cfn_lint_would_find_something(tmp_path):
    (tmp_path / "bad.json").write_text('{"Resources": {"A": {"Type": "AWS::Nothing::AtAll"}}}', encoding="utf-8")
    assert "AWS::Nothing::AtAll" in cfn_lint(tmp_path / "bad.json")


@flags_on_and_off
def test_stages_and_nested_stacks_carry_the_same_model(model_dir, tmp_path, flags):
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    data = ModelData.from_directory(model_dir)
    stacks: list[cdk.Stack] = []
    for number, region in enumerate(("us-east-1", "cn-north-1")):
        env = cdk.Environment(account=f"{number}" * 12, region=region)
        stage = cdk.Stage(app, f"Stage{number}", env=env)
        parent = cdk.Stack(stage, "Churn")
        stacks += [parent, cdk.NestedStack(parent, "Nested")]
    names = set()
    for stack in stacks:
        endpoint = SklearnEndpoint(stack, "Endpoint", model=SklearnModel(stack, "Model", model_data=data))
        names.add(endpoint.endpoint_name)
    assembly = app.synth()
    assert len(names) == 4
    for nested in assembly.nested_assemblies:
        directory = Path(nested.nested_assembly.directory)
        for template in directory.glob("*.template.json"):
            models = Template.from_json(json.loads(template.read_text(encoding="utf-8"))).find_resources(
                "AWS::SageMaker::Model"
            )
            (model,) = models.values()
            account = "0" * 12 if "Stage0" in directory.name else "1" * 12
            assert f"cdk-hnb659fds-assets-{account}" in str(model["Properties"]["PrimaryContainer"]["ModelDataUrl"])


def test_a_new_artifact_makes_a_new_policy_beside_the_old_one_and_keeps_the_endpoint(make_stack, model_dir, tmp_path):
    (tmp_path / "changed").mkdir()
    (tmp_path / "changed" / "model.joblib").write_bytes((model_dir / "model.joblib").read_bytes())
    (tmp_path / "changed" / "notes.txt").touch()
    before, after = (make_stack(region="eu-west-1") for _ in range(2))
    one_endpoint(before, model_dir)
    one_endpoint(after, tmp_path / "changed")
    old, new = (Template.from_stack(stack).to_json()["Resources"] for stack in (before, after))
    changed = {name: resource["Type"] for name, resource in (old | new).items() if old.get(name) != new.get(name)}
    assert sorted(changed.values()) == ["AWS::IAM::Policy", "AWS::IAM::Policy", "AWS::SageMaker::Model"]
    assert len(set(changed) - set(old)) == len(set(changed) - set(new)) == 1


def test_tags_reach_model_configuration_and_endpoint(stack, model_dir):
    cdk.Tags.of(stack).add("team", "churn")
    one_endpoint(stack, model_dir)
    template = Template.from_stack(stack)
    for kind in ("Model", "EndpointConfig", "Endpoint"):
        template.has_resource_properties(f"AWS::SageMaker::{kind}", {"Tags": [{"Key": "team", "Value": "churn"}]})
