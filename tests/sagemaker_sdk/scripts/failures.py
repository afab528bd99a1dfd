"""What fails, and what the SDK says then."""

from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from sagemaker.exceptions import UnexpectedStatusException
from sagemaker.sklearn import SKLearn, SKLearnModel


def estimator(**options):
    given = {"role": "SageMakerRole", "instance_type": "ml.m4.xlarge", "framework_version": "1.2-1", **options}
    return SKLearn("train_and_serve.py", **given)


def tell(what, action):
    try:
        action()
    except (ClientError, UnexpectedStatusException) as error:
        print(what, "|", type(error).__name__, "|", " ".join(str(error).split()))
    else:
        print(what, "| nothing was raised")


def deploy(script):
    Path("script.py").write_text(script)
    model = SKLearnModel(
        model_data="s3://my-bucket/model.tar.gz",
        role="SageMakerRole",
        entry_point="script.py",
        framework_version="1.2-1",
    )
    return model.deploy(instance_type="ml.m5.large", initial_instance_count=1)


tell("script", lambda: estimator(hyperparameters={"fail": ""}).fit("s3://my-bucket/data/", logs=False))
tell("role", lambda: estimator(role="arn:aws:iam::123456789012:role/Nobody").fit("s3://my-bucket/data/"))
tell("data", lambda: estimator().fit("s3://my-bucket/none/"))
tell("rights", lambda: estimator().fit("s3://forbidden/data/"))
tell("model_fn raises", lambda: deploy("def model_fn(model_dir):\n    raise RuntimeError('no such file')\n"))
tell("no model_fn", lambda: deploy("import os\n"))
tell(
    "no such model data",
    lambda: boto3.client("sagemaker").create_model(
        ModelName="absent",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/SageMakerRole",
        PrimaryContainer={
            "Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
            "ModelDataUrl": "s3://my-bucket/absent.tar.gz",
        },
    ),
)
