"""A function of a stack whose code stands in the template can be updated, and keeps the names of its layers.

moto 5.2.5's ``LambdaFunction.update_from_cloudformation_json`` (moto/awslambda/models.py) takes the text of the code
for a zip file in base64, which only its create makes of it. CloudFormation takes text both times.
Both leave layers out.
"""

from __future__ import annotations

import base64
from typing import Any

from moto.awslambda.models import LambdaFunction

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    create = original(LambdaFunction, "create_from_cloudformation_json").__func__
    update = original(LambdaFunction, "update_from_cloudformation_json").__func__

    def create_from_cloudformation_json(cls: Any, /, name: str, definition: Any, *where: str, **details: Any) -> Any:
        return _with_layers(create(cls, name, definition, *where, **details), definition)

    def update_from_cloudformation_json(cls: Any, /, *, cloudformation_json: Any, **details: Any) -> Any:
        code = cloudformation_json["Properties"]["Code"]
        if "ZipFile" in code:
            archive = LambdaFunction._create_zipfile_from_plaintext_code(code["ZipFile"])
            code["ZipFile"] = base64.b64encode(archive)
        return _with_layers(update(cls, cloudformation_json=cloudformation_json, **details), cloudformation_json)

    patch(LambdaFunction, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json))
    patch(LambdaFunction, "update_from_cloudformation_json", classmethod(update_from_cloudformation_json))


def _with_layers(function: LambdaFunction, definition: Any) -> LambdaFunction:
    # By name: moto would want them in its own store, where one of another account never is.
    function.layers = [{"Arn": arn, "CodeSize": 0} for arn in definition["Properties"].get("Layers") or ()]
    return function
