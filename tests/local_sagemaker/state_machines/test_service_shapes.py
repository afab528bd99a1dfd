"""What the services' models say."""

from local_sagemaker.state_machines.service_shapes import blob_fields, has_operation, input_fields, required_fields


def test_an_operation_s_fields_are_those_of_its_model() -> None:
    fields = input_fields("sagemaker", "CreateTrainingJob")
    assert fields is not None
    assert {"TrainingJobName", "HyperParameters", "EnableManagedSpotTraining", "CheckpointConfig"} <= fields
    assert set(required_fields("sagemaker", "CreateTrainingJob")) <= fields
    assert "RoleArn" in required_fields("sagemaker", "CreateTrainingJob")
    assert blob_fields("sagemaker-runtime", "InvokeEndpoint") == {"Body"}


def test_an_operation_that_takes_nothing_has_no_fields() -> None:
    assert input_fields("s3", "ListBuckets") is not None
    assert input_fields("stepfunctions", "Unknown") is None
    assert required_fields("sts", "GetCallerIdentity") == []
    assert blob_fields("sts", "GetCallerIdentity") == set()


def test_what_is_not_there_is_not_there() -> None:
    assert has_operation("sagemaker", "UpdateEndpoint")
    assert not has_operation("sagemaker", "updateEndpoint")
    assert not has_operation("no-such-service", "UpdateEndpoint")
