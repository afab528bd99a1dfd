"""What a synthesized template gives a container: its environment, and the assets it reads from S3."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

PSEUDO_PARAMETERS = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
}


class ServedModel(NamedTuple):
    """A model as SageMaker would start it.

    Attributes
    ----------
    environment
        The container's variables.
    model_data_url
        ``s3://`` address of the archive.
    objects
        The file that each ``s3://`` address of this assembly holds.
    """

    environment: dict[str, str]
    model_data_url: str
    objects: dict[str, Path]


def served_model(template: Path) -> ServedModel:
    """Read the one model of a template that lies in a cdk.out."""
    resources = json.loads(template.read_text(encoding="utf-8"))["Resources"].values()
    [model] = [resource for resource in resources if resource["Type"] == "AWS::SageMaker::Model"]
    container = model["Properties"]["PrimaryContainer"]
    assets = json.loads(template.with_name(template.name.replace(".template.", ".assets.")).read_text(encoding="utf-8"))
    objects = {
        _substitute(f"s3://{place['bucketName']}/{place['objectKey']}"): template.parent / asset["source"]["path"]
        for asset in assets["files"].values()
        for place in asset["destinations"].values()
    }
    environment = {name: _resolve(value) for name, value in container["Environment"].items()}
    return ServedModel(environment, _resolve(container["ModelDataUrl"]), objects)


def _resolve(value: Any) -> str:
    if isinstance(value, str):
        return value
    [(function, argument)] = value.items()
    if function == "Ref":
        return PSEUDO_PARAMETERS[argument]
    if function == "Fn::Sub":
        return _substitute(argument)
    if function == "Fn::Join":
        return str(argument[0]).join(_resolve(part) for part in argument[1])
    raise AssertionError(f"the template uses {function}: resolve it here")


def _substitute(text: str) -> str:
    return re.sub(r"\$\{([^}]+)\}", lambda match: PSEUDO_PARAMETERS[match[1]], text)
