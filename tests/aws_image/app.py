"""Stacks for what the example app does not use: model data and code that lie in S3, and the image's own server."""

import sys

import aws_cdk as cdk

from constructs_lib import ModelData, SklearnEndpoint, SklearnModel

app = cdk.App()

from_s3 = cdk.Stack(app, "FromS3")
data = ModelData.from_s3("s3://models/churn/model.tar.gz", sha256=sys.argv[1], sklearn_version=sys.argv[2])
SklearnEndpoint(from_s3, "Endpoint", model=SklearnModel(from_s3, "Model", model_data=data))

stock = cdk.Stack(app, "Stock")
model = SklearnModel(stock, "Model", model_data=ModelData.from_directory("model"), server="stock")
SklearnEndpoint(stock, "Endpoint", model=model)

app.synth()
