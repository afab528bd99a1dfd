"""A function of a stack whose code stands in the template can be updated, and has all of its settings.

moto 5.2.5's ``LambdaFunction`` (moto/awslambda/models.py) has no LoggingConfig, and its
``update_from_cloudformation_json`` takes the text of the code for a zip file in base64, which only its create makes of
it. CloudFormation takes text both times. Both leave layers, tracing, architectures and the key out; update also the
reserved concurrency, and variables that are there no more.
"""

from __future__ import annotations

import base64
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    make = original(LambdaFunction, "__init__")
    change = original(LambdaBackend, "update_function_configuration")
    show = original(LambdaFunction, "get_configuration")
    create = original(LambdaFunction, "create_from_cloudformation_json").__func__
    update = original(LambdaFunction, "update_from_cloudformation_json").__func__

    def initialize(self: Any, account_id: str, spec: dict[str, Any], region: str, version: Any = 1) -> None:
        make(self, account_id, spec, region, version)
        self.logging_config = spec.get("LoggingConfig")

    def update_function_configuration(self: Any, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
        function = self.get_function(function_name, qualifier)
        function.logging_config = body.get("LoggingConfig") or function.logging_config
        return change(self, function_name, qualifier, body)

    def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
        own = {"LogFormat": "Text", "LogGroup": self.logs_group_name, **(self.logging_config or {})}
        return {**show(self, on_create), "LoggingConfig": own}

    def create_from_cloudformation_json(cls: Any, /, name: str, definition: Any, *where: str, **details: Any) -> Any:
        return _completed(create(cls, name, definition, *where, **details), definition)

    def update_from_cloudformation_json(cls: Any, /, *, cloudformation_json: Any, **details: Any) -> Any:
        code = cloudformation_json["Properties"]["Code"]
        if "ZipFile" in code:
            archive = LambdaFunction._create_zipfile_from_plaintext_code(code["ZipFile"])
            code["ZipFile"] = base64.b64encode(archive)
        return _completed(update(cls, cloudformation_json=cloudformation_json, **details), cloudformation_json)

    patch(LambdaFunction, "__init__", initialize)
    patch(LambdaBackend, "update_function_configuration", update_function_configuration)
    patch(LambdaFunction, "get_configuration", get_configuration)
    patch(LambdaFunction, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json))
    patch(LambdaFunction, "update_from_cloudformation_json", classmethod(update_from_cloudformation_json))


def _completed(function: LambdaFunction, definition: Any) -> LambdaFunction:
    properties = definition["Properties"]
    # By name: moto would want them in its own store, where one of another account never is.
    function.layers = [{"Arn": arn, "CodeSize": 0} for arn in properties.get("Layers") or ()]
    function.logging_config = properties.get("LoggingConfig")  # type: ignore[attr-defined]
    function.tracing_config = properties.get("TracingConfig") or {"Mode": "PassThrough"}
    function.architectures = properties.get("Architectures") or ["x86_64"]
    function.kms_key_arn = properties.get("KmsKeyArn")
    function.reserved_concurrency = properties.get("ReservedConcurrentExecutions")
    function.environment_vars = (properties.get("Environment") or {}).get("Variables") or {}
    return function
