"""The example app: a breast-cancer classifier behind an endpoint. `make demo` trains it into model/ and deploys it."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from constructs_lib import ModelData, SklearnEndpoint, SklearnModel


class BreastCancerStack(cdk.Stack):
    """The model that the training script left in model/, served on one instance."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        model = SklearnModel(self, "Model", model_data=ModelData.from_directory("model"))
        key = kms.Key(self, "VolumeKey", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
        SklearnEndpoint(self, "Endpoint", model=model, instance_type="ml.m5.large", encryption_key=key)


app = cdk.App()
BreastCancerStack(app, "BreastCancer")
app.synth()
