"""Stacks for what the example app does not use: data and code in S3, the image's own server, many models."""

import sys

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from constructs_lib import ModelData, SklearnEndpoint, SklearnModel, SklearnMultiModel

app = cdk.App()

from_s3 = cdk.Stack(app, "FromS3")
data = ModelData.from_s3("s3://models/churn/model.tar.gz", sha256=sys.argv[1], sklearn_version=sys.argv[2])
SklearnEndpoint(from_s3, "Endpoint", model=SklearnModel(from_s3, "Model", model_data=data))

stock = cdk.Stack(app, "Stock")
model = SklearnModel(stock, "Model", model_data=ModelData.from_directory("model"), server="stock")
SklearnEndpoint(stock, "Endpoint", model=model)

many = cdk.Stack(app, "Many")
bucket = s3.Bucket.from_bucket_name(many, "Bucket", "models")
SklearnEndpoint(many, "Endpoint", model=SklearnMultiModel(many, "Models", bucket=bucket))

app.synth()
