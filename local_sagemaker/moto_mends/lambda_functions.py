"""A function of a stack whose code stands in the template can be updated.

moto 5.2.5's ``LambdaFunction.update_from_cloudformation_json`` (moto/awslambda/models.py) takes the text of the code
for a zip file in base64, which only its create makes of it. CloudFormation takes text both times.
"""

from __future__ import annotations

import base64
from typing import Any

from moto.awslambda.models import LambdaFunction

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    update = original(LambdaFunction, "update_from_cloudformation_json").__func__

    def update_from_cloudformation_json(cls: Any, /, *, cloudformation_json: Any, **details: Any) -> Any:
        code = cloudformation_json["Properties"]["Code"]
        if "ZipFile" in code:
            archive = LambdaFunction._create_zipfile_from_plaintext_code(code["ZipFile"])
            code["ZipFile"] = base64.b64encode(archive)
        return update(cls, cloudformation_json=cloudformation_json, **details)

    patch(LambdaFunction, "update_from_cloudformation_json", classmethod(update_from_cloudformation_json))
