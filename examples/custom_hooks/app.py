"""A model with hooks of its own: src/hooks.py replaces input and output, the runtime does the rest."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms

from constructs_lib import ModelData, SklearnEndpoint, SklearnModel

app = cdk.App()
stack = cdk.Stack(app, "CustomHooks")
model = SklearnModel(
    stack, "Model", model_data=ModelData.from_directory("model"), entry_point="hooks.py", source_dir="src"
)
key = kms.Key(stack, "VolumeKey", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
SklearnEndpoint(stack, "Endpoint", model=model, instance_type="ml.m5.large", encryption_key=key)
app.synth()
