"""Two doors to one endpoint: an HTTP API with a key, and a function with code of its own and a signed URL."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import IConstruct

from constructs_lib import (
    ApiKeyAuthorization,
    JsonRows,
    ModelData,
    SklearnEndpoint,
    SklearnFunction,
    SklearnModel,
    SklearnRestApi,
    Throttle,
)

app = cdk.App()
stack = cdk.Stack(app, "FrontDoors")
key = kms.Key(stack, "Key", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
model = SklearnModel(stack, "Model", model_data=ModelData.from_directory("model"))
endpoint = SklearnEndpoint(stack, "Endpoint", model=model, encryption_key=key)
api = SklearnRestApi(
    stack,
    "Api",
    endpoint=endpoint,
    authorization=ApiKeyAuthorization(throttle=Throttle(rate=10, burst=20)),
    request_schema=JsonRows(features=13, max_rows=100),
    encryption_key=key,
    cloud_watch_role=True,
)
function = SklearnFunction(
    stack,
    "Function",
    endpoint=endpoint,
    entry_point="front.py",
    source_dir="front",
    reserved_concurrent_executions=10,
    encryption_key=key,
)


def acknowledge(construct: IConstruct, reasons: dict[str, str]) -> None:
    """Say to cdk-nag what the example does without; in your app, do as your rules want it."""
    cdk.Validations.of(construct).acknowledge(
        *(
            cdk.Acknowledgment(id=f"{pack}-{rule}", reason=reason)
            for rule, reason in reasons.items()
            for pack in ("AwsSolutions", "HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")
        )
    )


no_firewall = "An example needs no firewall: give web_acl_arn."
acknowledge(api.stage, {"APIG3": no_firewall, "APIGWAssociatedWithWAF": no_firewall})
acknowledge(api.method, {"APIG4": "Callers have a key; give IamAuthorization() where they can sign."})
acknowledge(function.function, {"LambdaInsideVPC": "It calls SageMaker alone, under a role that allows no more."})
app.synth()
