import json

import pytest

from constructs_lib import (
    ConfigurationError,
    MetricThreshold,
    SklearnTraining,
)
from tests.constructs_lib.service_requests import problems
from tests.constructs_lib.training.synthesized import F1, actions, machine, statements


def test_a_job_without_a_model_is_a_failure_whatever_follows(stack, script):
    SklearnTraining(stack, "Training", entry_point=script)
    states = machine(stack)["States"]
    assert states["Train"]["Next"] == states["Train without data"]["Next"] == "Look for the model"
    assert states["Look for the model"]["Next"] == "Done"
    assert problems("HeadObject", states["Look for the model"]["Parameters"], "s3") == ""
    assert states["No model"]["Error"] == "NoModel"
    assert "s3:GetObject" in actions(stack, "TrainingMachineRole")


def test_a_variant_and_a_metric_must_exist(stack, script, endpoint):
    training = SklearnTraining(stack, "Training", entry_point=script)
    with pytest.raises(ConfigurationError, match="there is no variant 'B'; choose one of 'AllTraffic'"):
        training.deploy_to(endpoint, variant_name="B")
    with pytest.raises(ConfigurationError, match="metric 'f1', which the training does not measure"):
        training.deploy_to(endpoint, when=MetricThreshold(metric="f1", at_least=0))


def test_the_address_of_a_model_is_published(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script, metric_definitions=[F1])
    training.publish_to("/churn/model-data", when=MetricThreshold(metric=F1.name, at_most=1))
    states = machine(stack)["States"]
    assert states["/churn/model-data: compare metric"]["Choices"][1]["Next"] == "/churn/model-data: publish the model"
    assert ":parameter/churn/model-data" in json.dumps(list(statements(stack, "TrainingMachineRole")))
    with pytest.raises(ConfigurationError, match="parameter 'a b' is not a name"):
        training.publish_to("a b")


def test_the_same_label_twice_makes_no_state_twice(stack, script):
    training = SklearnTraining(stack, "Training", entry_point=script)
    training.publish_to("/churn/model-data")
    training.publish_to("/churn/model-data")
    names = [name for name in machine(stack)["States"] if "publish" in name]
    assert names == ["/churn/model-data: publish the model", "/churn/model-data 2: publish the model"]
