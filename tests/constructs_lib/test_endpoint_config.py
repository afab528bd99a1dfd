import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template

from constructs_lib import ConfigurationError, InstanceVariant, ModelData, SklearnEndpointConfig, SklearnModel


@pytest.fixture
def model(stack, model_dir):
    return SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))


def test_several_variants_keep_their_order_and_weights(stack, model):
    variants = [InstanceVariant(model=model, name="Old"), InstanceVariant(model=model, name="Dark", weight=0)]
    config = SklearnEndpointConfig(stack, "Config", variants=variants)
    assert config.variants == tuple(variants)
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::EndpointConfig",
        {
            "ProductionVariants": [
                Match.object_like({"VariantName": "Old", "InitialVariantWeight": 1}),
                Match.object_like({"VariantName": "Dark", "InitialVariantWeight": 0}),
            ],
            "EndpointConfigName": Match.absent(),
            "KmsKeyId": Match.absent(),
        },
    )


def test_a_key_encrypts_the_volumes(stack, model):
    key = kms.Key(stack, "Key")
    SklearnEndpointConfig(stack, "Config", variants=[InstanceVariant(model=model)], encryption_key=key)
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::EndpointConfig", {"KmsKeyId": stack.resolve(key.key_arn)}
    )


@pytest.mark.parametrize("count", [0, 11])
def test_a_number_of_variants_that_sagemaker_refuses(stack, model, count):
    variants = [InstanceVariant(model=model, name=f"V{number}") for number in range(count)]
    with pytest.raises(ConfigurationError, match=rf"\[Churn/Config\] variants has {count} entries; give 1 to 10"):
        SklearnEndpointConfig(stack, "Config", variants=variants)


def test_every_problem_of_every_variant_is_told_at_once(stack, model):
    variants = [InstanceVariant(model=model, weight=-1), InstanceVariant(model=model, instance_type="ml.g5.xlarge")]
    with pytest.raises(ConfigurationError) as caught:
        SklearnEndpointConfig(stack, "Config", variants=variants, encryption_key=kms.Key(stack, "Key"))
    assert [problem.split(";")[0] for problem in caught.value.problems] == [
        "variant name 'AllTraffic' is given 2 times",
        "variant 'AllTraffic' has weight -1",
        (
            "variant 'AllTraffic' has instance_type 'ml.g5.xlarge', whose disks are its own and encrypted by hardware, "
            "and encryption_key is for EBS volumes"
        ),
    ]


def test_a_model_of_another_stack_is_refused(model):
    other = cdk.Stack(cdk.App.of(model), "Other")
    with pytest.raises(ConfigurationError, match=r"has a model of another stack \(Churn/Model\); make the model in"):
        SklearnEndpointConfig(other, "Config", variants=[InstanceVariant(model=model)])


def test_one_model_stands_behind_two_architectures_only_as_two_models(stack, model_dir):
    data = ModelData.from_directory(model_dir, sklearn_version="1.0.2")
    model = SklearnModel(stack, "Old", model_data=data, framework_version="1.0-1")
    variants = [
        InstanceVariant(model=model, name="A", instance_type="ml.c6g.large"),
        InstanceVariant(model=model, name="B", instance_type="ml.c6i.large"),
    ]
    with pytest.raises(
        ConfigurationError, match=r"'ml.c6i.large' is x86_64, but another variant runs the same model on arm64"
    ):
        SklearnEndpointConfig(stack, "Config", variants=variants)
