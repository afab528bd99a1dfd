"""A pipeline that takes a data frame with columns of text: it needs no hook, the runtime types each column."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms

from constructs_lib import ModelData, SklearnEndpoint, SklearnModel

app = cdk.App()
stack = cdk.Stack(app, "CategoricalColumns")
model = SklearnModel(stack, "Model", model_data=ModelData.from_directory("model"))
key = kms.Key(stack, "VolumeKey", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
SklearnEndpoint(stack, "Endpoint", model=model, instance_type="ml.m5.large", encryption_key=key)
app.synth()
