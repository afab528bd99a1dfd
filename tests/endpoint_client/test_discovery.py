"""Endpoints that are found by their stack or their parameter, on the local cloud."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from endpoint_client import AsyncioPredictor, ConfigurationError, Endpoint, EndpointUnreachable, Predictor
from tests.local_sagemaker.cloud import Cloud, running_cloud, scripted


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(autouse=True)
def settings(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)


@pytest.fixture(scope="module")
def endpoint_name(cloud: Cloud) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))


@pytest.fixture(scope="module")
def stack(cloud: Cloud, endpoint_name: str) -> str:
    """A stack as the constructs make it: an output with the name, and a parameter that holds it."""
    template = {
        "Resources": {
            "Name": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Name": "/churn/endpoint", "Type": "String", "Value": endpoint_name},
            }
        },
        "Outputs": {
            "EndpointEndpointName1A2B3C4D": {"Value": endpoint_name},
            "ServingOtherEndpointName1A2B3C4D": {"Value": "other"},
        },
    }
    client = cloud.client("cloudformation")
    client.create_stack(StackName="Churn", TemplateBody=json.dumps(template))
    client.get_waiter("stack_create_complete").wait(StackName="Churn", WaiterConfig={"Delay": 1})
    return "Churn"


def test_the_face_on_asyncio_looks_the_name_up_when_it_connects(stack, endpoint_name):
    async def main():
        for found in (
            AsyncioPredictor.from_stack(stack, "Endpoint", accept="text/csv"),
            AsyncioPredictor.from_parameter("/churn/endpoint", max_connections=2),
        ):
            async with found as predictor:
                assert predictor.endpoint_name == endpoint_name
                assert (await predictor.predict(b"any", raw=True)).body == b"one"
        with pytest.raises(ConfigurationError, match=r"Nothing.*does not exist"):
            async with AsyncioPredictor.from_stack("Nothing"):
                raise AssertionError

    asyncio.run(main())


def test_an_endpoint_is_found_by_its_stack(stack, endpoint_name):
    with Predictor.from_stack(stack, "Endpoint", accept="text/csv") as predictor:
        assert (predictor.endpoint_name, predictor.accept) == (endpoint_name, "text/csv")
        assert predictor.predict(b"any", raw=True).body == b"one"
    assert Predictor.from_stack(stack, endpoint="Serving/Other", region="us-east-1").endpoint_name == "other"
    assert Endpoint.from_stack(stack, "Endpoint").status == "InService"


def test_one_of_several_is_to_be_chosen(stack):
    with pytest.raises(
        ConfigurationError, match="has 2 endpoints: 'Endpoint', 'ServingOther'; choose one with endpoint='Endpoint'"
    ):
        Predictor.from_stack(stack)
    with pytest.raises(ConfigurationError, match="has no endpoint 'Othe'; it has 'Endpoint', 'ServingOther'"):
        Endpoint.from_stack(stack, "Othe")
    with pytest.raises(ConfigurationError, match="does not exist; check the name, the region and the account"):
        Predictor.from_stack("Nothing")


@pytest.mark.usefixtures("stack")
def test_an_endpoint_is_found_by_its_parameter(endpoint_name):
    with Predictor.from_parameter("/churn/endpoint", max_attempts=1) as predictor:
        assert predictor.predict(b"any", raw=True).body == b"one"
    assert Endpoint.from_parameter("/churn/endpoint", region="us-east-1").endpoint_name == endpoint_name


def test_a_parameter_that_is_not_there_is_named_with_the_remedy():
    with pytest.raises(
        ConfigurationError,
        match=r"'/churn/none' does not exist in us-east-1 \(ParameterNotFound\); .* name_parameter='/churn/none'",
    ):
        Predictor.from_parameter("/churn/none")


def test_a_service_that_does_not_answer_is_told_as_such(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:9")
    monkeypatch.setattr("endpoint_client.aws_services._ATTEMPTS", 1)
    with pytest.raises(EndpointUnreachable, match="parameter '/churn/endpoint' in us-east-1: the service cannot be"):
        Predictor.from_parameter("/churn/endpoint")
