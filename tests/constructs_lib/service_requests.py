"""Requests of a state machine, checked against the service's own model."""

from typing import Any

import botocore.session
from botocore.validate import ParamValidator


def fill(parameters: Any, value: Any = "placeholder") -> Any:
    """The parameters of a task with something in place of what is only known at run time."""
    if isinstance(parameters, list):
        return [fill(item, value) for item in parameters]
    if not isinstance(parameters, dict):
        return parameters
    channel = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/p"}}}
    special = {"HyperParameters": {"C": "1"}, "InputDataConfig": [channel]}
    return {
        name.removesuffix(".$"): special.get(name.removesuffix(".$"), value) if name.endswith(".$") else fill(item)
        for name, item in parameters.items()
    }


def problems(operation: str, parameters: dict[str, Any], service: str = "sagemaker") -> str:
    """What botocore would say of a request: unknown names, wrong types, what is missing or out of range."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    shape = model.input_shape
    assert shape is not None
    report: str = ParamValidator().validate(fill(parameters), shape).generate_report()
    return report
