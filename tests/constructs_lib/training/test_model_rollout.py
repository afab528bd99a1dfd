import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

from constructs_lib import (
    AsyncInference,
    ConfigurationError,
    DataCapture,
    InstanceVariant,
    MetricThreshold,
    ModelData,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
    SklearnMultiModel,
    SklearnTraining,
)
from tests.constructs_lib.service_requests import problems
from tests.constructs_lib.training.synthesized import F1, S3_URI, UNKNOWN, actions, machine, statements


def test_a_model_is_served_when_it_is_good_enough(stack, script, endpoint):
    training = SklearnTraining(stack, "Training", entry_point=script, metric_definitions=[F1], tags={"team": "churn"})
    training.deploy_to(endpoint, when=[MetricThreshold(metric=F1.name, at_least=0.8)])
    states = machine(stack)["States"]
    assert states["Look for the model"]["Next"] == "Endpoint: has metrics"
    for action in ("createModel", "createEndpointConfig", "updateEndpoint", "describeEndpoint", "deleteModel"):
        (task, *_) = [one for one in states.values() if one.get("Resource", "").endswith(f":sagemaker:{action}")]
        assert problems(action[0].upper() + action[1:], task["Parameters"]) == "", action
    model = states["Endpoint: create the model"]["Parameters"]
    assert model["PrimaryContainer"]["ModelDataUrl.$"] == "$.result.ModelArtifacts.S3ModelArtifacts"
    assert model["Tags"] == [
        {"Key": "sagemaker-sklearn-cdk:training", "Value": training.training_name},
        {"Key": "team", "Value": "churn"},
    ]
    variables = model["PrimaryContainer"]["Environment"]
    assert variables["SAGEMAKER_SUBMIT_DIRECTORY"] == UNKNOWN
    assert variables["SKLEARN_RUNTIME_MODEL_SKLEARN"] == "1.9.0"
    update = states["Endpoint: update the endpoint"]["Parameters"]
    assert update["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]


def test_the_endpoints_role_may_read_the_artifacts_and_the_state_machine_may_make_models(stack, script, endpoint):
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.deploy_to(endpoint)
    assert "/training/*" in json.dumps(list(statements(stack, "ModelRole")))
    found = {json.dumps(one["Action"]): json.dumps(one["Resource"]) for one in statements(stack, "TrainingMachineRole")}
    (models,) = [resource for action, resource in found.items() if "CreateModel" in action]
    assert f":model/{endpoint.endpoint_name}-*" in models


def test_changes_of_the_endpoint_after_deploy_to_count(stack, script, endpoint):
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.deploy_to(endpoint)
    endpoint.variant().auto_scale_instance_count(min_capacity=1, max_capacity=4)
    update = machine(stack)["States"]["Endpoint: update the endpoint"]["Parameters"]
    retained = endpoint.cfn_endpoint.retain_all_variant_properties
    assert update.get("RetainAllVariantProperties") == retained


def test_an_endpoint_that_cannot_serve_what_is_trained_is_refused(stack, script, make_stack, tmp_path):
    older = SklearnModel(
        stack,
        "Older",
        model_data=ModelData.from_s3(S3_URI, sklearn_version="1.2.1"),
        framework_version="1.2-1",
    )
    isolated = SklearnMultiModel(stack, "Many")
    training = SklearnTraining(stack, "Training", entry_point=script)
    with pytest.raises(
        ConfigurationError, match=r"the training has scikit-learn 1\.9\.0, and the endpoint's .* 1\.2\.1"
    ):
        training.deploy_to(SklearnEndpoint(stack, "OlderEndpoint", model=older))
    with pytest.raises(ConfigurationError, match="the endpoint runs many models"):
        training.deploy_to(SklearnEndpoint(stack, "ManyEndpoint", model=isolated))


def test_an_endpoint_gets_the_models_of_one_training(stack, script, endpoint):
    SklearnTraining(stack, "Training", entry_point=script).deploy_to(endpoint)
    with pytest.raises(ConfigurationError, match="the endpoint gets the models of Churn/Training already"):
        SklearnTraining(stack, "Other", entry_point=script).deploy_to(endpoint)


def test_every_option_of_a_variant_is_one_that_the_api_takes(stack, script):
    data = ModelData.from_s3(S3_URI, sklearn_version="1.9.0")
    variants = [
        InstanceVariant(
            model=SklearnModel(stack, name, model_data=data),
            name=name,
            weight=0.5,
            initial_instance_count=2,
            volume_size=cdk.Size.gibibytes(20),
            container_startup_health_check_timeout=cdk.Duration.minutes(5),
            model_data_download_timeout=cdk.Duration.minutes(5),
        )
        for name in ("A", "B")
    ]
    config = SklearnEndpointConfig(
        stack, "Config", variants=variants, encryption_key=kms.Key(stack, "Key"), async_inference=AsyncInference()
    )
    endpoint = SklearnEndpoint(stack, "Several", config=config)
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.deploy_to(endpoint, variant_name="B")
    request = machine(stack)["States"]["Several: create the configuration"]["Parameters"]
    assert problems("CreateEndpointConfig", request) == ""
    assert [variant.get("ModelName.$") for variant in request["ProductionVariants"]] == [None, "$.rollout.name"]
    assert {"kms:CreateGrant", "kms:DescribeKey"} <= actions(stack, "TrainingMachineRole")


def test_a_rollout_captures_what_the_endpoint_captures(stack, script):
    key = kms.Key(stack, "Key")
    model = SklearnModel(stack, "Model", model_data=ModelData.from_s3(S3_URI, sklearn_version="1.9.0"))
    capture = DataCapture(sampling_percentage=20, encryption_key=key)
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, data_capture=capture)
    SklearnTraining(stack, "Training", entry_point=script).deploy_to(endpoint)
    parameters = machine(stack)["States"]["Endpoint: create the configuration"]["Parameters"]
    assert problems("CreateEndpointConfig", parameters) == ""
    (config,) = Template.from_stack(stack).find_resources("AWS::SageMaker::EndpointConfig").values()
    rolled_out, template = parameters["DataCaptureConfig"], config["Properties"]["DataCaptureConfig"]
    assert rolled_out.keys() == template.keys()
    for name in ("EnableCapture", "InitialSamplingPercentage", "CaptureOptions", "CaptureContentTypeHeader"):
        assert rolled_out[name] == template[name]


def test_an_endpoint_of_another_stack_is_reached_by_a_parameter(stack, script):
    other = cdk.Stack(stack.node.root, "Other")
    model = SklearnModel(other, "Model", model_data=ModelData.from_s3(S3_URI, sklearn_version="1.9.0"))
    endpoint = SklearnEndpoint(other, "Endpoint", model=model)
    training = SklearnTraining(stack, "Training", entry_point=script)
    with pytest.raises(ConfigurationError, match=r"the endpoint lies in another stack \(Other/Endpoint\)"):
        training.deploy_to(endpoint)
