"""Every scenario in every partition, in a stack that knows its region and in one that does not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template

from tests.constructs_lib.scenarios import SCENARIOS, Scenario
from tests.constructs_lib.test_templates import cfn_lint, every_scenario, flags_on_and_off

# Of a region: its partition, and the suffix of its addresses.
REGIONS = {
    "eu-west-1": ("aws", "amazonaws.com"),
    "cn-north-1": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-west-1": ("aws-us-gov", "amazonaws.com"),
}
every_region = pytest.mark.parametrize("region", REGIONS)
# The same in every partition.
SERVICE = re.compile(r"(?:^|/)[a-z-]+(\.application-autoscaling)?\.amazonaws\.com(?:$|/)")


def texts(value: Any) -> list[str]:
    """Every text of a template, whatever it stands in."""
    if isinstance(value, str):
        return [value]
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in values for text in texts(item)]


@every_scenario
@flags_on_and_off
@every_region
def test_arns_and_addresses_are_the_partitions(make_stack, model_dir, scenario: Scenario, flags, region):
    partition, suffix = REGIONS[region]
    stack = make_stack(region=region, flags=flags)
    scenario(stack, model_dir)
    resources = Template.from_stack(stack).to_json()["Resources"]
    found = texts(resources)
    assert {match for text in found for match in re.findall(r"\barn:(aws[a-z-]*):", text)} <= {partition}
    addresses = [text for text in found if "amazonaws.com" in text and not SERVICE.search(text)]
    assert [text for text in addresses if not re.search(rf"{re.escape(suffix)}(?:[/:]|$)", text)] == []
    for model in (resource for resource in resources.values() if resource["Type"] == "AWS::SageMaker::Model"):
        image = json.dumps(model["Properties"]["PrimaryContainer"]["Image"])
        assert f".ecr.{region}.{suffix}/" in image or "AWS::URLSuffix" in image


@pytest.mark.parametrize("region", [None, *REGIONS])
def test_cfn_lint_finds_nothing(make_stack, model_dir, tmp_path: Path, region):
    templates = []
    for scenario in SCENARIOS:
        stack = make_stack(scenario.__name__.replace("_", "-"), region=region)
        scenario(stack, model_dir)
        path = tmp_path / f"{stack.stack_name}.json"
        path.write_text(json.dumps(Template.from_stack(stack).to_json()), encoding="utf-8")
        templates.append(path)
    assert cfn_lint(*templates) == ""
