import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    AsyncInference,
    ConfigurationError,
    InstanceVariant,
    ModelData,
    ServerlessVariant,
    ShadowVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
    SklearnMultiModel,
)


def policy(stack: cdk.Stack, name: str) -> list[dict[str, object]]:
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (found,) = [one for one in policies if str(one["Properties"]["PolicyName"]).startswith(name)]
    statements: list[dict[str, object]] = found["Properties"]["PolicyDocument"]["Statement"]
    return statements


def test_the_container_reads_models_below_a_prefix_and_its_code_from_the_bootstrap_bucket(stack):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "mine")
    models = SklearnMultiModel(stack, "Models", bucket=bucket, prefix="cities/", cache_models=False)
    SklearnEndpoint(stack, "Endpoint", model=models)
    assert models.models_uri == "s3://mine/cities/"
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::Model",
        {
            "PrimaryContainer": {
                "Mode": "MultiModel",
                "ModelDataUrl": "s3://mine/cities/",
                "MultiModelConfig": {"ModelCacheSetting": "Disabled"},
                "Image": Match.any_value(),
                "Environment": Match.object_like(
                    {
                        "SAGEMAKER_PROGRAM": "inference.py",
                        "SAGEMAKER_SUBMIT_DIRECTORY": Match.any_value(),
                        "SAGEMAKER_SERVING_MODULE": Match.absent(),
                        "GUNICORN_CMD_ARGS": Match.absent(),
                    }
                ),
            }
        },
    )


def test_the_role_may_list_and_read_below_the_prefix_and_nothing_else(stack):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "mine")
    SklearnMultiModel(stack, "Models", bucket=bucket, prefix="cities/")
    read, listed = policy(stack, "Models")
    assert read["Action"] == ["s3:GetObject"]
    assert ":s3:::mine/cities/*" in str(read["Resource"])
    assert listed["Action"] == ["s3:ListBucket"]
    assert listed["Condition"] == {"StringLike": {"s3:prefix": ["cities/*"]}}


def test_a_bucket_of_its_own_is_closed_encrypted_and_kept(stack):
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    SklearnMultiModel(stack, "Models", encryption_key=key)
    Template.from_stack(stack).has_resource(
        "AWS::S3::Bucket",
        {
            "Properties": {
                "BucketEncryption": Match.any_value(),
                "PublicAccessBlockConfiguration": Match.object_like({"RestrictPublicBuckets": True}),
                "VersioningConfiguration": {"Status": "Enabled"},
            },
            "DeletionPolicy": "Retain",
        },
    )
    assert "kms:Decrypt" in str(policy(stack, "Models")[-1]["Action"])


def test_who_manages_models_may_do_so_below_the_prefix(stack):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "mine")
    models = SklearnMultiModel(stack, "Models", bucket=bucket, prefix="cities/", encryption_key=kms.Key(stack, "Key"))
    role = iam.Role(stack, "Manager", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    assert models.grant_manage_models(role).success
    objects, listed, key = policy(stack, "Manager")
    assert objects["Action"] == ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    assert ":s3:::mine/cities/*" in str(objects["Resource"])
    assert (listed["Action"], key["Action"]) == ("s3:ListBucket", ["kms:Decrypt", "kms:GenerateDataKey"])


def test_hooks_and_method_serve_all_models(stack, tmp_path):
    hooks = tmp_path / "hooks.py"
    hooks.write_text("def predict_fn(data, model): ...", encoding="utf-8")
    SklearnMultiModel(stack, "Models", entry_point=hooks, method="predict_proba", float32=True)
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::Model",
        {
            "PrimaryContainer": Match.object_like(
                {
                    "Environment": Match.object_like(
                        {
                            "SKLEARN_RUNTIME_PROGRAM": "hooks.py",
                            "SKLEARN_RUNTIME_METHOD": "predict_proba",
                            "SKLEARN_RUNTIME_FLOAT32": "true",
                        }
                    )
                }
            )
        },
    )


def test_another_prefix_makes_another_policy_beside_the_old_one(make_stack):
    ids = set()
    for prefix in ("one/", "two/"):
        stack = make_stack()
        SklearnMultiModel(stack, "Models", bucket=s3.Bucket.from_bucket_name(stack, "Bucket", "mine"), prefix=prefix)
        ids |= {name for name in Template.from_stack(stack).find_resources("AWS::IAM::Policy") if "Models" in name}
    assert len([name for name in ids if name.startswith("ModelsModels")]) == 2


def test_what_cannot_be_is_said_together(stack):
    with pytest.raises(ConfigurationError) as error:
        SklearnMultiModel(stack, "Models", prefix="cities", framework_version="0.20.0", method="guess")
    assert "prefix is 'cities'; give a key that ends in '/'" in str(error.value)
    assert "has no multi-model server; choose a newer version" in str(error.value)
    assert "method 'guess' is not one" in str(error.value)
    with pytest.raises(ConfigurationError, match="'SAGEMAKER_MULTI_MODEL' is set by the construct; use SklearnMultiM"):
        SklearnMultiModel(stack, "Again", environment={"SAGEMAKER_MULTI_MODEL": "true"})
    with pytest.raises(ConfigurationError, match="the model is in no VPC; give vpc to SklearnMultiModel"):
        assert SklearnMultiModel(stack, "NoVpc").connections


def test_what_sagemaker_would_refuse_is_refused(stack, model_dir):
    models = SklearnMultiModel(stack, "Models")
    single = SklearnModel(stack, "Single", model_data=ModelData.from_directory(model_dir))
    with pytest.raises(ConfigurationError, match="is serverless, but its model is many models; give a SklearnModel"):
        SklearnEndpointConfig(stack, "Serverless", variants=[ServerlessVariant(model=models)])
    with pytest.raises(ConfigurationError, match="an asynchronous request cannot name one of them"):
        SklearnEndpointConfig(
            stack, "Async", variants=[InstanceVariant(model=models)], async_inference=AsyncInference()
        )
    for production, shadow in ((models, single), (single, models)):
        with pytest.raises(ConfigurationError, match="runs many models, of which SageMaker copies no requests"):
            SklearnEndpointConfig(
                stack,
                f"Shadow{production.node.id}",
                variants=[InstanceVariant(model=production)],
                shadow=ShadowVariant(model=shadow),
            )
