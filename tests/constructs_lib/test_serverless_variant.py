import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    ConfigurationError,
    InstanceVariant,
    ModelData,
    ServerlessVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
)


@pytest.fixture
def data(model_dir):
    return ModelData.from_directory(model_dir)


@pytest.fixture
def model(stack, data):
    return SklearnModel(stack, "Model", model_data=data)


def test_memory_and_concurrency_are_all_that_it_says(stack, model):
    variant = ServerlessVariant(model=model, memory_size_in_mb=3072, max_concurrency=20, provisioned_concurrency=2)
    SklearnEndpointConfig(stack, "Config", variants=[variant])
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::EndpointConfig",
        {
            "ProductionVariants": [
                {
                    "VariantName": "AllTraffic",
                    "ModelName": Match.any_value(),
                    "InitialVariantWeight": 1,
                    "ServerlessConfig": {"MemorySizeInMB": 3072, "MaxConcurrency": 20, "ProvisionedConcurrency": 2},
                }
            ]
        },
    )


def test_nothing_is_kept_warm_by_default(stack, model):
    SklearnEndpointConfig(stack, "Config", variants=[ServerlessVariant(model=model)])
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::EndpointConfig",
        {
            "ProductionVariants": [
                Match.object_like(
                    {
                        "ServerlessConfig": {
                            "MemorySizeInMB": 2048,
                            "MaxConcurrency": 5,
                            "ProvisionedConcurrency": Match.absent(),
                        }
                    }
                )
            ]
        },
    )


def test_name_and_logical_id_of_the_endpoint_say_the_kind_which_no_update_can_change(stack, model):
    endpoint = SklearnEndpoint(
        stack,
        "Endpoint",
        config=SklearnEndpointConfig(stack, "Config", variants=[ServerlessVariant(model=model)]),
    )
    assert endpoint.endpoint_name.startswith("churn-endpoint-")
    assert endpoint.endpoint_name.endswith("-serverless")
    (logical_id,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Endpoint")
    assert logical_id.startswith("EndpointServerless")


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ({"memory_size_in_mb": 1000}, "has memory_size_in_mb 1000; give one of 1024, 2048, 3072, 4096, 5120, 6144"),
        ({"memory_size_in_mb": 7168}, "has memory_size_in_mb 7168; give one of"),
        ({"max_concurrency": 0}, "has max_concurrency 0; give 1 to 200"),
        ({"max_concurrency": 201}, "has max_concurrency 201; give 1 to 200"),
        ({"provisioned_concurrency": 0}, "has provisioned_concurrency 0; give 1 to its max_concurrency, 5"),
        ({"provisioned_concurrency": 6}, "has provisioned_concurrency 6; give 1 to its max_concurrency, 5"),
        ({"name": "a_b"}, "variant name 'a_b' is not a name"),
    ],
)
def test_a_number_that_sagemaker_refuses(stack, model, option, problem):
    with pytest.raises(ConfigurationError, match=problem):
        SklearnEndpointConfig(stack, "Config", variants=[ServerlessVariant(model=model, **option)])


def test_numbers_may_be_known_at_deployment_only(stack, model):

    number = int(cdk.CfnParameter(stack, "Number", type="Number").value_as_number)
    SklearnEndpointConfig(
        stack,
        "Config",
        variants=[
            ServerlessVariant(
                model=model, memory_size_in_mb=number, max_concurrency=number, provisioned_concurrency=number
            )
        ],
    )
    assert {"Ref": "Number"} in [
        config["Properties"]["ProductionVariants"][0]["ServerlessConfig"]["MaxConcurrency"]
        for config in Template.from_stack(stack).find_resources("AWS::SageMaker::EndpointConfig").values()
    ]


def test_it_stands_alone(stack, model):
    variants: list[InstanceVariant | ServerlessVariant] = [
        ServerlessVariant(model=model),
        InstanceVariant(model=model, name="Other"),
    ]
    with pytest.raises(ConfigurationError, match="2 entries, one of them serverless; SageMaker takes a serverless"):
        SklearnEndpointConfig(stack, "Config", variants=variants)


def test_what_a_serverless_model_cannot_have_is_told_with_the_remedy(make_stack, data):
    stack = make_stack(region="eu-west-1")
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    prefix = ModelData.from_s3("s3://bucket/model/", sklearn_version="1.9.0")
    in_vpc = SklearnModel(stack, "InVpc", model_data=data, vpc=vpc, network_isolation=True)
    uncompressed = SklearnModel(stack, "Uncompressed", model_data=prefix)
    with pytest.raises(ConfigurationError) as caught:
        SklearnEndpointConfig(stack, "A", variants=[ServerlessVariant(model=in_vpc)])
    where = "variant 'AllTraffic' is serverless, but its model"
    assert caught.value.problems == (
        f"{where} lies in a VPC; leave vpc out, or use InstanceVariant",
        f"{where} is cut off from the network; leave network_isolation out, or use InstanceVariant",
    )
    with pytest.raises(ConfigurationError, match=r"has an uncompressed artifact; give a model.tar.gz to ModelData, or"):
        SklearnEndpointConfig(stack, "B", variants=[ServerlessVariant(model=uncompressed)])


def test_there_is_no_volume_for_a_key(stack, model):
    with pytest.raises(ConfigurationError, match="a serverless variant has no volumes for encryption_key to encrypt"):
        SklearnEndpointConfig(
            stack, "Config", variants=[ServerlessVariant(model=model)], encryption_key=kms.Key(stack, "Key")
        )
